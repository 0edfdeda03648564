package store_test

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"jingwei/grid"
	"jingwei/store"
	"jingwei/store/storetest"

	"github.com/jackc/pgx/v5"
)

// aged puts n events into the feed, a minute after each other from a time on, in
// transactions of their own.
func aged(t *testing.T, db *storetest.Database, n int, from time.Time) {
	t.Helper()
	conn := connect(t, db)
	for i := range n {
		if _, err := conn.Exec(t.Context(), `INSERT INTO feed (what, id, at) VALUES ('batch', '1', $1)`, from.Add(time.Duration(i)*time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
}

// cursors lists all events of the feed.
func cursors(t *testing.T, db *storetest.Database) []grid.Cursor {
	t.Helper()
	rows, err := connect(t, db).Query(t.Context(), `SELECT xid, seq FROM feed ORDER BY xid, seq`)
	if err != nil {
		t.Fatal(err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c grid.Cursor, err error) { return c, row.Scan(&c.XID, &c.Seq) })
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// The feed forgets what is old, however many nodes see to it; from behind that it goes
// on without a gap, and from before it fails.
func TestPrune(t *testing.T) {
	db := storetest.New(t)
	other, err := store.Open(t.Context(), db.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(other.Close)
	aged(t, db, 60, noon)
	exec(t, db, `INSERT INTO feed (what, id, at) SELECT 'batch', n::text, $1 FROM generate_series(1, 12000) n`, noon.Add(time.Hour)) // more than at once
	exec(t, db, `INSERT INTO feed (what, id, at) VALUES ('batch', 'young', $1)`, noon.Add(31*24*time.Hour))
	young := cursors(t, db)[:60]
	now := noon.Add(30*24*time.Hour + 20*time.Minute)
	if n, err := nodeAt(db.DB, now).Prune(t.Context(), 30*24*time.Hour); err != nil || n != 20 {
		t.Fatalf("%d forgotten, %v; want 20", n, err)
	}
	for _, i := range []int{19, 20, 59} {
		if events, err := db.Since(t.Context(), young[i], 5); err != nil || len(events) != 5 || i < 59 && events[0].Cursor != young[i+1] {
			t.Errorf("after event %d: %v, %v", i, events, err)
		}
	}
	stop := errors.New("enough")
	for _, old := range []grid.Cursor{{}, young[0], young[18]} {
		if _, err := db.Since(t.Context(), old, 5); !errors.Is(err, grid.ErrNotFound) {
			t.Errorf("from %v: %v", old, err)
		}
		if err := db.Follow(t.Context(), old, func([]grid.Event) error { return stop }); !errors.Is(err, grid.ErrNotFound) {
			t.Errorf("follow from %v: %v", old, err)
		}
	}
	var sum atomic.Int64
	var wg sync.WaitGroup
	for _, node := range []*store.DB{db.DB, other, db.DB, other} {
		wg.Go(func() {
			n, err := nodeAt(node, now.Add(24*time.Hour)).Prune(t.Context(), 30*24*time.Hour)
			if err != nil {
				t.Error(err)
			}
			sum.Add(n)
		})
	}
	wg.Wait()
	if left := cursors(t, db); sum.Load() != 40+12000 || len(left) != 1 {
		t.Errorf("%d forgotten, %d left", sum.Load(), len(left))
	}
}

// What a webhook has still to be told stays, and nothing of what is not seen by
// everybody goes; one that was disabled holds up nothing and cannot go on where events
// are missing.
func TestPruneWaitsForWebhooks(t *testing.T) {
	db, ctx := storetest.New(t), t.Context()
	slow, err1 := db.AddWebhook(ctx, grid.Webhook{URL: "https://example.com/", Secret: hookSecret})
	dead, err2 := db.AddWebhook(ctx, grid.Webhook{URL: "https://example.com/", Secret: hookSecret})
	if err := errors.Join(err1, err2, db.SwitchWebhook(ctx, dead.ID, false, "by me")); err != nil {
		t.Fatal(err)
	}
	aged(t, db, 10, noon)
	all := cursors(t, db)
	prune := func(want int64) {
		t.Helper()
		if n, err := nodeAt(db.DB, noon.AddDate(1, 0, 0)).Prune(ctx, time.Hour); err != nil || n != want {
			t.Errorf("%d forgotten, %v; want %d", n, err, want)
		}
	}
	prune(0)
	from := slow.Cursor
	slow.Cursor = all[6]
	if err := db.MoveWebhook(ctx, from, slow, nil); err != nil {
		t.Fatal(err)
	}
	prune(7)
	if !slices.Equal(cursors(t, db), all[7:]) {
		t.Errorf("left %v of %v", cursors(t, db), all)
	}
	var clash *grid.Clash
	if err := db.SwitchWebhook(ctx, dead.ID, true, ""); !errors.As(err, &clash) || clash.Rule != "cursor" {
		t.Errorf("goes on where events are missing: %v", err)
	}
	if err := errors.Join(db.SwitchWebhook(ctx, slow.ID, false, "by me"), db.SwitchWebhook(ctx, slow.ID, true, "")); err != nil {
		t.Error(err)
	}
	if err := db.SwitchWebhook(ctx, 99, true, ""); !errors.Is(err, grid.ErrNotFound) {
		t.Error(err)
	}
	if err := db.SwitchWebhook(ctx, slow.ID, false, "by me"); err != nil {
		t.Fatal(err)
	}
	open, err := connect(t, db).Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := open.Exec(ctx, insertLine, "held"); err != nil {
		t.Fatal(err)
	}
	aged(t, db, 3, noon)
	prune(3) // but for those beyond the transaction that is open
	if err := open.Rollback(ctx); err != nil {
		t.Fatal(err)
	}
	prune(3)
}
