package store

import (
	"context"
	"fmt"
	"sync"

	"jingwei/grid"
)

// Appender gathers the entries of many callers into few transactions: while some
// are being committed, those that come meanwhile make up the next. Each caller is
// answered after the commit. It is safe for concurrent use.
type Appender struct {
	*DB
	queue chan waiting
	done  sync.WaitGroup

	mu     sync.RWMutex // held to read while an entry is queued
	closed bool
}

// waiting is an entry and where its answer goes.
type waiting struct {
	entry  grid.Entry
	answer chan<- Answer
}

// Sizes of an appender.
const (
	appendConns = 3    // transactions at a time; more would be smaller ones
	appendMost  = 1000 // entries in a transaction
	appendQueue = 4096 // entries waiting, before callers are told to come back
)

// NewAppender returns an appender. Work that it has accepted goes on when ctx
// ends; Close waits for it.
func (db *DB) NewAppender(ctx context.Context) *Appender {
	a := &Appender{DB: db, queue: make(chan waiting, appendQueue)}
	for range appendConns {
		a.done.Go(func() { a.run(context.WithoutCancel(ctx)) })
	}
	return a
}

// Append keeps an entry and returns after it is committed. Under an id that is
// taken nothing changes, and the receipt tells whether the report there is the
// same. It fails with grid.ErrBusy when too many entries are waiting. When ctx
// ends before the answer, the entry may still be committed.
func (a *Appender) Append(ctx context.Context, e grid.Entry) (grid.Receipt, error) {
	answer := make(chan Answer, 1)
	if err := a.enqueue(waiting{e, answer}); err != nil {
		return grid.Receipt{}, fmt.Errorf("report %v: %w", e.Report.ID, err)
	}
	select {
	case got := <-answer:
		return got.Receipt, got.Err
	case <-ctx.Done():
		return grid.Receipt{}, fmt.Errorf("report %v: %w", e.Report.ID, ctx.Err())
	}
}

func (a *Appender) enqueue(w waiting) error {
	a.mu.RLock()
	defer a.mu.RUnlock()
	if a.closed {
		return errClosed
	}
	select {
	case a.queue <- w:
		return nil
	default:
		return grid.ErrBusy
	}
}

// Close commits what is waiting and takes no more.
func (a *Appender) Close() {
	a.mu.Lock()
	if !a.closed {
		a.closed = true
		close(a.queue)
	}
	a.mu.Unlock()
	a.done.Wait()
}

// run commits what is waiting, as much as there is at a time.
func (a *Appender) run(ctx context.Context) {
	for first := range a.queue {
		group := a.gather(first)
		entries := make([]grid.Entry, len(group))
		for i, w := range group {
			entries[i] = w.entry
		}
		for i, answer := range a.AppendAll(ctx, entries) {
			group[i].answer <- answer
		}
	}
}

// gather takes what is in the queue without waiting for more.
func (a *Appender) gather(first waiting) []waiting {
	group := []waiting{first}
	for len(group) < appendMost {
		select {
		case w, open := <-a.queue:
			if !open {
				return group
			}
			group = append(group, w)
		default:
			return group
		}
	}
	return group
}
