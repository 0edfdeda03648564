// Package storetest gives each test a database of its own: real PostgreSQL with
// PostGIS, in one private cluster for the test process, the schema migrated once
// and copied for each test.
//
// A package that uses it hands its tests over:
//
//	func TestMain(m *testing.M) { storetest.Main(m) }
package storetest

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"testing"

	"jingwei/store"
	"jingwei/store/localpg"

	"github.com/jackc/pgx/v5"
)

// Main runs the tests and takes the cluster away afterwards.
func Main(m *testing.M) {
	cluster.mainRuns = true
	status := m.Run()
	if err := cluster.remove(); err != nil {
		fmt.Fprintln(os.Stderr, "storetest:", err)
		status = max(status, 1)
	}
	os.Exit(status)
}

// Database is a database of one test.
type Database struct {
	*store.DB
	URL string // for other clients: psql, ogr2ogr
}

// New returns a new database with the schema, empty, that lives as long as the
// test.
func New(t testing.TB) *Database {
	t.Helper()
	return open(t, template)
}

// Bare returns a new database without anything in it.
func Bare(t testing.TB) *Database {
	t.Helper()
	return open(t, "template1")
}

func open(t testing.TB, from string) *Database {
	t.Helper()
	name, url, err := cluster.create(t.Context(), from)
	if err != nil {
		t.Fatal("storetest:", err)
	}
	db, err := store.Open(t.Context(), url)
	if err != nil {
		t.Fatal("storetest:", err)
	}
	db.Log = slog.New(slog.DiscardHandler)
	t.Cleanup(func() {
		db.Close()
		if err := cluster.admin(context.WithoutCancel(t.Context()), `DROP DATABASE `+name+` WITH (FORCE)`); err != nil {
			t.Error("storetest:", err)
		}
	})
	return &Database{db, url}
}

// template is the database that has the schema.
const template = "jingwei_template"

// shared is the cluster of this process, started by the first test that needs it.
type shared struct {
	mainRuns bool

	mu      sync.Mutex
	folder  string
	cluster *localpg.Cluster
	err     error // of the start
	made    int   // databases
}

var cluster shared

// create makes a database and returns its name and address.
func (s *shared) create(ctx context.Context, from string) (name, url string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.mainRuns {
		return "", "", fmt.Errorf("TestMain must call storetest.Main")
	}
	if s.cluster == nil && s.err == nil {
		s.err = s.start(context.WithoutCancel(ctx))
	}
	if s.err != nil {
		return "", "", s.err
	}
	s.made++
	name = fmt.Sprintf("test_%d", s.made)
	if err := s.admin(ctx, `CREATE DATABASE `+name+` TEMPLATE `+from); err != nil {
		return "", "", err
	}
	return name, s.cluster.URL(name), nil
}

// start makes the cluster and the template.
func (s *shared) start(ctx context.Context) (err error) {
	sweep()
	if s.folder, err = os.MkdirTemp("", fmt.Sprintf("%s%d-", prefix, os.Getpid())); err != nil {
		return err
	}
	if s.cluster, err = localpg.Start(ctx, s.folder, localpg.Options{Throwaway: true}); err != nil {
		return err
	}
	if err := s.admin(ctx, `CREATE DATABASE `+template); err != nil {
		return err
	}
	db, err := store.Open(ctx, s.cluster.URL(template))
	if err != nil {
		return err
	}
	defer db.Close()
	return db.Migrate(ctx)
}

// admin runs a statement outside of all tests' databases.
func (s *shared) admin(ctx context.Context, sql string) error {
	conn, err := pgx.Connect(ctx, s.cluster.URL("postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	_, err = conn.Exec(ctx, sql)
	return err
}

func (s *shared) remove() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cluster != nil {
		if err := s.cluster.Remove(); err != nil {
			return err
		}
	}
	return os.RemoveAll(s.folder)
}
