package coverage

import (
	"slices"

	"jingwei/geo"
)

// splice puts a graft in place of the arcs that die: the lists of a coverage as
// they will be.
type splice struct {
	*graft
	arcs     *revision[Arc]
	arcBoxes *revision[geo.Box]
	rings    *revision[[]ringRef]
	boxes    *revision[geo.Box]
	names    *revision[string]
	slots    []int32         // the numbers of the new arcs
	moved    map[int32]int32 // other arcs with a new number
}

func newSplice(g *graft) *splice {
	c, n := g.of, g.of.arcs.len()-len(g.dying)+len(g.arcs)
	s := &splice{
		graft: g, arcs: c.arcs.revise(n), arcBoxes: c.arcBoxes.revise(n),
		rings: c.rings.revise(g.count), boxes: c.boxes.revise(g.count), names: c.names.revise(g.count),
	}
	s.number()
	return s
}

// number gives the new arcs the numbers of the dying ones, and then further ones.
// Where the new ones are fewer, the last arcs move to the numbers that are left, so
// that no number is without an arc.
func (s *splice) number() {
	old, n := int32(s.of.arcs.len()), int32(s.arcs.len())
	taken := min(len(s.dying), len(s.graft.arcs))
	free := s.dying[taken:]
	s.slots = slices.Clone(s.dying[:taken])
	for i := old; i < n; i++ {
		s.slots = append(s.slots, i)
	}
	s.moved = map[int32]int32{}
	for i := n; i < old; i++ {
		if !s.dies(i) {
			s.moved[i], free = free[0], free[1:]
		}
	}
}

func (p *patch) dies(arc int32) bool {
	_, dies := slices.BinarySearch(p.dying, arc)
	return dies
}

// coverage returns the patched coverage.
func (s *splice) coverage() *Coverage {
	for f, face := range s.faces {
		s.names.set(f, face.Name)
		s.boxes.set(f, geo.EmptyBox())
		s.rings.set(f, nil)
	}
	s.putArcs()
	s.putRings()
	return &Coverage{
		arcs: s.arcs.paged, arcBoxes: s.arcBoxes.paged,
		rings: s.rings.paged, boxes: s.boxes.paged, names: s.names.paged,
		index: s.replant(&s.arcs.paged), border: s.fence(),
	}
}

func (s *splice) putArcs() {
	for from, to := range s.moved {
		s.arcs.set(to, *s.of.arcs.at(from))
		s.arcBoxes.set(to, *s.of.arcBoxes.at(from))
	}
	for i, a := range s.graft.arcs {
		box := geo.Ring(a.Pos).Box()
		s.arcs.set(s.slots[i], a)
		s.arcBoxes.set(s.slots[i], box)
		for _, f := range [2]int32{a.Left, a.Right} {
			if f != None {
				s.boxes.set(f, s.boxes.at(f).Union(box))
			}
		}
	}
}

// putRings gives the faces drawn their rings, and those beside the patch and
// beside arcs that moved theirs with the new numbers.
func (s *splice) putRings() {
	for k, f := range s.drawn {
		s.rings.set(f, renumbered(s.graft.rings[k], s.slot))
	}
	beside := map[int32]bool{None: true}
	for _, ref := range s.rim {
		if f := s.of.leftFace(ref); !beside[f] {
			beside[f] = true
			s.rings.set(f, s.rerouted(*s.rings.at(f)))
		}
	}
	for _, i := range s.moved {
		for _, f := range [2]int32{s.arcs.at(i).Left, s.arcs.at(i).Right} {
			if f != None {
				s.rings.set(f, renumbered(*s.rings.at(f), s.now))
			}
		}
	}
}

func (s *splice) slot(i int32) int32 { return s.slots[i] }

// now returns the number of an arc that may have moved.
func (s *splice) now(i int32) int32 {
	if to, moved := s.moved[i]; moved {
		return to
	}
	return i
}

// rerouted returns rings along the new arcs in place of dying ones.
func (s *splice) rerouted(rings []ringRef) []ringRef {
	out := make([]ringRef, len(rings))
	for k, ring := range rings {
		for _, ref := range ring {
			if !s.dies(arcIndex(ref)) {
				out[k] = append(out[k], ref)
				continue
			}
			s.along(ref, func(e int32) {
				if begins := s.arcOf[e]; begins != 0 {
					out[k] = append(out[k], withNumber(begins-arcBias, s.slot))
				}
			})
		}
	}
	return out
}

// renumbered returns rings along arcs whose numbers have changed.
func renumbered(rings []ringRef, number func(int32) int32) []ringRef {
	out := make([]ringRef, len(rings))
	for k, ring := range rings {
		for _, ref := range ring {
			out[k] = append(out[k], withNumber(ref, number))
		}
	}
	return out
}

// withNumber returns ref for the arc with its other number.
func withNumber(ref int32, number func(int32) int32) int32 {
	if ref < 0 {
		return ^number(^ref)
	}
	return number(ref)
}

// fence returns the index of the outer border: as it was, unless the patch reaches
// there.
func (s *splice) fence() border {
	if !slices.ContainsFunc(s.rim, func(ref int32) bool { return s.of.leftFace(ref) == None }) {
		return s.of.border
	}
	edges := slices.DeleteFunc(slices.Clone(s.of.border.edges), func(e borderEdge) bool { return s.gone[e.face] })
	return newBorder(borderEdges(edges, s.graft.arcs))
}
