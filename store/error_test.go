package store_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"

	"jingwei/grid"
	"jingwei/store"
	"jingwei/store/storetest"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// wire is a connection to the database of a test that can be cut.
type wire struct {
	net.Listener
	mu    sync.Mutex
	conns []net.Conn
}

// lay opens a wire and returns the address of the database over it.
func lay(t *testing.T, db *storetest.Database) (w *wire, url string) {
	t.Helper()
	config, err := pgx.ParseConfig(db.URL)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w = &wire{Listener: l}
	t.Cleanup(w.cut)
	go w.carry(fmt.Sprintf("%s/.s.PGSQL.%d", config.Host, config.Port))
	return w, fmt.Sprintf("postgres://postgres@%v/%s?sslmode=disable", l.Addr(), config.Database)
}

func (w *wire) carry(socket string) {
	for {
		near, err := w.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("unix", socket)
		if err != nil {
			_ = near.Close()
			continue
		}
		w.mu.Lock()
		w.conns = append(w.conns, near, far)
		w.mu.Unlock()
		go func() { _, _ = io.Copy(near, far) }()
		go func() { _, _ = io.Copy(far, near) }()
	}
}

func (w *wire) cut() {
	_ = w.Close()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.conns {
		_ = c.Close()
	}
}

// Without its server everything says so, on the connections from before and on
// new ones.
func TestUnavailable(t *testing.T) {
	whole := seeded(t, 2)
	_, secret, err := whole.CreateToken(t.Context(), "root", grid.AccessAdmin, 0, "")
	if err != nil {
		t.Fatal(err)
	}
	for name, ask := range map[string]func(context.Context, *store.DB) error{
		"caller": func(ctx context.Context, db *store.DB) error { _, err := db.Caller(ctx, secret); return err },
		"reports": func(ctx context.Context, db *store.DB) error {
			_, err := db.Reports(ctx, grid.ReportQuery{Limit: 1})
			return err
		},
		"since": func(ctx context.Context, db *store.DB) error { _, err := db.Since(ctx, grid.Cursor{}, 1); return err },
		"ping":  func(ctx context.Context, db *store.DB) error { return db.Ping(ctx) },
		"report": func(ctx context.Context, db *store.DB) error {
			_, err := db.Report(ctx, uuid.Max)
			return but(err, grid.ErrNotFound)
		},
		"history": func(ctx context.Context, db *store.DB) error {
			_, err := db.History(ctx, uuid.Max)
			return but(err, grid.ErrNotFound)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w, url := lay(t, whole)
			db, err := store.Open(t.Context(), url)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if err := ask(t.Context(), db); err != nil {
				t.Fatal(err)
			}
			w.cut()
			for range 2 {
				if err := ask(t.Context(), db); !errors.Is(err, grid.ErrUnavailable) {
					t.Errorf("got %v", err)
				}
			}
		})
	}
}

// but drops an error that is expected.
func but(err, expected error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return err
}

// A caller that gives up while there is no server is not told of the server.
func TestUnavailableOnlyToWhoWaits(t *testing.T) {
	w, url := lay(t, storetest.New(t))
	db, err := store.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	w.cut()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := db.Caller(ctx, "secret"); !errors.Is(err, context.Canceled) || errors.Is(err, grid.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
}
