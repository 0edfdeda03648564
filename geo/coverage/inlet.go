package coverage

import (
	"cmp"
	"math"
	"slices"

	"jingwei/geo"
)

// inlets lists the slivers of outside between the borders of two faces that face
// each other closer than SliverWidth: their common border was drawn twice, with a
// gap that is open at its ends. Where the border turns back sharply it is
// near itself too, so pieces joined by a way along the border of less than
// inletDepth times their distance are let be.
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
			if d >= SliverWidth || b.way(pair[0], at, pair[1]) < inletDepth*d {
				continue
			}
			key := [2]int32{min(f, g), max(f, g)}
			if old, ok := found[key]; !ok || d < old.WidthM {
				found[key] = Violation{Rule: Sliver, Faces: pairOf(names, key), At: at, WidthM: d}
			}
		}
		return true
	})
	list := make([]Violation, 0, len(found))
	for _, v := range found {
		list = append(list, v)
	}
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

// borderWalk is the border edge by edge, ring after ring.
type borderWalk struct {
	id    []int32 // edge of the mesh
	edges []edge
	ring  []int32
	along []float64 // metres from the start of the ring to the start of the edge
	total []float64 // metres around each ring
}

func (m *mesh) walkBorder() *borderWalk {
	ids := m.border()
	edges := m.edges(ids)
	byEdge := make(map[edge]int32, len(ids))
	for i, e := range ids {
		byEdge[edges[i]] = e
	}
	b := &borderWalk{}
	for _, r := range trace(edges) {
		along := 0.0
		for _, e := range edgesOf(nil, geo.MultiPolygon{{r}}) {
			if id, ok := byEdge[e]; ok {
				b.id, b.edges = append(b.id, id), append(b.edges, e)
				b.ring, b.along = append(b.ring, int32(len(b.total))), append(b.along, along)
			}
			along += geo.Distance(e.a, e.b)
		}
		b.total = append(b.total, along)
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

// way returns the metres along the border from the foot on edge i of position at
// to the start of edge j, the shorter way round; more than any when they are on
// different rings.
func (b *borderWalk) way(i int, at geo.Pos, j int) float64 {
	if b.ring[i] != b.ring[j] {
		return math.Inf(1)
	}
	e := b.edges[i]
	foot := min(geo.Distance(e.a, at), geo.Distance(e.a, e.b)) // near enough: at is close to e
	d := math.Abs(b.along[i] + foot - b.along[j])
	return min(d, b.total[b.ring[i]]-d)
}
