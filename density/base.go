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
	cells  cache[part, []uint32] // their counts
}

// newBase orders the rows of places by time as well. Where faces are large, tracts are
// as well: there are not many more of them. Running totals are so far apart that those
// of all matters take about a byte a row, as do those of the categories.
func newBase(p *places) *base { return newBaseOf(p, min(1<<momentBits, max(2*p.faces, 1<<14))) }

// newBaseOf makes a base of at most so many tracts, or one for each face.
func newBaseOf(p *places, most int) *base {
	tracts, of := newTracts(p, most)
	n := len(tracts.list)
	return &base{places: p, tracts: tracts, times: newTimes(p, of, n, max(2*n, 1<<14))}
}

// count counts the rows that pass q by tract.
func (b *base) count(q *query) []uint32 {
	counts := make([]uint32, len(b.tracts.list))
	b.times.count(q, counts)
	return counts
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
