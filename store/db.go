// Package store keeps everything in PostgreSQL with PostGIS, and holds all SQL.
//
// # Laws
//
//   - Nothing acknowledged is lost: a write is answered with success only after
//     PostgreSQL has committed it. The same report sent twice is one report.
//   - Every transaction that adds or changes a report, a post, an edition or a
//     batch appends to the feed. The feed is read in the order of transaction ids
//     up to the oldest transaction still running, so that a row that commits late
//     is never skipped.
//   - A published edition never changes. The database refuses one that breaks the
//     laws of the areas, whoever publishes it.
package store

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	pgxgeom "github.com/twpayne/pgx-geom"
)

// DB is a database. It is safe for concurrent use.
type DB struct {
	Now func() time.Time // when something is done; never nil
	Log *slog.Logger     // what went wrong and was mended; never nil

	pool   *pgxpool.Pool
	months *months
	recent *recent
	by     string // who is on the record
}

// maxConns is how many connections are open at most, unless the URL says
// otherwise (pool_max_conns).
const maxConns = 16

// Open connects to the database at url. Nothing is asked of its schema: see
// [DB.CheckSchema] and [DB.Migrate].
func Open(ctx context.Context, url string) (*DB, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("database address: %w", err)
	}
	if !asksForConns(url) {
		config.MaxConns = maxConns
	}
	config.ConnConfig.RuntimeParams["application_name"] = "jingwei"
	config.ConnConfig.RuntimeParams["timezone"] = "UTC"
	// Plans depend on how many values an array holds and on the months asked for.
	config.ConnConfig.RuntimeParams["plan_cache_mode"] = "force_custom_plan"
	config.AfterConnect = learnTypes
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("database: %w", err)
	}
	return &DB{
		Now: time.Now, Log: slog.Default(), pool: pool,
		months: &months{due: map[time.Time]time.Time{}, made: map[time.Time]bool{}},
		recent: &recent{written: map[uint64]written{}},
	}, nil
}

// asksForConns reports whether an address sets the size of the pool itself.
func asksForConns(url string) bool { return strings.Contains(url, "pool_max_conns") }

// learnTypes teaches a new connection the geometry types, once PostGIS is there.
func learnTypes(ctx context.Context, conn *pgx.Conn) error {
	err := pgxgeom.Register(ctx, conn)
	if isCode(err, undefinedObject) {
		return nil
	}
	return err
}

// Close gives all connections back.
func (db *DB) Close() { db.pool.Close() }

// As returns the same database, on whose record changes are by that name.
func (db *DB) As(by string) *DB {
	as := *db
	as.by = by
	return &as
}

// Ping reports whether the database answers.
func (db *DB) Ping(ctx context.Context) error {
	if err := db.pool.Ping(ctx); err != nil {
		return fmt.Errorf("database: %w", plain(err))
	}
	return nil
}

// now is the time on the record, to the microsecond, as PostgreSQL keeps it.
func (db *DB) now() time.Time { return moment(db.Now()) }

// moment rounds a time down to what PostgreSQL keeps.
func moment(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }
