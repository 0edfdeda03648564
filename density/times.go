package density

import (
	"math"
	"slices"
	"sort"
)

// times holds rows by period, within a period by matter, and by time within both: each
// as its moment. The counts of a window are the difference of the running totals that
// are the nearest to its ends, and what lies between. Rows outside every face are not in
// it. It is immutable.
type times struct {
	periods []period // ascending, all rows in one of them
	codes   []uint32 // numbers of the matters, ascending
	start   []uint32 // of the rows, by period and matter; and one behind the last
	rows    moments
	totals  []total // of all matters, then of each category
}

// period is the seconds since 1970 from begin to before end.
type period struct{ begin, end uint64 }

// since returns the time in the period, in seconds, that is the nearest to a
// second.
func (p period) since(at uint64) uint32 { return uint32(min(max(at, p.begin), p.end) - p.begin) }

// span is the indices from lo to before hi.
type span struct{ lo, hi int }

// bucket returns which rows are those of a period and of matters.
func (t *times) bucket(period int, m span) (from, to uint32) {
	first := period * len(t.codes)
	return t.start[first+m.lo], t.start[first+m.hi]
}

// count adds the rows that pass q to the counts of tracts.
func (t *times) count(q *query, counts lanes) {
	if len(q.matters) == 0 {
		t.countMatters(span{0, len(t.codes)}, q.from, q.to, counts)
	}
	for _, m := range q.matters {
		lo, _ := slices.BinarySearch(t.codes, m.low)
		hi, _ := slices.BinarySearch(t.codes, m.high)
		t.countMatters(span{lo, hi}, q.from, q.to, counts)
	}
}

// countMatters goes by running totals where there are such, and row by row where
// the ends of the window are near to the same.
func (t *times) countMatters(m span, from, to uint64, counts lanes) {
	if k := slices.IndexFunc(t.totals, func(s total) bool { return s.matters == m }); k >= 0 {
		s := &t.totals[k]
		if first, last := s.nearest(from), s.nearest(to); first != last {
			first, last := &s.marks[first], &s.marks[last]
			counts.addDifference(last.counts, first.counts)
			t.between(m, last.at, to, counts)
			t.between(m, from, first.at, counts)
			return
		}
	}
	t.tally(m, from, to, counts, 1)
}

// minusOne is what to add to subtract.
const minusOne = math.MaxUint8

// between adds the rows of matters in [from, to) to the counts of tracts; if from is
// after to, it subtracts those in [to, from).
func (t *times) between(m span, from, to uint64, counts lanes) {
	t.tally(m, from, to, counts, 1)
	t.tally(m, to, from, counts, minusOne)
}

// tally adds n to the counts of tracts for each row of matters in [from, to).
func (t *times) tally(m span, from, to uint64, counts lanes, n byte) {
	if from >= to {
		return
	}
	first := sort.Search(len(t.periods), func(k int) bool { return from < t.periods[k].end })
	for k := first; k < len(t.periods) && t.periods[k].begin < to; k++ {
		p := t.periods[k]
		if from <= p.begin && p.end <= to {
			lo, hi := t.bucket(k, m)
			t.rows.tally(lo, hi, counts, n)
			continue
		}
		for i := m.lo; i < m.hi; i++ {
			lo, hi := t.bucket(k, span{i, i + 1})
			t.rows.tally(t.rows.first(lo, hi, p.since(from)), t.rows.first(lo, hi, p.since(to)), counts, n)
		}
	}
}

// first returns the first of rows, in the order of time, that is not before a time.
func (m *moments) first(lo, hi, time uint32) uint32 {
	return lo + uint32(sort.Search(int(hi-lo), func(i int) bool { return m.time(lo+uint32(i)) >= time }))
}
