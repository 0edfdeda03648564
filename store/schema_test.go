package store_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"jingwei/grid"
	"jingwei/store"
	"jingwei/store/storetest"
)

func TestMigrateUpAndDown(t *testing.T) {
	db := storetest.Bare(t)
	ctx := t.Context()
	before := objects(t, db)
	for range 2 {
		if err := db.Migrate(ctx); err != nil {
			t.Fatal(err)
		}
		if err := db.CheckSchema(ctx); err != nil {
			t.Fatal(err)
		}
		if err := db.MigrateTo(ctx, 0); err != nil {
			t.Fatal(err)
		}
		if after := objects(t, db); after != before {
			t.Errorf("after down: %s\nbefore up: %s", after, before)
		}
	}
}

// objects lists what a schema has that no extension brought.
func objects(t *testing.T, db *storetest.Database) string {
	t.Helper()
	return query[string](t, db, `
		SELECT coalesce(string_agg(name, ' ' ORDER BY name), '') FROM (
			SELECT oid, relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace
			UNION ALL
			SELECT oid, proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
		) o
		WHERE name NOT LIKE 'goose%'
			AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = o.oid AND d.deptype IN ('e', 'i'))
			AND NOT EXISTS (SELECT 1 FROM pg_index i JOIN pg_depend d ON d.objid = i.indrelid AND d.deptype = 'e' WHERE i.indexrelid = o.oid)`)
}

// What was in post before there was a record is known since ever, and what is known
// last is what stays when the record is taken away.
func TestMigratePosts(t *testing.T) {
	db := storetest.Bare(t)
	ctx := t.Context()
	if err := db.MigrateTo(ctx, 6); err != nil {
		t.Fatal(err)
	}
	publish(t, db, 0, city(2, 1))
	exec(t, db, `INSERT INTO worker (code, name, role) VALUES ('w1', '王芳', 'leader')`)
	exec(t, db, `INSERT INTO post (worker, area, during) VALUES (1, 2, '[2026-01-01,)')`)
	if err := db.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	r, err := db.RosterAsKnown(ctx, day(1), []grid.AreaID{2})
	if err != nil || len(r.Posts(2)) != 1 {
		t.Errorf("%+v, %v", r, err)
	}
	if steps, err := db.WorkerHistory(ctx, "w1"); len(steps) != 1 || err != nil {
		t.Error(steps, err)
	}
	if _, err := db.ChangePost(ctx, 1, func(p *grid.Post) error { p.Until = day(9); return nil }, ""); err != nil {
		t.Fatal(err)
	}
	if err := db.MigrateTo(ctx, 6); err != nil {
		t.Fatal(err)
	}
	if got := query[string](t, db, `SELECT string_agg(during::text, ' ') FROM post`); !strings.Contains(got, "2026-01-09") {
		t.Errorf("posts %s", got)
	}
}

