package store_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"jingwei/grid"
	"jingwei/store"
	"jingwei/store/storetest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
)

var hookSecret = []byte("a secret of twenty-four…")

// hooks compares the webhooks that are kept with those that should be.
func hooks(t *testing.T, db *storetest.Database, what string, want ...grid.Webhook) {
	t.Helper()
	got, err := db.Webhooks(t.Context())
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%s: %v\n%s", what, err, diff)
	}
}

func TestWebhooks(t *testing.T) {
	db, ctx := storetest.New(t), t.Context()
	publish(t, db, 0, city(2, 1))
	w, err := db.AddWebhook(ctx, grid.Webhook{
		URL: "https://example.com/", Secret: hookSecret, By: "root#1",
		Interest: grid.Interest{Sight: grid.Sight{Root: 1}, Area: 1, Matter: "01,0201", States: grid.StateSetOf(grid.Assigned, grid.Closed), Holder: 3},
	})
	if err != nil {
		t.Fatal(err)
	}
	other, err := db.AddWebhook(ctx, grid.Webhook{URL: "http://example.com/", Secret: hookSecret})
	if err != nil {
		t.Fatal(err)
	}
	hooks(t, db, "made", w, other)
	from, now := w.Cursor, time.Now().UTC().Truncate(time.Microsecond)
	w.Attempts, w.FailingSince, w.RetryAt, w.Error = 1, now, now.Add(time.Second), "down"
	if err := db.MoveWebhook(ctx, from, w, nil); err != nil {
		t.Fatal(err)
	}
	hooks(t, db, "failed", w, other)
	if err := db.SwitchWebhook(ctx, w.ID, false, grid.Caller{Name: "me"}); err != nil {
		t.Fatal(err)
	}
	if active, _, err := db.ActiveWebhooks(ctx); err != nil || len(active) != 1 || active[0].ID != other.ID {
		t.Errorf("active: %+v, %v", active, err)
	}
	if err := db.MoveWebhook(ctx, from, w, nil); !errors.Is(err, grid.ErrVersion) {
		t.Errorf("moved though disabled: %v", err)
	}
	if err := db.SwitchWebhook(ctx, w.ID, true, grid.Caller{}); err != nil {
		t.Fatal(err)
	}
	w.Attempts, w.FailingSince, w.RetryAt = 0, time.Time{}, time.Time{}
	hooks(t, db, "switched on again", w, other)
	w.Cursor.Seq, w.Delivered, w.Error = 5, now, ""
	w.Cursor.XID++
	if err := db.MoveWebhook(ctx, from, w, nil); err != nil {
		t.Fatal(err)
	}
	if err := db.MoveWebhook(ctx, from, w, nil); !errors.Is(err, grid.ErrVersion) {
		t.Errorf("moved from where it stands no more: %v", err)
	}
	if err := db.DeleteWebhook(ctx, other.ID); err != nil {
		t.Fatal(err)
	}
	hooks(t, db, "the other deleted", w)
	for what, err := range map[string]error{"switch": db.SwitchWebhook(ctx, 99, true, grid.Caller{}), "delete": db.DeleteWebhook(ctx, other.ID)} {
		if !errors.Is(err, grid.ErrNotFound) {
			t.Errorf("%s none: %v", what, err)
		}
	}
	refused(t, db, "webhook_url_of_http", `UPDATE webhook SET url = 'ftp://x'`)
	refused(t, db, "webhook_disabled_why", `UPDATE webhook SET disabled = now()`)
	refused(t, db, "webhook_area_exists", `UPDATE webhook SET area = 999`)
}

// Law: a webhook is told no longer than the token is good in whose name it is.
func TestWebhooksEndWithTheirTokens(t *testing.T) {
	db, ctx := storetest.New(t), t.Context()
	var tokens [2]grid.Token
	var made [3]grid.Webhook
	for i := range tokens {
		var err error
		if tokens[i], _, err = db.CreateToken(ctx, "root", grid.AccessAdmin, 0, ""); err != nil {
			t.Fatal(err)
		}
	}
	for i, token := range []int64{tokens[0].ID, tokens[1].ID, tokens[0].ID} {
		var err error
		if made[i], err = db.AddWebhook(ctx, grid.Webhook{URL: "https://example.com/", Secret: hookSecret, Token: token}); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.SwitchWebhook(ctx, made[2].ID, false, grid.Caller{Name: "me", Token: 9}); err != nil {
		t.Fatal(err)
	}
	if err := db.RevokeToken(ctx, tokens[0].ID); err != nil {
		t.Fatal(err)
	}
	why := func(want ...string) {
		t.Helper()
		all, err := db.Webhooks(ctx)
		var got []string
		for i, w := range all {
			if got = append(got, w.DisabledWhy); w.Cursor != made[i].Cursor {
				t.Errorf("webhook %d stands at %v, not at %v", w.ID, w.Cursor, made[i].Cursor)
			}
		}
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Error(d, err)
		}
	}
	why("its token was revoked", "", "by me#9")
	moved := made[0]
	moved.Cursor.XID++
	if err := db.MoveWebhook(ctx, made[0].Cursor, moved, nil); !errors.Is(err, grid.ErrVersion) {
		t.Errorf("told though its token was revoked: %v", err)
	}
	if _, err := db.AddWebhook(ctx, grid.Webhook{URL: "https://example.com/", Secret: hookSecret, Token: tokens[0].ID}); !errors.Is(err, grid.ErrNotFound) {
		t.Errorf("made in the name of a revoked token: %v", err)
	}
	if err := db.SwitchWebhook(ctx, made[0].ID, true, grid.Caller{Token: tokens[0].ID}); !errors.Is(err, grid.ErrNotFound) {
		t.Errorf("switched on in the name of a revoked token: %v", err)
	}
	if err := db.SwitchWebhook(ctx, made[0].ID, true, grid.Caller{Token: tokens[1].ID}); err != nil {
		t.Error(err)
	}
	why("", "", "by me#9")
	if err := db.RevokeToken(ctx, tokens[1].ID); err != nil {
		t.Fatal(err)
	}
	why("its token was revoked", "its token was revoked", "by me#9")
}

