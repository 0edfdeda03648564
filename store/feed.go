package store

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"jingwei/grid"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// feed appends a line to the feed; its trigger rings the bell at commit.
func feed(ctx context.Context, tx pgx.Tx, what, id string) error {
	if _, err := tx.Exec(ctx, `INSERT INTO feed (what, id) VALUES ($1, $2)`, what, id); err != nil {
		return fmt.Errorf("feed: %w", err)
	}
	return nil
}

// Horizon returns the cursor behind every event that can be seen now: what is
// read from the database afterwards holds all that happened before it.
func (db *DB) Horizon(ctx context.Context) (grid.Cursor, error) {
	return horizon(ctx, db.pool)
}

func horizon(ctx context.Context, q rower) (grid.Cursor, error) {
	var xmin uint64
	if err := q.QueryRow(ctx, `SELECT pg_snapshot_xmin(pg_current_snapshot())`).Scan(&xmin); err != nil {
		return grid.Cursor{}, fmt.Errorf("horizon of the feed: %w", err)
	}
	return grid.Cursor{XID: xmin - 1, Seq: math.MaxInt64}, nil
}

// rower is a pool, a connection or a transaction.
type rower interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// Since returns at most limit events after a cursor, in the order of the feed,
// those about reports with the report as the event left it or later. It fails
// with grid.ErrNotFound on a cursor that this database has not reached yet, and on one
// behind which it has forgotten events.
func (db *DB) Since(ctx context.Context, after grid.Cursor, limit int) (events []grid.Event, err error) {
	err = pgx.BeginTxFunc(ctx, db.pool, snapshotTx, func(tx pgx.Tx) error {
		h, err := horizon(ctx, tx)
		if err != nil {
			return err
		}
		if after.XID > h.XID {
			return fmt.Errorf("cursor %v is not of this database: %w", after, grid.ErrNotFound)
		}
		if err := remembered(ctx, tx, after); err != nil {
			return err
		}
		events, err = db.since(ctx, tx, after, math.MaxInt64, limit)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("feed since %v: %w", after, plain(err))
	}
	return events, nil
}

// since reads events below the horizon of the transaction's snapshot and before a
// transaction.
func (db *DB) since(ctx context.Context, tx pgx.Tx, after grid.Cursor, before uint64, limit int) ([]grid.Event, error) {
	events, err := collect(ctx, tx, scanEvent, selectEvents, after.XID, after.Seq, before, limit)
	if err != nil {
		return nil, err
	}
	db.recent.fill(events)
	return events, fillReports(ctx, tx, events)
}

// selectEvents keeps the bounds from the planner: it would compare them with the end of
// the feed each time, where all that is being written is in its way.
const selectEvents = `
	SELECT xid, seq, what, id, coalesce(from_state, ''), coalesce(from_worker, 0), coalesce(from_area, 0),
		coalesce(from_sent_by, 0), coalesce(from_sender, 0), from_owed FROM feed
	WHERE (xid, seq) > ((SELECT $1::xid8), (SELECT $2::bigint)) AND xid < (SELECT least(pg_snapshot_xmin(pg_current_snapshot()), $3::xid8))
	ORDER BY xid, seq LIMIT $4`

func scanEvent(row pgx.CollectableRow) (e grid.Event, err error) {
	var from string
	if err = row.Scan(&e.Cursor.XID, &e.Cursor.Seq, &e.What, &e.ID, &from, &e.Had, &e.HadIn, &e.SentBy, &e.Sent, &e.Owed); err == nil && from != "" {
		e.From, err = grid.ParseState(from)
	}
	return e, err
}

// fillReports reads the reports of the events that have none yet.
func fillReports(ctx context.Context, tx pgx.Tx, events []grid.Event) error {
	var ids []uuid.UUID
	for _, e := range events {
		if e.What == grid.EventReport && e.Report == nil {
			id, err := uuid.Parse(e.ID)
			if err != nil {
				return fmt.Errorf("event %v: %w", e.Cursor, err)
			}
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	reports, err := reportsByID(ctx, tx, ids)
	if err != nil {
		return err
	}
	tasks, err := openTasks(ctx, tx, ids)
	if err != nil {
		return err
	}
	for i, e := range events {
		if r, ok := reports[e.ID]; ok && e.Report == nil {
			r.Tasks = tasks[r.ID]
			events[i].Report = &r
		}
	}
	return nil
}

// Times of following the feed.
const (
	feedPage   = 1000                   // events read at a time, at most; what is remembered, at least
	feedPoll   = time.Second            // a look at the feed though no bell rang
	feedBehind = 20 * time.Millisecond  // another look when the horizon held events back
	feedRetry  = 500 * time.Millisecond // before connecting again
)

// Follow hands the events after a cursor to use, in order, as they come, until
// ctx ends or use fails; it returns that error. When the connection breaks it
// makes a new one and goes on. Each event is handed over once. It fails with
// grid.ErrNotFound when it has been away so long that events were forgotten.
func (db *DB) Follow(ctx context.Context, after grid.Cursor, use func([]grid.Event) error) error {
	for {
		err := db.follow(ctx, &after, use)
		var stop stopped
		if errors.As(err, &stop) {
			return stop.error
		}
		if errors.Is(err, grid.ErrNotFound) {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		db.Log.WarnContext(ctx, "feed: connection lost, trying again", "error", err)
		if !sleep(ctx, feedRetry) {
			return ctx.Err()
		}
	}
}

// stopped is an error of the user of the feed, not of the feed.
type stopped struct{ error }

// follow listens on one connection until that breaks.
func (db *DB) follow(ctx context.Context, after *grid.Cursor, use func([]grid.Event) error) error {
	conn, err := db.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	own := conn.Hijack() // it listens, so it does not go back to the pool
	defer func() { _ = own.Close(context.WithoutCancel(ctx)) }()
	db.recent.forget(math.MaxUint64) // it may be another server
	if _, err := own.Exec(ctx, `LISTEN jingwei_feed`); err != nil {
		return err
	}
	if err := remembered(ctx, own, *after); err != nil {
		return err
	}
	// A server that has crashed gives out again the ids of transactions that left nothing
	// behind: how far the horizon was is known on one connection only.
	at := *after
	tell := func(events []grid.Event) error {
		if err := use(events); err != nil {
			return err
		}
		*after = events[len(events)-1].Cursor
		return nil
	}
	for {
		held, err := db.drain(ctx, own, &at, tell)
		if err != nil {
			return err
		}
		wait := feedPoll
		if held {
			wait = feedBehind
		}
		if err := await(ctx, own, wait); err != nil {
			return err
		}
	}
}

// drain hands over all events up to the horizon and moves the cursor behind
// them. It reports whether there are more, held back by a transaction that is
// still running: no bell rings when that ends without a line of its own.
func (db *DB) drain(ctx context.Context, conn *pgx.Conn, after *grid.Cursor, use func([]grid.Event) error) (held bool, err error) {
	for {
		h, err := horizon(ctx, conn)
		if err != nil {
			return false, err
		}
		if after.Compare(h) >= 0 {
			err := conn.QueryRow(ctx, beyondHorizon, h.XID).Scan(&held)
			return held, err
		}
		events, upto := db.atHand(*after, h)
		if len(events) == 0 {
			if events, upto, err = db.read(ctx, conn, *after, h); err != nil {
				return false, err
			}
		}
		if len(events) > 0 {
			if err := use(events); err != nil {
				return false, stopped{err}
			}
		}
		*after = upto
		db.recent.forget(after.XID)
	}
}

// atHand returns events right behind a cursor and up to the horizon that this process has
// written itself, and the cursor behind them. Behind one within a transaction are none.
func (db *DB) atHand(after, horizon grid.Cursor) ([]grid.Event, grid.Cursor) {
	if after.Seq != math.MaxInt64 {
		return nil, after
	}
	events, last := db.recent.run(after.XID+1, horizon.XID+1, feedPage)
	return events, grid.Cursor{XID: last, Seq: math.MaxInt64}
}

// read reads events behind a cursor, up to the horizon and before what is remembered, and
// returns the cursor behind them.
func (db *DB) read(ctx context.Context, conn *pgx.Conn, after, horizon grid.Cursor) (events []grid.Event, upto grid.Cursor, err error) {
	before := min(horizon.XID+1, db.recent.next(after.XID+1))
	err = pgx.BeginTxFunc(ctx, conn, snapshotTx, func(tx pgx.Tx) error {
		events, err = db.since(ctx, tx, after, before, feedPage)
		return err
	})
	upto = after.Later(grid.Cursor{XID: before - 1, Seq: math.MaxInt64})
	if len(events) == feedPage {
		upto = events[feedPage-1].Cursor
	}
	return events, upto, err
}

// beyondHorizon looks at the last event only, by its key: whether any event is
// beyond the horizon would be looked for from the first on.
const beyondHorizon = `SELECT coalesce((SELECT xid > $1::xid8 FROM feed ORDER BY xid DESC, seq DESC LIMIT 1), false)`

// FeedLag tells how many committed events are behind a cursor, and for how long the
// oldest transaction that writes has been open: no node sees what was written after it
// began.
func (db *DB) FeedLag(ctx context.Context, after grid.Cursor) (behind int64, held time.Duration, err error) {
	var seconds float64
	err = db.pool.QueryRow(ctx, `
		SELECT (SELECT count(*) FROM feed WHERE (xid, seq) > ($1::xid8, $2::bigint)),
			coalesce((SELECT extract(epoch FROM max(clock_timestamp() - xact_start))::float8 FROM pg_stat_activity
				WHERE datname = current_database() AND backend_xid IS NOT NULL), 0)`, after.XID, after.Seq).Scan(&behind, &seconds)
	if err != nil {
		return 0, 0, fmt.Errorf("lag of the feed: %w", plain(err))
	}
	return behind, time.Duration(seconds * float64(time.Second)), nil
}

// await returns when the bell rings or the time is over.
func await(ctx context.Context, conn *pgx.Conn, d time.Duration) error {
	bounded, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	_, err := conn.WaitForNotification(bounded)
	if bounded.Err() != nil && ctx.Err() == nil && !conn.IsClosed() {
		return nil
	}
	return err
}

// sleep waits and reports whether ctx is still good.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
