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
	path  []geo.Pos // along the arc in hand
	chunk []geo.Pos // of many arcs
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
	t.path = append(t.path[:0], m.pos[m.org[e]])
	last := e
	for {
		t.path = append(t.path, m.pos[m.dst(last)])
		next = m.next[last]
		if t.node[m.org[next]] || next == e {
			break
		}
		last = next
	}
	if known := t.arcOf[e]; known != 0 {
		return known - arcBias, next
	}
	i := int32(len(t.arcs))
	a := Arc{Left: m.face[e], Right: None, Pos: t.keep(t.path)}
	if back := m.twin[last]; back >= 0 {
		a.Right = m.face[back]
		t.arcOf[back] = ^i + arcBias
	}
	t.arcOf[e] = i + arcBias
	t.arcs = append(t.arcs, a)
	return i, next
}

// keep copies the positions of an arc to memory shared by many, which does not
// grow: what it had grown from would stay as long as its arcs.
func (t *arcTracer) keep(path []geo.Pos) []geo.Pos {
	const size = 1 << 16
	if cap(t.chunk)-len(t.chunk) < len(path) {
		t.chunk = make([]geo.Pos, 0, max(len(path), min(size, len(t.m.org))))
	}
	from := len(t.chunk)
	t.chunk = append(t.chunk, path...)
	return t.chunk[from:len(t.chunk):len(t.chunk)]
}

// arcBias keeps the references of arcs apart from 0, which means none.
const arcBias = 1 << 30
