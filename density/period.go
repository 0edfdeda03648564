package density

import (
	"slices"
)

// slotBits: periods are cut between slots of 2^16 seconds, so that a table tells
// the period of a time.
const slotBits = 16

// newTimes orders the rows of places by time. From one running total to the next
// there are at least block rows.
func newTimes(p *places, block int) *times {
	t := &times{codes: p.codes}
	periods := t.cut(p, block)
	t.fill(p, periods)
	eachInParallel(len(t.start)-1, func(i int) { slices.Sort(t.rows[t.start[i]:t.start[i+1]]) })
	t.sum(p.faces, block)
	return t
}

// inside calls do for runs of rows that are inside a face.
func (p *places) inside(do func(face int32, from, to uint32)) {
	for k := range p.runs[:len(p.runs)-1] {
		if r := &p.runs[k]; int(r.face) < p.faces {
			do(r.face, r.start, p.runs[k+1].start)
		}
	}
}

// cut cuts periods of about block rows, and returns the period of each slot.
func (t *times) cut(p *places, block int) *[1 << slotBits]uint32 {
	var slots [1 << slotBits]uint32
	p.inside(func(_ int32, from, to uint32) {
		for _, at := range p.at[from:to] {
			slots[at>>slotBits]++
		}
	})
	var rows, end int
	for s, n := range slots {
		slots[s] = uint32(len(t.ends))
		if n == 0 {
			continue
		}
		if end == 0 {
			t.begin = uint64(s) << slotBits
		}
		end = (s + 1) << slotBits
		if rows += int(n); rows >= block {
			t.ends, rows = append(t.ends, uint64(end)), 0
		}
	}
	if rows > 0 || len(t.ends) == 0 {
		t.ends = append(t.ends, uint64(end))
	}
	return &slots
}

// fill puts the rows into the buckets of their periods and matters.
func (t *times) fill(p *places, periods *[1 << slotBits]uint32) {
	matters := uint32(len(t.codes))
	next := make([]uint32, len(t.ends)*len(t.codes)+2) // that of a bucket is behind it, so that filling moves it to the start of the next
	p.inside(func(_ int32, from, to uint32) {
		for i := from; i < to; i++ {
			next[periods[p.at[i]>>slotBits]*matters+p.label[i]&p.mask+2]++
		}
	})
	for b := range next[1:] {
		next[b+1] += next[b]
	}
	t.rows = make([]uint64, next[len(next)-1])
	p.inside(func(face int32, from, to uint32) {
		for i := from; i < to; i++ {
			slot := &next[periods[p.at[i]>>slotBits]*matters+p.label[i]&p.mask+1]
			t.rows[*slot] = uint64(p.at[i])<<32 | uint64(face)
			*slot++
		}
	})
	t.start = next[:len(next)-1]
}

// sum makes the running totals: of all matters, and of each category.
func (t *times) sum(faces, block int) {
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
	eachInParallel(len(t.totals), func(i int) { t.totals[i].sum(t, faces, block) })
}

// category returns the first two digits of a matter, or a number of its own for
// what is no matter.
func category(code uint32) int { return (int(code) + 9999) / 10_000 }

func (s *total) sum(t *times, faces, block int) {
	running := make([]uint32, faces)
	s.ends, s.counts = []uint64{t.begin}, [][]uint32{nil}
	rows := 0
	for p, end := range t.ends {
		bucket := t.bucket(p, s.matters)
		tally(bucket, running, 1)
		if rows += len(bucket); rows >= block || p == len(t.ends)-1 && rows >= block/4 {
			s.ends, s.counts = append(s.ends, end), append(s.counts, slices.Clone(running))
			rows = 0
		}
	}
}
