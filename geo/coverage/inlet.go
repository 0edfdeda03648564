package coverage

import (
	"cmp"
	"maps"
	"slices"

	"jingwei/geo"
)

// inlets lists the slivers of outside between the borders of two faces that face
// each other closer than SliverWidth: their common border was drawn twice, with a
// gap that is open at its ends. Where the border turns sharply, or two faces meet
// in a point, it is near itself too, so pieces joined by a way along the border of
// less than inletDepth times their distance are let be.
func (m *mesh) inlets(names []string) []Violation {
	b := m.walkBorder()
	found := map[[2]int32]Violation{}
	boxPairs(b.boxes(), func(i, j int) bool {
		for _, pair := range [2][2]int{{i, j}, {j, i}} {
			e, at := b.edges[pair[0]], b.edges[pair[1]].a
			f, g := m.face[b.id[i]], m.face[b.id[j]]
			if f == g || at == e.a || at == e.b || geo.Orient(e.a, e.b, at) > 0 || polar(at) {
				continue
			}
			d := geo.DistanceToSegment(at, e.a, e.b)
			if d >= SliverWidth || b.joined(e, at, inletDepth*d) {
				continue
			}
			key := [2]int32{min(f, g), max(f, g)}
			if old, ok := found[key]; !ok || d < old.WidthM {
				found[key] = Violation{Rule: Sliver, Faces: pairOf(names, key), At: at, WidthM: d}
			}
		}
		return true
	})
	list := slices.Collect(maps.Values(found))
	slices.SortFunc(list, func(v, w Violation) int { return cmp.Or(v.At.Compare(w.At), slices.Compare(v.Faces, w.Faces)) })
	return list
}

const inletDepth = 20

// polar reports whether p is within a tenth of a degree of a pole, where borders
// are close to one another for being there.
func polar(p geo.Pos) bool { return max(p.Y, -p.Y) > geo.MaxY-geo.PerDegree/10 }

func pairOf(names []string, faces [2]int32) []string {
	if faces[0] == faces[1] {
		return []string{names[faces[0]]}
	}
	return []string{names[faces[0]], names[faces[1]]}
}

// borderWalk is the border as a network to walk along.
type borderWalk struct {
	id     []int32 // of each edge, in the mesh
	edges  []edge
	beside map[geo.Pos][]geo.Pos // the other ends of the edges at a position
}

func (m *mesh) walkBorder() *borderWalk {
	ids := m.border()
	b := &borderWalk{id: ids, edges: m.edges(ids), beside: make(map[geo.Pos][]geo.Pos, len(ids))}
	for _, e := range b.edges {
		b.beside[e.a] = append(b.beside[e.a], e.b)
		b.beside[e.b] = append(b.beside[e.b], e.a)
	}
	return b
}

// boxes returns the boxes of the edges, each wider by half of SliverWidth.
func (b *borderWalk) boxes() []geo.Box {
	boxes := make([]geo.Box, len(b.edges))
	for i, e := range b.edges {
		boxes[i] = grown(e.box(), SliverWidth/2)
	}
	return boxes
}

// joined reports whether a way along the border of less than so many metres leads
// from beside at on e to at.
func (b *borderWalk) joined(e edge, at geo.Pos, metres float64) bool {
	way := map[geo.Pos]float64{}
	open := []geo.Pos{e.a, e.b}
	for _, end := range open {
		way[end] = geo.Distance(at, end)
	}
	for len(open) > 0 {
		p := slices.MinFunc(open, func(p, q geo.Pos) int { return cmp.Or(cmp.Compare(way[p], way[q]), p.Compare(q)) })
		if p == at || way[p] >= metres {
			return way[p] < metres
		}
		open = slices.DeleteFunc(open, func(q geo.Pos) bool { return q == p })
		for _, q := range b.beside[p] {
			far := way[p] + geo.Distance(p, q)
			if old, known := way[q]; !known || far < old {
				way[q] = far
				open = append(open, q)
			}
		}
	}
	return false
}