func TestDeadLetters(t *testing.T) {
	db, ctx := storetest.New(t), t.Context()
	publish(t, db, 0, city(2, 1))
	w, err := db.AddWebhook(ctx, grid.Webhook{URL: "https://example.com/", Secret: hookSecret})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().UTC().Truncate(time.Microsecond)
	var want []grid.DeadLetter
	for n := range int64(3) {
		from := w.Cursor
		w.Cursor = grid.Cursor{XID: from.XID + 1, Seq: n}
		want = append(want, grid.DeadLetter{Cursor: w.Cursor, Report: uuid.UUID{15: byte(n)}, At: now, Attempts: 12, Error: "down"})
		if err := db.MoveWebhook(ctx, from, w, &want[n]); err != nil {
			t.Fatal(err)
		}
	}
	letters := func(what string, after grid.Cursor, limit int, want ...grid.DeadLetter) {
		t.Helper()
		got, err := db.DeadLetters(ctx, w.ID, after, limit)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", what, err, diff)
		}
	}
	letters("all", grid.Cursor{}, 10, want...)
	letters("the second", want[0].Cursor, 1, want[1])
	if n, err := db.Resend(ctx, w.ID, []grid.Cursor{want[1].Cursor, {XID: 1}}); n != 1 || err != nil {
		t.Errorf("%d to be sent again, %v", n, err)
	}
	if n, err := db.Resend(ctx, w.ID, nil); n != 3 || err != nil {
		t.Errorf("%d to be sent again, %v", n, err)
	}
	if active, _, err := db.ActiveWebhooks(ctx); err != nil || active[0].Resend != 3 {
		t.Errorf("%+v, %v", active, err)
	}
	events, err := db.LettersToResend(ctx, w.ID, 10)
	if err != nil || len(events) != 3 || events[1].Cursor != want[1].Cursor || events[1].Report != nil { // there is no such report
		t.Errorf("%+v, %v", events, err)
	}
	if err := db.ResentLetter(ctx, w.ID, want[0].Cursor, ""); err != nil {
		t.Fatal(err)
	}
	if err := db.ResentLetter(ctx, w.ID, want[1].Cursor, "still down"); err != nil {
		t.Fatal(err)
	}
	got, err := db.DeadLetters(ctx, w.ID, grid.Cursor{}, 10)
	if err != nil || len(got) != 2 || got[0].Resend || got[0].Attempts != 13 || got[0].Error != "still down" || !got[1].Resend {
		t.Errorf("%+v, %v", got, err)
	}
}

// Of two nodes one leads; the other does when the first ends, or its connection.
func TestLead(t *testing.T) {
	db := storetest.New(t)
	second, err := store.Open(t.Context(), db.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	var leading atomic.Int64
	began := make(chan string)
	lead := func(ctx context.Context, name string, db *store.DB) <-chan error {
		done := make(chan error, 1)
		go func() {
			done <- db.Lead(ctx, func(ctx context.Context) {
				if leading.Add(1) > 1 {
					t.Error("two lead")
				}
				began <- name
				<-ctx.Done()
				leading.Add(-1)
			})
		}()
		return done
	}
	ctx1, stop1 := context.WithCancel(t.Context())
	ctx2, stop2 := context.WithCancel(t.Context())
	defer stop2()
	done1 := lead(ctx1, "first", db.DB)
	if <-began != "first" {
		t.Fatal("another leads")
	}
	done2 := lead(ctx2, "second", second)
	time.Sleep(1500 * time.Millisecond) // the second looks, in vain
	stop1()
	if err := <-done1; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if got := <-began; got != "second" {
		t.Errorf("%s leads", got)
	}
	exec(t, db, `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`)
	if got := <-began; got != "second" {
		t.Errorf("%s leads", got)
	}
	stop2()
	if err := <-done2; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
