package density

import "slices"

// slotBits: periods are cut between slots of 2^16 seconds, so that a table tells
// the period of a time.
const slotBits = 16

// slots holds the periods by slot.
type slots [1 << (32 - slotBits)]uint32

func (s *slots) period(at uint32) uint32 { return s[at>>slotBits] }

// newTimes orders the rows of places by time; first are the first tracts of their runs.
// From one running total to the next there are at least block rows.
func newTimes(p *places, first []uint32, tracts, block int) *times {
	t := &times{codes: p.codes, rows: newMoments(tracts)}
	slots := t.cut(p, block/2)
	t.fill(p, first, slots)
	eachInParallel(len(t.start)-1, func(i int) { t.rows.sort(t.start[i], t.start[i+1]) })
	t.sum(tracts, block)
	return t
}

// cut cuts periods of about block rows, and returns which is whose.
func (t *times) cut(p *places, block int) *slots {
	var slots slots
	p.inside(func(_ int, from, to uint32) {
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
		if k < 0 || rows >= block || begin+1<<slotBits-t.periods[k].begin > t.rows.longest() {
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
func (t *times) fill(p *places, first []uint32, slots *slots) {
	matters := uint32(len(t.codes))
	next := make([]uint32, len(t.periods)*len(t.codes)+2) // that of a bucket is behind it, so that filling moves it to the start of the next
	p.inside(func(_ int, from, to uint32) {
		for i := from; i < to; i++ {
			next[slots.period(p.at[i])*matters+p.label[i]&p.mask+2]++
		}
	})
	for b := range next[1:] {
		next[b+1] += next[b]
	}
	t.rows.room(next[len(next)-1])
	p.inside(func(r int, from, to uint32) {
		for i := from; i < to; i++ {
			k := slots.period(p.at[i])
			slot := &next[k*matters+p.label[i]&p.mask+1]
			t.rows.set(*slot, t.rows.moment(t.periods[k].since(uint64(p.at[i])), first[r]+(i-from)>>tractBits))
			*slot++
		}
	})
	t.start = next[:len(next)-1]
}

func (m *moments) sort(from, to uint32) {
	numbers := make([]uint64, to-from)
	for i := range numbers {
		numbers[i] = m.at(from + uint32(i))
	}
	slices.Sort(numbers)
	for i, n := range numbers {
		m.set(from+uint32(i), n)
	}
}
