package coverage

import (
	"testing"

	"jingwei/geo"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var someBoxes = rapid.Custom(func(t *rapid.T) geo.Box {
	if rapid.IntRange(0, 9).Draw(t, "empty") == 0 {
		return geo.EmptyBox()
	}
	size := rapid.SampledFrom([]int32{1, 30, 2000}).Draw(t, "size")
	at := geo.Pos{X: rapid.Int32Range(-1000, 1000).Draw(t, "x"), Y: rapid.Int32Range(-1000, 1000).Draw(t, "y")}
	return geo.Box{Min: at, Max: geo.Pos{X: at.X + rapid.Int32Range(0, size).Draw(t, "wide"), Y: at.Y + rapid.Int32Range(0, size).Draw(t, "high")}}
})

// Each pair of boxes that meet comes once, whether they are in one band or many.
func TestBoxPairsIsBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		boxes := rapid.SliceOfN(someBoxes, 0, rapid.SampledFrom([]int{5, 200}).Draw(t, "most")).Draw(t, "boxes")
		want, got := map[[2]int]int{}, map[[2]int]int{}
		for j, b := range boxes {
			for i := range j {
				if b.Intersects(boxes[i]) {
					want[[2]int{i, j}]++
				}
			}
		}
		boxPairs(boxes, func(i, j int) bool {
			got[[2]int{min(i, j), max(i, j)}]++
			return true
		})
		if d := cmp.Diff(want, got); d != "" {
			t.Fatal(d)
		}
	})
}

func TestBoxPairsStops(t *testing.T) {
	boxes := make([]geo.Box, 100)
	calls := 0
	boxPairs(boxes, func(int, int) bool { calls++; return calls < 3 })
	if calls != 3 {
		t.Errorf("%d calls after it was told to stop at 3", calls)
	}
}
