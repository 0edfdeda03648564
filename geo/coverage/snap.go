package coverage

import (
	"slices"

	"jingwei/geo"
)

// snap moves positions of the border onto those of other faces, and adds them to
// the edges of other faces, where they are near.
func (r *repairer) snap() {
	s := &snapper{near: min(r.width, SliverWidth)}
	s.look(newMesh(r.shapes))
	to := s.moves()
	inserts := s.inserts(to)
	movers := moversOf(r.shapes, to)
	for _, p := range s.pos {
		if q := to[p]; q != p {
			r.snapped(movers[p], q, geo.Distance(p, q))
		}
	}
	for _, e := range s.edges {
		for _, q := range inserts[e] {
			r.snapped([]int32{e.face}, q, geo.DistanceToSegment(q, e.a, e.b))
		}
	}
	for f, shape := range r.shapes {
		r.shapes[f] = r.bend(int32(f), shape, to, inserts)
	}
}

// moversOf returns the faces that have each position that moves, ascending: those too
// that share all their edges there.
func moversOf(shapes []geo.MultiPolygon, to map[geo.Pos]geo.Pos) map[geo.Pos][]int32 {
	movers := map[geo.Pos][]int32{}
	for f, shape := range shapes {
		for _, poly := range shape {
			for _, ring := range poly {
				for _, p := range ring {
					if q, ok := to[p]; ok && q != p {
						movers[p] = append(movers[p], int32(f))
					}
				}
			}
		}
	}
	for p, faces := range movers {
		movers[p] = slices.Compact(faces)
	}
	return movers
}

func (r *repairer) snapped(faces []int32, at geo.Pos, metres float64) {
	names := make([]string, len(faces))
	for i, f := range faces {
		names[i] = r.names[f]
	}
	r.changes = append(r.changes, Change{Action: Snapped, Faces: names, At: at, WidthM: metres})
}

// bend returns a shape with its positions moved and others added to its edges.
func (r *repairer) bend(f int32, shape geo.MultiPolygon, to map[geo.Pos]geo.Pos, inserts map[faceEdge][]geo.Pos) geo.MultiPolygon {
	changed := false
	moved := func(p geo.Pos) geo.Pos {
		if q, ok := to[p]; ok && q != p {
			changed = true
			return q
		}
		return p
	}
	bent := make(geo.MultiPolygon, len(shape))
	for k, poly := range shape {
		for _, ring := range poly {
			out := make(geo.Ring, 0, len(ring))
			for i, p := range ring {
				q := ring[(i+1)%len(ring)]
				out = append(out, moved(p))
				if add := inserts[faceEdge{edge{p, q}, f}]; len(add) > 0 {
					changed = true
					out = append(out, add...)
				}
			}
			bent[k] = append(bent[k], out)
		}
	}
	if !changed {
		return shape
	}
	r.changed[f] = true
	return r.untangle(f, bent)
}

// faceEdge is an edge of the border of one face.
type faceEdge struct {
	edge
	face int32
}

// snapper finds which positions of unshared borders are near one another.
type snapper struct {
	near  float64 // metres
	edges []faceEdge
	pos   []geo.Pos // ends of the edges, sorted
	faces [][]int32 // of each position, by its edges here, ascending
}

func (s *snapper) look(m *mesh) {
	owners := map[geo.Pos][]int32{}
	for _, e := range m.border() {
		fe := faceEdge{m.edge(e), m.face[e]}
		s.edges = append(s.edges, fe)
		owners[fe.a] = append(owners[fe.a], fe.face)
		owners[fe.b] = append(owners[fe.b], fe.face)
	}
	for p := range owners {
		s.pos = append(s.pos, p)
	}
	slices.SortFunc(s.pos, geo.Pos.Compare)
	for _, p := range s.pos {
		slices.Sort(owners[p])
		s.faces = append(s.faces, slices.Compact(owners[p]))
	}
}

// disjoint reports whether two ascending lists have nothing in common.
func disjoint(a, b []int32) bool {
	return !slices.ContainsFunc(a, func(f int32) bool { _, in := slices.BinarySearch(b, f); return in })
}

// grown returns a box wider by so many metres on all sides.
func grown(b geo.Box, metres float64) geo.Box {
	s := geo.ScaleAt(b.Min)
	dx, dy := int32(min(metres/s.East+1, 1e6)), int32(metres/s.North+1)
	return geo.Box{Min: geo.Pos{X: b.Min.X - dx, Y: b.Min.Y - dy}, Max: geo.Pos{X: b.Max.X + dx, Y: b.Max.Y + dy}}
}

// moves returns where each position goes: to the lowest near one of other faces
// that itself stays, or nowhere.
func (s *snapper) moves() map[geo.Pos]geo.Pos {
	near := make([][]int, len(s.pos))
	boxes := make([]geo.Box, len(s.pos))
	for i, p := range s.pos {
		boxes[i] = grown(geo.Box{Min: p, Max: p}, s.near/2)
	}
	boxPairs(boxes, func(i, j int) bool {
		if geo.Distance(s.pos[i], s.pos[j]) < s.near && disjoint(s.faces[i], s.faces[j]) {
			near[max(i, j)] = append(near[max(i, j)], min(i, j))
		}
		return true
	})
	to := make(map[geo.Pos]geo.Pos, len(s.pos))
	for j, p := range s.pos {
		to[p] = p
		slices.Sort(near[j])
		for _, i := range near[j] {
			if to[s.pos[i]] == s.pos[i] {
				to[p] = s.pos[i]
				break
			}
		}
	}
	return to
}

// inserts returns the positions to add to each edge, in order: those of other
// faces that are near it and are not taken by its ends.
func (s *snapper) inserts(to map[geo.Pos]geo.Pos) map[faceEdge][]geo.Pos {
	edges, around := make([]geo.Box, len(s.edges)), make([]geo.Box, len(s.pos))
	for i, e := range s.edges {
		edges[i] = e.box()
	}
	for i, p := range s.pos {
		around[i] = grown(geo.Box{Min: p, Max: p}, s.near)
	}
	add := map[faceEdge][]geo.Pos{}
	boxMeetings(edges, around, func(i, j int) {
		if e, p := s.edges[i], s.pos[j]; s.joins(e, j, to) && geo.DistanceToSegment(p, e.a, e.b) < s.near {
			add[e] = append(add[e], to[p])
		}
	})
	for e, ps := range add {
		add[e] = along(e.edge, ps)
	}
	return add
}

// joins reports whether position j may be added to e: it is of another face, and
// once moved is no end of e nor on it already.
func (s *snapper) joins(e faceEdge, j int, to map[geo.Pos]geo.Pos) bool {
	a, b, q := to[e.a], to[e.b], to[s.pos[j]]
	_, own := slices.BinarySearch(s.faces[j], e.face)
	return !own && q != a && q != b && !geo.OnSegment(a, b, q)
}
