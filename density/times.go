package density

import (
	"math"
	"slices"
	"sort"
)

// times holds the faces of rows by period, within a period by matter, and by time
// within both: 8 bytes each. The counts of a window are the difference of the
// running totals that are the nearest to its ends, and what lies between. Rows
// outside every face are not in it. It is immutable.
type times struct {
	begin  uint64   // of the first period, in seconds since 1970
	ends   []uint64 // of the periods; each begins where the one before ends
	codes  []uint32 // numbers of the matters, ascending
	start  []uint32 // of the rows, by period and matter; and one behind the last
	rows   []uint64 // time in the upper half, face in the lower
	totals []total  // of all matters, then of each category
}

// span is the indices from lo to before hi.
type span struct{ lo, hi int }

// bucket returns the rows of a period and of matters.
func (t *times) bucket(period int, m span) []uint64 {
	first := period * len(t.codes)
	return t.rows[t.start[first+m.lo]:t.start[first+m.hi]]
}

// count adds the rows that pass q to the counts of faces.
func (t *times) count(q *query, faces []uint32) {
	if len(q.matters) == 0 {
		t.countMatters(span{0, len(t.codes)}, q.from, q.to, faces)
	}
	for _, m := range q.matters {
		lo, _ := slices.BinarySearch(t.codes, m.low)
		hi, _ := slices.BinarySearch(t.codes, m.high)
		t.countMatters(span{lo, hi}, q.from, q.to, faces)
	}
}

// countMatters goes by running totals where there are such, and row by row where
// the ends of the window are near to the same.
func (t *times) countMatters(m span, from, to uint64, faces []uint32) {
	if k := slices.IndexFunc(t.totals, func(s total) bool { return s.matters == m }); k >= 0 {
		s := &t.totals[k]
		if first, last := s.nearest(from), s.nearest(to); first != last {
			t.upTo(s, last, to, faces, 1)
			t.upTo(s, first, from, faces, minusOne)
			return
		}
	}
	t.tally(m, from, to, faces, 1)
}

// minusOne is what to add to subtract.
const minusOne = math.MaxUint32

// upTo adds sign times the rows of a total before a time to the counts of faces.
func (t *times) upTo(s *total, mark int, at uint64, faces []uint32, sign uint32) {
	for f, n := range s.counts[mark] {
		faces[f] += sign * n
	}
	t.tally(s.matters, s.ends[mark], at, faces, sign)
	t.tally(s.matters, at, s.ends[mark], faces, -sign)
}

// tally adds sign times the rows of matters in [from, to) to the counts of faces.
func (t *times) tally(m span, from, to uint64, faces []uint32, sign uint32) {
	if from >= to {
		return
	}
	first := sort.Search(len(t.ends), func(p int) bool { return from < t.ends[p] })
	for p := first; p < len(t.ends) && t.beginOf(p) < to; p++ {
		if from <= t.beginOf(p) && t.ends[p] <= to {
			tally(t.bucket(p, m), faces, sign)
			continue
		}
		for k := m.lo; k < m.hi; k++ {
			rows := t.bucket(p, span{k, k + 1})
			tally(rows[before(rows, from):before(rows, to)], faces, sign)
		}
	}
}

func (t *times) beginOf(period int) uint64 {
	if period == 0 {
		return t.begin
	}
	return t.ends[period-1]
}

func tally(rows []uint64, faces []uint32, sign uint32) {
	for _, r := range rows {
		faces[uint32(r)] += sign
	}
}

// before returns how many rows, in the order of time, are before t.
func before(rows []uint64, t uint64) int {
	return sort.Search(len(rows), func(i int) bool { return rows[i]>>32 >= t })
}

// total counts the rows of some matters by face: counts[i] are those before
// ends[i], the first of which is where all begins.
type total struct {
	matters span
	ends    []uint64
	counts  [][]uint32
}

// nearest returns the index of the end that is the nearest to a time.
func (s *total) nearest(at uint64) int {
	i := sort.Search(len(s.ends), func(i int) bool { return s.ends[i] >= at })
	if i == len(s.ends) || i > 0 && at-s.ends[i-1] < s.ends[i]-at {
		i--
	}
	return i
}
