package density

import (
	"slices"

	"jingwei/grid"
)

// Counts are the numbers of the reports that pass a filter by area index of a
// snapshot, each area with all below it. They are immutable.
type Counts struct {
	Snapshot *grid.Snapshot
	Filter   Filter
	Version  uint64 // of the columns
	*sums
}

// sums are the counts of all states.
type sums struct{ count, open, overdue []uint32 }

// Count returns the number of reports in area i.
func (n *Counts) Count(i int32) int64 {
	switch n.Filter.State {
	case Open:
		return int64(n.open[i])
	case Closed:
		return int64(n.count[i] - n.open[i])
	case Overdue:
		return int64(n.overdue[i])
	}
	return int64(n.count[i])
}

// Open returns how many of the reports in area i still have work owed on them.
func (n *Counts) Open(i int32) int64 {
	switch n.Filter.State {
	case Closed:
		return 0
	case Overdue:
		return int64(n.overdue[i])
	}
	return int64(n.open[i])
}

// Overdue returns how many of the open reports in area i are past their due time.
func (n *Counts) Overdue(i int32) int64 {
	if n.Filter.State == Closed {
		return 0
	}
	return int64(n.overdue[i])
}

// Counts counts the reports that pass f, as of now or a little later.
func (c *Columns) Counts(f Filter) *Counts {
	q := f.query()
	n := *c.allStates(&q)
	n.Filter = f
	return &n
}

// allStates counts without the condition on the state.
func (c *Columns) allStates(q *query) *Counts {
	e := c.counts.entry(q.window)
	if n := e.counts.Load(); n != nil && n.Version == c.Version() {
		return n
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	v := c.view.Load()
	n := e.counts.Load()
	if n != nil && n.Version >= v.version() {
		return n
	}
	n = c.upTo(v, q, n)
	e.counts.Store(n)
	return n
}

// upTo counts at v: along the log from an earlier count, or all.
func (c *Columns) upTo(v *view, q *query, from *Counts) *Counts {
	n := &Counts{Snapshot: c.snapshot, Version: v.version()}
	log := v.log
	if from == nil || from.Version < v.since {
		n.sums = c.total(v, q)
	} else {
		n.sums = from.clone()
		log = log[from.Version-v.since:]
	}
	n.apply(log, q)
	return n
}

func (s *sums) clone() *sums {
	return &sums{slices.Clone(s.count), slices.Clone(s.open), slices.Clone(s.overdue)}
}

// apply adds events to their cells and all areas above.
func (n *Counts) apply(events []event, q *query) {
	faces := int32(n.Snapshot.Coverage().Len())
	for i := range events {
		e := &events[i]
		if e.face >= faces || !q.holds(e.at, e.matter) {
			continue
		}
		for a := n.Snapshot.Cell(e.face); a >= 0; a = n.Snapshot.Parent(a) {
			n.count[a] += uint32(e.count)
			n.open[a] += uint32(e.open)
			n.overdue[a] += uint32(e.overdue)
		}
	}
}

// total counts the base by area.
func (c *Columns) total(v *view, q *query) *sums {
	s := c.snapshot
	n := &Counts{Snapshot: s, sums: &sums{make([]uint32, s.Len()), make([]uint32, s.Len()), make([]uint32, s.Len())}}
	n.addTracts(v.base.tracts, v.base.count(q))
	n.sumUp(c.upwards)
	n.apply(v.owed, q)
	return n.sums
}

// addTracts adds the counts of tracts to their cells.
func (n *Counts) addTracts(t *tracts, counts lanes) {
	sums, ends, from := n.count, t.plot[1:], uint32(0)
	for i, a := range t.area {
		to := ends[i]
		sums[a] += sumWord(counts.some(from, to))
		from = to
	}
}

// sumUp adds areas to those above, siblings that follow each other in one go.
func (n *Counts) sumUp(upwards []int32) {
	sum := uint32(0)
	for k, i := range upwards {
		sum += n.count[i]
		p := n.Snapshot.Parent(i)
		if k+1 < len(upwards) && n.Snapshot.Parent(upwards[k+1]) == p {
			continue
		}
		if p >= 0 {
			n.count[p] += sum
		}
		sum = 0
	}
}
