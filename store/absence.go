package store

import (
	"context"
	"fmt"
	"time"

	"jingwei/grid"

	"github.com/jackc/pgx/v5"
)

var absenceLedger = ledger[grid.Absence]{
	noun:    "absence",
	columns: `id, worker, reason, lower(during), upper(during)`,
	scan: func(a *grid.Absence) ([]any, func() error) {
		var until *time.Time
		return []any{&a.ID, &a.Worker, &a.Reason, &a.From, &until}, func() error {
			a.From, a.Until = a.From.UTC(), orZero(until)
			return nil
		}
	},
	insert: `
		INSERT INTO absence (id, worker, reason, during, recorded_from)
		VALUES (coalesce($1, nextval(pg_get_serial_sequence('absence', 'id'))), $2, $3, tstzrange($4, $5), coalesce($6, record_now()))
		RETURNING id`,
	values: func(a grid.Absence) []any {
		return []any{orNull(a.ID), a.Worker, a.Reason, a.From, orNull(a.Until)}
	},
}

// AbsenceRecords returns the absences that q selects.
func (db *DB) AbsenceRecords(ctx context.Context, q grid.RecordQuery) ([]grid.Recorded[grid.Absence], error) {
	return absenceLedger.find(ctx, db.pool, q)
}

// AddAbsence says that a worker is away. It fails with a *[grid.Clash] when that
// is said of some of the time already.
func (db *DB) AddAbsence(ctx context.Context, a grid.Absence, why string) (r grid.Recorded[grid.Absence], err error) {
	err = db.amend(ctx, why, func(tx pgx.Tx) (err error) {
		a.ID, err = absenceLedger.open(ctx, tx, a, nil)
		return err
	})
	if err != nil {
		return r, db.absenceError(ctx, a, err)
	}
	return absenceLedger.one(ctx, db.pool, a.ID)
}

// ChangeAbsence corrects an absence. It fails with grid.ErrNotFound when nothing is
// known under the id, and as AddAbsence does.
func (db *DB) ChangeAbsence(ctx context.Context, id int64, become func(*grid.Absence) error, why string) (r grid.Recorded[grid.Absence], err error) {
	var a grid.Absence
	err = db.amend(ctx, why, func(tx pgx.Tx) (err error) {
		a, err = absenceLedger.correct(ctx, tx, id, func(a *grid.Absence) error {
			if err := become(a); err != nil {
				return err
			}
			return checkPeriod(a.From, a.Until)
		})
		return err
	})
	if err != nil {
		return r, db.absenceError(ctx, a, err)
	}
	return absenceLedger.one(ctx, db.pool, id)
}

// WithdrawAbsence says that the worker was not away.
func (db *DB) WithdrawAbsence(ctx context.Context, id int64, why string) error {
	return db.withdraw(ctx, why, func(tx pgx.Tx) error {
		_, err := absenceLedger.close(ctx, tx, id)
		return err
	})
}

// absenceError names the absence that is in the way of a.
func (db *DB) absenceError(ctx context.Context, a grid.Absence, err error) error {
	if broken(err) != "absence_once_at_a_time" {
		return fmt.Errorf("absence: %w", plain(err))
	}
	others, readErr := absenceLedger.find(ctx, db.pool, grid.RecordQuery{Worker: a.Worker, Limit: 1000})
	if readErr != nil {
		return fmt.Errorf("absence: %w", plain(err))
	}
	for _, o := range others {
		if b := o.Value; b.ID != a.ID && meet(a.From, a.Until, b.From, b.Until) {
			return &grid.Clash{Rule: "one-absence", With: fmt.Sprintf("the worker is away at that time already: absence %d, from %s", b.ID, b.From.Format(time.RFC3339))}
		}
	}
	return fmt.Errorf("absence: %w", plain(err))
}

// meet reports whether two half-open periods, of which a zero end is none, have a
// moment in common.
func meet(from, until, from2, until2 time.Time) bool {
	return (until2.IsZero() || from.Before(until2)) && (until.IsZero() || from2.Before(until))
}
