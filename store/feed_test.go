package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"jingwei/dispatch"
	"jingwei/grid"
	"jingwei/store/storetest"

	"github.com/google/uuid"
)

// follow follows the feed into a channel until the test ends.
func follow(t *testing.T, db *storetest.Database, after grid.Cursor) <-chan grid.Event {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out, done := make(chan grid.Event, 10_000), make(chan struct{})
	go func() {
		defer close(done)
		err := db.Follow(ctx, after, func(events []grid.Event) error {
			for _, e := range events {
				out <- e
			}
			return nil
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("follow: %v", err)
		}
	}()
	t.Cleanup(func() { cancel(); <-done })
	return out
}

// next waits for events and returns their ids.
func next(t *testing.T, events <-chan grid.Event, n int) (ids []string) {
	t.Helper()
	for range n {
		select {
		case e := <-events:
			ids = append(ids, e.ID)
		case <-time.After(30 * time.Second):
			t.Fatalf("no event after %v", ids)
		}
	}
	return ids
}

// quiet checks that no event comes for a while.
func quiet(t *testing.T, events <-chan grid.Event) {
	t.Helper()
	select {
	case e := <-events:
		t.Errorf("event %v %s came too early", e.Cursor, e.ID)
	case <-time.After(200 * time.Millisecond):
	}
}

const insertLine = `INSERT INTO feed (what, id) VALUES ('batch', $1)`

// Law: a row that commits late is never skipped, and nothing overtakes it.
func TestLateCommitIsNotSkipped(t *testing.T) {
	db := storetest.New(t)
	from, err := db.Horizon(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	events := follow(t, db, from)
	late, soon := connect(t, db), connect(t, db)
	tx, err := late.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), insertLine, "late"); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"soon1", "soon2"} {
		if _, err := soon.Exec(t.Context(), insertLine, id); err != nil {
			t.Fatal(err)
		}
	}
	quiet(t, events)
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := next(t, events, 3); !slices.Equal(got, []string{"late", "soon1", "soon2"}) {
		t.Errorf("got %v", got)
	}
}

// A transaction that ends without a line rings no bell.
func TestRollbackFreesTheHorizon(t *testing.T) {
	db := storetest.New(t)
	events := follow(t, db, grid.Cursor{})
	tx, err := connect(t, db).Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), insertLine, "never"); err != nil {
		t.Fatal(err)
	}
	exec(t, db, insertLine, "after")
	quiet(t, events)
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := next(t, events, 1); got[0] != "after" {
		t.Errorf("got %v", got)
	}
}

func TestFollowSurvivesALostConnection(t *testing.T) {
	db := storetest.New(t)
	events := follow(t, db, grid.Cursor{})
	var want []string
	for i := range 30 {
		id := fmt.Sprint(i)
		want = append(want, id)
		exec(t, db, insertLine, id)
		if i%10 == 5 {
			next := `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`
			exec(t, db, next)
		}
	}
	if got := next(t, events, len(want)); !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	quiet(t, events)
}

func TestFollowStopsWithItsUser(t *testing.T) {
	db := storetest.New(t)
	exec(t, db, insertLine, "1")
	enough := errors.New("enough")
	if err := db.Follow(t.Context(), grid.Cursor{}, func([]grid.Event) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("got %v", err)
	}
}

// An event tells what a report was before the step, and nothing of one that came in.
func TestFeedTellsWhatWas(t *testing.T) {
	db, s, _ := looped(t)
	after, err := db.Horizon(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	unanswered(t, db, s, 1, noon)
	came, err := db.Since(t.Context(), after, 10)
	if err != nil || len(came) != 1 || came[0].Before() != nil {
		t.Fatalf("%+v, %v", came, err)
	}
	liaison := came[0].Report.Holder.Worker
	if n, err := nodeAt(db.DB, noon.Add(3*time.Hour)).Ring(t.Context(), func(r grid.Report, now time.Time) (grid.Report, grid.Step, error) { return dispatch.Ring(s, r, now) }); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	steps, err := db.Since(t.Context(), came[0].Cursor, 10)
	if err != nil || len(steps) != 1 {
		t.Fatalf("%+v, %v", steps, err)
	}
	before := steps[0].Before()
	if before == nil || before.State != grid.Assigned || before.Holder.Worker != liaison || steps[0].Report.Holder.Worker == liaison || before.ID != steps[0].Report.ID {
		t.Errorf("before %+v, now %+v", before, steps[0].Report)
	}
}

// An event of a step tells where the ball was and from where it had been sent: up to the
// grid, and back.
func TestFeedTellsWhereTheBallWas(t *testing.T) {
	db, s, _ := looped(t)
	r, err := db.Report(t.Context(), unanswered(t, db, s, 1, noon)[0])
	if err != nil {
		t.Fatal(err)
	}
	liaison := dispatch.Actor{Caller: grid.Caller{Worker: r.Holder.Worker}}
	moved := map[grid.AreaID]bool{}
	for _, action := range []grid.Action{grid.ActionAccept, grid.ActionVerify, grid.ActionEscalate, grid.ActionRecall, grid.ActionAccept} {
		after, err := db.Horizon(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		next, err := db.Act(t.Context(), r.ID, r.Version, uuid.Nil, func(r, _ grid.Report) (grid.Report, grid.Step, error) {
			return dispatch.Act(s, r, dispatch.Intent{Action: action, By: liaison, Reason: "原因"}, noon)
		})
		if err != nil {
			t.Fatal(err)
		}
		events, err := db.Since(t.Context(), after, 10)
		if err != nil || len(events) != 1 {
			t.Fatalf("%+v, %v", events, err)
		}
		was := events[0].Before()
		if was.Holder.Area != r.Holder.Area || was.Holder.Worker != r.Holder.Worker || was.Sender.Area != r.Sender.Area || was.Sender.Worker != r.Sender.Worker || was.State != r.State {
			t.Errorf("before %s: %+v sent from %+v, want %+v from %+v", action, was.Holder, was.Sender, r.Holder, r.Sender)
		}
		r = next
		moved[r.Holder.Area] = true
	}
	if len(moved) != 2 {
		t.Errorf("the ball was in %v", moved)
	}
}

func TestSincePages(t *testing.T) {
	db := seeded(t, 3)
	var entries []grid.Entry
	for i := range 25 {
		entries = append(entries, entry(report(noon, i)))
	}
	outcomes(t, db.AppendAll(t.Context(), entries))
	var all []grid.Event
	var after grid.Cursor
	for {
		page, err := db.Since(t.Context(), after, 10)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, e := range page {
			if e.Cursor.Compare(after) <= 0 {
				t.Errorf("%v after %v", e.Cursor, after)
			}
			after = e.Cursor
		}
		all = append(all, page...)
	}
	var kinds []string
	for _, e := range all {
		kinds = append(kinds, e.What)
		if (e.Report != nil) != (e.What == grid.EventReport) || e.Report != nil && e.Report.ID.String() != e.ID {
			t.Errorf("%s %s has the report %v", e.What, e.ID, e.Report)
		}
	}
	if got := strings.Join(kinds, " "); got != "edition post"+strings.Repeat(" report", 25) {
		t.Error(got)
	}
	ahead := grid.Cursor{XID: after.XID + 1_000_000}
	if _, err := db.Since(t.Context(), ahead, 10); !errors.Is(err, grid.ErrNotFound) {
		t.Errorf("a cursor of another database: %v", err)
	}
}
