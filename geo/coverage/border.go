package coverage

import (
	"math"
	"slices"

	"jingwei/geo"
)

// border is the outer border of a coverage, to find the piece nearest to a
// position outside: its edges by the buckets of a grid.
type border struct {
	box    geo.Box
	width  int64 // of a bucket, in lattice units
	height int64
	cols   int64
	rows   int64
	from   []uint32 // the edges of bucket i are refs[from[i]:from[i+1]]
	refs   []uint32
	edges  []borderEdge
}

type borderEdge struct {
	edge
	face int32 // inside
}

func newBorder(edges []borderEdge) border {
	x := border{box: geo.EmptyBox(), edges: edges}
	for _, e := range edges {
		x.box = x.box.Add(e.a).Add(e.b)
	}
	if len(x.edges) > 0 {
		x.lay()
		x.fill()
	}
	return x
}

// borderEdges appends the edges of arcs that have a face on one side only.
func borderEdges(dst []borderEdge, arcs []Arc) []borderEdge {
	for _, a := range arcs {
		if a.Left != None && a.Right != None {
			continue
		}
		for i := range len(a.Pos) - 1 {
			dst = append(dst, borderEdge{edge{a.Pos[i], a.Pos[i+1]}, max(a.Left, a.Right)})
		}
	}
	return dst
}

// lay chooses the size of the buckets: about as many buckets as edges, but such
// that an edge reaches into four on average at most, so that memory is bounded
// by the number of edges.
func (x *border) lay() {
	w, h := int64(x.box.Max.X)-int64(x.box.Min.X)+1, int64(x.box.Max.Y)-int64(x.box.Min.Y)+1
	n := int64(math.Sqrt(float64(len(x.edges)))) + 1
	for ; n > 1; n = n * 3 / 4 {
		if x.reach((w+n-1)/n, (h+n-1)/n) <= 4*int64(len(x.edges)) {
			break
		}
	}
	x.width, x.height = (w+n-1)/n, (h+n-1)/n
	x.cols, x.rows = (w-1)/x.width+1, (h-1)/x.height+1
}

// reach bounds from above how often edges reach into buckets of that size.
func (x *border) reach(width, height int64) int64 {
	sum := int64(0)
	for _, e := range x.edges {
		box := e.box()
		cols := (int64(box.Max.X)-int64(box.Min.X))/width + 2
		rows := (int64(box.Max.Y)-int64(box.Min.Y))/height + 2
		sum += cols * rows
	}
	return sum
}

func (x *border) col(v int32) int64 { return (int64(v) - int64(x.box.Min.X)) / x.width }
func (x *border) row(v int32) int64 { return (int64(v) - int64(x.box.Min.Y)) / x.height }

// fill lists for each bucket the edges whose boxes meet it, by counting first.
func (x *border) fill() {
	x.from = make([]uint32, x.cols*x.rows+1)
	for _, e := range x.edges {
		x.buckets(e.box(), func(k int64) { x.from[k+1]++ })
	}
	for k := range x.cols * x.rows {
		x.from[k+1] += x.from[k]
	}
	x.refs = make([]uint32, x.from[len(x.from)-1])
	at := append([]uint32(nil), x.from...)
	for i, e := range x.edges {
		x.buckets(e.box(), func(k int64) {
			x.refs[at[k]] = uint32(i)
			at[k]++
		})
	}
}

// buckets calls fn for every bucket that meets b, which lies in the box.
func (x *border) buckets(b geo.Box, fn func(k int64)) {
	for r := x.row(b.Min.Y); r <= x.row(b.Max.Y); r++ {
		for c := x.col(b.Min.X); c <= x.col(b.Max.X); c++ {
			fn(r*x.cols + c)
		}
	}
}

// Nearest returns the face whose outer border is nearest to p, which lies outside
// all faces, and its distance in metres; None when that is more than the
// tolerance in metres. Of faces equally near it is the lowest. Distances are those of
// [geo.DistanceToSegment], within its error of the geodesic; what lies beyond ±180° or
// a pole is not near.
func (c *Coverage) Nearest(p geo.Pos, tolerance float64) (face int32, metres float64) {
	x := &c.border
	face, metres = None, tolerance
	near := around(p, tolerance, x.box)
	if !p.Valid() || near.Empty() {
		return None, 0
	}
	x.buckets(near, func(k int64) {
		for _, i := range x.refs[x.from[k]:x.from[k+1]] {
			e := &x.edges[i]
			d := geo.DistanceToSegment(p, e.a, e.b)
			if d < metres || d == metres && (face == None || e.face < face) {
				face, metres = e.face, d
			}
		}
	})
	if face == None {
		return None, 0
	}
	return face, metres
}

// facesIn returns the faces at the pieces of border whose boxes meet b, ascending.
func (x *border) facesIn(b geo.Box) []int32 {
	var faces []int32
	if !b.Intersects(x.box) {
		return nil
	}
	b.Min = geo.Pos{X: max(b.Min.X, x.box.Min.X), Y: max(b.Min.Y, x.box.Min.Y)}
	b.Max = geo.Pos{X: min(b.Max.X, x.box.Max.X), Y: min(b.Max.Y, x.box.Max.Y)}
	x.buckets(b, func(k int64) {
		for _, i := range x.refs[x.from[k]:x.from[k+1]] {
			if x.edges[i].box().Intersects(b) {
				faces = append(faces, x.edges[i].face)
			}
		}
	})
	slices.Sort(faces)
	return slices.Compact(faces)
}

// around returns the part of a box within so many metres of p, east and north.
func around(p geo.Pos, metres float64, in geo.Box) geo.Box {
	s := geo.ScaleAt(p)
	dx, dy := metres/max(s.East, 1e-30)+1, metres/s.North+1
	return geo.Box{
		Min: geo.Pos{X: atLeast(float64(p.X)-dx, in.Min.X), Y: atLeast(float64(p.Y)-dy, in.Min.Y)},
		Max: geo.Pos{X: atMost(float64(p.X)+dx, in.Max.X), Y: atMost(float64(p.Y)+dy, in.Max.Y)},
	}
}

// atLeast and atMost round v to the lattice, not below and not above a bound.
func atLeast(v float64, bound int32) int32 {
	return int32(min(max(math.Floor(v), float64(bound)), math.MaxInt32))
}

func atMost(v float64, bound int32) int32 {
	return int32(max(min(math.Ceil(v), float64(bound)), math.MinInt32))
}
