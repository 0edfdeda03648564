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
	due  map[time.Time]time.Time // when to try again to make a month; zero: it is made
	lost map[time.Time]bool      // that have no partition after all
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

func (ms *months) made(m time.Time) {
	ms.mu.Lock()
	defer ms.mu.Unlock()
	ms.due[m] = time.Time{}
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
	if due, tried := ms.due[month]; !tried || !due.IsZero() || ms.lost[month] {
		return "report", time.Time{}
	}
	return "report_" + month.Format("2006_01"), month
}

// lose takes down that a month has no partition.
func (ms *months) lose(m time.Time) {
	ms.mu.Lock()
	defer ms.mu.Unlock()
	ms.lost[m] = true
}

// makeMonth makes a month unless that was tried a short while ago.
func (db *DB) makeMonth(ctx context.Context, m time.Time) {
	if !db.months.claim(m, db.Now()) {
		return
	}
	if err := db.MakeMonth(ctx, m); err != nil {
		db.Log.WarnContext(ctx, "partition of a month: not made, its reports go to the default one", "month", m.Format("2006-01"), "error", err)
		return
	}
	db.months.made(m)
}

// MakeMonth makes the partitions of the month (UTC) that holds t, if there are
// none.
func (db *DB) MakeMonth(ctx context.Context, t time.Time) error {
	err := pgx.BeginFunc(ctx, db.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SET LOCAL lock_timeout = '`+monthLock+`'`); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `SELECT report_month($1)`, t)
		return err
	})
	if err != nil {
		return fmt.Errorf("partition of %s: %w", t.UTC().Format("2006-01"), err)
	}
	return nil
}
