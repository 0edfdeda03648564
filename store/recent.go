package store

import (
	"bytes"
	"math"
	"slices"
	"sync"

	"jingwei/grid"

	"github.com/google/uuid"
)

// recent remembers what this process has created, and the lines of the feed that tell of
// it, until the feed has been followed so far. So neither need be read then. What was
// forgotten before is read.
type recent struct {
	mu      sync.Mutex
	written map[uint64]written // by transaction
	order   []uint64           // of the transactions
	len     int
}

// written is what a transaction has committed, each entry with one line of the feed, of
// which it has no others.
type written struct {
	entries []grid.Entry // in the order of ids
	seqs    []int64      // of their lines
}

// recentMost is how many entries are remembered: about 70 MB, should the feed be so far
// behind.
const recentMost = 100_000

// add remembers what a transaction has committed.
func (m *recent) add(xid uint64, w written) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for len(m.order) > 0 && m.len+len(w.entries) > recentMost {
		m.drop(m.order[0])
		m.order = m.order[1:]
	}
	m.written[xid], m.order, m.len = w, append(m.order, xid), m.len+len(w.entries)
}

func (m *recent) drop(xid uint64) {
	m.len -= len(m.written[xid].entries)
	delete(m.written, xid)
}

// forget drops what transactions before xid have created.
func (m *recent) forget(xid uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.order = slices.DeleteFunc(m.order, func(x uint64) bool {
		if x < xid {
			m.drop(x)
		}
		return x < xid
	})
}

// run returns the events of the transactions that follow each other from first on, and
// are before xmin and remembered, about most events; and behind which transaction they
// end.
func (m *recent) run(first, xmin uint64, most int) (events []grid.Event, last uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	last = first - 1
	for len(events) < most && last+1 < xmin {
		w, ok := m.written[last+1]
		if !ok {
			break
		}
		last++
		events = slices.Grow(events, len(w.entries))
		for i := range w.entries {
			r := &w.entries[i].Report
			events = append(events, grid.Event{Cursor: grid.Cursor{XID: last, Seq: w.seqs[i]}, What: grid.EventReport, ID: r.ID.String(), Report: r})
		}
	}
	if bySeq := func(a, b grid.Event) int { return a.Cursor.Compare(b.Cursor) }; !slices.IsSortedFunc(events, bySeq) {
		slices.SortFunc(events, bySeq)
	}
	return events, last
}

// next returns the first transaction from xid on that is remembered; if there is none,
// the last that there can be.
func (m *recent) next(xid uint64) uint64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	next := uint64(math.MaxInt64)
	for x := range m.written {
		if x >= xid {
			next = min(next, x)
		}
	}
	return next
}

// fill puts the reports into events about their creation.
func (m *recent) fill(events []grid.Event) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, e := range events {
		w := m.written[e.Cursor.XID]
		if len(w.entries) == 0 || e.What != grid.EventReport {
			continue
		}
		id, err := uuid.Parse(e.ID)
		if err != nil {
			continue // whoever reads the report tells
		}
		k, ok := slices.BinarySearchFunc(w.entries, id, func(e grid.Entry, id uuid.UUID) int { return bytes.Compare(e.Report.ID[:], id[:]) })
		if ok {
			events[i].Report = &w.entries[k].Report
		}
	}
}
