package coverage

import (
	"math/bits"

	"jingwei/geo"
)

// mesh holds all directed edges of all faces, ring after ring, each with the
// edge that runs against it. Edge e runs from vertex org[e] to org[next[e]] with
// face[e] on its left.
type mesh struct {
	pos   []geo.Pos // of each vertex
	org   []int32   // vertex
	next  []int32   // edge
	face  []int32
	twin  []int32 // edge, or -1 on the border
	start []int32 // first edge of each ring
	out   []int32 // edges by origin: those of vertex v are out[from[v]:from[v+1]]
	from  []int32
	twice []int32 // edges that another face runs along in the same direction
}

func newMesh(shapes []geo.MultiPolygon) *mesh {
	n := countEdges(shapes)
	m := &mesh{org: make([]int32, 0, n), next: make([]int32, 0, n), face: make([]int32, 0, n)}
	ids := newVertexTable(n)
	for f, shape := range shapes {
		for _, poly := range shape {
			for _, r := range poly {
				m.addRing(ids, r, int32(f))
			}
		}
	}
	m.pos = ids.pos
	m.sortByOrigin()
	m.match()
	return m
}

func countEdges(shapes []geo.MultiPolygon) int {
	n := 0
	for _, shape := range shapes {
		for _, poly := range shape {
			for _, r := range poly {
				n += len(r)
			}
		}
	}
	return n
}

func (m *mesh) addRing(ids *vertexTable, r geo.Ring, f int32) {
	first := int32(len(m.org))
	m.start = append(m.start, first)
	for i, p := range r {
		m.org = append(m.org, ids.id(p))
		m.next = append(m.next, first+int32(i)+1)
		m.face = append(m.face, f)
	}
	m.next[len(m.next)-1] = first
}

func (m *mesh) sortByOrigin() {
	m.from = make([]int32, len(m.pos)+1)
	for _, v := range m.org {
		m.from[v+1]++
	}
	for v := range m.pos {
		m.from[v+1] += m.from[v]
	}
	m.out = make([]int32, len(m.org))
	at := append([]int32(nil), m.from...)
	for e, v := range m.org {
		m.out[at[v]] = int32(e)
		at[v]++
	}
}

func (m *mesh) dst(e int32) int32 { return m.org[m.next[e]] }

func (m *mesh) outOf(v int32) []int32 { return m.out[m.from[v]:m.from[v+1]] }

func (m *mesh) edge(e int32) edge { return edge{m.pos[m.org[e]], m.pos[m.dst(e)]} }

func (m *mesh) edges(list []int32) []edge {
	edges := make([]edge, len(list))
	for i, e := range list {
		edges[i] = m.edge(e)
	}
	return edges
}

// match pairs each edge with the first unpaired one that runs against it.
func (m *mesh) match() {
	m.twin = make([]int32, len(m.org))
	for e := range m.twin {
		m.twin[e] = -1
	}
	for v := range m.pos {
		m.matchFrom(int32(v))
	}
}

func (m *mesh) matchFrom(v int32) {
	out := m.outOf(v)
	for i, e := range out {
		w := m.dst(e)
		for _, o := range out[:i] {
			if m.dst(o) == w {
				m.twice = append(m.twice, e, o)
			}
		}
		if m.twin[e] >= 0 {
			continue
		}
		for _, t := range m.outOf(w) {
			if m.dst(t) == v && m.twin[t] < 0 {
				m.twin[e], m.twin[t] = t, e
				break
			}
		}
	}
}

// border returns the edges that no other runs against: the boundary of the sum
// of all faces.
func (m *mesh) border() []int32 {
	var border []int32
	for e, t := range m.twin {
		if t < 0 {
			border = append(border, int32(e))
		}
	}
	return border
}

// vertexTable numbers positions in the order of their first appearance: a hash
// table with linear probing, at most half full.
type vertexTable struct {
	slots []int32 // vertex + 1, or 0
	pos   []geo.Pos
	shift int
}

func newVertexTable(n int) *vertexTable {
	size := 1 << bits.Len(uint(2*n+1))
	return &vertexTable{slots: make([]int32, size), pos: make([]geo.Pos, 0, n/2), shift: 64 - bits.Len(uint(size-1))}
}

func (t *vertexTable) id(p geo.Pos) int32 {
	h := (uint64(uint32(p.X))<<32 | uint64(uint32(p.Y))) * 0x9e3779b97f4a7c15
	h ^= h >> 29
	for i := h * 0xbf58476d1ce4e5b9 >> t.shift; ; i = (i + 1) & uint64(len(t.slots)-1) {
		switch v := t.slots[i]; {
		case v == 0:
			t.pos = append(t.pos, p)
			t.slots[i] = int32(len(t.pos))
			return int32(len(t.pos)) - 1
		case t.pos[v-1] == p:
			return v - 1
		}
	}
}
