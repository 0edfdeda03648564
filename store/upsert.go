package store

import (
	"context"
	"fmt"

	"jingwei/grid"

	"github.com/jackc/pgx/v5"
)

// upsert is a batch that is laid over a table: all of it or nothing.
type upsert struct {
	noun    string   // of a row, for messages
	make    string   // makes the temporary table "incoming", with row counting from 1
	columns []string // of incoming, but for row
	check   string   // selects row and what is wrong with it; $1 is not used
	merge   string   // selects how many rows were added and how many changed
}

// run copies rows in and merges them. What is wrong with a row names the row.
func (u *upsert) run(ctx context.Context, db *DB, n int, row func(i int) []any) (t grid.Tally, err error) {
	err = pgx.BeginFunc(ctx, db.pool, func(tx pgx.Tx) error {
		if err := db.onRecord(ctx, tx, "import"); err != nil {
			return err
		}
		if err := u.copyIn(ctx, tx, n, row); err != nil {
			return err
		}
		if err := u.refuse(ctx, tx); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, u.merge).Scan(&t.Added, &t.Changed); err != nil {
			return plain(err)
		}
		t.Same = n - t.Added - t.Changed
		if t.Added+t.Changed == 0 {
			return nil
		}
		return feed(ctx, tx, grid.EventPost, "")
	})
	if err != nil {
		return grid.Tally{}, fmt.Errorf("%ss: %w", u.noun, err)
	}
	return t, nil
}

func (u *upsert) copyIn(ctx context.Context, tx pgx.Tx, n int, row func(i int) []any) error {
	if _, err := tx.Exec(ctx, u.make); err != nil {
		return err
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"incoming"}, append([]string{"row"}, u.columns...),
		pgx.CopyFromSlice(n, func(i int) ([]any, error) { return append([]any{i + 1}, row(i)...), nil }))
	if err == nil {
		_, err = tx.Exec(ctx, `ANALYZE incoming`)
	}
	return plain(err)
}

// refuse fails on the first row that something is wrong with.
func (u *upsert) refuse(ctx context.Context, tx pgx.Tx) error {
	type fault struct {
		row  int
		what string
	}
	faults, err := collect(ctx, tx, func(r pgx.CollectableRow) (f fault, err error) {
		return f, r.Scan(&f.row, &f.what)
	}, u.check+` ORDER BY 1 LIMIT 1`)
	if err != nil {
		return plain(err)
	}
	for _, f := range faults {
		return fmt.Errorf("%s %d: %s", u.noun, f.row, f.what)
	}
	return nil
}

var workers = upsert{
	noun:    "worker",
	make:    `CREATE TEMP TABLE incoming (row int, code text, name text, role text, phone text, department text) ON COMMIT DROP`,
	columns: []string{"code", "name", "role", "phone", "department"},
	check: `
		SELECT i.row, 'code '||i.code||' is already that of row '||min(j.row)
		FROM incoming i JOIN incoming j ON j.code = i.code AND j.row < i.row GROUP BY i.row, i.code`,
	merge: `
		WITH merged AS (
			INSERT INTO worker (code, name, role, phone, department)
			SELECT code, name, role, phone, department FROM incoming ORDER BY row
			ON CONFLICT (code) DO UPDATE
			SET name = excluded.name, role = excluded.role, phone = excluded.phone, department = excluded.department
			WHERE (worker.name, worker.role, worker.phone, worker.department)
				IS DISTINCT FROM (excluded.name, excluded.role, excluded.phone, excluded.department)
			RETURNING xmax = 0 AS added
		)
		SELECT count(*) FILTER (WHERE added), count(*) FILTER (WHERE NOT added) FROM merged`,
}

// UpsertWorkers adds workers or changes those with the same code.
func (db *DB) UpsertWorkers(ctx context.Context, list []grid.Worker) (grid.Tally, error) {
	return workers.run(ctx, db, len(list), func(i int) []any {
		w := list[i]
		return []any{w.Code, w.Name, string(w.Role), w.Phone, w.Department}
	})
}

var matters = upsert{
	noun:    "matter",
	make:    `CREATE TEMP TABLE incoming (row int, code text, category text, item text, name text, level text, limit_minutes int) ON COMMIT DROP`,
	columns: []string{"code", "category", "item", "name", "level", "limit_minutes"},
	check:   workers.check,
	merge: `
		WITH merged AS (
			INSERT INTO matter (code, category, item, name, level, limit_minutes)
			SELECT code, category, item, name, level, limit_minutes FROM incoming ORDER BY row
			ON CONFLICT (code) DO UPDATE
			SET category = excluded.category, item = excluded.item, name = excluded.name, level = excluded.level, limit_minutes = excluded.limit_minutes
			WHERE (matter.category, matter.item, matter.name, matter.level, matter.limit_minutes)
				IS DISTINCT FROM (excluded.category, excluded.item, excluded.name, excluded.level, excluded.limit_minutes)
			RETURNING xmax = 0 AS added
		)
		SELECT count(*) FILTER (WHERE added), count(*) FILTER (WHERE NOT added) FROM merged`,
}

// UpsertMatters adds matters or changes those with the same code.
func (db *DB) UpsertMatters(ctx context.Context, list []grid.Matter) (grid.Tally, error) {
	return matters.run(ctx, db, len(list), func(i int) []any {
		m := list[i]
		return []any{m.Code, m.Category, m.Item, m.Name, m.Level.String(), int32(m.Limit.Minutes())}
	})
}
