package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"jingwei/grid"

	"github.com/jackc/pgx/v5"
)

// webhookColumns are those that scanWebhook reads, of webhook w.
const webhookColumns = `w.id, w.url, w.secret, coalesce(w.area, 0), coalesce(w.within, 0), w.matter, w.states, coalesce(w.holder, 0), w.created, w.by,
	w.cursor_xid, w.cursor_seq, w.attempts, w.failing_since, w.retry_at, w.error, w.delivered, w.disabled, w.disabled_why,
	(SELECT count(*) FROM dead_letter d WHERE d.webhook = w.id AND d.resend)`

func scanWebhook(row pgx.CollectableRow) (w grid.Webhook, err error) {
	var states []string
	var failing, retry, delivered, disabled *time.Time
	err = row.Scan(&w.ID, &w.URL, &w.Secret, &w.Root, &w.Area, &w.Matter, &states, &w.Holder, &w.Created, &w.By,
		&w.Cursor.XID, &w.Cursor.Seq, &w.Attempts, &failing, &retry, &w.Error, &delivered, &disabled, &w.DisabledWhy, &w.Resend)
	if err != nil {
		return w, err
	}
	for _, name := range states {
		s, err := grid.ParseState(name)
		if err != nil {
			return w, err
		}
		w.States |= grid.StateSetOf(s)
	}
	w.Created, w.FailingSince, w.RetryAt = w.Created.UTC(), orZero(failing), orZero(retry)
	w.Delivered, w.Disabled = orZero(delivered), orZero(disabled)
	return w, nil
}

func stateNames(set grid.StateSet) []string {
	names := []string{}
	for _, s := range set.States() {
		names = append(names, s.String())
	}
	return names
}

// AddWebhook makes a webhook of what w says of address, secret, interest and who
// made it. It is told of what happens from now on.
func (db *DB) AddWebhook(ctx context.Context, w grid.Webhook) (grid.Webhook, error) {
	w.Created = db.now()
	err := pgx.BeginTxFunc(ctx, db.pool, pgx.TxOptions{}, func(tx pgx.Tx) (err error) {
		if w.Cursor, err = horizon(ctx, tx); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `
			INSERT INTO webhook (url, secret, area, within, matter, states, holder, created, by, cursor_xid, cursor_seq)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id`,
			w.URL, w.Secret, orNull(w.Root), orNull(w.Area), string(w.Matter), stateNames(w.States), orNull(w.Holder), w.Created, w.By,
			w.Cursor.XID, w.Cursor.Seq).Scan(&w.ID)
	})
	if err != nil {
		return w, fmt.Errorf("make a webhook: %w", plain(err))
	}
	return w, nil
}

// Webhooks returns all webhooks by id.
func (db *DB) Webhooks(ctx context.Context) ([]grid.Webhook, error) {
	hooks, err := collect(ctx, db.pool, scanWebhook, `SELECT `+webhookColumns+` FROM webhook w ORDER BY w.id`)
	if err != nil {
		return nil, fmt.Errorf("list webhooks: %w", plain(err))
	}
	return hooks, nil
}

// ActiveWebhooks returns the webhooks that are not disabled, and the cursor of the
// last event that can be seen.
func (db *DB) ActiveWebhooks(ctx context.Context) (hooks []grid.Webhook, latest grid.Cursor, err error) {
	hooks, err = collect(ctx, db.pool, scanWebhook, `SELECT `+webhookColumns+` FROM webhook w WHERE w.disabled IS NULL ORDER BY w.id`)
	if err != nil || len(hooks) == 0 {
		return nil, latest, plain(err)
	}
	err = db.pool.QueryRow(ctx, `
		SELECT xid, seq FROM feed WHERE xid < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY xid DESC, seq DESC LIMIT 1`).Scan(&latest.XID, &latest.Seq)
	if errors.Is(err, pgx.ErrNoRows) {
		err = nil // nothing has happened yet
	}
	return hooks, latest, plain(err)
}

// SwitchWebhook disables a webhook, or has it go on where it stands. It fails with
// grid.ErrNotFound when there is none, and with a *[grid.Clash] when the feed has
// forgotten events that it would go on with.
func (db *DB) SwitchWebhook(ctx context.Context, id int64, on bool, why string) error {
	if on {
		return db.reviveWebhook(ctx, id)
	}
	return db.changeOne(ctx, "webhook", id, `UPDATE webhook SET disabled = coalesce(disabled, $2),
		disabled_why = CASE WHEN disabled IS NULL THEN $3 ELSE disabled_why END WHERE id = $1`, id, db.now(), why)
}

func (db *DB) reviveWebhook(ctx context.Context, id int64) error {
	err := db.changeOne(ctx, "webhook", id, `UPDATE webhook SET disabled = NULL, disabled_why = '', attempts = 0, failing_since = NULL, retry_at = NULL
		WHERE id = $1 AND (cursor_xid, cursor_seq) >= (SELECT xid, seq FROM feed_pruned)`, id)
	if !errors.Is(err, grid.ErrNotFound) {
		return err
	}
	there, err2 := collect(ctx, db.pool, pgx.RowTo[int64], `SELECT id FROM webhook WHERE id = $1`, id)
	switch {
	case err2 != nil:
		return fmt.Errorf("webhook %d: %w", id, plain(err2))
	case len(there) > 0:
		return &grid.Clash{Rule: "cursor", With: "the events that it would go on with are too old and were forgotten; make another webhook, and read the reports anew"}
	}
	return err
}

// DeleteWebhook deletes a webhook with its dead letters. It fails with
// grid.ErrNotFound when there is none.
func (db *DB) DeleteWebhook(ctx context.Context, id int64) error {
	return db.changeOne(ctx, "webhook", id, `DELETE FROM webhook WHERE id = $1`, id)
}

// changeOne runs a statement that changes the one row under an id.
func (db *DB) changeOne(ctx context.Context, what string, id int64, statement string, args ...any) error {
	tag, err := db.pool.Exec(ctx, statement, args...)
	if err == nil && tag.RowsAffected() == 0 {
		err = grid.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("%s %d: %w", what, id, plain(err))
	}
	return nil
}

// MoveWebhook writes how a webhook stands after an attempt, and a dead letter if
// there is one. It fails with grid.ErrVersion when it does not stand at the cursor
// from any more, or was disabled or deleted.
func (db *DB) MoveWebhook(ctx context.Context, from grid.Cursor, w grid.Webhook, dead *grid.DeadLetter) error {
	err := pgx.BeginFunc(ctx, db.pool, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `
			UPDATE webhook SET cursor_xid = $4, cursor_seq = $5, attempts = $6, failing_since = $7, retry_at = $8, error = $9,
				delivered = $10, disabled = $11, disabled_why = $12
			WHERE id = $1 AND cursor_xid = $2 AND cursor_seq = $3 AND disabled IS NULL`,
			w.ID, from.XID, from.Seq, w.Cursor.XID, w.Cursor.Seq, w.Attempts, orNull(w.FailingSince), orNull(w.RetryAt), w.Error,
			orNull(w.Delivered), orNull(w.Disabled), w.DisabledWhy)
		if err == nil && tag.RowsAffected() == 0 {
			err = grid.ErrVersion
		}
		if err != nil || dead == nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO dead_letter (webhook, xid, seq, report, at, attempts, error) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			w.ID, dead.Cursor.XID, dead.Cursor.Seq, dead.Report, dead.At, dead.Attempts, dead.Error)
		return err
	})
	if err != nil {
		return fmt.Errorf("webhook %d: %w", w.ID, plain(err))
	}
	return nil
}
