package main

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"jingwei/api"
	"jingwei/density"
	"jingwei/grid"
	"jingwei/store"
	"jingwei/tiles"
)

// node keeps in memory what a running service reads, and brings it up to date
// along the feed.
type node struct {
	db      *store.DB
	log     *slog.Logger
	current grid.Current
	picture atomic.Pointer[api.Picture]
	publish func(grid.Event) // to the event streams

	writing sync.Mutex // held by who changes the above
}

// load reads the current edition and all reports. What happens afterwards is in
// the feed behind the cursor that it returns.
func (n *node) load(ctx context.Context) (grid.Cursor, error) {
	n.writing.Lock()
	defer n.writing.Unlock()
	return n.reload(ctx)
}

func (n *node) reload(ctx context.Context) (grid.Cursor, error) {
	after, err := n.db.Horizon(ctx)
	if err != nil {
		return after, err
	}
	snapshot, err := n.db.Load(ctx, 0)
	if err != nil {
		return after, err
	}
	since := uint64(0)
	if p := n.picture.Load(); p != nil {
		since = p.Columns.Version()
	}
	columns, err := density.Load(snapshot, since, n.db.ReportColumns(ctx))
	if err != nil {
		return after, err
	}
	columns.Advance(n.db.Now())
	n.show(ctx, snapshot, columns)
	return after, nil
}

// show makes a snapshot and the reports on it what requests read from now on. The
// tiles of an edition are warmed in the background.
func (n *node) show(ctx context.Context, s *grid.Snapshot, c *density.Columns) {
	n.current.Store(s)
	if p := n.picture.Load(); p != nil && p.Columns.Snapshot().Edition == s.Edition {
		n.picture.Store(&api.Picture{Columns: c, Tiles: p.Tiles})
		return
	}
	pyramid := tiles.NewPyramid(s)
	if p := n.picture.Load(); p != nil {
		pyramid = p.Tiles.On(s)
	}
	n.picture.Store(&api.Picture{Columns: c, Tiles: pyramid})
	go func() {
		if err := pyramid.Warm(ctx); err != nil && ctx.Err() == nil {
			n.log.Warn("warm the tiles", "error", err)
		}
	}()
}

// advance lets open reports become overdue as time goes by, until ctx ends.
func (n *node) advance(ctx context.Context) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
			n.writing.Lock()
			n.picture.Load().Columns.Advance(n.db.Now())
			n.writing.Unlock()
		}
	}
}

// follow applies the feed until ctx ends.
func (n *node) follow(ctx context.Context, after grid.Cursor) error {
	return n.db.Follow(ctx, after, func(events []grid.Event) error {
		if err := n.apply(ctx, events); err != nil {
			return err
		}
		for _, e := range events {
			if e.What == grid.EventReport {
				n.publish(e)
			}
		}
		return nil
	})
}

// apply brings the memory up to date with events. Whatever is read for one of
// them is as new as the last.
func (n *node) apply(ctx context.Context, events []grid.Event) error {
	n.writing.Lock()
	defer n.writing.Unlock()
	has := func(what string) bool {
		return slices.ContainsFunc(events, func(e grid.Event) bool { return e.What == what })
	}
	before := n.current.Load().Roster().Matters()
	switch {
	case has(grid.EventEdition):
		if err := n.changeEdition(ctx); err != nil {
			return err
		}
	case has(grid.EventPost):
		r, err := n.db.Roster(ctx)
		if err != nil {
			return err
		}
		n.current.Store(n.current.Load().WithRoster(r))
	}
	roster := n.current.Load().Roster()
	if has(grid.EventBatch) || otherLimits(before, roster.Matters()) {
		if _, err := n.reload(ctx); err != nil {
			return fmt.Errorf("read all reports again: %w", err)
		}
		return nil // which has everything
	}
	n.picture.Load().Columns.Put(reportsOf(events, roster)...)
	return nil
}

// otherLimits reports whether a matter that was there has another limit now: then
// its open reports are due at another time.
func otherLimits(before, after []grid.Matter) bool {
	limits := make(map[string]time.Duration, len(after))
	for _, m := range after {
		limits[m.Code] = m.Limit
	}
	return slices.ContainsFunc(before, func(m grid.Matter) bool { return limits[m.Code] != m.Limit })
}

func (n *node) changeEdition(ctx context.Context) error {
	snapshot, err := n.db.Load(ctx, 0)
	if err != nil {
		return err
	}
	n.show(ctx, snapshot, n.picture.Load().Columns.On(snapshot))
	n.log.Info("edition", "number", snapshot.Edition, "cells", snapshot.Coverage().Len())
	return nil
}

func reportsOf(events []grid.Event, roster *grid.Roster) []density.Report {
	var reports []density.Report
	for _, e := range events {
		if r := e.Report; r != nil {
			m, _ := roster.Matter(r.Matter) // none for none
			reports = append(reports, density.Report{
				ID: r.ID, At: r.At, Pos: r.Pos, Matter: r.Matter, Open: r.State.Open(), Due: r.Deadline(m),
			})
		}
	}
	return reports
}
