package density

import (
	"slices"

	"jingwei/grid"
)

// Counts are the numbers of reports by area index of a snapshot, each area with
// all below it. They are immutable.
type Counts struct {
	Snapshot *grid.Snapshot
	Filter   Filter
	Version  uint64 // of the columns
	count    []uint32
	open     []uint32
}

// Count returns the number of reports in area i.
func (n *Counts) Count(i int32) int64 { return int64(n.count[i]) }

// Open returns how many of the reports in area i still have work owed on them.
func (n *Counts) Open(i int32) int64 { return int64(n.open[i]) }

// Counts counts the reports that pass f, as of now or a little later.
func (c *Columns) Counts(f Filter) *Counts {
	w := f.window()
	e := c.counts.entry(w)
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
	n = c.upTo(v, w, n)
	n.Filter = f
	e.counts.Store(n)
	return n
}

// upTo counts at v: along the log from an earlier count, or all.
func (c *Columns) upTo(v *view, w window, from *Counts) *Counts {
	n := &Counts{Snapshot: c.snapshot, Version: v.version()}
	if from == nil || from.Version < v.since {
		n.count, n.open = c.total(v.base, w)
		from = &Counts{Version: v.since}
	} else {
		n.count, n.open = slices.Clone(from.count), slices.Clone(from.open)
	}
	for _, e := range v.log[from.Version-v.since:] {
		if int(e.face) < v.base.faces() && w.holds(e.at, e.matter) {
			n.apply(e)
		}
	}
	return n
}

// apply adds an event to its cell and all areas above.
func (n *Counts) apply(e event) {
	for i := n.Snapshot.Cell(e.face); i >= 0; i = n.Snapshot.Parent(i) {
		n.count[i] += uint32(e.count)
		n.open[i] += uint32(e.open)
	}
}

// total counts the base by area.
func (c *Columns) total(b *base, w window) (count, open []uint32) {
	s := c.snapshot
	faceCount, faceOpen := make([]uint32, b.faces()), make([]uint32, b.faces())
	b.count(w, faceCount, faceOpen)
	count, open = make([]uint32, s.Len()), make([]uint32, s.Len())
	for f := range faceCount {
		i := s.Cell(int32(f))
		count[i], open[i] = faceCount[f], faceOpen[f]
	}
	for _, i := range c.upwards {
		if p := s.Parent(i); p >= 0 {
			count[p] += count[i]
			open[p] += open[i]
		}
	}
	return count, open
}
