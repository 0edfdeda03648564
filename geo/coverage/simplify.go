package coverage

import (
	"math"
	"slices"

	"jingwei/geo"
)

// Simplifier makes simpler versions of a coverage, for as many resolutions as are
// asked for: what a position weighs is found once and does not depend on them. It
// is immutable and safe for concurrent use.
type Simplifier struct {
	of      *Coverage
	weights [][]float64 // of each position of each arc
	highest []float64   // of each arc: the highest limit that makes sense
	areas   []float64   // of each face, in square lattice units
}

// NewSimplifier weighs the positions of c.
func NewSimplifier(c *Coverage) *Simplifier {
	n := c.arcs.len()
	s := &Simplifier{of: c, weights: make([][]float64, n), highest: make([]float64, n), areas: c.areas()}
	parallel(n, func(i int) {
		pos := c.arcs.at(int32(i)).Pos
		s.weights[i] = effectiveAreas(pos)
		s.highest[i] = highestLimit(pos, s.weights[i])
	})
	return s
}

// Simplify returns a coverage with the same faces and nodes, and along its arcs
// only the positions whose effective area (Visvalingam and Whyatt, 1993: of the
// triangle with its neighbours, when it is the smallest that is left) is at least
// area, in square lattice units. Both faces beside an arc see the same positions,
// so neighbours keep agreeing. Arcs keep more
//
//   - where they would meet that did not, or one would pass over another: rings
//     stay simple and parts stay apart;
//   - where a face of at least area would be left with less than half of its own:
//     what can be seen at this resolution does not vanish.
func (s *Simplifier) Simplify(area float64) *Coverage {
	if !(area > 0) {
		return s.of
	}
	d := s.draft(area)
	for {
		bad := d.out.conflicts()
		if len(bad) == 0 {
			bad = d.withered(area)
		}
		if len(bad) == 0 {
			d.out.finish()
			bad = d.passedOver()
		}
		if len(bad) == 0 || !d.keepMore(bad) {
			return d.out
		}
	}
}

// simpler is a simpler version of a coverage in the making.
type simpler struct {
	*Simplifier
	out   *Coverage
	limit []float64 // of each arc: the least weight kept
}

func (s *Simplifier) draft(area float64) *simpler {
	n := len(s.weights)
	d := &simpler{s, &Coverage{names: s.of.names, rings: s.of.rings, arcs: inPages(make([]Arc, n))}, make([]float64, n)}
	parallel(n, func(i int) { d.set(i, min(area, s.highest[i])) })
	return d
}

// set makes arc i anew, with a limit.
func (d *simpler) set(i int, limit float64) {
	d.limit[i] = limit
	*d.out.arcs.at(int32(i)) = d.of.arcs.at(int32(i)).keep(d.weights[i], limit)
}

// keepMore lowers the limits of some arcs, or of all if those keep everything. It
// reports whether any could be lowered.
func (d *simpler) keepMore(some []int) bool {
	lowered := false
	for _, i := range some {
		lowered = d.lower(i) || lowered
	}
	if !lowered {
		for i := range d.limit {
			lowered = d.lower(i) || lowered
		}
	}
	return lowered
}

// lower takes the limit of arc i to a quarter, and below 1 to 0, where the arc
// keeps everything; it reports whether it was above.
func (d *simpler) lower(i int) bool {
	limit := d.limit[i] / 4
	if limit < 1 {
		limit = 0
	}
	if d.limit[i] == 0 {
		return false
	}
	d.set(i, limit)
	return true
}

// withered returns the arcs beside faces of at least area that have less than half
// of their own left.
func (d *simpler) withered(area float64) []int {
	left := d.out.areas()
	withered := func(f int32) bool { return f != None && d.areas[f] >= area && 2*left[f] < d.areas[f] }
	var beside []int
	for i, a := range d.out.Arcs() {
		if withered(a.Left) || withered(a.Right) {
			beside = append(beside, i)
		}
	}
	return beside
}

// areas returns the area of each face in square lattice units: the sum of what is
// between its arcs and the origin, modulo 2⁶⁴, of which the globe has 70 %.
func (c *Coverage) areas() []float64 {
	twice := make([]uint64, c.Len())
	for _, a := range c.Arcs() {
		sum := uint64(0)
		for k := range len(a.Pos) - 1 {
			p, q := a.Pos[k], a.Pos[k+1]
			sum += uint64(int64(p.X)*int64(q.Y) - int64(q.X)*int64(p.Y))
		}
		if a.Left != None {
			twice[a.Left] += sum
		}
		if a.Right != None {
			twice[a.Right] -= sum
		}
	}
	areas := make([]float64, len(twice))
	for f, t := range twice {
		areas[f] = float64(t) / 2
	}
	return areas
}

// passedOver returns the arcs near those that no longer have their left face on
// the left, because another arc, which they do not meet, now runs on their other
// side: as when a coast is drawn straight across an island.
func (d *simpler) passedOver() []int {
	var wrong []geo.Box
	for i, a := range d.out.Arcs() {
		if d.out.index.leftOf(edge{a.Pos[0], a.Pos[1]}) != a.Left {
			wrong = append(wrong, *d.of.arcBoxes.at(int32(i)))
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	var near []int
	for i, box := range d.of.arcBoxes.all() {
		if slices.ContainsFunc(wrong, box.Intersects) {
			near = append(near, i)
		}
	}
	return near
}

// keep returns a with the positions whose weight reaches limit.
func (a Arc) keep(weight []float64, limit float64) Arc {
	pos := make([]geo.Pos, 0, 8)
	for i, p := range a.Pos {
		if weight[i] >= limit {
			pos = append(pos, p)
		}
	}
	return Arc{a.Left, a.Right, pos}
}

// highestLimit returns the highest limit that makes sense for an arc: the one at
// which a closed arc still has three different positions, and above which an open
// one has nothing more to lose.
func highestLimit(pos []geo.Pos, weight []float64) float64 {
	first, second := 0.0, 0.0
	for _, w := range weight[1 : len(weight)-1] {
		if w > first {
			first, second = w, first
		} else if w > second {
			second = w
		}
	}
	if pos[0] != pos[len(pos)-1] {
		return math.Nextafter(first, math.Inf(1))
	}
	return second
}

// conflicts returns the arcs with edges that meet an edge of another arc, or a
// further one of the same, elsewhere than in a common end.
func (c *Coverage) conflicts() []int {
	var edges []edge
	var arc []int
	for i, a := range c.Arcs() {
		for k := range len(a.Pos) - 1 {
			edges = append(edges, edge{a.Pos[k], a.Pos[k+1]})
			arc = append(arc, i)
		}
	}
	in := make([]bool, c.arcs.len())
	pairs(edges, func(i, j int) bool {
		if !in[arc[i]] || !in[arc[j]] {
			if m := meet(edges[i], edges[j]); m != apart && m != corner {
				in[arc[i]], in[arc[j]] = true, true
			}
		}
		return true
	})
	var list []int
	for i, bad := range in {
		if bad {
			list = append(list, i)
		}
	}
	return list
}
