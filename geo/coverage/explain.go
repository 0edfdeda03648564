package coverage

import (
	"cmp"
	"maps"
	"slices"

	"jingwei/geo"
)

// explain lists the gaps and overlaps that the dirty edges of m bound. It looks
// at the faces near those edges only; a gap is one if no other face lies there.
func explain(names []string, shapes []geo.MultiPolygon, m *mesh, dirty []int32) []Violation {
	near := facesNear(shapes, m, dirty)
	some := make([]geo.MultiPolygon, len(near))
	for i, f := range near {
		some[i] = shapes[f]
	}
	name := func(faces []int32) []string {
		out := make([]string, len(faces))
		for i, f := range faces {
			out[i] = names[near[f]]
		}
		return out
	}
	list := duplicates(names, shapes, near)
	twice := len(list)
	a := arrange(pieces(some))
	gaps := a.gaps(shapes, near)
	for r := range a.regions[1:] {
		r := int32(r + 1)
		m2, width, at := a.area(r)
		v := Violation{At: at, AreaM2: m2, WidthM: width}
		switch cover := a.regions[r].cover; {
		case len(cover) > 1:
			v.Rule, v.Faces = Overlap, name(facesOf(cover))
		case gaps[r]:
			v.Rule, v.Faces = gapRule(width), name(a.beside(r))
		default:
			continue
		}
		if !slices.ContainsFunc(list[:twice], func(d Violation) bool { return slices.Equal(d.Faces, v.Faces) }) {
			list = append(list, v)
		}
	}
	if len(list) == 0 {
		return thin(names, m, dirty)
	}
	slices.SortStableFunc(list, func(v, w Violation) int { return cmp.Compare(w.AreaM2, v.AreaM2) })
	return list
}

func gapRule(width float64) Rule {
	if width < SliverWidth {
		return Sliver
	}
	return Gap
}

func facesOf(cover []net) []int32 {
	faces := make([]int32, len(cover))
	for i, n := range cover {
		faces[i] = n.face
	}
	return faces
}

// facesNear returns, ascending, the faces whose boxes meet that of a dirty edge,
// and those with a border in the box of a run of dirty edges: islands in a gap.
func facesNear(shapes []geo.MultiPolygon, m *mesh, dirty []int32) []int32 {
	near := make(map[int32]bool)
	edges := m.edges(dirty)
	shapeBoxes := make([]geo.Box, len(shapes))
	for f, s := range shapes {
		shapeBoxes[f] = s.Box()
	}
	boxMeetings(boxesOf(edges), shapeBoxes, func(_, f int) { near[int32(f)] = true })
	border := m.border()
	boxMeetings(runs(edges), boxesOf(m.edges(border)), func(_, i int) { near[m.face[border[i]]] = true })
	return slices.Sorted(maps.Keys(near))
}

// runs returns the boxes of the runs of edges that begin where the one before
// ends.
func runs(edges []edge) []geo.Box {
	var boxes []geo.Box
	for i, e := range edges {
		if n := len(boxes); i > 0 && edges[i-1].b == e.a {
			boxes[n-1] = boxes[n-1].Union(e.box())
		} else {
			boxes = append(boxes, e.box())
		}
	}
	return boxes
}

// thin lists the violations whose ground is too thin for the lattice: it is gone
// once the places where borders cross are rounded to positions.
func thin(names []string, m *mesh, dirty []int32) []Violation {
	var list []Violation
	edges := m.edges(dirty)
	add := func(rule Rule, at geo.Pos, i, j int) {
		faces := [2]int32{m.face[dirty[i]], m.face[dirty[j]]}
		v := Violation{Rule: rule, Faces: pairOf(names, [2]int32{min(faces[0], faces[1]), max(faces[0], faces[1])}), At: at}
		if !slices.ContainsFunc(list, func(o Violation) bool { return o.Rule == rule && slices.Equal(o.Faces, v.Faces) }) {
			list = append(list, v)
		}
	}
	pairs(edges, func(i, j int) bool {
		if meet(edges[i], edges[j]) == crosses {
			at, _ := crossing(edges[i], edges[j])
			add(Overlap, at, i, j)
		}
		return len(list) < maxPerFace
	})
	if len(list) > 0 {
		return list
	}
	rule := Sliver
	if left, _ := newStrips(m.edges(m.border())).beside(edges[0]); left > 1 {
		rule = Overlap
	}
	add(rule, edges[0].a, 0, 0)
	return list
}

// duplicates lists pairs of faces that are the same polygon.
func duplicates(names []string, shapes []geo.MultiPolygon, near []int32) []Violation {
	type key struct {
		box   geo.Box
		edges int
	}
	first := map[key]int32{}
	var list []Violation
	for _, f := range near {
		k := key{shapes[f].Box(), countEdges(shapes[f : f+1])}
		g, ok := first[k]
		if !ok {
			first[k] = f
			continue
		}
		if len(pieces([]geo.MultiPolygon{shapes[f], shapes[g]})) == k.edges {
			list = append(list, Violation{Rule: Duplicate, Faces: []string{names[g], names[f]}, At: lowest(shapes[f][0][0]), AreaM2: shapes[f].AreaM2()})
		}
	}
	return list
}

// gaps returns, by region of a, whether it is one that no shape covers: neither of
// those near, which a was made of, nor another in which it lies.
func (a *arrangement) gaps(shapes []geo.MultiPolygon, near []int32) []bool {
	gap := make([]bool, len(a.regions))
	var bare []int32
	var edges []edge
	for r := range a.regions[1:] {
		if r := int32(r + 1); len(a.regions[r].cover) == 0 {
			gap[r] = true
			bare, edges = append(bare, r), append(edges, a.half(a.loops[a.regions[r].loops[0]][0]))
		}
	}
	far, boxes := farFrom(near, shapes)
	boxMeetings(boxesOf(edges), boxes, func(i, j int) {
		if gap[bare[i]] && winds(shapes[far[j]], edges[i]) {
			gap[bare[i]] = false
		}
	})
	return gap
}

// farFrom returns the shapes that are not near, with their boxes.
func farFrom(near []int32, shapes []geo.MultiPolygon) (far []int32, boxes []geo.Box) {
	for f, s := range shapes {
		if _, in := slices.BinarySearch(near, int32(f)); !in {
			far, boxes = append(far, int32(f)), append(boxes, s.Box())
		}
	}
	return far, boxes
}

// winds reports whether a shape covers the ground just left of e.
func winds(shape geo.MultiPolygon, e edge) bool {
	strips := newStrips(edgesOf(nil, shape))
	p := middle(e.a, e.b)
	w := strips.winding(p)
	if geo.Side(e.a, e.b, e.a) < 0 {
		w += strips.net(e.a, e.b, p)
	}
	return w > 0
}
