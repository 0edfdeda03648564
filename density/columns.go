package density

import (
	"iter"
	"sync"
	"sync/atomic"

	"jingwei/grid"

	"github.com/google/uuid"
)

// Columns are the reports on one snapshot. Any number of goroutines may count
// while one after the other puts.
type Columns struct {
	snapshot *grid.Snapshot
	upwards  []int32 // all areas, those of lower levels first
	view     atomic.Pointer[view]
	counts   cache

	mu    sync.Mutex // held by the writer
	open  bitset     // of the rows of the base, as they are now
	fresh []item     // not in the base yet
	byID  map[uuid.UUID]int32
}

// view is what readers see: a base, and what happened since. It is immutable; the
// log of a later view may go on in the same memory.
type view struct {
	base  *base
	since uint64 // version of the base
	log   []event
}

func (v *view) version() uint64 { return v.since + uint64(len(v.log)) }

// event is a change of the counts of a cell: a report that came, or one on which
// work is owed no more, or again.
type event struct {
	key
	count, open int8
}

// New returns columns without reports.
func New(s *grid.Snapshot) *Columns {
	return newColumns(s, emptyBase(s.Coverage().Len()), 0)
}

// Load returns columns with reports, read until the first error.
func Load(s *grid.Snapshot, reports iter.Seq2[Report, error]) (*Columns, error) {
	b, err := load(s, func(yield func(item, error) bool) {
		for r, err := range reports {
			if !yield(itemOf(r), err) {
				return
			}
		}
	})
	if err != nil {
		return nil, err
	}
	return newColumns(s, b, 0), nil
}

func newColumns(s *grid.Snapshot, b *base, version uint64) *Columns {
	c := &Columns{snapshot: s, upwards: upwards(s), byID: map[uuid.UUID]int32{}}
	c.setBase(b, version)
	return c
}

func (c *Columns) setBase(b *base, version uint64) {
	c.open = append(c.open[:0], b.open...)
	c.fresh = nil
	clear(c.byID)
	c.view.Store(&view{base: b, since: version})
}

// Snapshot returns the snapshot the reports are counted on.
func (c *Columns) Snapshot() *grid.Snapshot { return c.snapshot }

// Version grows with each change of a count, and never falls.
func (c *Columns) Version() uint64 { return c.view.Load().version() }

// Len returns the number of reports, those outside every cell included.
func (c *Columns) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.view.Load().base.len() + len(c.fresh)
}

// Put adds reports that are new and takes over the state of those that are not.
func (c *Columns) Put(reports ...Report) {
	c.mu.Lock()
	defer c.mu.Unlock()
	v := *c.view.Load()
	for _, r := range reports {
		if e := c.put(v.base, r); e.count != 0 || e.open != 0 {
			v.log = append(v.log, e)
		}
	}
	c.view.Store(&v)
	if len(v.log) >= max(1<<16, v.base.len()/16) {
		c.compact(v)
	}
}

// put returns what changes; a report that is known already is the same in all but
// its state.
func (c *Columns) put(b *base, r Report) event {
	if i, ok := c.byID[r.ID]; ok {
		it := &c.fresh[i]
		was := it.open
		it.open = r.Open
		return change(it.row, 0, was, r.Open)
	}
	it := itemOf(r)
	it.face = near(c.snapshot, r.Pos, c.snapshot.Coverage().Locate(r.Pos))
	if i, ok := b.find(it.row); ok {
		was := c.open.has(i)
		c.open.set(i, r.Open)
		return change(b.row(it.face, i), 0, was, r.Open)
	}
	c.byID[r.ID] = int32(len(c.fresh))
	c.fresh = append(c.fresh, it)
	return change(it.row, 1, false, r.Open)
}

func change(r row, count int8, was, is bool) event {
	e := event{key: key{r.face, r.at, r.matter}, count: count}
	if is {
		e.open++
	}
	if was {
		e.open--
	}
	return e
}

// compact lays out base and log as a new base of the same version.
func (c *Columns) compact(v view) {
	items := latest(sortItems(c.fresh, v.base.faces()))
	c.setBase(v.base.merge(items, c.open), v.version())
}

// On returns columns of the same reports on another snapshot, all of them located
// anew. Reports put into c afterwards are not in it.
func (c *Columns) On(s *grid.Snapshot) *Columns {
	c.mu.Lock()
	defer c.mu.Unlock()
	v := c.view.Load()
	b, _ := load(s, func(yield func(item, error) bool) { // no item comes with an error
		for f := range int32(v.base.faces() + 1) {
			for i := v.base.start[f]; i < v.base.start[f+1]; i++ {
				if !yield(item{v.base.row(f, i), c.open.has(i)}, nil) {
					return
				}
			}
		}
		for _, it := range c.fresh {
			if !yield(it, nil) {
				return
			}
		}
	})
	return newColumns(s, b, v.version()+1)
}

// upwards returns all areas, those of lower levels first, so that adding each to
// its parent in that order sums the hierarchy.
func upwards(s *grid.Snapshot) []int32 {
	order := make([]int32, 0, s.Len())
	for l := grid.Microgrid; l >= grid.City; l-- {
		for i := range int32(s.Len()) {
			if s.Area(i).Level == l {
				order = append(order, i)
			}
		}
	}
	return order
}
