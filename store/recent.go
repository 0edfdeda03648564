package store

import (
	"bytes"
	"slices"
	"sync"

	"jingwei/grid"

	"github.com/google/uuid"
)

// recent remembers what this process has created until the feed has told of it, so that
// it need not be read then. What was forgotten before is read.
type recent struct {
	mu      sync.Mutex
	entries map[uint64][]grid.Entry // by transaction, in the order of ids
	order   []uint64                // of the transactions
	len     int
}

// recentMost is how many entries are remembered: about 70 MB, should the feed be so far
// behind.
const recentMost = 100_000

// add remembers what a transaction has committed, in the order of ids.
func (m *recent) add(xid uint64, entries []grid.Entry) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for len(m.order) > 0 && m.len+len(entries) > recentMost {
		m.len -= len(m.entries[m.order[0]])
		delete(m.entries, m.order[0])
		m.order = m.order[1:]
	}
	m.entries[xid], m.order, m.len = entries, append(m.order, xid), m.len+len(entries)
}

// forget drops what transactions before xid have created.
func (m *recent) forget(xid uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.order = slices.DeleteFunc(m.order, func(x uint64) bool {
		if x >= xid {
			return false
		}
		m.len -= len(m.entries[x])
		delete(m.entries, x)
		return true
	})
}

// fill puts the reports into events about their creation.
func (m *recent) fill(events []grid.Event) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, e := range events {
		of := m.entries[e.Cursor.XID]
		if len(of) == 0 || e.What != grid.EventReport {
			continue
		}
		id, err := uuid.Parse(e.ID)
		if err != nil {
			continue // whoever reads the report tells
		}
		k, ok := slices.BinarySearchFunc(of, id, func(e grid.Entry, id uuid.UUID) int { return bytes.Compare(e.Report.ID[:], id[:]) })
		if ok {
			events[i].Report = &of[k].Report
		}
	}
}
