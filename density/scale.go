package density

import "sort"

// cellOf returns the cell that holds v, where cell i is from edges[i] to before
// edges[i+1]; -1 before the first.
func cellOf(edges []int32, v int32) int {
	return sort.Search(len(edges), func(i int) bool { return v < edges[i] }) - 1
}

// scale is cellOf for cells that are of about the same size.
type scale struct {
	edges []int32
	first int    // cell, in the whole of the edges
	pace  uint64 // cells to a lattice unit, times 2^32
}

func newScale(edges []int32, cells span) scale {
	if cells.lo >= cells.hi {
		return scale{}
	}
	edges = edges[cells.lo : cells.hi+1]
	n := len(edges) - 1
	width := int64(edges[n]) - int64(edges[0])
	return scale{edges, cells.lo, uint64(n) << 32 / uint64(max(1, width))}
}

// find estimates the cell and goes on to the right one.
func (s *scale) find(v int32) int {
	n := len(s.edges) - 1
	if n < 1 || v < s.edges[0] || v >= s.edges[n] {
		return -1
	}
	i := min(n-1, int(uint64(v-s.edges[0])*s.pace>>32))
	for v >= s.edges[i+1] {
		i++
	}
	for v < s.edges[i] {
		i--
	}
	return s.first + i
}
