package density

import (
	"cmp"
	"slices"

	"jingwei/grid"
)

// base holds rows in two orders. It is immutable, but for the counts that it keeps.
type base struct {
	*places
	tracts *tracts
	times  *times
	counts cache[window, lanes] // of tracts
}

// newBase orders the rows of places by time as well, given the area of each face. Running
// totals are so far apart that those of all matters take two bytes a row, and those of the
// categories one.
func newBase(p *places, area func(face int32) int32) *base {
	tracts, first := newTracts(p, area)
	return &base{places: p, tracts: tracts, times: newTimes(p, first, tracts.len(), max(tracts.len(), 1<<13))}
}

// count counts the rows that pass q by tract, once.
func (b *base) count(q *query) lanes {
	e := b.counts.entry(q.window)
	if counts := e.counts.Load(); counts != nil {
		return *counts
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	counts := e.counts.Load()
	if counts == nil {
		counts = new(lanes)
		*counts = newLanes(b.tracts.len())
		b.times.count(q, *counts)
		e.counts.Store(counts)
	}
	return *counts
}

// on returns the rows of p on another snapshot. What belongs to a place is located
// and put in order without regard to the others.
func (p *places) on(s *grid.Snapshot) *places {
	b := newBuilder(s.Coverage().Len(), p.len(), p.codes)
	ends := p.parts(1 << 17)
	parts := make([]*builder, len(ends)-1)
	eachInParallel(len(parts), func(i int) {
		from, to := ends[i], ends[i+1]
		parts[i] = b.part(p.runs[from].start, p.runs[to].start)
		parts[i].addAll(p.arranged(s, from, to))
	})
	for _, part := range parts {
		b.join(part)
	}
	return b.finish()
}

// parts cuts the runs between places into parts of about n rows: it returns their
// first runs, and the end.
func (p *places) parts(n uint32) []int {
	parts := []int{0}
	last := len(p.runs) - 1
	for k := 1; k < last; k++ {
		if p.runs[k].place != p.runs[k-1].place && p.runs[k].start-p.runs[parts[len(parts)-1]].start >= n {
			parts = append(parts, k)
		}
	}
	return append(parts, last)
}

// arranged returns the rows of some runs, which are all of their places, in order
// on another snapshot.
func (p *places) arranged(s *grid.Snapshot, from, to int) []item {
	first := p.runs[from].start
	items := make([]item, p.runs[to].start-first)
	for k := from; k < to; k++ {
		r := &p.runs[k]
		for i := r.start; i < p.runs[k+1].start; i++ {
			items[i-first] = item{row: p.in(r, i), place: r.place}
		}
	}
	at, _ := slices.BinarySearchFunc(p.open, first, func(o owing, n uint32) int { return cmp.Compare(o.number, n) })
	for _, o := range p.open[at:] {
		if o.number >= p.runs[to].start {
			break
		}
		items[o.number-first].state = o.state
	}
	locateAll(s, items)
	return sortItems(items, s.Coverage().Len())
}
