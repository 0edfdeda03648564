package coverage

import (
	"container/heap"
	"math"

	"jingwei/geo"
)

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
