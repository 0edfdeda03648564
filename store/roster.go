package store

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"jingwei/grid"

	"github.com/jackc/pgx/v5"
)

// Roster reads who is there and who has which post, with the matters.
func (db *DB) Roster(ctx context.Context) (r *grid.Roster, err error) {
	err = pgx.BeginTxFunc(ctx, db.pool, snapshotTx, func(tx pgx.Tx) error {
		r, err = readRoster(ctx, tx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("load the roster: %w", err)
	}
	return r, nil
}

func readRoster(ctx context.Context, tx pgx.Tx) (*grid.Roster, error) {
	workers, err := collect(ctx, tx, scanWorker, `SELECT id, code, name, role, phone, department FROM worker ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("read workers: %w", err)
	}
	posts, err := postLedger.all(ctx, tx)
	if err != nil {
		return nil, err
	}
	absences, err := absenceLedger.all(ctx, tx)
	if err != nil {
		return nil, err
	}
	rules, err := ruleLedger.all(ctx, tx)
	if err != nil {
		return nil, err
	}
	matters, err := readMatters(ctx, tx)
	if err != nil {
		return nil, err
	}
	days, err := dayLedger.all(ctx, tx)
	if err != nil {
		return nil, err
	}
	limits, err := limitLedger.all(ctx, tx)
	if err != nil {
		return nil, err
	}
	return grid.NewRoster(workers, posts, matters).With(absences, rules).Timed(grid.CalendarOf(days), limits), nil
}

func readMatters(ctx context.Context, tx pgx.Tx) ([]grid.Matter, error) {
	matters, err := collect(ctx, tx, scanMatter, selectMatters)
	if err != nil {
		return nil, fmt.Errorf("read matters: %w", err)
	}
	return matters, nil
}

// RosterAsKnown reads what was known at a time of who had posts in some areas, of the
// officers of departments wherever they are, of who was away, and of the rules; with the
// catalogue of now, of which nothing else is known, and without clocks.
func (db *DB) RosterAsKnown(ctx context.Context, at time.Time, areas []grid.AreaID) (r *grid.Roster, err error) {
	err = pgx.BeginTxFunc(ctx, db.pool, snapshotTx, func(tx pgx.Tx) error {
		workers, err := collect(ctx, tx, scanWorker, `
			SELECT h.worker, h.code, h.name, h.role, h.phone, h.department
			FROM (SELECT p.worker FROM post p WHERE p.area = ANY($1) UNION SELECT o.worker FROM worker_history o WHERE o.role = 'officer') w
			CROSS JOIN LATERAL (SELECT * FROM worker_history h WHERE h.worker = w.worker AND h.at <= $2 ORDER BY h.seq DESC LIMIT 1) h`, areas, at)
		if err != nil {
			return err
		}
		var people, officers []grid.WorkerID
		for _, w := range workers {
			if people = append(people, w.ID); w.Role == grid.Officer {
				officers = append(officers, w.ID)
			}
		}
		posts, err1 := postLedger.knownAt(ctx, tx, at, `area = ANY(%s) OR worker = ANY(%s)`, areas, officers)
		absences, err2 := absenceLedger.knownAt(ctx, tx, at, `worker = ANY(%s)`, people)
		rules, err3 := ruleLedger.knownAt(ctx, tx, at, `true`)
		matters, err4 := readMatters(ctx, tx)
		r = grid.NewRoster(workers, posts, matters).With(absences, rules)
		return cmp.Or(err1, err2, err3, err4)
	})
	if err != nil {
		return nil, fmt.Errorf("the roster as known at %s: %w", at.Format(time.RFC3339), plain(err))
	}
	return r, nil
}

// querier is a pool, a connection or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// collect runs a query and reads all rows.
func collect[T any](ctx context.Context, q querier, scan pgx.RowToFunc[T], sql string, args ...any) ([]T, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scan)
}

func scanWorker(row pgx.CollectableRow) (w grid.Worker, err error) {
	return w, row.Scan(&w.ID, &w.Code, &w.Name, &w.Role, &w.Phone, &w.Department)
}

const selectMatters = `SELECT code, category, item, name, level, limit_minutes FROM matter ORDER BY code`

func scanMatter(row pgx.CollectableRow) (m grid.Matter, err error) {
	var level string
	var minutes int
	if err = row.Scan(&m.Code, &m.Category, &m.Item, &m.Name, &level, &minutes); err != nil {
		return m, err
	}
	m.Limit = time.Duration(minutes) * time.Minute
	m.Level, err = grid.ParseLevel(level)
	return m, err
}

// orZero turns NULL into the zero time.
func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

// orNull turns a zero value into NULL.
func orNull[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

// Workers returns all workers.
func (db *DB) Workers(ctx context.Context) ([]grid.Worker, error) {
	return collect(ctx, db.pool, scanWorker, `SELECT id, code, name, role, phone, department FROM worker ORDER BY code`)
}

// Matters returns the catalogue.
func (db *DB) Matters(ctx context.Context) ([]grid.Matter, error) {
	return collect(ctx, db.pool, scanMatter, selectMatters)
}

// MatterCodes returns the codes of all matters.
func (db *DB) MatterCodes(ctx context.Context) ([]string, error) {
	return collect(ctx, db.pool, pgx.RowTo[string], `SELECT code FROM matter ORDER BY code`)
}

// AreaCodes returns the codes of all areas of the current edition.
func (db *DB) AreaCodes(ctx context.Context) ([]string, error) {
	return collect(ctx, db.pool, pgx.RowTo[string], `SELECT code FROM current_area ORDER BY code`)
}

// Posts returns all posts that are known, past ones too, by the codes of worker
// and area: that which the area had last.
func (db *DB) Posts(ctx context.Context) ([]grid.CodedPost, error) {
	return collect(ctx, db.pool, scanPostByCode, `
		SELECT w.code, c.code, p.rank, lower(p.during), upper(p.during), p.duty
		FROM post p
		JOIN worker w ON w.id = p.worker
		JOIN LATERAL (
			SELECT a.code FROM area a JOIN edition e ON e.id = a.since
			WHERE a.id = p.area AND e.published IS NOT NULL
			ORDER BY a.since DESC LIMIT 1
		) c ON true
		WHERE p.recorded_until IS NULL
		ORDER BY p.id`)
}

func scanPostByCode(row pgx.CollectableRow) (p grid.CodedPost, err error) {
	var until *time.Time
	var duty string
	if err = row.Scan(&p.Worker, &p.Area, &p.Rank, &p.From, &until, &duty); err != nil {
		return p, err
	}
	p.From, p.Until = p.From.UTC(), orZero(until)
	p.Duty, err = grid.ParseWeek(duty)
	return p, err
}
