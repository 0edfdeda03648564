package tiles_test

import (
	"slices"
	"testing"

	"jingwei/geo/coverage"
	"jingwei/grid"
	"jingwei/tiles"
	"jingwei/tiles/mvt"
)

// side is the width and height of a picture of a tile, in pixels.
const side = 512

// picture holds how many areas cover the middle of each pixel, row by row.
type picture [side * side]int8

// middleOf returns the middle of a pixel along an axis in tile units; it is on no
// edge and no position.
func middleOf(pixel int) float64 {
	return (float64(pixel) + 0.5 + 1./64) * mvt.Extent / side
}

// paint paints a polygon, row by row, by the even-odd rule.
func (p *picture) paint(rings [][]mvt.Point) {
	for row := range side {
		y := middleOf(row)
		var cuts []float64
		for _, r := range rings {
			a := r[len(r)-1]
			for _, b := range r {
				if (float64(a.Y) > y) != (float64(b.Y) > y) {
					cuts = append(cuts, float64(a.X)+(y-float64(a.Y))*float64(b.X-a.X)/float64(b.Y-a.Y))
				}
				a = b
			}
		}
		slices.Sort(cuts)
		for i := 0; i+1 < len(cuts); i += 2 {
			for column := range side {
				if x := middleOf(column); x >= cuts[i] && x < cuts[i+1] {
					p[row*side+column]++
				}
			}
		}
	}
}

// Drawn with all their neighbours, areas leave no pixel of the territory uncovered
// and cover none twice, at any zoom and level. Only along the outer border, within
// two units of it, may a pixel be on its other side.
func TestRenderedTilesHaveNoGaps(t *testing.T) {
	s := bristol(t)
	p := tiles.NewPyramid(s)
	inside := 0
	for z := uint32(6); z <= 17; z++ {
		for _, l := range []grid.Level{grid.Grid, grid.Microgrid} {
			for _, place := range [][2]float64{{-2.59, 51.45}, {-2.75, 51.36}} {
				a := at(z, place[0], place[1])
				var drawn picture
				for _, f := range features(t, p, a, tiles.Options{Level: l, Root: -1}) {
					drawn.paint(f.Parts)
				}
				inside += checkPicture(t, s, a, &drawn)
			}
		}
	}
	if inside < side*side {
		t.Errorf("only %d pixels of the territory", inside)
	}
}

// checkPicture returns the number of pixels that are in the territory.
func checkPicture(t *testing.T, s *grid.Snapshot, a tiles.Address, drawn *picture) (inside int) {
	t.Helper()
	in := func(x, y float64) bool {
		return s.Coverage().Locate(position(a, x/mvt.Extent, y/mvt.Extent)) != coverage.None
	}
	// onRim reports whether the outer border is within two units of a position.
	onRim := func(x, y float64) bool {
		for k := range 9 * 9 {
			if dx, dy := float64(k%9-4)/2, float64(k/9-4)/2; in(x+dx, y+dy) != in(x, y) {
				return true
			}
		}
		return false
	}
	for k, got := range drawn {
		x, y := middleOf(k%side), middleOf(k/side)
		want := in(x, y)
		inside += truth(want)
		if int(got) != truth(want) && (got > 1 || !onRim(x, y)) {
			t.Fatalf("%v: pixel %d, %d is covered %d times, in the territory: %v", a, k%side, k/side, got, want)
		}
	}
	return inside
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}
