package density

import (
	"encoding/binary"
	"math"
	"slices"
	"sort"
)

// times holds the tracts of rows by period, within a period by matter, and by time
// within both: 6 bytes each. The counts of a window are the difference of the
// running totals that are the nearest to its ends, and what lies between. Rows
// outside every face are not in it. It is immutable.
type times struct {
	periods []period // ascending, all rows in one of them
	codes   []uint32 // numbers of the matters, ascending
	start   []uint32 // of the rows, by period and matter; and one behind the last
	rows    []moment
	totals  []total // of all matters, then of each category
}

// period is the seconds since 1970 from begin to before end, no more than a moment
// tells apart.
type period struct{ begin, end uint64 }

// since returns the time in the period, in seconds, that is the nearest to a
// second.
func (p period) since(at uint64) uint32 { return uint32(min(max(at, p.begin), p.end) - p.begin) }

// moment is the tract of a row in the lower 24 bits, and in the upper ones its time
// in the period, in seconds. Moments are ordered by time, then tract.
type moment [momentBits / 4]byte

// momentBits are those of either number in a moment.
const momentBits = 24

func (m *moment) tract() uint32 { return binary.LittleEndian.Uint32(m[:]) & (1<<momentBits - 1) }
func (m *moment) time() uint32  { return binary.LittleEndian.Uint32(m[2:]) >> 8 }

func (m *moment) set(time, tract uint32) {
	binary.LittleEndian.PutUint16(m[:], uint16(tract))
	binary.LittleEndian.PutUint32(m[2:], time<<8|tract>>16)
}

// span is the indices from lo to before hi.
type span struct{ lo, hi int }

// bucket returns the rows of a period and of matters.
func (t *times) bucket(period int, m span) []moment {
	first := period * len(t.codes)
	return t.rows[t.start[first+m.lo]:t.start[first+m.hi]]
}

// count adds the rows that pass q to the counts of tracts.
func (t *times) count(q *query, tracts []uint32) {
	if len(q.matters) == 0 {
		t.countMatters(span{0, len(t.codes)}, q.from, q.to, tracts)
	}
	for _, m := range q.matters {
		lo, _ := slices.BinarySearch(t.codes, m.low)
		hi, _ := slices.BinarySearch(t.codes, m.high)
		t.countMatters(span{lo, hi}, q.from, q.to, tracts)
	}
}

// countMatters goes by running totals where there are such, and row by row where
// the ends of the window are near to the same.
func (t *times) countMatters(m span, from, to uint64, tracts []uint32) {
	if k := slices.IndexFunc(t.totals, func(s total) bool { return s.matters == m }); k >= 0 {
		s := &t.totals[k]
		if first, last := s.nearest(from), s.nearest(to); first != last {
			t.upTo(s, last, to, tracts, 1)
			t.upTo(s, first, from, tracts, minusOne)
			return
		}
	}
	t.tally(m, from, to, tracts, 1)
}

// minusOne is what to add to subtract.
const minusOne = math.MaxUint32

// upTo adds sign times the rows of a total before a time to the counts of tracts,
// going by one of its marks.
func (t *times) upTo(s *total, mark int, at uint64, tracts []uint32, sign uint32) {
	m := &s.marks[mark]
	m.add(tracts, sign)
	t.tally(s.matters, m.at, at, tracts, sign)
	t.tally(s.matters, at, m.at, tracts, -sign)
}

// tally adds sign times the rows of matters in [from, to) to the counts of tracts.
func (t *times) tally(m span, from, to uint64, tracts []uint32, sign uint32) {
	if from >= to {
		return
	}
	first := sort.Search(len(t.periods), func(k int) bool { return from < t.periods[k].end })
	for k := first; k < len(t.periods) && t.periods[k].begin < to; k++ {
		p := t.periods[k]
		if from <= p.begin && p.end <= to {
			tally(t.bucket(k, m), tracts, sign)
			continue
		}
		for i := m.lo; i < m.hi; i++ {
			rows := t.bucket(k, span{i, i + 1})
			tally(rows[before(rows, p.since(from)):before(rows, p.since(to))], tracts, sign)
		}
	}
}

// tally adds sign to the counts of tracts for each of their rows, by fours, which is
// a quarter faster.
func tally(rows []moment, tracts []uint32, sign uint32) {
	for ; len(rows) >= 4; rows = rows[4:] {
		a, b, c, d := rows[0].tract(), rows[1].tract(), rows[2].tract(), rows[3].tract()
		tracts[a] += sign
		tracts[b] += sign
		tracts[c] += sign
		tracts[d] += sign
	}
	for i := range rows {
		tracts[rows[i].tract()] += sign
	}
}

// before returns how many rows, in the order of time, are before a time.
func before(rows []moment, time uint32) int {
	return sort.Search(len(rows), func(i int) bool { return rows[i].time() >= time })
}
