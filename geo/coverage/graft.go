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
		pos := g.of.arcs[i].Pos
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

// coverage returns the patched coverage.
func (g *graft) coverage() *Coverage {
	n := g.of.Len()
	for f := range g.faces {
		n = max(n, int(f)+1)
	}
	c := &Coverage{names: resized(g.of.names, n), rings: resized(g.of.rings, n), boxes: resized(g.of.boxes, n)}
	for f, face := range g.faces {
		c.names[f], c.rings[f], c.boxes[f] = face.Name, nil, geo.EmptyBox()
	}
	slots, moved := g.renumber()
	g.putArcs(c, slots, moved)
	g.putRings(c, slots, moved)
	c.index, c.border = g.replant(c.arcs), g.fence()
	return c
}

func resized[T any](s []T, n int) []T {
	out := make([]T, n)
	copy(out, s)
	return out
}

// renumber returns the numbers of the new arcs: those of the dying ones, and then
// further ones. Where the new ones are fewer, the last arcs move to the numbers
// that are left, so that no number is without an arc.
func (g *graft) renumber() (slots []int32, moved map[int32]int32) {
	old, n := len(g.of.arcs), len(g.of.arcs)-len(g.dying)+len(g.arcs)
	taken := min(len(g.dying), len(g.arcs))
	slots, free := slices.Clone(g.dying[:taken]), g.dying[taken:]
	for i := old; i < n; i++ {
		slots = append(slots, int32(i))
	}
	moved = map[int32]int32{}
	for i := int32(n); i < int32(old); i++ {
		if !g.dies(i) {
			moved[i], free = free[0], free[1:]
		}
	}
	return slots, moved
}

func (g *graft) dies(arc int32) bool {
	_, dies := slices.BinarySearch(g.dying, arc)
	return dies
}

func (g *graft) putArcs(c *Coverage, slots []int32, moved map[int32]int32) {
	n := len(g.of.arcs) - len(g.dying) + len(g.arcs)
	c.arcs, c.arcBoxes = resized(g.of.arcs, n), resized(g.of.arcBoxes, n)
	for from, to := range moved {
		c.arcs[to], c.arcBoxes[to] = g.of.arcs[from], g.of.arcBoxes[from]
	}
	for i, a := range g.arcs {
		c.arcs[slots[i]] = a
		c.measure(slots[i])
	}
}

// putRings gives the faces drawn their rings, and those beside the patch and
// beside arcs that moved rings with the new numbers.
func (g *graft) putRings(c *Coverage, slots []int32, moved map[int32]int32) {
	slot := func(i int32) int32 { return slots[i] }
	for k, f := range g.drawn {
		c.rings[f] = renumbered(g.rings[k], slot)
	}
	beside := map[int32]bool{}
	for _, ref := range g.rim {
		beside[g.of.leftFace(ref)] = true
	}
	delete(beside, None)
	for f := range beside {
		c.rings[f] = slices.Clone(c.rings[f])
		for k, ring := range c.rings[f] {
			c.rings[f][k] = g.rerouted(ring, slot)
		}
	}
	for _, to := range moved {
		for _, f := range [2]int32{c.arcs[to].Left, c.arcs[to].Right} {
			if f != None {
				c.rings[f] = renumbered(c.rings[f], func(i int32) int32 {
					if to, ok := moved[i]; ok {
						return to
					}
					return i
				})
			}
		}
	}
}

// rerouted returns a ring that runs along the new arcs in place of dying ones.
func (g *graft) rerouted(ring ringRef, slot func(int32) int32) ringRef {
	out := make(ringRef, 0, len(ring))
	for _, ref := range ring {
		if !g.dies(arcIndex(ref)) {
			out = append(out, ref)
			continue
		}
		g.along(ref, func(e int32) {
			if begins := g.arcOf[e]; begins != 0 {
				out = append(out, withIndex(begins-arcBias, slot))
			}
		})
	}
	return out
}

// renumbered returns rings along arcs whose numbers have changed.
func renumbered(rings []ringRef, number func(int32) int32) []ringRef {
	out := make([]ringRef, len(rings))
	for k, ring := range rings {
		out[k] = make(ringRef, len(ring))
		for i, ref := range ring {
			out[k][i] = withIndex(ref, number)
		}
	}
	return out
}

// withIndex returns ref for the arc with another number.
func withIndex(ref int32, number func(int32) int32) int32 {
	if ref < 0 {
		return ^number(^ref)
	}
	return number(ref)
}

// fence returns the index of the outer border: as it is, unless the patch reaches
// there.
func (g *graft) fence() border {
	if !slices.ContainsFunc(g.rim, func(ref int32) bool { return g.of.leftFace(ref) == None }) {
		return g.of.border
	}
	edges := slices.DeleteFunc(slices.Clone(g.of.border.edges), func(e borderEdge) bool { return g.gone[e.face] })
	return newBorder(borderEdges(edges, g.arcs))
}
