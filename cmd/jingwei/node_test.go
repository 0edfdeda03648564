package main

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"jingwei/density"
	"jingwei/geo"
	"jingwei/grid"
	"jingwei/store/storetest"
	"jingwei/tiles"

	"github.com/google/uuid"
)

// hall is a town with one cell, a matter with a limit, and a node that reads it.
type hall struct {
	*node
	after grid.Cursor
}

var plot = geo.MultiPolygon{{{{X: 0, Y: 0}, {X: 10_000, Y: 0}, {X: 10_000, Y: 10_000}, {X: 0, Y: 10_000}}}}

func newHall(t *testing.T, now func() time.Time, limit time.Duration) *hall {
	t.Helper()
	db := storetest.New(t)
	db.Now = now
	if _, err := db.PublishAreas(t.Context(), 0, []grid.CodedArea{{Code: "1", Name: "Cell", Level: grid.Grid, Shape: plot}}, ""); err != nil {
		t.Fatal(err)
	}
	h := &hall{node: &node{db: db.DB, log: slog.Default(), publish: func(grid.Cursor, []grid.Event) {}}}
	h.limit(t, limit)
	var err error
	if h.after, err = h.load(t.Context()); err != nil {
		t.Fatal(err)
	}
	return h
}

// limit sets the limit of the matter.
func (h *hall) limit(t *testing.T, limit time.Duration) {
	t.Helper()
	m := grid.Matter{Code: "010101", Category: "c", Item: "i", Name: "n", Level: grid.Grid, Limit: limit}
	if _, err := h.db.UpsertMatters(t.Context(), []grid.Matter{m}); err != nil {
		t.Fatal(err)
	}
}

// report appends an open report of a time.
func (h *hall) report(t *testing.T, at time.Time) {
	t.Helper()
	r := grid.Report{
		ID: uuid.Must(uuid.NewV7()), At: at, Received: at, Pos: geo.Pos{X: 5000, Y: 5000}, Matter: "010101",
		Cell: 1, Method: grid.Exact, Edition: 1, State: grid.Assigned, Holder: grid.Holder{Level: grid.Grid, Area: 1}, Version: 1,
	}
	for _, a := range h.db.AppendAll(t.Context(), []grid.Entry{{Report: r}}) {
		if a.Err != nil {
			t.Fatal(a.Err)
		}
	}
}

// catchUp applies what is new in the feed.
func (h *hall) catchUp(t *testing.T) {
	t.Helper()
	events, err := h.db.Since(t.Context(), h.after, 1000)
	if err != nil || len(events) == 0 {
		t.Fatalf("%d events, %v", len(events), err)
	}
	h.after = events[len(events)-1].Cursor
	if err := h.apply(t.Context(), events); err != nil {
		t.Fatal(err)
	}
}

func (h *hall) expect(t *testing.T, when string, count, overdue int64) {
	t.Helper()
	n := h.picture.Load().Columns.Counts(density.Filter{})
	if n.Count(0) != count || n.Overdue(0) != overdue {
		t.Errorf("%s: %d reports, %d overdue, want %d and %d", when, n.Count(0), n.Overdue(0), count, overdue)
	}
}

// Reports become overdue by the clock, and by another limit of their matter; the
// versions of counts never fall.
func TestNodeKnowsWhatIsOverdue(t *testing.T) {
	now := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	h := newHall(t, func() time.Time { return now }, 24*time.Hour)
	h.report(t, now.Add(-23*time.Hour))
	h.report(t, now.Add(-2*time.Hour))
	h.catchUp(t)
	h.expect(t, "at first", 2, 0)
	now = now.Add(time.Hour)
	h.picture.Load().Columns.Advance(h.db.Now())
	h.expect(t, "an hour later", 2, 1)
	before := h.picture.Load().Columns.Version()
	h.limit(t, 2*time.Hour)
	h.catchUp(t)
	h.awaitPainted(t)
	h.expect(t, "with another limit", 2, 2)
	if v := h.picture.Load().Columns.Version(); v <= before {
		t.Errorf("version %d after %d", v, before)
	}
}

// While the picture of an edition is made, that of before goes on, and no report
// that comes meanwhile is missing from either.
func TestNodeChangesEdition(t *testing.T) {
	now := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	h := newHall(t, func() time.Time { return now }, 24*time.Hour)
	h.report(t, now)
	h.catchUp(t)
	before := h.picture.Load()
	if _, err := h.db.PublishAreas(t.Context(), 1, []grid.CodedArea{{Code: "1", Name: "Renamed", Level: grid.Grid, Shape: plot}}, ""); err != nil {
		t.Fatal(err)
	}
	h.report(t, now) // in the same breath
	h.catchUp(t)
	for n := int64(3); n < 30; n++ {
		h.report(t, now)
		h.catchUp(t)
		h.expect(t, "meanwhile", n, 0)
		p := h.picture.Load()
		if _, err := p.Tiles.ETag(t.Context(), tiles.Address{}, tiles.Options{Columns: p.Columns, Root: -1}); err != nil {
			t.Fatal(err)
		}
	}
	h.awaitPainted(t)
	h.expect(t, "afterwards", 29, 0)
	after := h.picture.Load()
	if e, name := after.Columns.Snapshot().Edition, after.Columns.Snapshot().Area(0).Name; e != 2 || name != "Renamed" {
		t.Errorf("edition %d, with %s", e, name)
	}
	if was, is := before.Columns.Version(), after.Columns.Version(); is <= was {
		t.Errorf("version %d after %d", is, was)
	}
}

// awaitPainted waits for the picture in the making.
func (h *hall) awaitPainted(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		h.writing.Lock()
		making := h.making
		h.writing.Unlock()
		if !making {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("no picture after half a minute")
		}
	}
}

// The clock runs by itself.
func TestNodeAdvances(t *testing.T) {
	h := newHall(t, time.Now, time.Hour)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- h.advance(ctx) }()
	h.report(t, time.Now().Add(-time.Hour+time.Second))
	h.catchUp(t)
	for deadline := time.Now().Add(30 * time.Second); h.picture.Load().Columns.Counts(density.Filter{State: density.Overdue}).Count(0) == 0; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("a report whose limit is over is not overdue")
		}
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("advance: %v", err)
	}
}