func TestMigrateAtOnce(t *testing.T) {
	db := storetest.Bare(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if err := db.Migrate(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if err := db.CheckSchema(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestCheckSchema(t *testing.T) {
	db := storetest.Bare(t)
	ctx := t.Context()
	check := func(want string) {
		t.Helper()
		err := db.CheckSchema(ctx)
		if !errors.Is(err, store.ErrSchema) || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	check("jingwei migrate")
	if err := db.MigrateTo(ctx, 3); err != nil {
		t.Fatal(err)
	}
	check("version 3")
	if err := db.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	exec(t, db, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, true)`)
	check("newer")
}

func TestEveryConstraintIsNamed(t *testing.T) {
	db := storetest.New(t)
	unnamed := query[string](t, db, `
		SELECT coalesce(string_agg(conrelid::regclass || '.' || conname, ' '), '')
		FROM pg_constraint
		WHERE connamespace = 'public'::regnamespace AND conislocal AND conname ~ '_(check|excl|key)[0-9]*$'
			AND conrelid::regclass::text <> 'spatial_ref_sys'`)
	if unnamed != "" {
		t.Errorf("constraints with a generated name: %s", unnamed)
	}
}

// The loop comes to a database that has months already, and goes again.
func TestLoopOnTopOfMonths(t *testing.T) {
	db := storetest.Bare(t)
	ctx := t.Context()
	if err := db.MigrateTo(ctx, 6); err != nil {
		t.Fatal(err)
	}
	may := idAt(noon, 1).String()
	file := func(id string) {
		t.Helper()
		exec(t, db, `INSERT INTO report (id, at, received, x, y, method, edition, state) VALUES ($1, now(), now(), 0, 0, 'outside', 1, 'reported')`, id)
		exec(t, db, `INSERT INTO report_history (report, step, at, action, to_state, edition) VALUES ($1, 1, now(), 'report', 'reported', 1)`, id)
	}
	month := func(at time.Time, want bool) {
		t.Helper()
		if got := query[bool](t, db, `SELECT report_month($1)`, at); got != want {
			t.Errorf("month of %v made: %v", at, got)
		}
	}
	month(noon, true)
	file(may)
	for range 2 {
		if err := db.Migrate(ctx); err != nil {
			t.Fatal(err)
		}
		exec(t, db, `INSERT INTO task (report, step, department, state, called, due, by, at) VALUES ($1, 2, '城管', 'called', now(), now(), '', now())`, may)
		if where := query[string](t, db, `SELECT tableoid::regclass::text FROM task`); where != "task_2026_05" {
			t.Errorf("the task is in %s", where)
		}
		month(noon.AddDate(0, 1, 0), query[bool](t, db, `SELECT to_regclass('report_2026_06') IS NULL`))
		if err := db.MigrateTo(ctx, 6); err != nil {
			t.Fatal(err)
		}
		month(noon.AddDate(0, 2, 0), query[bool](t, db, `SELECT to_regclass('report_2026_07') IS NULL`))
	}
	file(idAt(noon.AddDate(0, 2, 0), 1).String())
}

// What the unrouted queue has on the record stays there when the schema goes back, and
// nothing is added to it.
func TestQueueGoesBack(t *testing.T) {
	db := storetest.New(t)
	ctx := t.Context()
	id := idAt(noon, 1).String()
	alarm := `INSERT INTO report_history (report, step, at, action, from_state, to_state, edition) VALUES ($1, $2, now(), 'alarm', 'reported', 'reported', 1)`
	limit := `INSERT INTO clock_limit (matter, stage, minutes) VALUES ($1, 'route', 10)`
	exec(t, db, `INSERT INTO report (id, at, received, x, y, method, edition, state) VALUES ($1, now(), now(), 0, 0, 'outside', 1, 'reported')`, id)
	exec(t, db, alarm, id, 2)
	exec(t, db, limit, "01")
	if err := db.MigrateTo(ctx, 10); err != nil {
		t.Fatal(err)
	}
	refused(t, db, "report_history_of_the_loop", alarm, id, 3)
	refused(t, db, "clock_limit_stage_known", limit, "02")
	if err := db.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	exec(t, db, alarm, id, 3)
	exec(t, db, limit, "02")
}

// Law: the matter of a report is in the catalogue, into whichever table it is written.
func TestMatterKnownInEveryMonth(t *testing.T) {
	db := storetest.Bare(t)
	ctx := t.Context()
	if err := db.MigrateTo(ctx, 15); err != nil {
		t.Fatal(err)
	}
	exec(t, db, `SELECT report_month($1)`, noon)
	for range 2 {
		if err := db.Migrate(ctx); err != nil {
			t.Fatal(err)
		}
		exec(t, db, `SELECT report_month($1)`, noon.AddDate(0, 1, 0))
		for table, id := range map[string]string{
			"report": idAt(noon, 1).String(), "report_2026_05": idAt(noon, 2).String(), "report_2026_06": idAt(noon.AddDate(0, 1, 0), 1).String(),
			"report_default": idAt(noon.AddDate(1, 0, 0), 1).String(),
		} {
			refused(t, db, "report_matter_fkey", `INSERT INTO `+table+` (id, at, received, x, y, method, edition, state, matter)
				VALUES ($1, now(), now(), 0, 0, 'outside', 1, 'reported', '999999')`, id)
		}
		if err := db.MigrateTo(ctx, 15); err != nil {
			t.Fatal(err)
		}
	}
}

// A node of the program before makes a month while the schema is brought up to date.
func TestMonthMadeDuringTheMigration(t *testing.T) {
	db := storetest.Bare(t)
	ctx := t.Context()
	if err := db.MigrateTo(ctx, 15); err != nil {
		t.Fatal(err)
	}
	tx, err := connect(t, db).Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(ctx, `SELECT report_month($1)`, noon); err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() { done <- db.Migrate(ctx) }()
	for query[int](t, db, `SELECT count(*) FROM pg_locks WHERE NOT granted`) == 0 {
		time.Sleep(5 * time.Millisecond)
	}
	if err := tx.Commit(ctx); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	refused(t, db, "report_matter_fkey", `INSERT INTO report_2026_05 (id, at, received, x, y, method, edition, state, matter)
		VALUES ($1, now(), now(), 0, 0, 'outside', 1, 'reported', '999999')`, idAt(noon, 1).String())
}
