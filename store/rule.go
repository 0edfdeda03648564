package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"jingwei/grid"

	"github.com/jackc/pgx/v5"
)

var ruleLedger = ledger[grid.Rule]{
	noun:    "rule",
	columns: `id, code, matter, coalesce(area, 0), urgency, week, lower(during), upper(during), level, role, department, note`,
	key:     `code`,
	area:    `coalesce(area, 0)`,
	scan: func(r *grid.Rule) ([]any, func() error) {
		var urgency, week, level string
		var from, until *time.Time
		into := []any{&r.ID, &r.Code, &r.Matter, &r.Area, &urgency, &week, &from, &until, &level, &r.Role, &r.Department, &r.Note}
		return into, func() (err error) {
			var errs [3]error
			r.From, r.Until = orZero(from), orZero(until)
			r.Urgency, errs[0] = grid.ParseUrgency(urgency)
			r.Week, errs[1] = grid.ParseWeek(week)
			if level != "" {
				r.Level, errs[2] = grid.ParseLevel(level)
			}
			return errors.Join(errs[:]...)
		}
	},
	insert: `
		INSERT INTO rule (id, code, matter, area, urgency, week, during, level, role, department, note, recorded_from)
		VALUES (coalesce($1, nextval(pg_get_serial_sequence('rule', 'id'))), $2, $3, $4, $5, $6, tstzrange($7, $8), $9, $10, $11, $12, coalesce($13, record_now()))
		RETURNING id`,
	values: func(r grid.Rule) []any {
		return []any{
			orNull(r.ID), r.Code, r.Matter, orNull(r.Area), r.Urgency.String(), r.Week.String(), orNull(r.From), orNull(r.Until),
			levelName(r.Level), string(r.Role), r.Department, r.Note,
		}
	},
	name: func(r *grid.Rule) (string, *int64) { return r.Code, &r.ID },
}

// RuleRecords returns the rules that q selects.
func (db *DB) RuleRecords(ctx context.Context, q grid.RecordQuery) ([]grid.Recorded[grid.Rule], error) {
	return ruleLedger.find(ctx, db.pool, q)
}

// AddRule makes a rule. It fails with a *[grid.Clash] when another has the code.
func (db *DB) AddRule(ctx context.Context, rule grid.Rule, why string) (r grid.Recorded[grid.Rule], err error) {
	err = db.amend(ctx, why, func(tx pgx.Tx) (err error) {
		rule.ID, err = ruleLedger.open(ctx, tx, rule, nil)
		return err
	})
	if broken(err) == "rule_code_unique" {
		return r, &grid.Clash{Rule: "code-taken", With: fmt.Sprintf("there is a rule %s already", rule.Code)}
	}
	if err != nil {
		return r, fmt.Errorf("rule %s: %w", rule.Code, plain(err))
	}
	return ruleLedger.one(ctx, db.pool, rule.ID)
}

// PutRule makes a rule, or makes that of the same code what it says; it reports
// whether there was none.
func (db *DB) PutRule(ctx context.Context, rule grid.Rule, why string) (r grid.Recorded[grid.Rule], created bool, err error) {
	return putOne(ctx, db, &ruleLedger, rule, why)
}

// WithdrawRule ends a rule for what comes from now on; it fails with
// grid.ErrNotFound when there is none of that code.
func (db *DB) WithdrawRule(ctx context.Context, code, why string) error {
	return db.withdraw(ctx, why, func(tx pgx.Tx) error { return ruleLedger.withdraw(ctx, tx, code) })
}
