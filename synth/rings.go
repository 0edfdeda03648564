package synth

import "jingwei/geo"

// tracer turns a net whose sites are dealt out to cells into the rings of those
// cells.
type tracer struct {
	net   *net
	owner []int32 // cell of each point of the mesh, -1 outside
	bend  []geo.Pos
	from  []int32 // bends of half-edge e < opp[e] are bend[from[e]:from[e]+many[e]]
	many  []int8
	chunk []geo.Pos
}

const outside = -1

func newTracer(n *net, owner []int32, seed uint64) *tracer {
	t := &tracer{net: n, owner: owner, from: make([]int32, len(n.org)), many: make([]int8, len(n.org))}
	for e := range int32(len(n.org)) {
		o := n.opp[e]
		if e > o || owner[n.org[e]] == owner[n.org[o]] || n.pos[e/3] == n.pos[o/3] {
			continue
		}
		t.from[e] = int32(len(t.bend))
		t.bend = n.winding(t.bend, e, seed)
		t.many[e] = int8(len(t.bend) - int(t.from[e]))
	}
	return t
}

// shapes returns the shape of each of cells cells.
func (t *tracer) shapes(cells int) []geo.MultiPolygon {
	shapes := make([]geo.MultiPolygon, cells)
	seen := make([]bool, len(t.net.org))
	var ring geo.Ring
	for e := range int32(len(t.net.org)) {
		c := t.owner[t.net.org[e]]
		if c == outside || seen[e] || t.owner[t.net.org[next(e)]] == c {
			continue
		}
		ring = t.trace(ring[:0], e, seen)
		shapes[c] = put(shapes[c], t.keep(ring))
	}
	return shapes
}

// put adds a ring to a shape of one polygon: it may have holes, but no second
// part, since its sites share borders.
func put(m geo.MultiPolygon, r geo.Ring) geo.MultiPolygon {
	switch {
	case m == nil:
		return geo.MultiPolygon{{r}}
	case r.Area2() > 0:
		m[0] = append(geo.Polygon{r}, m[0]...)
	default:
		m[0] = append(m[0], r)
	}
	return m
}

// trace follows the border of the cell that half-edge e leaves, with the cell on
// the left, until it comes round.
func (t *tracer) trace(ring geo.Ring, e int32, seen []bool) geo.Ring {
	n := t.net
	c := t.owner[n.org[e]]
	for !seen[e] {
		seen[e] = true
		ring = t.emit(ring, e)
		if t.owner[n.org[prev(e)]] == c {
			e = n.opp[next(e)]
		} else {
			e = n.opp[prev(e)]
		}
	}
	return ring
}

// emit appends the border of half-edge e but for its last place.
func (t *tracer) emit(ring geo.Ring, e int32) geo.Ring {
	n := t.net
	o := n.opp[e]
	if n.pos[o/3] == n.pos[e/3] {
		return ring
	}
	ring = append(ring, n.pos[o/3])
	if e < o {
		return append(ring, t.bends(e)...)
	}
	b := t.bends(o)
	for i := len(b) - 1; i >= 0; i-- {
		ring = append(ring, b[i])
	}
	return ring
}

func (t *tracer) bends(e int32) []geo.Pos { return t.bend[t.from[e] : t.from[e]+int32(t.many[e])] }

// keep copies a ring to memory shared by many.
func (t *tracer) keep(r geo.Ring) geo.Ring {
	const size = 1 << 16
	if cap(t.chunk)-len(t.chunk) < len(r) {
		t.chunk = make([]geo.Pos, 0, max(size, len(r)))
	}
	i := len(t.chunk)
	t.chunk = append(t.chunk, r...)
	return geo.Ring(t.chunk[i:len(t.chunk):len(t.chunk)])
}
