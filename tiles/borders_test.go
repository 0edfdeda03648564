package tiles_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"jingwei/geo/coverage"
	"jingwei/grid"
	"jingwei/tiles"
	"jingwei/tiles/mvt"

	"github.com/google/go-cmp/cmp"
)

type edge struct{ a, b mvt.Point }

// net returns the directed edges of features that no opposite one cancels.
func net(list []mvt.DecodedFeature) map[edge]int {
	n := map[edge]int{}
	for _, f := range list {
		for _, r := range f.Parts {
			a := r[len(r)-1]
			for _, b := range r {
				n[edge{a, b}]++
				n[edge{b, a}]--
				a = b
			}
		}
	}
	maps.DeleteFunc(n, func(_ edge, v int) bool { return v <= 0 })
	return n
}

// Inside the territory neighbours cancel edge by edge, up to the end of the
// buffer, and fill the tile: there is no gap and no overlap.
func TestNeighboursShareTheirBorders(t *testing.T) {
	s := bristol(t)
	p := tiles.NewPyramid(s)
	checked := 0
	for _, place := range [][2]float64{{-2.59, 51.46}, {-2.6, 51.43}, {-2.35, 51.38}, {-2.5, 51.55}, {-2.75, 51.36}} {
		for z := uint32(10); z <= 18; z++ {
			for _, l := range []grid.Level{grid.Grid, grid.Microgrid} {
				a := at(z, place[0], place[1])
				if !covers(s, a) {
					continue
				}
				checked++
				list := features(t, p, a, tiles.Options{Level: l, Root: -1})
				for e := range net(list) {
					if !onLimit(e) {
						t.Fatalf("%v: %v is the border of one area only", a, e)
					}
				}
				const side = mvt.Extent + 2*tiles.Buffer
				if got := area2(list); got != 2*side*side {
					t.Fatalf("%v: the areas have %d square units of %d", a, got/2, side*side)
				}
			}
		}
	}
	if checked < 20 {
		t.Errorf("only %d tiles lie inside the territory", checked)
	}
}

func area2(list []mvt.DecodedFeature) (sum int64) {
	for _, f := range list {
		for _, r := range f.Parts {
			sum += mvt.Area2(r)
		}
	}
	return sum
}

// onLimit reports whether both ends are on the same side of the buffer's end.
func onLimit(e edge) bool {
	for _, v := range []int32{-tiles.Buffer, mvt.Extent + tiles.Buffer} {
		if e.a.X == v && e.b.X == v || e.a.Y == v && e.b.Y == v {
			return true
		}
	}
	return false
}

// covers reports whether a tile and all around it lies in the territory, as far as
// positions of a fine mesh tell.
func covers(s *grid.Snapshot, a tiles.Address) bool {
	const n = 96
	for i := range n {
		for j := range n {
			p := position(a, float64(i)/(n-1)*1.2-0.1, float64(j)/(n-1)*1.2-0.1)
			if s.Coverage().Locate(p) == coverage.None {
				return false
			}
		}
	}
	return true
}

// Tiles side by side have the same borders where they overlap.
func TestAdjacentTilesAgree(t *testing.T) {
	p := tiles.NewPyramid(bristol(t))
	o := tiles.Options{Level: grid.Microgrid, Root: -1}
	for z := uint32(10); z <= 15; z++ {
		a := at(z, -2.59, 51.46)
		b := a
		b.X++
		west := strip(features(t, p, a, o), mvt.Extent)
		east := strip(features(t, p, b, o), 0)
		if z < 13 && len(west) == 0 {
			t.Errorf("%v: no edges in the strip", a)
		}
		if d := cmp.Diff(west, east); d != "" {
			t.Errorf("%v and its neighbour to the east (-west +east):\n%s", a, d)
		}
	}
}

// strip returns the edges, from left to right, within half the buffer of x and not
// near the top or the bottom, seen from x.
func strip(list []mvt.DecodedFeature, x int32) []string {
	seen := map[string]bool{}
	in := func(p mvt.Point) bool {
		return max(p.X-x, x-p.X) < tiles.Buffer/2 && p.Y > 0 && p.Y < mvt.Extent
	}
	for _, f := range list {
		for _, r := range f.Parts {
			a := r[len(r)-1]
			for _, b := range r {
				if in(a) && in(b) {
					seen[fmt.Sprint(f.ID, a.X-x, a.Y, b.X-x, b.Y)] = true
				}
				a = b
			}
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// What is simplified away is less than can be seen: each position of the true border
// is within a unit of a border drawn: of the area's own, or, where a part of it is
// narrower than that, of a neighbour's.
func TestBordersAreTrue(t *testing.T) {
	s := bristol(t)
	p := tiles.NewPyramid(s)
	o := tiles.Options{Level: grid.Microgrid, Root: -1}
	for z := uint32(10); z <= 16; z++ {
		a := at(z, -2.59, 51.45)
		list := features(t, p, a, o)
		var all [][]mvt.Point
		for _, f := range list {
			all = append(all, f.Parts...)
		}
		checked := 0
		for _, f := range list {
			i, _ := s.ByID(grid.AreaID(f.ID))
			for _, q := range slices.Concat(slices.Concat(s.Coverage().Shape(s.Face(i))...)...) {
				x, y := tilePosition(a, q)
				if min(x, y) <= 0 || max(x, y) >= mvt.Extent {
					continue
				}
				checked++
				if d := nearest(f.Parts, x, y); d > 1 && nearest(all, x, y) > 1 {
					t.Errorf("%v: the border of %s is off by %.2f units", a, s.Area(i).Code, d)
				}
			}
		}
		if checked == 0 {
			t.Errorf("%v: no positions in it", a)
		}
	}
}
