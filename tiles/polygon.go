package tiles

import (
	"cmp"
	"slices"

	"jingwei/geo"
	"jingwei/tiles/mvt"
)

// pen turns shapes into geometry commands for one tile, in memory that it uses
// again and again.
type pen struct {
	projection
	at     map[point]int32
	cursor mvt.Cursor
}

func newPen(a Address) *pen {
	return &pen{projection: a.projection(), at: map[point]int32{}}
}

// append appends the commands for the part of shape in the tile with its buffer;
// nothing if no area of it is there.
func (w *pen) append(dst []byte, shape geo.MultiPolygon) []byte {
	w.cursor = mvt.Cursor{}
	for _, polygon := range shape {
		var rings [][]point
		for _, r := range polygon {
			rings = append(rings, w.project(r))
		}
		if !within(rings) {
			rings = clip(rings)
		}
		for _, p := range nest(w.simple(rings)) {
			dst = mvt.AppendPolygon(dst, &w.cursor, p...)
		}
	}
	return dst
}

func (w *pen) project(r geo.Ring) []point {
	out := make([]point, len(r))
	for i, p := range r {
		out[i] = w.point(p)
	}
	return out
}

// within reports whether nothing is to be clipped.
func within(rings [][]point) bool {
	for _, r := range rings {
		for _, p := range r {
			if min(p.x, p.y) <= -Buffer || max(p.x, p.y) >= mvt.Extent+Buffer {
				return false
			}
		}
	}
	return true
}

// simple cuts rings at the positions they pass more than once, as rounding makes
// them, into rings that do not touch themselves. What is left of them has three
// or more positions; the rest goes to and fro without area.
func (w *pen) simple(rings [][]point) [][]mvt.Point {
	var out [][]mvt.Point
	for _, r := range rings {
		clear(w.at)
		path := make([]mvt.Point, 0, len(r))
		for _, p := range r {
			j, again := w.at[p]
			if !again {
				w.at[p] = int32(len(path))
				path = append(path, mvt.Point{X: int32(p.x), Y: int32(p.y)})
				continue
			}
			if len(path)-int(j) >= 3 {
				out = append(out, slices.Clone(path[j:]))
			}
			for _, q := range path[j+1:] {
				delete(w.at, point{int64(q.X), int64(q.Y)})
			}
			path = path[:j+1]
		}
		if len(path) >= 3 {
			out = append(out, path)
		}
	}
	return out
}

// nest sorts rings, oriented as in package geo, into polygons: each exterior with
// its holes. A ring that became a hole by rounding, and lies in no exterior, is
// dropped.
func nest(rings [][]mvt.Point) [][][]mvt.Point {
	var polygons [][][]mvt.Point
	var holes [][]mvt.Point
	for _, r := range rings {
		switch a := mvt.Area2(r); { // y runs down: counter-clockwise is negative
		case a < 0:
			polygons = append(polygons, [][]mvt.Point{r})
		case a > 0:
			holes = append(holes, r)
		}
	}
	if len(holes) == 0 {
		return polygons
	}
	slices.SortStableFunc(polygons, func(a, b [][]mvt.Point) int {
		return cmp.Compare(mvt.Area2(b[0]), mvt.Area2(a[0])) // the smallest first
	})
	for _, h := range holes {
		for i := range polygons {
			if inside(h, polygons[i][0]) {
				polygons[i] = append(polygons[i], h)
				break
			}
		}
	}
	return polygons
}

// inside reports whether hole lies in exterior, which it does not cross: whether
// the first middle of its edges that is not on the border of exterior does.
func inside(hole, exterior []mvt.Point) bool {
	a := hole[len(hole)-1]
	for _, b := range hole {
		if in, on := contains(exterior, int64(a.X)+int64(b.X), int64(a.Y)+int64(b.Y)); !on {
			return in
		}
		a = b
	}
	return false
}

// contains reports whether the position half of x, y is in r by the even-odd
// rule, or on it.
func contains(r []mvt.Point, x, y int64) (in, on bool) {
	a := r[len(r)-1]
	for _, b := range r {
		ax, ay, bx, by := 2*int64(a.X)-x, 2*int64(a.Y)-y, 2*int64(b.X)-x, 2*int64(b.Y)-y
		cross := ax*by - bx*ay
		if cross == 0 && min(ax, bx) <= 0 && max(ax, bx) >= 0 && min(ay, by) <= 0 && max(ay, by) >= 0 {
			return false, true
		}
		if (ay > 0) != (by > 0) && (cross > 0) == (by > ay) {
			in = !in
		}
		a = b
	}
	return in, false
}
