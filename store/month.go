package store

import (
	"context"
	"fmt"
	"iter"
	"sync"
	"time"

	"jingwei/grid"

	"github.com/jackc/pgx/v5"
)

// months remembers which partitions there are.
type months struct {
	mu   sync.Mutex
	due  map[time.Time]time.Time // when to try again to make a month; zero: it was tried
	made map[time.Time]bool      // that have a partition, with all laws of its own
}

// Times of making partitions.
const (
	monthLock  = "3s"             // waiting for reports that are being read and written
	monthRetry = 10 * time.Minute // after a try that failed
)

// earliestImport is the first month that gets a partition of its own.
var earliestImport = time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)

// makeMonths makes the partitions for reports with ids of a month from earliest
// to a month ahead, and for the month after each. Reports do not depend on it:
// what has no partition goes to the default one, so a failure is only logged.
func (db *DB) makeMonths(ctx context.Context, earliest time.Time, reports iter.Seq[grid.Report]) {
	latest := db.now().AddDate(0, 1, 0)
	var last time.Time
	for r := range reports {
		m, ok := monthOf(r.ID)
		if !ok || m.Equal(last) || m.Before(earliest) || m.After(latest) {
			continue
		}
		last = m
		db.makeMonth(ctx, m)
		db.makeMonth(ctx, m.AddDate(0, 1, 0))
	}
}

// claim reports whether the caller is to make a month now.
func (ms *months) claim(m, now time.Time) bool {
	ms.mu.Lock()
	defer ms.mu.Unlock()
	due, tried := ms.due[m]
	if tried && (due.IsZero() || now.Before(due)) {
		return false
	}
	ms.due[m] = now.Add(monthRetry)
	return true
}

// tell takes down whether a month has a partition, now that it was tried.
func (ms *months) tell(m time.Time, made bool) {
	ms.mu.Lock()
	defer ms.mu.Unlock()
	ms.due[m], ms.made[m] = time.Time{}, made
}

// partitionOf returns the partition that holds all reports, if that is known, and its
// month; else the table of all, and no month.
func (ms *months) partitionOf(entries []grid.Entry) (table string, month time.Time) {
	for i := range entries {
		m, ok := monthOf(entries[i].Report.ID)
		if !ok || i > 0 && !m.Equal(month) {
			return "report", time.Time{}
		}
		month = m
	}
	ms.mu.Lock()
	defer ms.mu.Unlock()
	if !ms.made[month] {
		return "report", time.Time{}
	}
	return partition(month), month
}

// makeMonth makes a month unless that was tried a short while ago.
func (db *DB) makeMonth(ctx context.Context, m time.Time) {
	if !db.months.claim(m, db.Now()) {
		return
	}
	made, err := db.tryMonth(ctx, m)
	if err != nil {
		db.Log.WarnContext(ctx, "partition of a month: not made, its reports go to the default one", "month", m.Format("2006-01"), "error", err)
		return
	}
	db.months.tell(m, made)
}

// MakeMonth makes the partitions of the month (UTC) that holds t, if there are
// none.
func (db *DB) MakeMonth(ctx context.Context, t time.Time) error {
	_, err := db.tryMonth(ctx, t)
	return err
}

// tryMonth is MakeMonth. It reports whether the month has a partition of its own then, one
// that knows the law of matters.
func (db *DB) tryMonth(ctx context.Context, t time.Time) (made bool, err error) {
	err = pgx.BeginFunc(ctx, db.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SET LOCAL lock_timeout = '`+monthLock+`'`); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `SELECT report_month($1)`, t); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `
			SELECT EXISTS (SELECT FROM pg_inherits JOIN pg_trigger ON tgrelid = inhrelid
				WHERE inhrelid = to_regclass($1) AND inhparent = 'report'::regclass AND tgname = 'report_matter_known')`, partition(t)).Scan(&made)
	})
	if err != nil {
		return false, fmt.Errorf("partition of %s: %w", t.UTC().Format("2006-01"), err)
	}
	return made, nil
}

// partition returns what the table of reports of a month is called.
func partition(month time.Time) string { return "report_" + month.UTC().Format("2006_01") }
