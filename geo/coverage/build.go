package coverage

import (
	"runtime"
	"slices"
	"sync"

	"jingwei/geo"
)

// Build makes one topology of faces. Positions where borders meet exactly are
// added to the edges they lie on, which changes no shape. When the faces break
// law 1 or 2, the error is *[Violations] and lists every place; when some are no
// valid polygon, it lists those alone.
//
// A set of valid polygons has neither gap nor overlap exactly when the sum of
// their boundaries winds once about everything inside one outer border. Edges
// that run against each other cancel in that sum, so only the border that is
// left, a small part of the whole, is looked at.
func Build(faces []Face) (*Coverage, error) {
	shapes, bad := normaliseAll(faces)
	if len(bad) > 0 {
		return nil, violated(bad)
	}
	names := make([]string, len(faces))
	for i, f := range faces {
		names[i] = f.Name
	}
	m, dirty := noded(shapes)
	if len(dirty) > 0 {
		return nil, violated(explain(names, shapes, m, dirty))
	}
	if thin := m.inlets(names); len(thin) > 0 {
		return nil, violated(thin)
	}
	return newCoverage(names, m), nil
}

// newCoverage lays the arcs of m, which bound faces with those names.
func newCoverage(names []string, m *mesh) *Coverage {
	arcs, rings := m.arcs(len(names))
	c := &Coverage{names: inPages(names), arcs: inPages(arcs), rings: inPages(rings)}
	c.finish()
	return c
}

// finish derives what a coverage knows besides its arcs and rings.
func (c *Coverage) finish() {
	boxes := make([]geo.Box, c.Len())
	for f := range boxes {
		boxes[f] = geo.EmptyBox()
	}
	arcs := c.arcs.all()
	arcBoxes := make([]geo.Box, len(arcs))
	for i, a := range arcs {
		box := geo.Ring(a.Pos).Box()
		arcBoxes[i] = box
		for _, f := range [2]int32{a.Left, a.Right} {
			if f != None {
				boxes[f] = boxes[f].Union(box)
			}
		}
	}
	c.boxes, c.arcBoxes = inPages(boxes), inPages(arcBoxes)
	c.index, c.border = newIndex(arcs), newBorder(borderEdges(nil, arcs))
}

// normaliseAll normalises every face, on all cores.
func normaliseAll(faces []Face) ([]geo.MultiPolygon, []Violation) {
	shapes := make([]geo.MultiPolygon, len(faces))
	bad := make([][]Violation, len(faces))
	parallel(len(faces), func(i int) { shapes[i], bad[i] = normalise(faces[i]) })
	return shapes, slices.Concat(bad...)
}

func cores() int { return runtime.GOMAXPROCS(0) }

// parallel calls fn for all i below n, on all cores.
func parallel(n int, fn func(i int)) {
	const chunk = 256
	var wg sync.WaitGroup
	next := make(chan int)
	for range min(cores(), n/chunk+1) {
		wg.Go(func() {
			for from := range next {
				for i := from; i < min(from+chunk, n); i++ {
					fn(i)
				}
			}
		})
	}
	for from := 0; from < n; from += chunk {
		next <- from
	}
	close(next)
	wg.Wait()
}

// noded matches the edges of all shapes, cutting those of the border at the
// positions that lie inside them. It returns the edges of the border that do
// not bound the inside, if any, ascending.
func noded(shapes []geo.MultiPolygon) (*mesh, []int32) {
	m, border, crossed := meshed(shapes)
	dirty := append([]int32(nil), m.twice...)
	for _, i := range crossed {
		dirty = append(dirty, border[i])
	}
	if len(dirty) == 0 {
		dirty = m.wrongWindings(border, m.edges(border))
	}
	slices.Sort(dirty)
	return m, slices.Compact(dirty)
}

// meshed matches the edges of all shapes, cutting those of the border at the
// positions that lie inside them. It returns the border too, and which of its
// edges cross another.
func meshed(shapes []geo.MultiPolygon) (m *mesh, border []int32, crossed []int) {
	for {
		m := newMesh(shapes)
		border := m.border()
		touches, crossed := borderMeetings(m.edges(border))
		if len(touches) == 0 {
			return m, border, crossed
		}
		shapes = m.cut(shapes, border, touches)
	}
}

// borderMeetings returns the positions that lie inside an edge, by edge, and the
// edges that cross another, each once, though it may cross all others.
func borderMeetings(edges []edge) (touches map[int][]geo.Pos, crossed []int) {
	touches = map[int][]geo.Pos{}
	crosser := make([]bool, len(edges))
	pairs(edges, func(i, j int) bool {
		e, f := edges[i], edges[j]
		switch meet(e, f) {
		case crosses:
			crosser[i], crosser[j] = true, true
		case touch, overlay:
			addTouches(touches, i, e, f)
			addTouches(touches, j, f, e)
		}
		return true
	})
	for i, c := range crosser {
		if c {
			crossed = append(crossed, i)
		}
	}
	return touches, crossed
}

// cut returns shapes with positions added inside edges of the border; touches is
// keyed by index into border. Faces that gain none are shared.
func (m *mesh) cut(shapes []geo.MultiPolygon, border []int32, touches map[int][]geo.Pos) []geo.MultiPolygon {
	at := make(map[int32][]geo.Pos, len(touches))
	gains := make(map[int32]bool)
	for i, ps := range touches {
		e := border[i]
		at[e] = along(m.edge(e), ps)
		gains[m.face[e]] = true
	}
	out := slices.Clone(shapes)
	for f := range gains {
		out[f] = nil
	}
	for _, start := range m.start {
		if f := m.face[start]; gains[f] {
			out[f] = append(out[f], geo.Polygon{m.ringWith(start, at)})
		}
	}
	return out
}

// ringWith returns the ring from edge start on with the positions of at added.
func (m *mesh) ringWith(start int32, at map[int32][]geo.Pos) geo.Ring {
	var r geo.Ring
	for e := start; ; {
		r = append(r, m.pos[m.org[e]])
		r = append(r, at[e]...)
		if e = m.next[e]; e == start {
			return r
		}
	}
}

// wrongWindings returns the edges of the border that do not have the winding
// number 1 on their left and 0 on their right, and those that bound a hole in
// the territory.
func (m *mesh) wrongWindings(border []int32, edges []edge) []int32 {
	s := newStrips(edges)
	byEdge := make(map[edge]int32, len(border))
	var wrong []int32
	for i, e := range border {
		byEdge[edges[i]] = e
		if left, right := s.beside(edges[i]); left != 1 || right != 0 {
			wrong = append(wrong, e)
		}
	}
	for _, r := range trace(edges) {
		if r.CounterClockwise() {
			continue
		}
		for _, e := range edgesOf(nil, geo.MultiPolygon{{r}}) {
			if i, ok := byEdge[e]; ok {
				wrong = append(wrong, i)
			}
		}
	}
	return wrong
}
