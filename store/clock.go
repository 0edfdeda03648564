package store

import (
	"context"
	"fmt"
	"time"

	"jingwei/grid"

	"github.com/jackc/pgx/v5"
)

var dayLedger = ledger[grid.CalendarDay]{
	noun:    "calendar_day",
	columns: `id, date, kind, name, hours`,
	scan: func(d *grid.CalendarDay) ([]any, func() error) {
		var date *time.Time
		var hours string
		return []any{&d.ID, &date, &d.Kind, &d.Name, &hours}, func() (err error) {
			if date != nil {
				year, month, day := date.Date()
				d.Date = time.Date(year, month, day, 0, 0, 0, 0, grid.Beijing)
			}
			d.Hours, err = grid.ParseWeek(hours)
			return err
		}
	},
	insert: `
		INSERT INTO calendar_day (id, date, kind, name, hours, recorded_from)
		VALUES (coalesce($1, nextval(pg_get_serial_sequence('calendar_day', 'id'))), $2::text::date, $3, $4, $5, coalesce($6, record_now()))
		RETURNING id`,
	values: func(d grid.CalendarDay) []any {
		var date *string
		if d.Kind != grid.Ordinary {
			date = orNull(d.Key())
		}
		return []any{orNull(d.ID), date, string(d.Kind), d.Name, d.Hours.String()}
	},
}

var limitLedger = ledger[grid.Limit]{
	noun:    "clock_limit",
	columns: `id, matter, urgency, stage, minutes, continuous, note`,
	scan: func(l *grid.Limit) ([]any, func() error) {
		var urgency string
		var minutes int32
		return []any{&l.ID, &l.Matter, &urgency, &l.Stage, &minutes, &l.AroundTheClock, &l.Note}, func() (err error) {
			l.Time = time.Duration(minutes) * time.Minute
			l.Urgency, err = grid.ParseUrgency(urgency)
			return err
		}
	},
	insert: `
		INSERT INTO clock_limit (id, matter, urgency, stage, minutes, continuous, note, recorded_from)
		VALUES (coalesce($1, nextval(pg_get_serial_sequence('clock_limit', 'id'))), $2, $3, $4, $5, $6, $7, coalesce($8, record_now()))
		RETURNING id`,
	values: func(l grid.Limit) []any {
		return []any{orNull(l.ID), l.Matter, l.Urgency.String(), string(l.Stage), int32(l.Time / time.Minute), l.AroundTheClock, l.Note}
	},
}

// CalendarDays returns what is known of days.
func (db *DB) CalendarDays(ctx context.Context) ([]grid.CalendarDay, error) {
	return dayLedger.all(ctx, db.pool)
}

// PutCalendarDays makes days, or makes those of the same keys what they say, and
// withdraws others by their keys.
func (db *DB) PutCalendarDays(ctx context.Context, days []grid.CalendarDay, withdraw []string) error {
	return putAll(ctx, db, &dayLedger, days, func(d *grid.CalendarDay) (string, *int64) { return d.Key(), &d.ID }, withdraw)
}

// Limits returns the limits that are known.
func (db *DB) Limits(ctx context.Context) ([]grid.Limit, error) {
	return limitLedger.all(ctx, db.pool)
}

// PutLimits makes limits, or makes those of the same keys what they say, and
// withdraws others by their keys.
func (db *DB) PutLimits(ctx context.Context, limits []grid.Limit, withdraw []string) error {
	return putAll(ctx, db, &limitLedger, limits, func(l *grid.Limit) (string, *int64) { return l.Key(), &l.ID }, withdraw)
}

// putAll puts values on the record, over those of the same keys, and withdraws
// others. name tells the key of a value and where its id is.
func putAll[T any](ctx context.Context, db *DB, l *ledger[T], values []T, name func(*T) (key string, id *int64), withdraw []string) error {
	err := db.amend(ctx, "import", func(tx pgx.Tx) error {
		// One at a time, so that two do not make the same key.
		if _, err := tx.Exec(ctx, `LOCK TABLE `+l.noun+` IN SHARE ROW EXCLUSIVE MODE`); err != nil {
			return err
		}
		there, err := l.all(ctx, tx)
		if err != nil {
			return err
		}
		ids := make(map[string]int64, len(there))
		for _, v := range there {
			key, id := name(&v)
			ids[key] = *id
		}
		for _, v := range values {
			if err := putOne(ctx, tx, l, v, name, ids); err != nil {
				return err
			}
		}
		for _, key := range withdraw {
			if _, err := l.close(ctx, tx, ids[key]); err != nil {
				return fmt.Errorf("%s: %w", key, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("%ss: %w", l.noun, plain(err))
	}
	return nil
}

func putOne[T any](ctx context.Context, tx pgx.Tx, l *ledger[T], v T, name func(*T) (string, *int64), ids map[string]int64) (err error) {
	key, id := name(&v)
	*id = ids[key]
	if *id == 0 {
		_, err = l.open(ctx, tx, v, nil)
	} else {
		_, err = l.correct(ctx, tx, *id, func(old *T) error {
			*old = v
			return nil
		})
	}
	if err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	return nil
}
