package tiles_test

import (
	"testing"

	"jingwei/geo"
	"jingwei/grid"
	"jingwei/tiles"

	"github.com/google/go-cmp/cmp"
)

// ends is a snapshot of areas at the poles and on both sides of the antimeridian.
func ends(t testing.TB) *grid.Snapshot {
	cell := func(west, south, east, north int32) geo.MultiPolygon {
		const d = geo.PerDegree
		return geo.MultiPolygon{{{{X: west * d, Y: south * d}, {X: east * d, Y: south * d}, {X: east * d, Y: north * d}, {X: west * d, Y: north * d}}}}
	}
	return build(t, 1, []plan{
		{code: "north", level: grid.Grid, shape: cell(-180, 80, 180, 90)},
		{code: "south", level: grid.Grid, shape: cell(-180, -90, 180, -80)},
		{code: "east", level: grid.Grid, shape: cell(170, -10, 180, 10)},
		{code: "west", level: grid.Grid, shape: cell(-180, -10, -170, 10)},
	})
}

// Areas at the poles and on both sides of the antimeridian are drawn at every zoom.
func TestEndsOfTheWorld(t *testing.T) {
	p := tiles.NewPyramid(ends(t))
	for z := range uint32(tiles.MaxZoom + 1) {
		last := uint32(1)<<z - 1
		for _, a := range []tiles.Address{{Z: z}, {Z: z, X: last}, {Z: z, Y: last}, {Z: z, X: last, Y: last}, {Z: z, Y: last / 2}, {Z: z, X: last, Y: last / 2}} {
			list := features(t, p, a, everything)
			if len(list) == 0 {
				t.Errorf("nothing in %v", a)
			}
			for _, f := range list {
				checkRings(t, f)
			}
		}
	}
}

// There, too, each area has one label in all tiles of a zoom together.
func TestLabelsAtTheEndsOfTheWorld(t *testing.T) {
	p := tiles.NewPyramid(ends(t))
	for z := range uint32(5) {
		seen := map[uint64]int{}
		for x := range uint32(1) << z {
			for y := range uint32(1) << z {
				for _, f := range layers(t, p, tiles.Address{Z: z, X: x, Y: y}, everything)["labels"] {
					seen[f.ID]++
				}
			}
		}
		if d := cmp.Diff(map[uint64]int{1: 1, 2: 1, 3: 1, 4: 1}, seen); d != "" {
			t.Errorf("zoom %d (-want +got):\n%s", z, d)
		}
	}
}
