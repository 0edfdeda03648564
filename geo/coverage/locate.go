package coverage

import (
	"math"

	"jingwei/geo"
)

// Locate returns the face of p by the ownership rule, or None. It is total: any
// pair of int32 has an answer.
func (c *Coverage) Locate(p geo.Pos) int32 {
	x := &c.index
	if !x.box.Contains(p) {
		return None
	}
	k := x.row(p.Y)*x.cols + x.col(p.X)
	if f := int32(x.corner[k]^x.changes(k, x.cornerOf(k), p)) - 1; f != None {
		return f
	}
	return x.touching(k, p)
}

// LocateAll sets dst[i] to the face of ps[i]; dst is at least as long as ps.
func (c *Coverage) LocateAll(dst []int32, ps []geo.Pos) {
	for i, p := range ps {
		dst[i] = c.Locate(p)
	}
}

// touching returns the lowest face whose piece of the outer border holds p, or
// None.
func (x *index) touching(k int64, p geo.Pos) int32 {
	best := None
	for _, i := range x.refs[x.from[k]:x.from[k+1]] {
		e := &x.edges[i]
		if !e.onBorder() || !geo.OnSegment(e.a, e.b, p) {
			continue
		}
		if f := max(e.left, e.right); best == None || f < best {
			best = f
		}
	}
	return best
}

// Nearest returns the face whose outer border is nearest to p, which lies outside
// all faces, and its distance in metres; None when that exceeds the tolerance in
// metres. Of faces equally near it is the lowest.
func (c *Coverage) Nearest(p geo.Pos, tolerance float64) (face int32, metres float64) {
	x := &c.index
	face, metres = None, tolerance
	if !p.Valid() || len(x.edges) == 0 {
		return None, 0
	}
	x.around(p, tolerance, func(k int64) {
		for _, i := range x.refs[x.from[k]:x.from[k+1]] {
			e := &x.edges[i]
			if !e.onBorder() {
				continue
			}
			f, d := max(e.left, e.right), geo.DistanceToSegment(p, e.a, e.b)
			if d < metres || d == metres && (face == None || f < face) {
				face, metres = f, d
			}
		}
	})
	if face == None {
		return None, 0
	}
	return face, metres
}

// around calls fn for all buckets that reach within so many metres of p.
func (x *index) around(p geo.Pos, metres float64, fn func(k int64)) {
	s := geo.ScaleAt(p)
	dx, dy := metres/math.Max(s.East, 1e-9)+1, metres/s.North+1
	lo := geo.Pos{X: clamp(float64(p.X)-dx, x.box.Min.X, x.box.Max.X), Y: clamp(float64(p.Y)-dy, x.box.Min.Y, x.box.Max.Y)}
	hi := geo.Pos{X: clamp(float64(p.X)+dx, x.box.Min.X, x.box.Max.X), Y: clamp(float64(p.Y)+dy, x.box.Min.Y, x.box.Max.Y)}
	for r := x.row(lo.Y); r <= x.row(hi.Y); r++ {
		for c := x.col(lo.X); c <= x.col(hi.X); c++ {
			fn(r*x.cols + c)
		}
	}
}

func clamp(v float64, lo, hi int32) int32 {
	return int32(math.Min(math.Max(v, float64(lo)), float64(hi)))
}
