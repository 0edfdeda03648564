package store_test

import (
	"sync"
	"testing"
	"time"

	"jingwei/grid"
)

func TestMonths(t *testing.T) {
	db := seeded(t, 5)
	january := time.Date(2026, 1, 31, 23, 59, 59, 0, time.UTC)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if err := db.MakeMonth(t.Context(), january); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := query[int](t, db, `SELECT count(*) FROM pg_inherits WHERE inhparent = 'report'::regclass`); n != 2 {
		t.Errorf("%d partitions, want January and the default", n)
	}
	for id, want := range map[string]string{
		"2026-01-01T00:00:00Z": "report_2026_01", "2026-01-31T23:59:59.999Z": "report_2026_01",
		"2025-12-31T23:59:59.999Z": "report_default", "2026-02-01T00:00:00Z": "report_default",
	} {
		at, err := time.Parse(time.RFC3339, id)
		if err != nil {
			t.Fatal(err)
		}
		exec(t, db, `INSERT INTO report (id, at, received, x, y, method, edition, state) VALUES ($1, $2, $2, 0, 0, 'outside', 1, 'reported')`, idAt(at, 1).String(), at)
		if got := query[string](t, db, `SELECT tableoid::regclass::text FROM report WHERE id = $1`, idAt(at, 1).String()); got != want {
			t.Errorf("%s is in %s, want %s", id, got, want)
		}
	}
	// A month that the default partition has reports of stays there.
	if err := db.MakeMonth(t.Context(), time.Date(2026, 2, 5, 0, 0, 0, 0, time.UTC)); err != nil {
		t.Error(err)
	}
	if n := query[int](t, db, `SELECT count(*) FROM report_default`); n != 2 {
		t.Errorf("%d reports in the default partition, want 2", n)
	}
}

// Reports come in while a partition cannot be made.
func TestAppendWithoutAMonth(t *testing.T) {
	db := seeded(t, 5)
	db.Now = func() time.Time { return noon }
	tx, err := connect(t, db).Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(t.Context()) }()
	if _, err := tx.Exec(t.Context(), `SELECT pg_advisory_xact_lock(hashtext('report_month'))`); err != nil {
		t.Fatal(err)
	}
	got := outcomes(t, db.AppendAll(t.Context(), []grid.Entry{entry(report(noon, 1))}))
	if got[0] != grid.Created {
		t.Errorf("got %v", got)
	}
	if where := query[string](t, db, `SELECT tableoid::regclass::text FROM report`); where != "report_default" {
		t.Errorf("it is in %s", where)
	}
}

func TestFarOffClocksMakeNoPartitions(t *testing.T) {
	db := seeded(t, 5)
	db.Now = func() time.Time { return noon }
	for _, at := range []time.Time{noon.AddDate(5, 0, 0), noon.AddDate(-5, 0, 0), time.UnixMilli(0)} {
		outcomes(t, db.AppendAll(t.Context(), []grid.Entry{entry(report(at, 1))}))
	}
	if n := query[int](t, db, `SELECT count(*) FROM report_default`); n != 3 {
		t.Errorf("%d reports in the default partition, want 3", n)
	}
	if n := query[int](t, db, `SELECT count(*) FROM pg_inherits WHERE inhparent = 'report'::regclass`); n != 1 {
		t.Errorf("%d partitions, want the default alone", n)
	}
}

// Many at once go straight into their month, as long as that is a partition.
func TestManyGoIntoTheirMonth(t *testing.T) {
	db := seeded(t, 5)
	db.Now = func() time.Time { return noon }
	all := crowd(900)
	in := func(part []grid.Entry, want string) {
		t.Helper()
		for _, got := range outcomes(t, db.AppendAll(t.Context(), part)) {
			if got != grid.Created {
				t.Fatal(got)
			}
		}
		where := query[string](t, db, `SELECT DISTINCT tableoid::regclass::text FROM report WHERE id = ANY ($1)`, idsOf(part))
		if where != want {
			t.Errorf("they are in %s, want %s", where, want)
		}
	}
	in(all[:300], "report_2026_05")
	exec(t, db, `ALTER TABLE report DETACH PARTITION report_2026_05`)
	in(all[300:600], "report_default")
	exec(t, db, `DROP TABLE report_2026_05 CASCADE`)
	in(all[600:], "report_default")
}

func idsOf(entries []grid.Entry) (ids []string) {
	for _, e := range entries {
		ids = append(ids, e.Report.ID.String())
	}
	return ids
}

// What is called as a month would be, and is none of its own: many reports at once come in
// as if it were not there, and the law of matters holds.
func TestAppendBesideWhatIsNoMonth(t *testing.T) {
	from, to := idAt(time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC), 0), idAt(time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC), 0)
	for name, made := range map[string]string{
		"by hand":  `CREATE TABLE report_2026_05 PARTITION OF report FOR VALUES FROM ('` + from.String() + `') TO ('` + to.String() + `')`,
		"a view":   `CREATE VIEW report_2026_05 AS SELECT * FROM report WHERE false`,
		"put away": `CREATE TABLE report_2026_05 AS SELECT id, at FROM report`,
	} {
		t.Run(name, func(t *testing.T) {
			db := seeded(t, 5)
			db.Now = func() time.Time { return noon }
			exec(t, db, made)
			all := crowd(300)
			all[7].Report.Matter = "999999"
			for i, a := range db.AppendAll(t.Context(), all) {
				if (a.Err != nil) != (i == 7) {
					t.Fatalf("report %d: %v", i, a.Err)
				}
			}
		})
	}
}
