package coverage

import (
	"container/heap"
	"math"
	"slices"

	"jingwei/geo"
)

// Simplify returns a coverage with the same faces and nodes, and along its arcs
// only the positions whose effective area (Visvalingam and Whyatt, 1993: of the
// triangle with its neighbours, when it is the smallest that is left) is at least
// area, in square lattice units. Both faces beside an arc see the same positions,
// so neighbours keep agreeing. Where arcs would meet that did not, or one would
// pass over another, they keep more.
func (c *Coverage) Simplify(area float64) *Coverage {
	if !(area > 0) {
		return c
	}
	s := newSimplifier(c, area)
	for {
		bad := s.out.conflicts()
		if len(bad) == 0 {
			s.out.finish()
			bad = s.passedOver()
		}
		if len(bad) == 0 || !s.keepMore(bad) {
			return s.out
		}
	}
}

type simplifier struct {
	of, out *Coverage
	weights [][]float64 // of each position of each arc
	limit   []float64   // of each arc: the least weight kept
}

func newSimplifier(c *Coverage, area float64) *simplifier {
	n := c.arcs.len()
	s := &simplifier{of: c, out: &Coverage{names: c.names, rings: c.rings, arcs: inPages(make([]Arc, n))}, weights: make([][]float64, n), limit: make([]float64, n)}
	parallel(n, func(i int) {
		a := c.arcs.at(int32(i))
		s.weights[i] = effectiveAreas(a.Pos)
		s.limit[i] = min(area, highestLimit(a.Pos, s.weights[i]))
		*s.out.arcs.at(int32(i)) = a.keep(s.weights[i], s.limit[i])
	})
	return s
}

// keepMore lowers the limits of some arcs, or of all if those keep everything. It
// reports whether any could be lowered.
func (s *simplifier) keepMore(some []int) bool {
	lowered := false
	for _, i := range some {
		lowered = s.lower(i) || lowered
	}
	if !lowered {
		for i := range s.limit {
			lowered = s.lower(i) || lowered
		}
	}
	return lowered
}

// lower takes the limit of arc i to a quarter, and below 1 to 0, where the arc
// keeps everything; it reports whether it was above.
func (s *simplifier) lower(i int) bool {
	if s.limit[i] == 0 {
		return false
	}
	if s.limit[i] /= 4; s.limit[i] < 1 {
		s.limit[i] = 0
	}
	*s.out.arcs.at(int32(i)) = s.of.arcs.at(int32(i)).keep(s.weights[i], s.limit[i])
	return true
}

// passedOver returns the arcs near those that no longer have their left face on
// the left, because another arc, which they do not meet, now runs on their other
// side: as when a coast is drawn straight across an island.
func (s *simplifier) passedOver() []int {
	var wrong []geo.Box
	for i, a := range s.out.Arcs() {
		if s.out.index.leftOf(edge{a.Pos[0], a.Pos[1]}) != a.Left {
			wrong = append(wrong, *s.of.arcBoxes.at(int32(i)))
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	var near []int
	for i, box := range s.of.arcBoxes.all() {
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

// effectiveAreas returns the weight of each position of an arc, infinite at its
// ends. Weights never fall below that of a position dropped before, so that a
// limit keeps what dropping one by one would have kept.
func effectiveAreas(pos []geo.Pos) []float64 {
	v := &vertexHeap{pos: pos, weight: make([]float64, len(pos)), prev: make([]int32, len(pos)), next: make([]int32, len(pos)), at: make([]int32, len(pos))}
	v.weight[0], v.weight[len(pos)-1] = math.Inf(1), math.Inf(1)
	for i := range pos {
		v.prev[i], v.next[i], v.at[i] = int32(i)-1, int32(i)+1, -1
	}
	for i := 1; i+1 < len(pos); i++ {
		v.weight[i] = v.triangle(int32(i))
		v.at[i] = int32(i) - 1
		v.list = append(v.list, int32(i))
	}
	heap.Init(v)
	for len(v.list) > 0 {
		v.drop(heap.Pop(v).(int32))
	}
	return v.weight
}

// vertexHeap is a heap of inner positions by weight, linked to their neighbours
// that are left.
type vertexHeap struct {
	pos        []geo.Pos
	weight     []float64
	prev, next []int32
	at         []int32 // place in list, or -1
	list       []int32
}

func (v *vertexHeap) triangle(i int32) float64 {
	a, b, c := v.pos[v.prev[i]], v.pos[i], v.pos[v.next[i]]
	ux, uy := float64(int64(b.X)-int64(a.X)), float64(int64(b.Y)-int64(a.Y))
	wx, wy := float64(int64(c.X)-int64(a.X)), float64(int64(c.Y)-int64(a.Y))
	return math.Abs(float64(ux*wy)-float64(uy*wx)) / 2
}

// drop unlinks i and weighs its neighbours anew.
func (v *vertexHeap) drop(i int32) {
	p, n := v.prev[i], v.next[i]
	v.next[p], v.prev[n] = n, p
	for _, k := range [2]int32{p, n} {
		if v.at[k] >= 0 {
			v.weight[k] = max(v.triangle(k), v.weight[i])
			heap.Fix(v, int(v.at[k]))
		}
	}
}

func (v *vertexHeap) Len() int { return len(v.list) }

func (v *vertexHeap) Less(i, j int) bool {
	a, b := v.list[i], v.list[j]
	if v.weight[a] != v.weight[b] {
		return v.weight[a] < v.weight[b]
	}
	return v.pos[a].Compare(v.pos[b]) < 0 // the same whichever way the arc runs
}

func (v *vertexHeap) Swap(i, j int) {
	v.list[i], v.list[j] = v.list[j], v.list[i]
	v.at[v.list[i]], v.at[v.list[j]] = int32(i), int32(j)
}

func (v *vertexHeap) Push(x any) { v.list = append(v.list, x.(int32)) }

func (v *vertexHeap) Pop() any {
	i := v.list[len(v.list)-1]
	v.list = v.list[:len(v.list)-1]
	v.at[i] = -1
	return i
}
