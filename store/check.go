package store

import (
	"context"
	"fmt"

	"jingwei/geo"
	"jingwei/geo/coverage"

	"github.com/jackc/pgx/v5"
)

// Fault is a broken law that the database itself has found.
type Fault struct {
	Rule   string
	Codes  string  // of the areas concerned, with commas between
	At     geo.Pos // if Placed
	Placed bool
	Detail string
}

// String names the rule, the areas and the place.
func (f Fault) String() string {
	if !f.Placed {
		return fmt.Sprintf("%s: %s: %s", f.Rule, f.Codes, f.Detail)
	}
	return fmt.Sprintf("%s at %v of %s: %s", f.Rule, f.At, f.Codes, f.Detail)
}

// Check proves, in the database, that the hierarchy of an edition is whole and
// that its cells neither overlap nor run along an edge twice; 0 stands for the
// current edition. Gaps are for [coverage.Build] to find, on [DB.Faces].
func (db *DB) Check(ctx context.Context, number int64) ([]Fault, error) {
	var faults []Fault
	err := pgx.BeginTxFunc(ctx, db.pool, snapshotTx, func(tx pgx.Tx) error {
		e, err := findEdition(ctx, tx, number)
		if err != nil {
			return err
		}
		faults, err = collect(ctx, tx, scanFault, `
			SELECT rule, coalesce(codes, ''), place IS NOT NULL, coalesce(ST_X(place), 0), coalesce(ST_Y(place), 0), detail
			FROM (
				SELECT rule, codes, place, detail FROM edition_tree_faults($1)
				UNION ALL
				SELECT rule, codes, place, detail FROM edition_cover_faults($1)
			) AS fault`, e.id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("check edition %d: %w", number, err)
	}
	return faults, nil
}

func scanFault(row pgx.CollectableRow) (f Fault, err error) {
	var lon, lat float64
	if err = row.Scan(&f.Rule, &f.Codes, &f.Placed, &lon, &lat, &f.Detail); err != nil || !f.Placed {
		return f, err
	}
	f.At, err = geo.FromDegrees(lon, lat)
	return f, err
}

// Faces returns the number of an edition and its cells by ascending id, each
// named by its code; 0 stands for the current edition.
func (db *DB) Faces(ctx context.Context, number int64) (id int64, cells []coverage.Face, err error) {
	err = pgx.BeginTxFunc(ctx, db.pool, snapshotTx, func(tx pgx.Tx) error {
		e, versions, err := readEdition(ctx, tx, number)
		id, cells = e.id, faces(versions)
		return err
	})
	if err != nil {
		return 0, nil, fmt.Errorf("read the cells of edition %d: %w", number, err)
	}
	return id, cells, nil
}
