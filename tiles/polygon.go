package tiles

import (
	"cmp"
	"slices"

	"jingwei/tiles/mvt"
)

// pen turns faces of a net into geometry commands for one tile, in memory that it
// uses again and again.
type pen struct {
	net    *net
	origin point
	visits visits
	cursor mvt.Cursor
	seen   [][]point // in grains
	kept   [][]point
	wire   [][]mvt.Point
}

func newPen(n *net, a Address) *pen {
	return &pen{net: n, origin: a.projection().origin, visits: visits{}}
}

// append appends the commands for the part of a face in the tile with its buffer;
// nothing if no area of it is there.
func (w *pen) append(dst []byte, face int32) []byte {
	w.cursor = mvt.Cursor{}
	w.seen = w.net.rings(w.seen[:0], face, w.origin)
	rings := w.seen
	if !within(rings) {
		rings = normalise(rounded(nil, clip(rings)), w.visits)
	} else {
		w.kept = rounded(w.kept[:0], rings)
		rings = w.kept
	}
	for _, polygon := range nest(rings) {
		dst = mvt.AppendPolygon(dst, &w.cursor, w.points(polygon)...)
	}
	return dst
}

// rounded rounds rings in grains to units, where they are, and appends those of which
// an area is left.
func rounded(dst, rings [][]point) [][]point {
	for _, r := range rings {
		for k, p := range r {
			r[k] = p.rounded()
		}
		r = slices.Compact(r)
		for len(r) > 1 && r[0] == r[len(r)-1] {
			r = r[:len(r)-1]
		}
		if len(r) > 2 {
			dst = append(dst, r)
		}
	}
	return dst
}

// within reports whether nothing of rings in grains is to be clipped.
func within(rings [][]point) bool {
	for _, r := range rings {
		for _, p := range r {
			p = p.rounded()
			if min(p.x, p.y) <= -Buffer || max(p.x, p.y) >= mvt.Extent+Buffer {
				return false
			}
		}
	}
	return true
}

// points returns the rings of a polygon, all within the tile and its buffer, until
// it is called again.
func (w *pen) points(polygon [][]point) [][]mvt.Point {
	w.wire = slices.Grow(w.wire[:0], len(polygon))[:len(polygon)]
	for i, r := range polygon {
		w.wire[i] = w.wire[i][:0]
		for _, p := range r {
			w.wire[i] = append(w.wire[i], mvt.Point{X: int32(p.x), Y: int32(p.y)})
		}
	}
	return w.wire
}

// nest sorts normalised rings into polygons: each exterior with its holes.
func nest(rings [][]point) [][][]point {
	var polygons [][][]point
	var holes [][]point
	for _, r := range rings {
		if area2(r) < 0 {
			polygons = append(polygons, [][]point{r})
		} else {
			holes = append(holes, r)
		}
	}
	if len(holes) == 0 {
		return polygons
	}
	slices.SortStableFunc(polygons, func(a, b [][]point) int {
		return cmp.Compare(area2(b[0]), area2(a[0])) // the smallest first
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
