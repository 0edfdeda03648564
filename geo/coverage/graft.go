package coverage

import (
	"slices"

	"jingwei/geo"
)

// graft is the arcs of a patch, to put in place of those that die.
type graft struct {
	*patch
	*arcTracer
	starts map[geo.Pos][]int32 // edges of the outside by origin
	rings  [][]ringRef         // of the faces drawn, of the new arcs by their order
}

// newGraft makes the arcs. The mesh holds the shapes of the patch and then its
// outside, and every edge has another that runs against it.
func newGraft(p *patch, m *mesh) *graft {
	g := &graft{p, &arcTracer{m: m, arcOf: make([]int32, len(m.org)), node: m.nodes()}, map[geo.Pos][]int32{}, make([][]ringRef, len(p.drawn))}
	outside := int32(len(p.drawn))
	for e, f := range m.face {
		if f == outside {
			at := m.pos[m.org[e]]
			g.starts[at] = append(g.starts[at], int32(e))
		}
	}
	g.knot()
	g.name()
	for _, start := range m.start {
		if i, drawn := slices.BinarySearch(p.drawn, m.face[start]); drawn {
			g.rings[i] = append(g.rings[i], g.ring(start))
		}
	}
	return g
}

// knot makes nodes of the ends of arcs that die where an arc that stays ends too.
func (g *graft) knot() {
	dying := map[geo.Pos]int{}
	for _, i := range g.dying {
		pos := g.of.arcs.at(i).Pos
		dying[pos[0]]++
		dying[pos[len(pos)-1]]++
	}
	for p, n := range dying {
		if g.of.index.degree(p) > n {
			g.node[g.m.org[g.starts[p][0]]] = true
		}
	}
}

// name gives the edges their faces in the coverage.
func (g *graft) name() {
	for e, f := range g.m.face {
		if f < int32(len(g.drawn)) {
			g.m.face[e] = g.drawn[f]
		}
	}
	for _, ref := range g.rim {
		face := g.of.leftFace(ref)
		g.along(ref, func(e int32) { g.m.face[e] = face })
	}
}

// along calls fn for the edges of the outside that run along a dying arc as ref
// does.
func (g *graft) along(ref int32, fn func(e int32)) {
	pos := g.of.run(ref)
	e := g.leaving(pos[0], pos[1])
	for fn(e); g.m.pos[g.m.dst(e)] != pos[len(pos)-1]; fn(e) {
		e = g.m.next[e]
	}
}

// leaving returns the edge of the outside that runs from a towards b.
func (g *graft) leaving(a, b geo.Pos) int32 {
	list := g.starts[a]
	return list[slices.IndexFunc(list, func(e int32) bool { return geo.OnSegment(a, b, g.m.pos[g.m.dst(e)]) })]
}
