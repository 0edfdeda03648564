package density

import "sort"

// total counts the rows of some matters by tract, up to marks, the first of which
// is where all begins. It takes two bytes a tract and mark.
type total struct {
	matters span
	marks   []mark
}

// mark is the counts of the rows before a time: those by tract are low, modulo 2^16,
// and 2^16 more each time that a tract is in full.
type mark struct {
	at   uint64
	low  []uint16
	full []int32
}

func newMark(at uint64, counts []uint32) mark {
	m := mark{at: at, low: make([]uint16, len(counts))}
	for tract, n := range counts {
		m.low[tract] = uint16(n)
		for range n >> 16 {
			m.full = append(m.full, int32(tract))
		}
	}
	return m
}

// add adds sign times the counts to those of tracts.
func (m *mark) add(tracts []uint32, sign uint32) {
	low := tracts[:len(m.low)]
	for t, n := range m.low {
		low[t] += sign * uint32(n)
	}
	for _, t := range m.full {
		tracts[t] += sign << 16
	}
}

// nearest returns the index of the mark that is the nearest to a time; -1 if there
// are no rows, and so no marks.
func (s *total) nearest(at uint64) int {
	i := sort.Search(len(s.marks), func(i int) bool { return s.marks[i].at >= at })
	if i == len(s.marks) || i > 0 && at-s.marks[i-1].at < s.marks[i].at-at {
		i--
	}
	return i
}

// sum makes the running totals: of all matters, and of each category.
func (t *times) sum(tracts, block int) {
	all := span{0, len(t.codes)}
	t.totals = append(t.totals, total{matters: all})
	for lo := 0; lo < all.hi; {
		hi := lo + 1
		for hi < all.hi && category(t.codes[hi]) == category(t.codes[lo]) {
			hi++
		}
		if hi-lo < all.hi {
			t.totals = append(t.totals, total{matters: span{lo, hi}})
		}
		lo = hi
	}
	eachInParallel(len(t.totals), func(i int) { t.totals[i].sum(t, tracts, block) })
}

// category returns the first two digits of a matter, or a number of its own for
// what is no matter.
func category(code uint32) int { return (int(code) + 9999) / 10_000 }

func (s *total) sum(t *times, tracts, block int) {
	running := make([]uint32, tracts)
	rows := 0
	for k, p := range t.periods {
		if k == 0 {
			s.marks = append(s.marks, mark{at: p.begin})
		}
		bucket := t.bucket(k, s.matters)
		tally(bucket, running, 1)
		if rows += len(bucket); rows >= block || k == len(t.periods)-1 && rows >= block/4 {
			s.marks = append(s.marks, newMark(p.end, running))
			rows = 0
		}
	}
}
