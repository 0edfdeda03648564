package coverage

import (
	"cmp"
	"slices"

	"jingwei/geo"
)

// boxPairs calls fn once with the indices of each pair of boxes that meet, until
// fn returns false. It sweeps from west to east in each of many bands, so that
// boxes that are small beside the whole are compared with their neighbours only.
func boxPairs(boxes []geo.Box, fn func(i, j int) bool) {
	b := newBands(boxes)
	for k, list := range b.list {
		for n, i := range list {
			for _, j := range list[n+1:] {
				if boxes[j].Min.X > boxes[i].Max.X {
					break
				}
				first := b.at(max(boxes[i].Min.Y, boxes[j].Min.Y)) // band that both are in
				if boxes[j].Intersects(boxes[i]) && first == int64(k) && !fn(int(i), int(j)) {
					return
				}
			}
		}
	}
}

// bands lists boxes, from west to east, by the horizontal bands that they meet.
type bands struct {
	low  int64 // of the lowest band, in lattice units
	high int64 // of each
	list [][]int32
}

func newBands(boxes []geo.Box) *bands {
	low, top, sum := int64(geo.MaxY), int64(-geo.MaxY), int64(0)
	for _, box := range boxes {
		low, top = min(low, int64(box.Min.Y)), max(top, int64(box.Max.Y))
		sum += max(0, int64(box.Max.Y)-int64(box.Min.Y))
	}
	b := &bands{low: low, high: bandHeight(top-low, sum, len(boxes))}
	order := westToEast(boxes)
	if top-low < b.high {
		b.list = [][]int32{order}
		return b
	}
	b.list = make([][]int32, (top-low)/b.high+1)
	for _, i := range order {
		for k := b.at(boxes[i].Min.Y); k <= b.at(boxes[i].Max.Y); k++ {
			b.list[k] = append(b.list[k], i)
		}
	}
	return b
}

func (b *bands) at(y int32) int64 { return (int64(y) - b.low) / b.high }

// bandHeight returns the height of bands for n things with heights of sum in all:
// there are at most n bands, and each thing is in three on average at most. Few
// things are better off in one.
func bandHeight(high, sum int64, n int) int64 {
	const few = 64
	if n < few {
		return max(0, high) + 1
	}
	return max(high/int64(n), sum/int64(2*n)) + 1
}

func westToEast(boxes []geo.Box) []int32 {
	order := make([]int32, len(boxes))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(i, j int32) int {
		return cmp.Or(cmp.Compare(boxes[i].Min.X, boxes[j].Min.X), cmp.Compare(i, j))
	})
	return order
}
