package store

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"time"

	"jingwei/grid"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// amend changes in one transaction what is on the record and tells the feed. Who,
// why and when is told to the transaction: see record_now, record_by and
// record_why in 00008_people.sql. It fails with a *[grid.Clash] when a rule would name a
// department that has no officer.
func (db *DB) amend(ctx context.Context, why string, do func(tx pgx.Tx) error) error {
	err := pgx.BeginFunc(ctx, db.pool, func(tx pgx.Tx) error {
		if err := db.onRecord(ctx, tx, why); err != nil {
			return err
		}
		if err := do(tx); err != nil {
			return err
		}
		return feed(ctx, tx, grid.EventPost, "")
	})
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.ConstraintName == "rule_department_has_officer" {
		return &grid.Clash{Rule: "last-officer", With: pg.Message}
	}
	return err
}

func (db *DB) onRecord(ctx context.Context, tx pgx.Tx, why string) error {
	_, err := tx.Exec(ctx, `SELECT set_config('jingwei.now', $1, true), set_config('jingwei.by', $2, true), set_config('jingwei.why', $3, true)`,
		db.now().Format(time.RFC3339Nano), db.by, why)
	return err
}

// ledger is a table of records.
type ledger[T any] struct {
	noun    string // and name of the table
	columns string // of a value
	key     string // what names one of those that are known, as an expression; empty: only its id
	area    string // where it is, as an expression; empty: where the worker has posts
	// scan returns where the columns go, and what makes a value of them.
	scan   func(v *T) (into []any, finish func() error)
	insert string // takes the values and, last, when the record begins; NULL is now
	values func(v T) []any
	name   func(v *T) (key string, id *int64) // where there is a key
}

// recordColumns are those of a record.
const recordColumns = `recorded_from, recorded_until, by, why, closed_by, closed_why`

func (l *ledger[T]) row(row pgx.CollectableRow) (r grid.Recorded[T], err error) {
	var until *time.Time
	into, finish := l.scan(&r.Value)
	err = row.Scan(append(into, &r.Record.From, &until, &r.Record.By, &r.Record.Why, &r.Record.ClosedBy, &r.Record.ClosedWhy)...)
	if err != nil {
		return r, err
	}
	r.Record.From, r.Record.Until = r.Record.From.UTC(), orZero(until)
	return r, finish()
}

func (l *ledger[T]) selects() string {
	return `SELECT ` + l.columns + `, ` + recordColumns + ` FROM ` + l.noun + ` r`
}

// find returns the records that a query selects.
func (l *ledger[T]) find(ctx context.Context, db querier, q grid.RecordQuery) ([]grid.Recorded[T], error) {
	if q.Limit < 1 {
		return nil, fmt.Errorf("%ss: a limit of %d", l.noun, q.Limit)
	}
	var s selection
	l.filter(&s, q)
	records, err := collect(ctx, db, l.row, l.selects()+s.clause()+` ORDER BY id, recorded_from LIMIT `+strconv.Itoa(q.Limit), s.args...)
	if err != nil {
		return nil, fmt.Errorf("%ss: %w", l.noun, plain(err))
	}
	return records, nil
}

func (l *ledger[T]) filter(s *selection, q grid.RecordQuery) {
	if q.ID != 0 {
		s.and("id = %s", q.ID)
	}
	if q.Code != "" {
		s.and(l.key+" = %s", q.Code)
	}
	if q.Worker != 0 {
		s.and("worker = %s", q.Worker)
	}
	if q.Areas != nil && l.area != "" {
		s.and(l.area+" = ANY(%s)", q.Areas)
	} else if q.Areas != nil {
		s.and("worker IN (SELECT p.worker FROM post p WHERE p.area = ANY(%s))", q.Areas)
	}
	if !q.At.IsZero() {
		s.and("during @> %s::timestamptz", q.At)
	}
	if q.After != 0 {
		s.and("id > %s", q.After)
	}
	switch {
	case !q.Known.IsZero():
		s.and("tstzrange(recorded_from, recorded_until) @> %s::timestamptz", q.Known)
	case !q.History:
		s.where = append(s.where, "recorded_until IS NULL")
	}
}

