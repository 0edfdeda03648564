package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"jingwei/grid"
)

// Editions remembers the editions of the past.
type Editions interface {
	// EditionAt returns the number of the edition that was in force at a time; it
	// fails with grid.ErrNotFound when none was published yet.
	EditionAt(ctx context.Context, at time.Time) (int64, error)
	// Edition reads an edition without people; it fails with grid.ErrNotFound when
	// there is none of that number.
	Edition(ctx context.Context, number int64) (*grid.Snapshot, error)
}

// inForce returns the call as one on the edition that was in force at a time, which
// the parameter name gives, and with the people of now. The zero time is now.
func (a *API) inForce(c *call, at time.Time, name string) (*call, error) {
	if at.IsZero() || !at.Before(c.s.Published) {
		return c, nil
	}
	number, err := a.Editions.EditionAt(c.r.Context(), at)
	if errors.Is(err, grid.ErrNotFound) {
		return nil, problem(http.StatusNotFound, "edition", name, "no edition was published before %v", at.Format(time.RFC3339))
	}
	if err != nil {
		return nil, err
	}
	s, err := a.shelf.find(c.r.Context(), number)
	if err != nil {
		return nil, err
	}
	then := *c
	then.s, then.root = s.WithRoster(c.s.Roster()), -1
	return &then, then.bound()
}

// onShelf is how many editions of the past are kept in memory; one of a city takes
// up to 100 MB.
const onShelf = 3

// shelf keeps the editions of the past that were asked for last. They are read one
// at a time, and each once however many ask for it. It is safe for concurrent use.
type shelf struct {
	editions Editions
	turn     chan struct{} // is full while one is read

	mu     sync.Mutex
	recent []*grid.Snapshot // the last that was asked for first
}

func newShelf(e Editions) *shelf { return &shelf{editions: e, turn: make(chan struct{}, 1)} }

// find returns an edition, without people.
func (h *shelf) find(ctx context.Context, number int64) (*grid.Snapshot, error) {
	if s, ok := h.recall(number); ok {
		return s, nil
	}
	select {
	case h.turn <- struct{}{}:
		defer func() { <-h.turn }()
	case <-ctx.Done():
		return nil, fmt.Errorf("edition %d: %w", number, ctx.Err())
	}
	if s, ok := h.recall(number); ok { // read by who was before us
		return s, nil
	}
	s, err := h.editions.Edition(ctx, number)
	if err == nil {
		h.keep(s)
	}
	return s, err
}

func (h *shelf) recall(number int64) (*grid.Snapshot, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	i := slices.IndexFunc(h.recent, func(s *grid.Snapshot) bool { return s.Edition == number })
	if i < 0 {
		return nil, false
	}
	s := h.recent[i]
	h.recent = slices.Insert(slices.Delete(h.recent, i, i+1), 0, s)
	return s, true
}

func (h *shelf) keep(s *grid.Snapshot) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.recent = slices.Insert(h.recent, 0, s)
	if len(h.recent) > onShelf {
		h.recent = slices.Delete(h.recent, onShelf, len(h.recent))
	}
}
