package coverage

import (
	"testing"

	"jingwei/geo"
)

// An index that patches have written into is built anew now and then, so that it
// does not grow for ever.
func TestPatchesDoNotPileUp(t *testing.T) {
	const side = 5000
	c := quarters(side)
	most, rebuilt := c.index.built+c.index.built/4+wasteWords, 0
	for k := range int32(3000) {
		faces := map[int32]Face{}
		for f := range int32(4) {
			faces[f] = Face{Name: c.Name(f), Shape: bent(side, f, k%7)}
		}
		d, err := c.Patch(faces)
		if err != nil {
			t.Fatal(err)
		}
		if d.index.size() < c.index.size() {
			rebuilt++
		}
		if d.index.size() > most {
			t.Fatalf("%d words after %d patches", d.index.size(), k+1)
		}
		c = d
	}
	if rebuilt == 0 {
		t.Errorf("the index has %d words and was never built anew", c.index.size())
	}
}

// bent is face f of quarters with the node between them moved up by so many units.
func bent(side, f, by int32) geo.MultiPolygon {
	shape := quarters(side).Shape(f)
	for i, p := range shape[0][0] {
		if (p == geo.Pos{X: 1_210_000_000 + side, Y: 320_000_000 + side}) {
			shape[0][0][i].Y += by
		}
	}
	return shape
}
