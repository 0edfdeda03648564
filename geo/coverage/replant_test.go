package coverage

import (
	"testing"

	"jingwei/geo"
)

// An index that is patched in one place has no more plots there than tiles.
func TestPlotsTakeTurns(t *testing.T) {
	const side = 5000
	c := quarters(side)
	for k := range int32(3 * mostPlots) {
		faces := map[int32]Face{}
		for f := range int32(4) {
			faces[f] = Face{Name: c.Name(f), Shape: bent(side, f, k%7)}
		}
		d, err := c.Patch(faces)
		if err != nil {
			t.Fatal(err)
		}
		c = d
	}
	if n := len(c.index.plots); n == 0 || n > len(c.index.top) {
		t.Errorf("%d plots in %d tiles", n, len(c.index.top))
	}
}

// A patch of everything makes the index anew, without plots.
func TestManyPlotsAreReplanted(t *testing.T) {
	const n, side = 60, 1000
	faces, all := make([]Face, n*n), map[int32]Face{}
	for i := range faces {
		x, y := int32(i%n)*side, int32(i/n)*side
		faces[i] = Face{Shape: geo.MultiPolygon{{{{X: x, Y: y}, {X: x + side, Y: y}, {X: x + side, Y: y + side}, {X: x, Y: y + side}}}}}
		all[int32(i)] = faces[i]
	}
	c, err := Build(faces)
	if err != nil {
		t.Fatal(err)
	}
	d, err := c.Patch(all)
	if err != nil {
		t.Fatal(err)
	}
	if len(d.index.plots) > 0 {
		t.Errorf("%d plots", len(d.index.plots))
	}
	for i := range int32(n * n) {
		p := geo.Pos{X: i%n*side + i%side, Y: i/n*side + i%7}
		if got := d.Locate(p); got != i {
			t.Fatalf("Locate(%d %d) = %d, want %d", p.X, p.Y, got, i)
		}
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
