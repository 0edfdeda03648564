package density

import (
	"fmt"
	"slices"
)

// slotBits: periods are cut between slots of 2^16 seconds, so that a table tells
// the period of a time.
const slotBits = 16

// slots holds the periods by slot.
type slots [1 << (32 - slotBits)]uint32

func (s *slots) period(at uint32) uint32 { return s[at>>slotBits] }

// newTimes orders the rows of places by time. From one running total to the next
// there are at least block rows.
func newTimes(p *places, block int) *times {
	if p.faces > 1<<momentBits {
		panic(fmt.Sprintf("density: %d cells, at most %d can be told apart", p.faces, 1<<momentBits))
	}
	t := &times{codes: p.codes}
	slots := t.cut(p, block)
	t.fill(p, slots)
	eachInParallel(len(t.start)-1, func(i int) { sortMoments(t.rows[t.start[i]:t.start[i+1]]) })
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

// cut cuts periods of about block rows, and returns which is whose.
func (t *times) cut(p *places, block int) *slots {
	var slots slots
	p.inside(func(_ int32, from, to uint32) {
		for _, at := range p.at[from:to] {
			slots[at>>slotBits]++
		}
	})
	k, rows := -1, 0 // the last period, and what is in it
	for s, n := range slots {
		if n == 0 {
			continue
		}
		begin := uint64(s) << slotBits
		if k < 0 || rows >= block || begin-t.periods[k].begin >= 1<<momentBits {
			t.periods = append(t.periods, period{begin: begin})
			k, rows = k+1, 0
		}
		t.periods[k].end = begin + 1<<slotBits
		slots[s] = uint32(k)
		rows += int(n)
	}
	return &slots
}

// fill puts the rows into the buckets of their periods and matters.
func (t *times) fill(p *places, slots *slots) {
	matters := uint32(len(t.codes))
	next := make([]uint32, len(t.periods)*len(t.codes)+2) // that of a bucket is behind it, so that filling moves it to the start of the next
	p.inside(func(_ int32, from, to uint32) {
		for i := from; i < to; i++ {
			next[slots.period(p.at[i])*matters+p.label[i]&p.mask+2]++
		}
	})
	for b := range next[1:] {
		next[b+1] += next[b]
	}
	t.rows = make([]moment, next[len(next)-1])
	p.inside(func(face int32, from, to uint32) {
		for i := from; i < to; i++ {
			k := slots.period(p.at[i])
			slot := &next[k*matters+p.label[i]&p.mask+1]
			t.rows[*slot].set(t.periods[k].since(uint64(p.at[i])), uint32(face))
			*slot++
		}
	})
	t.start = next[:len(next)-1]
}

func sortMoments(rows []moment) {
	numbers := make([]uint64, len(rows))
	for i := range rows {
		numbers[i] = uint64(rows[i].time())<<32 | uint64(rows[i].face())
	}
	slices.Sort(numbers)
	for i, n := range numbers {
		rows[i].set(uint32(n>>32), uint32(n))
	}
}
