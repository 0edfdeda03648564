package synth

import "math/bits"

// mesh is a Delaunay triangulation, built point by point. Half-edge e belongs to
// triangle e/3, runs counter-clockwise around it from point org[e] to the origin
// of the next, and lies against half-edge opp[e] of the neighbour, -1 at the
// rim. Points 0, 1 and 2 are the corners of a triangle around all others.
type mesh struct {
	pts   []pt
	org   []int32
	opp   []int32
	last  int32 // triangle made last, where the next search begins
	stack []int32
}

// corners lie outside the plane, far enough to hold all of it between them.
var corners = [3]pt{{-40_000_000, -20_000_000}, {60_000_000, -20_000_000}, {10_000_000, 60_000_000}}

// newMesh returns the triangle of the three corners, with room for n points.
func newMesh(n int) *mesh {
	m := &mesh{
		pts: make([]pt, 3, n+3),
		org: make([]int32, 3, 6*n+3),
		opp: make([]int32, 3, 6*n+3),
	}
	copy(m.pts, corners[:])
	copy(m.org, []int32{0, 1, 2})
	copy(m.opp, []int32{-1, -1, -1})
	return m
}

func next(e int32) int32 {
	if e%3 == 2 {
		return e - 2
	}
	return e + 1
}

func prev(e int32) int32 {
	if e%3 == 0 {
		return e + 2
	}
	return e - 1
}

// add inserts p; it reports false, and changes nothing, when a point is there
// already.
func (m *mesh) add(p pt) bool {
	t := m.locate(p)
	for _, i := range m.org[3*t : 3*t+3] {
		if m.pts[i] == p {
			return false
		}
	}
	m.pts = append(m.pts, p)
	m.split(t, int32(len(m.pts)-1))
	for len(m.stack) > 0 {
		e := m.stack[len(m.stack)-1]
		m.stack = m.stack[:len(m.stack)-1]
		m.legalise(e)
	}
	m.last = t
	return true
}

// locate walks from the last triangle to one that holds p.
func (m *mesh) locate(p pt) int32 {
	e := 3 * m.last
	for good := 0; good < 3; { // edges of the triangle that have p on their left
		if orient(m.pts[m.org[e]], m.pts[m.org[next(e)]], p) < 0 {
			e, good = next(m.opp[e]), 1
		} else {
			e, good = next(e), good+1
		}
	}
	return e / 3
}

// split puts point p into triangle t, which becomes three.
func (m *mesh) split(t, p int32) {
	e := 3 * t
	a, b, c := m.org[e], m.org[e+1], m.org[e+2]
	ab, bc, ca := m.opp[e], m.opp[e+1], m.opp[e+2]
	f := int32(len(m.org))
	g := f + 3
	m.org[e+2] = p
	m.org = append(m.org, b, c, p, c, a, p)
	m.opp = append(m.opp, -1, -1, -1, -1, -1, -1)
	m.link(e, ab)
	m.link(f, bc)
	m.link(g, ca)
	m.link(e+1, f+2)
	m.link(f+1, g+2)
	m.link(g+1, e+2)
	m.stack = append(m.stack, e, f, g)
}

func (m *mesh) link(e, o int32) {
	m.opp[e] = o
	if o >= 0 {
		m.opp[o] = e
	}
}

// legalise flips edge e, whose triangle has the new point as its apex, when the
// point beyond it lies in that triangle's circle.
func (m *mesh) legalise(e int32) {
	o := m.opp[e]
	if o < 0 {
		return
	}
	en, ep, on, op := next(e), prev(e), next(o), prev(o)
	a, b, p, d := m.org[e], m.org[en], m.org[ep], m.org[op]
	if inCircle(m.pts[a], m.pts[b], m.pts[p], m.pts[d]) <= 0 {
		return
	}
	ad, db, bp := m.opp[on], m.opp[op], m.opp[en]
	m.org[en], m.org[o], m.org[on], m.org[op] = d, d, b, p
	m.link(e, ad)
	m.link(o, db)
	m.link(on, bp)
	m.link(en, op)
	m.stack = append(m.stack, e, o)
}

// orient is positive when c lies to the left of the line from a to b. It is
// exact: differences stay below 2²⁷.
func orient(a, b, c pt) int64 {
	return (int64(b.u)-int64(a.u))*(int64(c.v)-int64(a.v)) - (int64(c.u)-int64(a.u))*(int64(b.v)-int64(a.v))
}

// inCircle is positive when d lies inside the circle through a, b and c, which
// run counter-clockwise. It is exact: the determinant stays below 2¹¹².
func inCircle(a, b, c, d pt) int {
	au, av := int64(a.u)-int64(d.u), int64(a.v)-int64(d.v)
	bu, bv := int64(b.u)-int64(d.u), int64(b.v)-int64(d.v)
	cu, cv := int64(c.u)-int64(d.u), int64(c.v)-int64(d.v)
	return product(au*au+av*av, bu*cv-bv*cu).
		plus(product(bu*bu+bv*bv, cu*av-cv*au)).
		plus(product(cu*cu+cv*cv, au*bv-av*bu)).sign()
}

// wide is a signed 128-bit number in two's complement.
type wide struct{ hi, lo uint64 }

func product(a, b int64) wide {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	hi -= uint64(a>>63)&uint64(b) + uint64(b>>63)&uint64(a)
	return wide{hi, lo}
}

func (w wide) plus(x wide) wide {
	lo, carry := bits.Add64(w.lo, x.lo, 0)
	hi, _ := bits.Add64(w.hi, x.hi, carry)
	return wide{hi, lo}
}

func (w wide) sign() int {
	switch {
	case int64(w.hi) < 0:
		return -1
	case w.hi|w.lo == 0:
		return 0
	}
	return 1
}
