package store

import (
	"context"
	"fmt"

	"jingwei/grid"

	"github.com/jackc/pgx/v5"
)

// DeadLetters returns at most limit dead letters of a webhook behind a cursor, in
// the order of the feed.
func (db *DB) DeadLetters(ctx context.Context, webhook int64, after grid.Cursor, limit int) ([]grid.DeadLetter, error) {
	letters, err := collect(ctx, db.pool, scanLetter, `
		SELECT xid, seq, report, at, attempts, error, resend FROM dead_letter
		WHERE webhook = $1 AND (xid, seq) > ($2, $3) ORDER BY xid, seq LIMIT $4`, webhook, after.XID, after.Seq, limit)
	if err != nil {
		return nil, fmt.Errorf("dead letters of webhook %d: %w", webhook, plain(err))
	}
	return letters, nil
}

func scanLetter(row pgx.CollectableRow) (l grid.DeadLetter, err error) {
	err = row.Scan(&l.Cursor.XID, &l.Cursor.Seq, &l.Report, &l.At, &l.Attempts, &l.Error, &l.Resend)
	l.At = l.At.UTC()
	return l, err
}

// Resend has dead letters of a webhook sent again, all when none is named, and
// returns how many.
func (db *DB) Resend(ctx context.Context, webhook int64, letters []grid.Cursor) (n int, err error) {
	xids, seqs := make([]uint64, len(letters)), make([]int64, len(letters))
	for i, c := range letters {
		xids[i], seqs[i] = c.XID, c.Seq
	}
	tag, err := db.pool.Exec(ctx, `
		UPDATE dead_letter SET resend = true
		WHERE webhook = $1 AND (cardinality($3::bigint[]) = 0 OR (xid, seq) IN (SELECT x, s FROM unnest($2::xid8[], $3::bigint[]) AS named (x, s)))`,
		webhook, xids, seqs)
	if err != nil {
		return 0, fmt.Errorf("resend dead letters of webhook %d: %w", webhook, plain(err))
	}
	return int(tag.RowsAffected()), nil
}

// LettersToResend returns at most limit dead letters of a webhook that are to be
// sent again, with the reports as they stand now.
func (db *DB) LettersToResend(ctx context.Context, webhook int64, limit int) (events []grid.Event, err error) {
	err = pgx.BeginTxFunc(ctx, db.pool, snapshotTx, func(tx pgx.Tx) error {
		events, err = collect(ctx, tx, func(row pgx.CollectableRow) (grid.Event, error) {
			e := grid.Event{What: grid.EventReport}
			return e, row.Scan(&e.Cursor.XID, &e.Cursor.Seq, &e.ID)
		}, `SELECT xid, seq, report::text FROM dead_letter WHERE webhook = $1 AND resend ORDER BY xid, seq LIMIT $2`, webhook, limit)
		if err != nil {
			return err
		}
		return fillReports(ctx, tx, events)
	})
	if err != nil {
		return nil, fmt.Errorf("dead letters of webhook %d: %w", webhook, plain(err))
	}
	return events, nil
}

// ResentLetter deletes a dead letter that was delivered, or keeps it with the error
// of the attempt.
func (db *DB) ResentLetter(ctx context.Context, webhook int64, at grid.Cursor, failed string) error {
	statement := `DELETE FROM dead_letter WHERE webhook = $1 AND xid = $2 AND seq = $3`
	args := []any{webhook, at.XID, at.Seq}
	if failed != "" {
		statement = `UPDATE dead_letter SET resend = false, attempts = attempts + 1, error = $4, at = $5 WHERE webhook = $1 AND xid = $2 AND seq = $3`
		args = append(args, failed, db.now())
	}
	if _, err := db.pool.Exec(ctx, statement, args...); err != nil {
		return fmt.Errorf("dead letter %v of webhook %d: %w", at, webhook, plain(err))
	}
	return nil
}
