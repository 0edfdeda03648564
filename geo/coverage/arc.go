package coverage

import "jingwei/geo"

// arcs cuts the edges of m into arcs at its nodes and lays the rings of the
// faces along them.
func (m *mesh) arcs(faces int) ([]Arc, [][]ringRef) {
	t := &arcTracer{m: m, arcOf: make([]int32, len(m.org)), node: m.nodes()}
	rings := make([][]ringRef, faces)
	for _, start := range m.start {
		f := m.face[start]
		rings[f] = append(rings[f], t.ring(start))
	}
	return t.arcs, rings
}

// nodes tells for each vertex whether it is a node: whether other than two
// different edges end there. A vertex where faces part is always one, and one
// with two edges is none.
func (m *mesh) nodes() []bool {
	degree := make([]int32, len(m.pos))
	for e, t := range m.twin {
		if t < int32(e) { // once for each pair, and for each edge of the border
			degree[m.org[e]]++
			degree[m.dst(int32(e))]++
		}
	}
	node := make([]bool, len(m.pos))
	for v, d := range degree {
		node[v] = d != 2
	}
	return node
}

type arcTracer struct {
	m     *mesh
	node  []bool
	arcOf []int32 // of the first edge of each arc: i or ^i, plus arcBias; else 0
	arcs  []Arc
	pos   []geo.Pos
}

// ring returns the ring that begins at edge start as arcs, making those that are
// not there yet.
func (t *arcTracer) ring(start int32) ringRef {
	e := t.toNode(start)
	first := e
	var ring ringRef
	for {
		ref, next := t.arc(e)
		ring = append(ring, ref)
		if e = next; e == first {
			return ring
		}
	}
}

// toNode returns the first edge from start on that begins at a node. In a ring
// without nodes it is the edge that begins at the lowest position, so that the
// two faces beside a loop begin it at the same place.
func (t *arcTracer) toNode(start int32) int32 {
	lowest := start
	for e := start; ; {
		if t.node[t.m.org[e]] {
			return e
		}
		if t.m.pos[t.m.org[e]].Compare(t.m.pos[t.m.org[lowest]]) < 0 {
			lowest = e
		}
		if e = t.m.next[e]; e == start {
			return lowest
		}
	}
}

// arc returns the arc that begins with edge e, and the edge after it.
func (t *arcTracer) arc(e int32) (ref, next int32) {
	m := t.m
	from := len(t.pos)
	t.pos = append(t.pos, m.pos[m.org[e]])
	var last int32
	for n := e; ; n = m.next[n] {
		t.pos = append(t.pos, m.pos[m.dst(n)])
		last = n
		if t.node[m.dst(n)] || m.next[n] == e {
			break
		}
	}
	next = m.next[last]
	if known := t.arcOf[e]; known != 0 {
		t.pos = t.pos[:from]
		return known - arcBias, next
	}
	i := int32(len(t.arcs))
	a := Arc{Left: m.face[e], Right: None, Pos: t.pos[from:len(t.pos):len(t.pos)]}
	if back := m.twin[last]; back >= 0 {
		a.Right = m.face[back]
		t.arcOf[back] = ^i + arcBias
	}
	t.arcOf[e] = i + arcBias
	t.arcs = append(t.arcs, a)
	return i, next
}

// arcBias keeps the references of arcs apart from 0, which means none.
const arcBias = 1 << 30
