package density

import (
	"slices"
	"sort"
)

// total counts the rows of some matters by tract, up to marks, the first of which
// is where all begins. It takes a byte a tract and mark.
type total struct {
	matters span
	marks   []mark
}

// mark is the counts of the rows before a time.
type mark struct {
	at     uint64
	counts lanes
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

// sum makes the running totals: of all matters at least every half block of rows; of each
// category, and of each item of a block or more, at least every block.
func (t *times) sum(tracts, block int) {
	all := span{0, len(t.codes)}
	t.totals = append(t.totals, total{matters: all})
	for _, digits := range []uint32{2, 4} {
		for _, m := range t.prefixes(digits) {
			if m != all && (digits == 2 || t.len(m) >= block) {
				t.totals = append(t.totals, total{matters: m})
			}
		}
	}
	nothing := newLanes(tracts)
	eachInParallel(len(t.totals), func(i int) {
		if s := &t.totals[i]; s.matters == all {
			s.sum(t, nothing, block/2)
		} else {
			s.sum(t, nothing, block)
		}
	})
}

// prefixes returns the matters that have the same first digits, so many of the six. What
// is no matter has digits of its own.
func (t *times) prefixes(digits uint32) (list []span) {
	width := uint32(1)
	for range 6 - digits {
		width *= 10
	}
	prefix := func(code uint32) uint32 { return (code + width - 1) / width }
	for lo := 0; lo < len(t.codes); {
		hi := lo + 1
		for hi < len(t.codes) && prefix(t.codes[hi]) == prefix(t.codes[lo]) {
			hi++
		}
		list = append(list, span{lo, hi})
		lo = hi
	}
	return list
}

// len returns the number of rows of matters.
func (t *times) len(m span) (n int) {
	for k := range t.periods {
		from, to := t.bucket(k, m)
		n += int(to - from)
	}
	return n
}

func (s *total) sum(t *times, nothing lanes, block int) {
	running := slices.Clone(nothing)
	rows := 0
	for k, p := range t.periods {
		if k == 0 {
			s.marks = append(s.marks, mark{p.begin, nothing})
		}
		from, to := t.bucket(k, s.matters)
		t.rows.tally(from, to, running, 1)
		if rows += int(to - from); rows >= block || k == len(t.periods)-1 && rows >= block/4 {
			s.marks = append(s.marks, mark{p.end, slices.Clone(running)})
			rows = 0
		}
	}
}
