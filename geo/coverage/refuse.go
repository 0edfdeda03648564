package coverage

import (
	"cmp"
	"slices"

	"jingwei/geo"
)

// explain lists where the shapes of a patch do not cover the ground that its faces
// had once and nothing else. The edges of border are those that do not cancel in
// ∂S′ − ∂S.
func (p *patch) explain(m *mesh, border []int32) []Violation {
	shapes, names := p.around()
	a := arrange(pieces(append(shapes, p.ground())))
	var list []Violation
	for r := range a.regions[1:] {
		if v, bad := a.misfit(int32(r+1), names, len(p.drawn)); bad {
			list = append(list, v)
		}
	}
	if len(list) == 0 {
		return []Violation{p.tooThin(m, border)}
	}
	slices.SortStableFunc(list, func(v, w Violation) int { return cmp.Compare(w.AreaM2, v.AreaM2) })
	return list
}

// around returns the shapes of a patch and then those of the faces near that stay,
// with their names.
func (p *patch) around() (shapes []geo.MultiPolygon, names []string) {
	shapes = slices.Clone(p.shapes)
	near := geo.EmptyBox()
	for i, f := range p.drawn {
		names = append(names, p.faces[f].Name)
		near = near.Union(shapes[i].Box())
	}
	for f := range p.gone {
		near = near.Union(p.of.Box(f))
	}
	for f, box := range p.of.boxes.all() {
		if f := int32(f); !p.gone[f] && box.Intersects(near) {
			shapes, names = append(shapes, p.of.Shape(f)), append(names, p.of.Name(f))
		}
	}
	return shapes, names
}

// ground returns the rings around what the faces of a patch had.
func (p *patch) ground() geo.MultiPolygon {
	shape := p.outside()
	for _, poly := range shape {
		poly[0].Reverse()
	}
	return shape
}

// misfit returns what is wrong in region r of an arrangement of named faces, the
// first of which are drawn by a patch, and of the ground of the patch.
func (a *arrangement) misfit(r int32, names []string, drawn int) (v Violation, bad bool) {
	ground := int32(len(names))
	owners := facesOf(a.regions[r].cover)
	n := len(owners)
	owners = without(owners, ground)
	v.AreaM2, v.WidthM, v.At = a.area(r)
	switch had := len(owners) < n; {
	case len(owners) > 1:
		v.Rule = Overlap
	case had && len(owners) == 0:
		v.Rule, owners = gapRule(v.WidthM), without(a.beside(r), ground)
	case !had && len(owners) == 1 && int(owners[0]) < drawn:
		v.Rule = Outside
	default:
		return v, false
	}
	for _, f := range owners {
		v.Faces = append(v.Faces, names[f])
	}
	return v, true
}

func without(faces []int32, f int32) []int32 {
	return slices.DeleteFunc(faces, func(g int32) bool { return g == f })
}

// tooThin is the violation where the ground is too thin for the lattice: an overlap
// where the shapes of the patch have too much, a sliver where they have too little.
func (p *patch) tooThin(m *mesh, border []int32) Violation {
	first := max(0, slices.IndexFunc(border, func(e int32) bool { return int(m.face[e]) < len(p.drawn) }))
	v := Violation{Rule: Sliver, At: m.pos[m.org[border[first]]]}
	if f := m.face[border[first]]; int(f) < len(p.drawn) {
		v.Faces = []string{p.faces[p.drawn[f]].Name}
	}
	if left, right := newStrips(m.edges(border)).beside(m.edge(border[first])); max(left, right) > 0 {
		v.Rule = Overlap
	}
	return v
}
