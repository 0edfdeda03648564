package coverage

import (
	"cmp"
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
	for r := range a.regions[1:] {
		r := int32(r + 1)
		m2, width, at := a.area(r)
		v := Violation{At: at, AreaM2: m2, WidthM: width}
		switch cover := a.regions[r].cover; {
		case len(cover) > 1:
			v.Rule, v.Faces = Overlap, name(facesOf(cover))
		case len(cover) == 0 && !taken(shapes, near, a, r):
			v.Rule, v.Faces = gapRule(width), name(a.beside(r))
		default:
			continue
		}
		if !slices.ContainsFunc(list[:twice], func(d Violation) bool { return slices.Equal(d.Faces, v.Faces) }) {
			list = append(list, v)
		}
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

// facesNear returns the faces whose boxes meet that of a dirty edge, ascending.
func facesNear(shapes []geo.MultiPolygon, m *mesh, dirty []int32) []int32 {
	boxes := make([]geo.Box, 0, len(dirty)+len(shapes))
	for _, e := range dirty {
		boxes = append(boxes, m.edge(e).box())
	}
	for _, s := range shapes {
		boxes = append(boxes, s.Box())
	}
	near := make(map[int32]bool)
	boxPairs(boxes, func(i, j int) bool {
		i, j = min(i, j), max(i, j)
		if i < len(dirty) && j >= len(dirty) {
			near[int32(j-len(dirty))] = true
		}
		return true
	})
	list := make([]int32, 0, len(near))
	for f := range near {
		list = append(list, f)
	}
	slices.Sort(list)
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

// taken reports whether region r, which no face near covers, lies in another.
func taken(shapes []geo.MultiPolygon, near []int32, a *arrangement, r int32) bool {
	h := a.loops[a.regions[r].loops[0]][0]
	e := a.half(h)
	box := e.box()
	for f, s := range shapes {
		if _, in := slices.BinarySearch(near, int32(f)); in || !s.Box().Intersects(box) {
			continue
		}
		strips := newStrips(edgesOf(nil, s))
		p := middle(e.a, e.b)
		w := strips.winding(p)
		if geo.Side(e.a, e.b, e.a) < 0 {
			w += strips.net(e.a, e.b, p)
		}
		if w > 0 {
			return true
		}
	}
	return false
}
