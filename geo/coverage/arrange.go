package coverage

import (
	"cmp"
	"slices"

	"jingwei/geo"
)

// arrangement is the plane cut up by the borders of faces that may gap, overlap
// and cross: its regions, each with the faces that cover it.
type arrangement struct {
	pieces  []piece // noded; half-edge 2i is piece i forwards, 2i+1 backwards
	loopOf  []int32 // of each half-edge: the loop with the region on its left
	loops   [][]int32
	within  []int32 // region of each loop, or -1 while it is not known
	regions []region
}

// region is a connected piece of the plane. Region 0 is the unbounded one.
type region struct {
	loops []int32
	cover []net // the faces that cover it, ascending, and how often
}

func arrange(ps []piece) *arrangement {
	a := &arrangement{pieces: node(ps)}
	a.trace()
	a.group()
	a.cover()
	return a
}

// half returns the ends of a half-edge.
func (a *arrangement) half(h int32) edge {
	e := a.pieces[h/2].edge
	if h%2 == 1 {
		return edge{e.b, e.a}
	}
	return e
}

// trace joins half-edges into loops.
func (a *arrangement) trace() {
	next := a.successors()
	a.loopOf = make([]int32, len(next))
	for h := range a.loopOf {
		a.loopOf[h] = -1
	}
	for h := range next {
		if a.loopOf[h] >= 0 {
			continue
		}
		var loop []int32
		for k := int32(h); a.loopOf[k] < 0; k = next[k] {
			a.loopOf[k] = int32(len(a.loops))
			loop = append(loop, k)
		}
		a.loops = append(a.loops, loop)
	}
}

// successors returns for each half-edge the one after it in its loop: the first
// clockwise from it turned back.
func (a *arrangement) successors() []int32 {
	out := make([]int32, 2*len(a.pieces))
	for h := range out {
		out[h] = int32(h)
	}
	slices.SortFunc(out, func(g, h int32) int {
		eg, eh := a.half(g), a.half(h)
		return cmp.Or(eg.a.Compare(eh.a), aroundOrigin(eg, eh))
	})
	next := make([]int32, len(out))
	for from := 0; from < len(out); {
		to := from + 1
		for to < len(out) && a.half(out[to]).a == a.half(out[from]).a {
			to++
		}
		before := out[to-1]
		for _, h := range out[from:to] {
			next[h^1], before = before, h
		}
		from = to
	}
	return next
}

// aroundOrigin orders edges with a common start counter-clockwise, beginning
// with the direction of positive X.
func aroundOrigin(e, f edge) int {
	return cmp.Or(cmp.Compare(halfPlane(e), halfPlane(f)), -geo.Orient(e.a, e.b, f.b))
}

func halfPlane(e edge) int {
	if e.b.Y < e.a.Y || e.b.Y == e.a.Y && e.b.X < e.a.X {
		return 1
	}
	return 0
}

// ring returns the positions along loop l.
func (a *arrangement) ring(l int32) geo.Ring {
	r := make(geo.Ring, len(a.loops[l]))
	for i, h := range a.loops[l] {
		r[i] = a.half(h).a
	}
	return r
}

// group makes regions of loops: a counter-clockwise loop bounds a region from
// outside; any other bounds, from inside, the region its component lies in.
func (a *arrangement) group() {
	a.regions = make([]region, 1)
	a.within = make([]int32, len(a.loops))
	var inner []int32
	for l := range a.loops {
		if a.ring(int32(l)).CounterClockwise() {
			a.within[l] = int32(len(a.regions))
			a.regions = append(a.regions, region{loops: []int32{int32(l)}})
		} else {
			a.within[l] = -1
			inner = append(inner, int32(l))
		}
	}
	edges := make([]edge, len(a.pieces))
	for i, p := range a.pieces {
		edges[i] = p.edge
	}
	s := newStrips(edges)
	for _, l := range inner {
		r := a.around(s, l)
		a.within[l] = r
		a.regions[r].loops = append(a.regions[r].loops, l)
	}
}

// around returns the region that loop l bounds from inside: it looks to the left
// of the loop's lowest position, and again from the loop found there, until it
// finds one whose region is known or nothing more.
func (a *arrangement) around(s *strips, l int32) int32 {
	for a.within[l] < 0 {
		h, ok := a.leftOf(s, lowest(a.ring(l)))
		if !ok {
			return 0
		}
		l = a.loopOf[h]
	}
	return a.within[l]
}

// leftOf returns the half-edge that a ray to the left from p hits first, in the
// direction that has p on its left. The ray starts moved up by an infinitely
// small amount, and p is the lowest position of its component.
func (a *arrangement) leftOf(s *strips, p geo.Pos) (int32, bool) {
	best := int32(-1)
	for _, i := range s.at(half{2 * int64(p.X), 2 * int64(p.Y)}) {
		e := s.edges[i]
		if (e.a.Y <= p.Y) == (e.b.Y <= p.Y) || e.a == p || e.b == p || geo.Side(upwards(e).a, upwards(e).b, p) > 0 {
			continue
		}
		if best < 0 || rightOf(upwards(e), upwards(s.edges[best])) {
			best = i
		}
	}
	if best < 0 {
		return 0, false
	}
	if e := s.edges[best]; e.a.Y < e.b.Y {
		return 2*best + 1, true
	}
	return 2 * best, true
}

func upwards(e edge) edge {
	if e.a.Y > e.b.Y {
		return edge{e.b, e.a}
	}
	return e
}

// rightOf reports whether e is to the right of f where both have the same
// height; both run upwards and do not cross.
func rightOf(e, f edge) bool {
	if e.a.Y < f.a.Y {
		return !rightOf(f, e)
	}
	return cmp.Or(geo.Orient(f.a, f.b, e.a), geo.Orient(f.a, f.b, e.b)) < 0
}

// cover finds which faces cover each region, walking from the unbounded one,
// which none covers, across the borders.
func (a *arrangement) cover() {
	known := make([]bool, len(a.regions))
	known[0] = true
	for queue := []int32{0}; len(queue) > 0; queue = queue[1:] {
		from := queue[0]
		for _, l := range a.regions[from].loops {
			for _, h := range a.loops[l] {
				to := a.within[a.loopOf[h^1]]
				if known[to] {
					continue
				}
				by := int32(-1) // leaving over the right of a forward half-edge
				if h%2 == 1 {
					by = 1
				}
				a.regions[to].cover = addNets(a.regions[from].cover, a.pieces[h/2].nets, by)
				known[to] = true
				queue = append(queue, to)
			}
		}
	}
}

// area returns the area of region r in square metres, its mean width in metres
// (twice the area by the perimeter), and its lowest position.
func (a *arrangement) area(r int32) (m2, width float64, at geo.Pos) {
	perimeter := 0.0
	for i, l := range a.regions[r].loops {
		ring := a.ring(l)
		m2 += ring.AreaM2()
		for j, p := range ring {
			perimeter += geo.Distance(p, ring[(j+1)%len(ring)])
		}
		if low := lowest(ring); i == 0 || low.Compare(at) < 0 {
			at = low
		}
	}
	return m2, 2 * m2 / max(perimeter, 1e-9), at
}

// beside returns the faces that cover the regions beside r, ascending.
func (a *arrangement) beside(r int32) []int32 {
	var faces []int32
	for _, l := range a.regions[r].loops {
		for _, h := range a.loops[l] {
			for _, n := range a.regions[a.within[a.loopOf[h^1]]].cover {
				faces = append(faces, n.face)
			}
		}
	}
	slices.Sort(faces)
	return slices.Compact(faces)
}
