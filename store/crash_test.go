package store_test

import (
	"context"
	"log/slog"
	"os"
	"strconv"
	"syscall"
	"testing"
	"time"

	"jingwei/grid"
	"jingwei/store"
	"jingwei/store/localpg"

	"github.com/jackc/pgx/v5"
)

// Law: an event is told though the server has crashed and gives out again the ids of
// transactions that left nothing behind.
func TestFollowOverACrash(t *testing.T) {
	dir, err := os.MkdirTemp("", "jingwei-crash-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	cluster, err := localpg.Start(t.Context(), dir, localpg.Options{Throwaway: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cluster.Remove() }()
	db, err := store.Open(t.Context(), cluster.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.Log = slog.New(slog.DiscardHandler)
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	start, err := db.Horizon(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	told := make(chan grid.Event, 100)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		_ = db.Follow(ctx, start, func(events []grid.Event) error {
			for _, e := range events {
				told <- e
			}
			return nil
		})
	}()
	want := func(id string) {
		t.Helper()
		select {
		case e := <-told:
			if e.ID != id {
				t.Fatalf("told of %q, want %q", e.ID, id)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("not told of %q", id)
		}
	}
	const write = `INSERT INTO feed (what, id) VALUES ('batch', $1) RETURNING xid::text`
	_ = patiently(t, cluster, write, "before")
	want("before")
	conn, err := pgx.Connect(t.Context(), cluster.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	for range 40 { // as many copies that are refused
		tx, err := conn.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tx.Exec(t.Context(), write, "refused"); err != nil {
			t.Fatal(err)
		}
		if err := tx.Rollback(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := conn.Exec(t.Context(), `NOTIFY jingwei_feed`); err != nil {
		t.Fatal(err)
	}
	time.Sleep(30 * time.Millisecond) // the follower looks how far the horizon is
	pid, err := strconv.Atoi(patiently(t, cluster, `SELECT pid::text FROM pg_stat_activity WHERE backend_type = $1`, "walwriter"))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	time.Sleep(300 * time.Millisecond)
	_ = patiently(t, cluster, write, "after")
	want("after")
}

// patiently asks for a text until the server answers.
func patiently(t *testing.T, cluster *localpg.Cluster, sql, argument string) (text string) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		conn, err := pgx.Connect(t.Context(), cluster.URL("postgres"))
		if err == nil {
			err = conn.QueryRow(t.Context(), sql, argument).Scan(&text)
			_ = conn.Close(t.Context())
		}
		if err == nil {
			return text
		}
		if time.Now().After(end) {
			t.Fatal(err)
		}
	}
}
