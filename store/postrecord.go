package store

import (
	"context"
	"fmt"
	"time"

	"jingwei/grid"

	"github.com/jackc/pgx/v5"
)

var postLedger = ledger[grid.Post]{
	noun:    "post",
	columns: `id, worker, area, rank, duty, lower(during), upper(during)`,
	area:    `area`,
	scan: func(p *grid.Post) ([]any, func() error) {
		var duty string
		var until *time.Time
		return []any{&p.ID, &p.Worker, &p.Area, &p.Rank, &duty, &p.From, &until}, func() (err error) {
			p.From, p.Until = p.From.UTC(), orZero(until)
			p.Duty, err = grid.ParseWeek(duty)
			return err
		}
	},
	insert: `
		INSERT INTO post (id, worker, area, rank, duty, during, recorded_from)
		VALUES (coalesce($1, nextval(pg_get_serial_sequence('post', 'id'))), $2, $3, $4, $5, tstzrange($6, $7), coalesce($8, record_now()))
		RETURNING id`,
	values: func(p grid.Post) []any {
		return []any{orNull(p.ID), p.Worker, p.Area, string(p.Rank), p.Duty.String(), p.From, orNull(p.Until)}
	},
}

// PostRecords returns the posts that q selects.
func (db *DB) PostRecords(ctx context.Context, q grid.RecordQuery) ([]grid.Recorded[grid.Post], error) {
	return postLedger.find(ctx, db.pool, q)
}

// AddPost gives a worker a post. When it follows another, ends is that one's id:
// it then ends when the new one begins, if not before. It fails with a *[grid.Clash] when the
// area has a primary, or the worker a post in the area, at that time, and when that one
// is of another area, or of another rank and worker.
func (db *DB) AddPost(ctx context.Context, p grid.Post, ends int64, why string) (r grid.Recorded[grid.Post], err error) {
	err = db.amend(ctx, why, func(tx pgx.Tx) error {
		if ends != 0 {
			_, err := postLedger.correct(ctx, tx, ends, func(old *grid.Post) error {
				if old.Area != p.Area || old.Rank != p.Rank && old.Worker != p.Worker {
					return &grid.Clash{Rule: "ends", With: fmt.Sprintf("post %d does not end for this one: it is of another area, or of another rank and worker", ends)}
				}
				if old.Until.IsZero() || p.From.Before(old.Until) {
					old.Until = p.From
				}
				return checkPeriod(old.From, old.Until)
			})
			if err != nil {
				return err
			}
		}
		p.ID, err = postLedger.open(ctx, tx, p, nil)
		return err
	})
	if err != nil {
		return r, db.postError(ctx, p, ends, err)
	}
	return postLedger.one(ctx, db.pool, p.ID)
}

// ChangePost corrects a post. It fails with grid.ErrNotFound when nothing is known
// under the id, and as AddPost does.
func (db *DB) ChangePost(ctx context.Context, id int64, become func(*grid.Post) error, why string) (r grid.Recorded[grid.Post], err error) {
	var p grid.Post
	err = db.amend(ctx, why, func(tx pgx.Tx) (err error) {
		p, err = postLedger.correct(ctx, tx, id, func(p *grid.Post) error {
			if err := become(p); err != nil {
				return err
			}
			return checkPeriod(p.From, p.Until)
		})
		return err
	})
	if err != nil {
		return r, db.postError(ctx, p, 0, err)
	}
	return postLedger.one(ctx, db.pool, id)
}

// WithdrawPost says that there never was such a post.
func (db *DB) WithdrawPost(ctx context.Context, id int64, why string) error {
	return db.withdraw(ctx, why, func(tx pgx.Tx) error {
		_, err := postLedger.close(ctx, tx, id)
		return err
	})
}

func (db *DB) withdraw(ctx context.Context, why string, do func(pgx.Tx) error) error {
	if err := db.amend(ctx, why, do); err != nil {
		return fmt.Errorf("withdraw: %w", plain(err))
	}
	return nil
}

// checkPeriod refuses a period without a moment in it.
func checkPeriod(from, until time.Time) error {
	if !until.IsZero() && !from.Before(until) {
		return &grid.Clash{Rule: "period", With: fmt.Sprintf("it would end on %s, not after it begins on %s", until.Format(time.RFC3339), from.Format(time.RFC3339))}
	}
	return nil
}

// postClashes says, for each rule that excludes posts, how it is called and what
// is in the way.
var postClashes = map[string]struct{ rule, where, text string }{
	"post_one_primary_at_a_time": {"one-primary", "p.area = $1 AND p.rank = 'primary'", "the area has a primary at that time"},
	"post_once_at_a_time":        {"one-post", "p.area = $1 AND p.worker = $5", "the worker has a post in the area at that time"},
}

// postError names the post that is in the way of p.
func (db *DB) postError(ctx context.Context, p grid.Post, ends int64, err error) error {
	clash, known := postClashes[broken(err)]
	if !known {
		return fmt.Errorf("post: %w", plain(err))
	}
	others, readErr := collect(ctx, db.pool, pgx.RowTo[string], `
		SELECT 'post '||p.id||', '||p.rank||' '||w.name||' ('||w.code||'), from '||to_char(lower(p.during) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
			||coalesce(' until '||to_char(upper(p.during) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), '')
		FROM post p JOIN worker w ON w.id = p.worker
		WHERE p.recorded_until IS NULL AND p.during && tstzrange($2, $3) AND p.id <> ALL($4) AND ($5::bigint IS NOT NULL) AND `+clash.where+`
		ORDER BY lower(p.during) LIMIT 1`, p.Area, p.From, orNull(p.Until), []int64{p.ID, ends}, p.Worker)
	if readErr != nil || len(others) == 0 {
		return fmt.Errorf("post: %w", plain(err))
	}
	return &grid.Clash{Rule: clash.rule, With: clash.text + ": " + others[0]}
}
