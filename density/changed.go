package density

import "iter"

// page is how many areas are compared at once, as bytes: far faster than one by one.
const page = 64

// Changed yields the areas, ascending, that other counts of the same columns and the
// same window have other numbers of, whichever are the later ones.
func (n *Counts) Changed(other *Counts) iter.Seq[int32] {
	return func(yield func(int32) bool) {
		for from := 0; from < len(n.count); from += page {
			to := min(from+page, len(n.count))
			if n.same(other.sums, from, to) {
				continue
			}
			for i := from; i < to; i++ {
				if (n.count[i] != other.count[i] || n.open[i] != other.open[i] || n.overdue[i] != other.overdue[i]) && !yield(int32(i)) {
					return
				}
			}
		}
	}
}

// same reports whether a whole page is the same in both; of less than one it does not
// know.
func (s *sums) same(o *sums, from, to int) bool {
	whole := func(of []uint32) *[page]uint32 { return (*[page]uint32)(of[from:to]) }
	return to-from == page &&
		*whole(s.count) == *whole(o.count) && *whole(s.open) == *whole(o.open) && *whole(s.overdue) == *whole(o.overdue)
}
