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
	bulk  chan struct{} // holds one for each transaction of many entries
	done  sync.WaitGroup

	mu     sync.RWMutex // held to read while an entry is queued
	closed bool
}

// waiting is an entry and where its answer goes.
type waiting struct {
	entry  grid.Entry
	answer chan<- grid.Answer
}

// Sizes of an appender.
const (
	appendConns = 3    // transactions at a time, and as many of callers with many entries
	appendCrowd = 256  // entries that have to wait before there is more than one: few and large is cheap
	appendMost  = 1000 // entries in a transaction
	appendQueue = 4096 // entries waiting, before callers are told to come back
)

// NewAppender returns an appender. Work that it has accepted goes on when ctx
// ends; Close waits for it.
func (db *DB) NewAppender(ctx context.Context) *Appender {
	a := &Appender{DB: db, queue: make(chan waiting, appendQueue), bulk: make(chan struct{}, appendConns)}
	a.done.Go(func() { a.run(context.WithoutCancel(ctx)) })
	return a
}

// Append keeps an entry and returns after it is committed. Under an id that is
// taken nothing changes, and the receipt tells whether the report there is the
// same. It fails with grid.ErrBusy when too many entries are waiting. When ctx
// ends before the answer, the entry may still be committed.
func (a *Appender) Append(ctx context.Context, e grid.Entry) (grid.Receipt, error) {
	answer := make(chan grid.Answer, 1)
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

// AppendAll is that of the database, for a few callers at a time; others wait.
func (a *Appender) AppendAll(ctx context.Context, entries []grid.Entry) []grid.Answer {
	select {
	case a.bulk <- struct{}{}:
		defer func() { <-a.bulk }()
		return a.DB.AppendAll(ctx, entries)
	case <-ctx.Done():
		b := batch{entries: entries}
		return b.fail(ctx.Err())
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

// run gathers what is waiting and commits it, until the queue is closed and empty.
func (a *Appender) run(ctx context.Context) {
	var group []waiting
	busy, ended := 0, make(chan struct{})
	for queue := a.queue; queue != nil || busy > 0; {
		in := queue
		if len(group) == appendMost {
			in = nil
		}
		select {
		case w, open := <-in:
			if !open {
				queue = nil
				break
			}
			group = a.gather(append(group, w))
		case <-ended:
			busy--
		}
		if n := len(group); n > 0 && (busy == 0 || busy < appendConns && n >= appendCrowd) {
			busy++
			full := group
			group = nil
			go func() { a.commit(ctx, full); ended <- struct{}{} }()
		}
	}
}

// gather adds what is in the queue without waiting for more.
func (a *Appender) gather(group []waiting) []waiting {
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

// commit keeps a group and answers its callers.
func (a *Appender) commit(ctx context.Context, group []waiting) {
	entries := make([]grid.Entry, len(group))
	for i, w := range group {
		entries[i] = w.entry
	}
	for i, answer := range a.DB.AppendAll(ctx, entries) {
		group[i].answer <- answer
	}
}
