package store

import (
	"context"
	"errors"
	"fmt"

	"jingwei/grid"

	"github.com/jackc/pgx/v5"
)

// AreaID returns the id of the area that a code belongs to, in whatever edition;
// it fails with grid.ErrNotFound when the code was never used.
func (db *DB) AreaID(ctx context.Context, code string) (id grid.AreaID, err error) {
	err = db.pool.QueryRow(ctx, `SELECT area FROM area_code WHERE code = $1`, code).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		err = grid.ErrNotFound
	}
	if err != nil {
		return 0, fmt.Errorf("area %s: %w", code, plain(err))
	}
	return id, nil
}

// Note returns the note of an edition; it fails with grid.ErrNotFound when it has
// not been published.
func (db *DB) Note(ctx context.Context, edition int64) (note string, err error) {
	err = db.pool.QueryRow(ctx, `SELECT note FROM edition WHERE id = $1 AND published IS NOT NULL`, edition).Scan(&note)
	if errors.Is(err, pgx.ErrNoRows) {
		err = grid.ErrNotFound
	}
	if err != nil {
		return "", fmt.Errorf("edition %d: %w", edition, plain(err))
	}
	return note, nil
}
