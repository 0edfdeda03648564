package store

import (
	"context"
	"time"

	"jingwei/grid"

	"github.com/jackc/pgx/v5"
)

var dayLedger = ledger[grid.CalendarDay]{
	noun:    "calendar_day",
	columns: `id, date, kind, name, hours`,
	key:     `coalesce(to_char(date, 'YYYY-MM-DD'), 'ordinary')`,
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
	name: func(d *grid.CalendarDay) (string, *int64) { return d.Key(), &d.ID },
}

var limitLedger = ledger[grid.Limit]{
	noun:    "clock_limit",
	columns: `id, matter, urgency, stage, minutes, continuous, note`,
	key:     `concat_ws('/', coalesce(nullif(matter, ''), '*'), urgency, stage)`,
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
	name: func(l *grid.Limit) (string, *int64) { return l.Key(), &l.ID },
}

// CalendarDays returns what is known of days.
func (db *DB) CalendarDays(ctx context.Context) ([]grid.CalendarDay, error) {
	return dayLedger.all(ctx, db.pool)
}

// PutCalendarDays makes days, or makes those of the same keys what they say, and
// withdraws others by their keys.
func (db *DB) PutCalendarDays(ctx context.Context, days []grid.CalendarDay, withdraw []string) error {
	return putAll(ctx, db, &dayLedger, days, withdraw)
}

// Limits returns the limits that are known.
func (db *DB) Limits(ctx context.Context) ([]grid.Limit, error) {
	return limitLedger.all(ctx, db.pool)
}

// PutLimits makes limits, or makes those of the same keys what they say, and
// withdraws others by their keys.
func (db *DB) PutLimits(ctx context.Context, limits []grid.Limit, withdraw []string) error {
	return putAll(ctx, db, &limitLedger, limits, withdraw)
}

// DayRecords returns what is known of a day by its key, or all that ever was.
func (db *DB) DayRecords(ctx context.Context, key string, history bool) ([]grid.Recorded[grid.CalendarDay], error) {
	return dayLedger.records(ctx, db.pool, key, history)
}

// PutDay makes a day, or makes that of the same key what it says; it reports whether
// there was none.
func (db *DB) PutDay(ctx context.Context, d grid.CalendarDay, why string) (grid.Recorded[grid.CalendarDay], bool, error) {
	return putOne(ctx, db, &dayLedger, d, why)
}

// WithdrawDay lets a day go as its weekday does; it fails with grid.ErrNotFound when
// none is known by that key.
func (db *DB) WithdrawDay(ctx context.Context, key, why string) error {
	return db.withdraw(ctx, why, func(tx pgx.Tx) error { return dayLedger.withdraw(ctx, tx, key) })
}

// LimitRecords returns what is known of a limit by its key, or all that ever was.
func (db *DB) LimitRecords(ctx context.Context, key string, history bool) ([]grid.Recorded[grid.Limit], error) {
	return limitLedger.records(ctx, db.pool, key, history)
}

// PutLimit makes a limit, or makes that of the same key what it says; it reports
// whether there was none.
func (db *DB) PutLimit(ctx context.Context, l grid.Limit, why string) (grid.Recorded[grid.Limit], bool, error) {
	return putOne(ctx, db, &limitLedger, l, why)
}

// WithdrawLimit ends a limit for the clocks that start from now on; it fails with
// grid.ErrNotFound when none is known by that key.
func (db *DB) WithdrawLimit(ctx context.Context, key, why string) error {
	return db.withdraw(ctx, why, func(tx pgx.Tx) error { return limitLedger.withdraw(ctx, tx, key) })
}
