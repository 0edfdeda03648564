package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"jingwei/grid"

	"github.com/jackc/pgx/v5"
)

// pruneAtOnce is how many events are forgotten in one transaction.
const pruneAtOnce = 5000

// feedLock is the advisory lock of the node that prunes.
const feedLock = `hashtextextended('jingwei feed', 0)`

// Prune has the feed forget the events that are older than an age, but for those that
// a webhook which is not disabled has still to be told, and returns how many. What is
// resumed from before them fails from then on. When another node does the same, it is
// left to that.
func (db *DB) Prune(ctx context.Context, age time.Duration) (pruned int64, err error) {
	for more := true; more && err == nil; {
		var n int64
		n, err = db.pruneSome(ctx, db.now().Add(-age))
		pruned, more = pruned+n, n > 0
	}
	if err != nil {
		return pruned, fmt.Errorf("prune the feed: %w", plain(err))
	}
	return pruned, nil
}

func (db *DB) pruneSome(ctx context.Context, before time.Time) (n int64, err error) {
	err = pgx.BeginFunc(ctx, db.pool, func(tx pgx.Tx) error {
		var ours bool
		if err := tx.QueryRow(ctx, `SELECT pg_try_advisory_xact_lock(`+feedLock+`)`).Scan(&ours); err != nil || !ours {
			return err
		}
		// So that none goes on meanwhile from where it was disabled.
		if _, err := tx.Exec(ctx, `LOCK TABLE webhook IN SHARE MODE`); err != nil {
			return err
		}
		var last grid.Cursor
		err := tx.QueryRow(ctx, lastToPrune, before, pruneAtOnce).Scan(&last.XID, &last.Seq)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE feed_pruned SET xid = $1, seq = $2`, last.XID, last.Seq); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `DELETE FROM feed WHERE (xid, seq) <= ($1, $2)`, last.XID, last.Seq)
		n = tag.RowsAffected()
		return err
	})
	return n, err
}

// lastToPrune is the last of the oldest events that everybody has seen and that are
// older than $1.
const lastToPrune = `
	WITH oldest AS (
		SELECT xid, seq, at FROM feed WHERE xid < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY xid, seq LIMIT $2
	)
	SELECT xid, seq FROM oldest
	WHERE at < $1 AND (xid, seq) <= ALL (SELECT cursor_xid, cursor_seq FROM webhook WHERE disabled IS NULL)
	ORDER BY xid DESC, seq DESC LIMIT 1`

// remembered fails with grid.ErrNotFound when events behind a cursor were forgotten.
func remembered(ctx context.Context, q rower, after grid.Cursor) error {
	var ok bool
	err := q.QueryRow(ctx, `SELECT (xid, seq) <= ($1, $2) FROM feed_pruned`, after.XID, after.Seq).Scan(&ok)
	if err == nil && !ok {
		err = fmt.Errorf("what came after cursor %v was forgotten: %w", after, grid.ErrNotFound)
	}
	return err
}
