package store

import (
	"context"
	"fmt"
	"time"

	"jingwei/geo"
	"jingwei/geo/coverage"
	"jingwei/grid"

	"github.com/jackc/pgx/v5"
)

// version is an area as an edition has it.
type version struct {
	grid.Area
	shape       geo.MultiPolygon // nil unless a cell
	placeholder bool
}

// edition is a published edition.
type edition struct {
	id        int64
	published time.Time
}

// snapshotTx reads everything as of one moment and writes nothing.
var snapshotTx = pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}

// Load reads an edition with its people; 0 stands for the current one. When
// nothing has been published yet, the current edition is number 0 and empty.
func (db *DB) Load(ctx context.Context, number int64) (*grid.Snapshot, error) {
	return db.load(ctx, number, readRoster)
}

// Edition reads an edition without people. It fails with grid.ErrNotFound when there
// is none of that number.
func (db *DB) Edition(ctx context.Context, number int64) (*grid.Snapshot, error) {
	return db.load(ctx, number, func(context.Context, pgx.Tx) (*grid.Roster, error) { return nil, nil })
}

// EditionAt returns the number of the edition that was in force at a time. It fails
// with grid.ErrNotFound when none was published yet.
func (db *DB) EditionAt(ctx context.Context, at time.Time) (number int64, err error) {
	err = db.pool.QueryRow(ctx, `SELECT coalesce(max(id), 0) FROM edition WHERE published <= $1`, at).Scan(&number)
	if err == nil && number == 0 {
		err = grid.ErrNotFound
	}
	if err != nil {
		return 0, fmt.Errorf("edition of %s: %w", at.Format(time.RFC3339), plain(err))
	}
	return number, nil
}

func (db *DB) load(ctx context.Context, number int64, people func(context.Context, pgx.Tx) (*grid.Roster, error)) (s *grid.Snapshot, err error) {
	var e edition
	var versions []version
	var roster *grid.Roster
	err = pgx.BeginTxFunc(ctx, db.pool, snapshotTx, func(tx pgx.Tx) (err error) {
		if e, versions, err = readEdition(ctx, tx, number); err != nil {
			return err
		}
		roster, err = people(ctx, tx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("load edition %d: %w", number, plain(err))
	}
	return assemble(e, versions, roster)
}

// assemble builds the coverage and the snapshot.
func assemble(e edition, versions []version, roster *grid.Roster) (*grid.Snapshot, error) {
	areas := make([]grid.Area, len(versions))
	for i, v := range versions {
		areas[i] = v.Area
	}
	cover, err := coverage.Build(faces(versions))
	if err != nil {
		return nil, fmt.Errorf("edition %d: %w", e.id, err)
	}
	return grid.NewSnapshot(e.id, e.published, areas, cover, roster)
}

// faces returns the cells among areas, in their order.
func faces(versions []version) []coverage.Face {
	var out []coverage.Face
	for _, v := range versions {
		if v.Cell {
			out = append(out, coverage.Face{Name: v.Code, Shape: v.shape})
		}
	}
	return out
}

// readEdition reads the areas of an edition by ascending id; 0 stands for the
// current one.
func readEdition(ctx context.Context, tx pgx.Tx, number int64) (e edition, versions []version, err error) {
	if e, err = findEdition(ctx, tx, number); err != nil || e.id == 0 {
		return e, nil, err
	}
	versions, err = readAreas(ctx, tx, e.id)
	return e, versions, err
}

// findEdition finds a published edition; 0 stands for the current one, which is
// the zero edition when nothing has been published yet.
func findEdition(ctx context.Context, tx pgx.Tx, number int64) (e edition, err error) {
	rows, err := tx.Query(ctx, `
		SELECT id, published FROM edition
		WHERE published IS NOT NULL AND ($1 = 0 OR id = $1)
		ORDER BY id DESC LIMIT 1`, number)
	if err != nil {
		return e, fmt.Errorf("read editions: %w", err)
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e edition, err error) {
		return e, row.Scan(&e.id, &e.published)
	})
	switch {
	case err != nil:
		return e, fmt.Errorf("read editions: %w", err)
	case len(found) > 0:
		return found[0], nil
	case number != 0:
		return e, fmt.Errorf("edition %d: %w", number, grid.ErrNotFound)
	}
	return e, nil
}

func readAreas(ctx context.Context, tx pgx.Tx, number int64) ([]version, error) {
	rows, err := tx.Query(ctx, `
		SELECT id, code, name, level, kind, coalesce(parent, 0), households, placeholder, geom
		FROM area WHERE since <= $1 AND (until IS NULL OR until > $1)
		ORDER BY id`, number)
	if err != nil {
		return nil, fmt.Errorf("read areas: %w", err)
	}
	versions, err := pgx.CollectRows(rows, scanVersion)
	if err != nil {
		return nil, fmt.Errorf("read areas: %w", err)
	}
	return versions, nil
}

func scanVersion(row pgx.CollectableRow) (v version, err error) {
	var level string
	var g *shape
	err = row.Scan(&v.ID, &v.Code, &v.Name, &level, &v.Kind, &v.Parent, &v.Households, &v.placeholder, &g)
	if err != nil {
		return v, err
	}
	if g != nil {
		v.shape, v.Cell = geo.MultiPolygon(*g), true
	}
	v.Level, err = grid.ParseLevel(level)
	return v, err
}
