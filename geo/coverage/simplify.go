package coverage

import (
	"container/heap"
	"math"

	"jingwei/geo"
)

// Simplify returns a coverage with the same faces and nodes, and along its arcs
// only the positions whose effective area (Visvalingam and Whyatt, 1993: of the
// triangle with its neighbours, when it is the smallest that is left) is at least
// area, in square lattice units. Both faces beside an arc see the same positions,
// so neighbours keep agreeing. Where arcs would meet that did not, those arcs
// keep more.
func (c *Coverage) Simplify(area float64) *Coverage {
	weights := make([][]float64, len(c.arcs))
	parallel(len(c.arcs), func(i int) { weights[i] = effectiveAreas(c.arcs[i].Pos) })
	limit := make([]float64, len(c.arcs))
	for i, a := range c.arcs {
		limit[i] = min(area, loopLimit(a.Pos, weights[i]))
	}
	s := &Coverage{names: c.names, rings: c.rings, arcs: make([]Arc, len(c.arcs))}
	for i, a := range c.arcs {
		s.arcs[i] = a.keep(weights[i], limit[i])
	}
	for conflicts := s.conflicts(); len(conflicts) > 0; conflicts = s.conflicts() {
		for _, i := range conflicts {
			limit[i] = lower(limit[i])
			s.arcs[i] = c.arcs[i].keep(weights[i], limit[i])
		}
	}
	s.finish()
	return s
}

// lower returns the next smaller limit to try: a quarter, and none below 1.
func lower(limit float64) float64 {
	if limit < 1 {
		return 0
	}
	return limit / 4
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

// loopLimit returns the highest limit at which a closed arc still has three
// different positions; an open arc has none.
func loopLimit(pos []geo.Pos, weight []float64) float64 {
	if pos[0] != pos[len(pos)-1] {
		return math.Inf(1)
	}
	first, second := 0.0, 0.0
	for _, w := range weight[1 : len(weight)-1] {
		if w > first {
			first, second = w, first
		} else if w > second {
			second = w
		}
	}
	return second
}

// conflicts returns the arcs with edges that meet an edge of another arc, or a
// further one of the same, elsewhere than in a common end.
func (s *Coverage) conflicts() []int {
	var edges []edge
	var arc []int
	for i, a := range s.arcs {
		for k := range len(a.Pos) - 1 {
			edges = append(edges, edge{a.Pos[k], a.Pos[k+1]})
			arc = append(arc, i)
		}
	}
	in := make([]bool, len(s.arcs))
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