// all returns the values of all that is known now, by ascending id.
func (l *ledger[T]) all(ctx context.Context, db querier) ([]T, error) {
	return l.bare(ctx, db, selection{where: []string{"recorded_until IS NULL"}})
}

// knownAt returns the values of what was known at a time and of which a condition holds,
// by ascending id.
func (l *ledger[T]) knownAt(ctx context.Context, db querier, at time.Time, condition string, args ...any) ([]T, error) {
	var s selection
	l.filter(&s, grid.RecordQuery{Known: at})
	s.and("("+condition+")", args...)
	return l.bare(ctx, db, s)
}

// bare returns values without their records: when and by whom something was recorded is
// most of a record, and nothing that a roster asks for.
func (l *ledger[T]) bare(ctx context.Context, db querier, s selection) ([]T, error) {
	values, err := collect(ctx, db, func(row pgx.CollectableRow) (v T, err error) {
		into, finish := l.scan(&v)
		if err = row.Scan(into...); err != nil {
			return v, err
		}
		return v, finish()
	}, `SELECT `+l.columns+` FROM `+l.noun+s.clause()+` ORDER BY id`, s.args...)
	if err != nil {
		return nil, fmt.Errorf("%ss: %w", l.noun, plain(err))
	}
	return values, nil
}

// one returns what is known now under an id; it fails with grid.ErrNotFound when
// nothing is.
func (l *ledger[T]) one(ctx context.Context, db querier, id int64) (r grid.Recorded[T], err error) {
	records, err := l.find(ctx, db, grid.RecordQuery{ID: id, Limit: 1})
	if err == nil && len(records) == 0 {
		err = fmt.Errorf("%s %d: %w", l.noun, id, grid.ErrNotFound)
	}
	if err != nil {
		return r, err
	}
	return records[0], nil
}

// open puts a value on the record and returns its id.
func (l *ledger[T]) open(ctx context.Context, tx pgx.Tx, v T, from *time.Time) (id int64, err error) {
	return id, tx.QueryRow(ctx, l.insert, append(l.values(v), from)...).Scan(&id)
}

// close ends what is known under an id and returns when.
func (l *ledger[T]) close(ctx context.Context, tx pgx.Tx, id int64) (end time.Time, err error) {
	err = tx.QueryRow(ctx, `UPDATE `+l.noun+` SET recorded_until = record_end(recorded_from), closed_by = record_by(), closed_why = record_why()
		WHERE id = $1 AND recorded_until IS NULL RETURNING recorded_until`, id).Scan(&end)
	if errors.Is(err, pgx.ErrNoRows) {
		err = fmt.Errorf("%s %d: %w", l.noun, id, grid.ErrNotFound)
	}
	return end, err
}

// correct makes of what is known under an id something else, and returns what.
// When it stays the same, nothing is done.
func (l *ledger[T]) correct(ctx context.Context, tx pgx.Tx, id int64, become func(*T) error) (v T, err error) {
	if _, err = tx.Exec(ctx, `SELECT FROM `+l.noun+` WHERE id = $1 AND recorded_until IS NULL FOR UPDATE`, id); err != nil {
		return v, err
	}
	old, err := l.one(ctx, tx, id)
	if err != nil {
		return v, err
	}
	v = old.Value
	if err = become(&v); err != nil || reflect.DeepEqual(l.values(v), l.values(old.Value)) {
		return v, err
	}
	end, err := l.close(ctx, tx, id)
	if err == nil {
		_, err = l.open(ctx, tx, v, &end)
	}
	return v, err
}

// broken returns the name of the constraint that a change would break, or "".
func broken(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.ConstraintName
	}
	return ""
}
