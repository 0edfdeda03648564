package coverage

import (
	"jingwei/geo"
)

// index is a grid of buckets over the box of the coverage. A bucket knows the
// face of its lower left corner and the edges that reach into it. Going from the
// corner to a position in the bucket, the face changes at each edge crossed from
// one side of the edge to the other; taken as the exclusive or of the two, the
// changes may be counted in any order.
type index struct {
	box    geo.Box
	width  int64 // of a bucket, in lattice units
	height int64
	cols   int64
	rows   int64
	corner []uint32 // face + 1 at the lower left corner of each bucket, 0 outside
	from   []uint32 // the edges of bucket i are refs[from[i]:from[i+1]]
	refs   []uint32
	edges  []sided
}

// sided is an edge with the faces beside it.
type sided struct {
	a, b        geo.Pos
	left, right int32
}

// change is the exclusive or of what the faces beside s are in corner.
func (s *sided) change() uint32 { return uint32(s.left+1) ^ uint32(s.right+1) }

// onBorder reports whether the outside is beside s.
func (s *sided) onBorder() bool { return s.left == None || s.right == None }

func newIndex(c *Coverage) index {
	x := index{box: geo.EmptyBox(), edges: sidedEdges(c.arcs)}
	for _, b := range c.boxes {
		x.box = x.box.Union(b)
	}
	if len(x.edges) == 0 {
		return x
	}
	x.box.Min.X-- // so that the left side and the bottom of the box are outside
	x.box.Min.Y--
	x.lay()
	x.fill()
	x.findCorners()
	return x
}

func sidedEdges(arcs []Arc) []sided {
	n := 0
	for _, a := range arcs {
		n += len(a.Pos) - 1
	}
	edges := make([]sided, 0, n)
	for _, a := range arcs {
		for i := range len(a.Pos) - 1 {
			edges = append(edges, sided{a.Pos[i], a.Pos[i+1], a.Left, a.Right})
		}
	}
	return edges
}

// lay chooses the size of the buckets: about as many buckets as edges, but such
// that an edge reaches into four on average at most, so that memory is bounded
// by the number of edges.
func (x *index) lay() {
	w, h := int64(x.box.Max.X)-int64(x.box.Min.X)+1, int64(x.box.Max.Y)-int64(x.box.Min.Y)+1
	n := int64(1)
	for n*n < int64(len(x.edges)) {
		n++
	}
	for ; n > 1; n = n * 3 / 4 {
		if x.reach((w+n-1)/n, (h+n-1)/n) <= 4*int64(len(x.edges)) {
			break
		}
	}
	x.width, x.height = (w+n-1)/n, (h+n-1)/n
	x.cols, x.rows = (w-1)/x.width+1, (h-1)/x.height+1
}

// reach bounds from above how often edges reach into buckets of that size.
func (x *index) reach(width, height int64) int64 {
	sum := int64(0)
	for i := range x.edges {
		box := edge{x.edges[i].a, x.edges[i].b}.box()
		sum += (int64(box.Max.X)-int64(box.Min.X))/width + (int64(box.Max.Y)-int64(box.Min.Y))/height + 1
	}
	return sum
}

func (x *index) col(v int32) int64 { return (int64(v) - int64(x.box.Min.X)) / x.width }
func (x *index) row(v int32) int64 { return (int64(v) - int64(x.box.Min.Y)) / x.height }

// fill lists for each bucket the edges that reach into it, by counting first.
func (x *index) fill() {
	x.from = make([]uint32, x.cols*x.rows+1)
	for i := range x.edges {
		x.buckets(&x.edges[i], func(k int64) { x.from[k+1]++ })
	}
	for k := range x.cols * x.rows {
		x.from[k+1] += x.from[k]
	}
	x.refs = make([]uint32, x.from[len(x.from)-1])
	at := append([]uint32(nil), x.from...)
	for i := range x.edges {
		x.buckets(&x.edges[i], func(k int64) {
			x.refs[at[k]] = uint32(i)
			at[k]++
		})
	}
}

// buckets calls fn for every bucket that e reaches into or touches, and perhaps
// for a few beside them.
func (x *index) buckets(e *sided, fn func(k int64)) {
	lo, hi := e.a, e.b
	if lo.Y > hi.Y {
		lo, hi = hi, lo
	}
	box := edge{lo, hi}.box()
	slope := 0.0
	if hi.Y > lo.Y {
		slope = (float64(hi.X) - float64(lo.X)) / (float64(hi.Y) - float64(lo.Y))
	}
	for r := x.row(lo.Y - 1); r <= x.row(hi.Y); r++ {
		from, to := box.Min.X, box.Max.X
		if hi.Y > lo.Y {
			bottom := float64(max(int64(lo.Y), int64(x.box.Min.Y)+r*x.height))
			top := float64(min(int64(hi.Y), int64(x.box.Min.Y)+(r+1)*x.height))
			x0 := float64(lo.X) + slope*(bottom-float64(lo.Y))
			x1 := float64(lo.X) + slope*(top-float64(lo.Y))
			from = int32(max(float64(from), min(x0, x1)-2))
			to = int32(min(float64(to), max(x0, x1)+2))
		}
		for c := x.col(from - 1); c <= x.col(to); c++ {
			fn(r*x.cols + c)
		}
	}
}

// findCorners walks along the bottom of each row of buckets from the left side
// of the box, which is outside.
func (x *index) findCorners() {
	x.corner = make([]uint32, x.cols*x.rows)
	for k := range x.corner {
		if k := int64(k); k%x.cols > 0 {
			x.corner[k] = x.corner[k-1] ^ x.changes(k-1, x.cornerOf(k-1), x.cornerOf(k))
		}
	}
}

func (x *index) cornerOf(k int64) geo.Pos {
	return geo.Pos{
		X: int32(int64(x.box.Min.X) + k%x.cols*x.width),
		Y: int32(int64(x.box.Min.Y) + k/x.cols*x.height),
	}
}

// changes returns the exclusive or of the changes at all edges of bucket k that
// the path from p up or down to the height of q, and from there to q, crosses.
func (x *index) changes(k int64, p, q geo.Pos) uint32 {
	bend := geo.Pos{X: p.X, Y: q.Y}
	face := uint32(0)
	for _, i := range x.refs[x.from[k]:x.from[k+1]] {
		e := &x.edges[i]
		if (e.a.X <= p.X) != (e.b.X <= p.X) && geo.Side(e.a, e.b, p) != geo.Side(e.a, e.b, bend) {
			face ^= e.change()
		}
		if (e.a.Y <= q.Y) != (e.b.Y <= q.Y) && geo.Side(e.a, e.b, bend) != geo.Side(e.a, e.b, q) {
			face ^= e.change()
		}
	}
	return face
}
