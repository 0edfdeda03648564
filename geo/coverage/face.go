package coverage

import (
	"cmp"
	"slices"

	"jingwei/geo"
)

// normalise returns the shape of a face in its one valid form: no position that
// adds no area, outer rings counter-clockwise, holes clockwise, every ring simple
// and split where it touched itself. It returns the places where that cannot be.
func normalise(f Face) (geo.MultiPolygon, []Violation) {
	rings := cleanRings(f.Shape)
	if len(rings) == 0 {
		return nil, []Violation{{Rule: Empty, Faces: []string{f.Name}, At: somewhere(f.Shape)}}
	}
	shape := geo.MultiPolygon{rings}
	edges := edgesOf(make([]edge, 0, 32), shape)
	touches, bad := meetings(f.Name, edges)
	if bad != nil {
		return nil, bad
	}
	if len(rings) == 1 && len(touches) == 0 && distinct(rings[0]) {
		return shape, nil
	}
	return assemble(f, cancel(split(edges, touches)))
}

// cleanRings returns the rings of all polygons, the first of each running
// counter-clockwise and the others, its holes, clockwise. Where nothing is left of
// the first, the holes are in nothing.
func cleanRings(shape geo.MultiPolygon) geo.Polygon {
	var rings geo.Polygon
	for _, poly := range shape {
		for i, r := range poly {
			if r = clean(r); r == nil {
				if i == 0 {
					break
				}
				continue
			}
			if r.CounterClockwise() != (i == 0) {
				r.Reverse()
			}
			rings = append(rings, r)
		}
	}
	return rings
}

func somewhere(shape geo.MultiPolygon) geo.Pos {
	for _, poly := range shape {
		for _, r := range poly {
			if len(r) > 0 {
				return r[0]
			}
		}
	}
	return geo.Pos{}
}

// meetings looks at all pairs of edges of one face. It returns the positions
// that lie inside an edge, by edge, or else the places where edges cross.
func meetings(name string, edges []edge) (map[int][]geo.Pos, []Violation) {
	var touches map[int][]geo.Pos
	var bad []Violation
	pairs(edges, func(i, j int) bool {
		e, f := edges[i], edges[j]
		switch meet(e, f) {
		case crosses:
			at, _ := crossing(e, f)
			bad = append(bad, Violation{Rule: SelfCross, Faces: []string{name}, At: at})
		case touch, overlay:
			if touches == nil {
				touches = map[int][]geo.Pos{}
			}
			addTouches(touches, i, e, f)
			addTouches(touches, j, f, e)
		}
		return len(bad) < maxPerFace
	})
	return touches, bad
}

// maxPerFace bounds the violations listed for a single face.
const maxPerFace = 8

// addTouches notes the ends of f that lie inside e, edge i.
func addTouches(touches map[int][]geo.Pos, i int, e, f edge) {
	for _, p := range [2]geo.Pos{f.a, f.b} {
		if p != e.a && p != e.b && geo.OnSegment(e.a, e.b, p) {
			touches[i] = append(touches[i], p)
		}
	}
}

// split cuts edges at the positions that lie inside them.
func split(edges []edge, at map[int][]geo.Pos) []edge {
	out := make([]edge, 0, len(edges)+2*len(at))
	for i, e := range edges {
		a := e.a
		for _, p := range along(e, at[i]) {
			out = append(out, edge{a, p})
			a = p
		}
		out = append(out, edge{a, e.b})
	}
	return out
}

// along sorts positions on e from its start to its end and drops repetitions.
func along(e edge, ps []geo.Pos) []geo.Pos {
	dx, dy := cmp.Compare(e.b.X, e.a.X), cmp.Compare(e.b.Y, e.a.Y)
	slices.SortFunc(ps, func(p, q geo.Pos) int {
		return cmp.Or(dx*cmp.Compare(p.X, q.X), dy*cmp.Compare(p.Y, q.Y))
	})
	return slices.Compact(ps)
}

func distinct(r geo.Ring) bool {
	if len(r) <= 24 {
		for i, p := range r {
			if slices.Contains(r[:i], p) {
				return false
			}
		}
		return true
	}
	s := slices.SortedFunc(slices.Values(r), geo.Pos.Compare)
	return len(slices.Compact(s)) == len(r)
}

// cancel drops pairs of edges that run against each other: a neck without width,
// or a part that meets another part along a line.
func cancel(edges []edge) []edge {
	net := make(map[edge]int, len(edges))
	for _, e := range edges {
		if back := (edge{e.b, e.a}); net[back] > 0 {
			net[back]--
		} else {
			net[e]++
		}
	}
	return slices.DeleteFunc(edges, func(e edge) bool {
		net[e]--
		return net[e] < 0
	})
}

// assemble traces noded edges that do not cross into polygons, and checks that
// the winding number is 1 inside and 0 outside.
func assemble(f Face, edges []edge) (geo.MultiPolygon, []Violation) {
	if len(edges) == 0 {
		return nil, []Violation{{Rule: Empty, Faces: []string{f.Name}, At: somewhere(f.Shape)}}
	}
	strips := newStrips(edges)
	for _, e := range edges {
		switch left, right := strips.beside(e); {
		case left-right > 1:
			return nil, []Violation{{Rule: SelfTouch, Faces: []string{f.Name}, At: e.a}}
		case left != 1 || right != 0:
			return nil, []Violation{{Rule: SelfCross, Faces: []string{f.Name}, At: e.a}}
		}
	}
	return polygons(edges), nil
}

func lowest(r geo.Ring) geo.Pos { return slices.MinFunc(r, geo.Pos.Compare) }

// nest gives each hole to the smallest outer ring around it.
func nest(outer, holes []geo.Ring) geo.MultiPolygon {
	slices.SortFunc(outer, func(a, b geo.Ring) int {
		return cmp.Or(cmp.Compare(uint64(a.Area2()), uint64(b.Area2())), lowest(a).Compare(lowest(b)))
	})
	out := make(geo.MultiPolygon, len(outer))
	for i, r := range outer {
		out[i] = geo.Polygon{r}
	}
	for _, h := range holes {
		in := middle(h[len(h)-1], h[0])
		for i, r := range outer {
			if newStrips(edgesOf(nil, geo.MultiPolygon{{r}})).winding(in) != 0 {
				out[i] = append(out[i], h)
				break
			}
		}
	}
	return out
}
