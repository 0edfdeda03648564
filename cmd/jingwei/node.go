package main

import (
	"context"
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
// along the feed. What takes long is made beside that: the picture of before answers
// until another is there, fresh as ever, only not of the latest edition.
type node struct {
	db      *store.DB
	log     *slog.Logger
	current grid.Current
	picture atomic.Pointer[api.Picture]
	publish func(upto grid.Cursor, events []grid.Event) // to the event streams
	applied atomic.Pointer[grid.Cursor]                 // all of the feed up to here is above; nil while the node is starting

	writing sync.Mutex       // held by who changes what is above and below
	making  bool             // another picture is being made
	again   bool             // and another is to be made after that
	reread  bool             // from the reports as the database has them
	missed  []density.Report // that came since it was begun
}

// load reads the current edition and all reports. What happens afterwards is in
// the feed behind the cursor that it returns.
func (n *node) load(ctx context.Context) (grid.Cursor, error) {
	after, err := n.db.Horizon(ctx)
	if err != nil {
		return after, err
	}
	snapshot, err := n.db.Load(ctx, 0)
	if err != nil {
		return after, err
	}
	columns, err := density.Load(snapshot, 0, n.db.ReportColumns(ctx))
	if err != nil {
		return after, err
	}
	columns.Advance(n.db.Now())
	n.writing.Lock()
	defer n.writing.Unlock()
	p := &api.Picture{Columns: columns, Tiles: tiles.NewPyramid(snapshot)}
	n.picture.Store(p)
	n.current.Store(snapshot)
	go n.warm(ctx, p.Tiles)
	return after, nil
}

func (n *node) warm(ctx context.Context, p *tiles.Pyramid) {
	if err := p.Warm(ctx); err != nil && ctx.Err() == nil {
		n.log.Warn("warm the tiles", "error", err)
	}
}

// remake has the picture made anew for the current snapshot, where reread says so
// from the database. Who asks holds writing.
func (n *node) remake(ctx context.Context, reread bool) {
	n.reread = n.reread || reread
	if n.making {
		n.again = true
		return
	}
	n.making = true
	go n.paint(ctx)
}

// paint makes pictures until the last that was asked for is there.
func (n *node) paint(ctx context.Context) {
	const patience = time.Second // after a failure
	for more := true; more && ctx.Err() == nil; {
		n.writing.Lock()
		s, old, reread := n.current.Load(), n.picture.Load(), n.reread
		n.again, n.reread, n.missed = false, false, nil
		n.writing.Unlock()
		p, err := n.sketch(ctx, s, old, reread)
		n.writing.Lock()
		if err == nil {
			p.Columns.Put(n.missed...)
			p.Columns.Advance(n.db.Now())
			n.picture.Store(p)
			n.missed = nil
		}
		n.reread = n.reread || err != nil && reread
		more = n.again || err != nil
		n.making = more
		n.writing.Unlock()
		if err != nil && ctx.Err() == nil {
			n.log.Error("count the reports anew", "error", err)
			time.Sleep(patience)
		}
	}
}

// sketch makes a picture of a snapshot, from the database or from an old one.
func (n *node) sketch(ctx context.Context, s *grid.Snapshot, old *api.Picture, reread bool) (*api.Picture, error) {
	p := &api.Picture{Columns: old.Columns, Tiles: old.Tiles}
	if s.Edition != old.Columns.Snapshot().Edition {
		p.Tiles = old.Tiles.On(s)
		n.warm(ctx, p.Tiles)
	}
	if !reread {
		p.Columns = old.Columns.On(s)
		return p, nil
	}
	var err error
	p.Columns, err = density.Load(s, old.Columns.Version(), n.db.ReportColumns(ctx))
	return p, err
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
	n.publish(after, nil)
	n.applied.Store(&after)
	return n.db.Follow(ctx, after, func(events []grid.Event) error {
		if err := n.apply(ctx, events); err != nil {
			return err
		}
		upto := events[len(events)-1].Cursor
		n.publish(upto, events)
		n.applied.Store(&upto)
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
	before := n.current.Load()
	if err := n.renew(ctx, has(grid.EventEdition), has(grid.EventPost)); err != nil {
		return err
	}
	now := n.current.Load()
	reports := reportsOf(events, now.Roster())
	n.picture.Load().Columns.Put(reports...)
	if n.making {
		n.missed = append(n.missed, reports...)
	}
	reread := has(grid.EventBatch) || otherLimits(before.Roster().Matters(), now.Roster().Matters())
	if reread || now.Edition != before.Edition {
		n.remake(ctx, reread)
	}
	return nil
}

// renew reads the current edition again, or the people alone.
func (n *node) renew(ctx context.Context, edition, people bool) error {
	switch {
	case edition:
		s, err := n.db.Load(ctx, 0)
		if err != nil {
			return err
		}
		n.current.Store(s)
		n.log.Info("edition", "number", s.Edition, "cells", s.Coverage().Len())
	case people:
		r, err := n.db.Roster(ctx)
		if err != nil {
			return err
		}
		n.current.Store(n.current.Load().WithRoster(r))
	}
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
