package density

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"jingwei/grid"
)

// Columns are the reports on one snapshot. Any number of goroutines may count
// while one after the other writes.
type Columns struct {
	snapshot *grid.Snapshot
	upwards  []int32 // all areas, those of lower levels first
	view     atomic.Pointer[view]
	counts   cache[window, Counts]
	touched  touched

	mu      sync.Mutex        // held by the writer
	clock   uint32            // up to which second overdue is overdue
	next    uint32            // no due second after clock is before it
	owed    map[uint32]uint32 // states of the reports that are open, by number
	numbers map[row]uint32    // of the fresh reports
}

// view is what readers see: a base, and what happened since. It is immutable; the
// log of a later view may go on in the same memory.
type view struct {
	base  *base
	owed  []event // what the states of its rows add
	since uint64  // version of both
	fresh []row   // reports that are not in the base
	log   []event
}

func (v *view) version() uint64 { return v.since + uint64(len(v.log)) }

// row returns the report of a number.
func (v *view) row(number uint32) row {
	if n := uint32(v.base.len()); number >= n {
		return v.fresh[number-n]
	}
	return v.base.row(number)
}

// New returns columns without reports.
func New(s *grid.Snapshot) *Columns {
	return newColumns(s, noPlaces(s.Coverage().Len()), 0, 0)
}

// Load returns columns with reports, read until the first error. Their version is
// after since, and after those that columns of that version will have.
func Load(s *grid.Snapshot, since uint64, reports iter.Seq2[Report, error]) (*Columns, error) {
	p, err := load(s, reports)
	if err != nil {
		return nil, err
	}
	return newColumns(s, p, nextGeneration(since), 0), nil
}

func newColumns(s *grid.Snapshot, p *places, version uint64, clock uint32) *Columns {
	c := &Columns{snapshot: s, upwards: upwards(s), touched: touched{floor: version}, clock: clock}
	c.setBase(p, version)
	return c
}

// setBase makes a base that holds all reports what readers see.
func (c *Columns) setBase(p *places, version uint64) {
	b := newBase(p, c.snapshot.Cell)
	c.owed, c.numbers, c.next = make(map[uint32]uint32, len(b.open)), map[row]uint32{}, never
	for _, o := range b.open {
		c.owe(o.number, o.state)
	}
	c.view.Store(&view{base: b, owed: b.events(c.clock), since: version})
}

// owe takes down the state of a report.
func (c *Columns) owe(number, state uint32) {
	if state == 0 {
		delete(c.owed, number)
		return
	}
	c.owed[number] = state
	if state > c.clock {
		c.next = min(c.next, state)
	}
}

// Snapshot returns the snapshot the reports are counted on.
func (c *Columns) Snapshot() *grid.Snapshot { return c.snapshot }

// Version grows with each change of a count, and never falls.
func (c *Columns) Version() uint64 { return c.view.Load().version() }

// Len returns the number of reports, those outside every cell included.
func (c *Columns) Len() int {
	v := c.view.Load()
	return v.base.len() + len(v.fresh)
}

// Put adds reports that are new and takes over the state of those that are not.
func (c *Columns) Put(reports ...Report) {
	c.mu.Lock()
	defer c.mu.Unlock()
	v := *c.view.Load()
	old := len(v.log)
	for _, r := range reports {
		if e := c.put(&v, r); e.changes() {
			v.log = append(v.log, e)
		}
	}
	c.show(&v, old)
}

// put returns what changes. A report that is known already is the same in all but
// its state.
func (c *Columns) put(v *view, r Report) event {
	row := rowOf(r)
	row.face = near(c.snapshot, r.Pos, c.snapshot.Coverage().Locate(r.Pos))
	number, known := c.find(v.base, row)
	if !known {
		number = uint32(v.base.len() + len(v.fresh))
		c.numbers[row] = number
		v.fresh = append(v.fresh, row)
	}
	e := eventOf(row, number).turn(c.owed[number], r.state(), c.clock)
	e.count = 1 - truth(known)
	c.owe(number, r.state())
	return e
}

func (c *Columns) find(b *base, r row) (uint32, bool) {
	if number, ok := c.numbers[r]; ok {
		return number, true
	}
	return b.find(r)
}

// Advance makes the open reports overdue whose due time is now or before. Time
// does not go back.
func (c *Columns) Advance(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	was := c.clock
	c.clock = max(was, min(seconds(now), never-1))
	if c.next > c.clock {
		return
	}
	v := *c.view.Load()
	old := len(v.log)
	for _, number := range c.passed(was) {
		e := eventOf(v.row(number), number)
		e.overdue = 1
		v.log = append(v.log, e)
	}
	c.show(&v, old)
}

// passed returns the reports that became overdue since a second, and finds the
// next time that one does.
func (c *Columns) passed(was uint32) (numbers []uint32) {
	c.next = never
	for number, state := range c.owed {
		switch {
		case state > c.clock:
			c.next = min(c.next, state)
		case state > was:
			numbers = append(numbers, number)
		}
	}
	slices.Sort(numbers)
	return numbers
}

// show makes v what readers see, of whose log the events from old on are new.
func (c *Columns) show(v *view, old int) {
	c.view.Store(v)
	for i := old; i < len(v.log); i++ {
		if e := &v.log[i]; int(e.face) < v.base.faces {
			c.touched.mark(e.pos, v.since+uint64(i)+1)
		}
	}
	c.touched.upTo.Store(v.version())
	if len(v.log) >= max(1<<16, v.base.len()/32) {
		c.compact(v)
	}
}

// compact lays out base and log as a new base of the same version.
func (c *Columns) compact(v *view) { c.setBase(v.merged(c.owed), v.version()) }

// merged returns all reports, in the states that are owed, in the order of places.
func (v *view) merged(owed map[uint32]uint32) *places {
	items := make([]item, len(v.fresh))
	for i, r := range v.fresh {
		items[i] = item{r, placeOf(r.pos), owed[uint32(v.base.len()+i)]}
	}
	var open []owing // rows of the base
	for number, state := range owed {
		if int(number) < v.base.len() {
			open = append(open, owing{number, state})
		}
	}
	slices.SortFunc(open, func(a, b owing) int { return cmp.Compare(a.number, b.number) })
	return v.base.merge(sortItems(items, v.base.faces), open)
}

// On returns columns of the same reports on another snapshot, all of them located
// anew. Reports put into c meanwhile, for which it does not wait, and afterwards
// are not in it.
func (c *Columns) On(s *grid.Snapshot) *Columns {
	c.mu.Lock()
	v, owed, clock := c.view.Load(), maps.Clone(c.owed), c.clock
	c.mu.Unlock()
	return newColumns(s, v.merged(owed).on(s), nextGeneration(v.version()), clock)
}

// nextGeneration returns a version after all that columns of a version will have:
// columns that take the place of others are made while those go on.
func nextGeneration(version uint64) uint64 {
	const bits = 40 // of the events that columns see at the most
	return (version>>bits + 1) << bits
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
