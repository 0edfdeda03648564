package store_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"jingwei/grid"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
)

// noon is a moment of the tests.
var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

// outcomes are those of answers that must not be errors.
func outcomes(t *testing.T, answers []grid.Answer) []grid.Outcome {
	t.Helper()
	out := make([]grid.Outcome, len(answers))
	for i, a := range answers {
		if a.Err != nil {
			t.Errorf("entry %d: %v", i, a.Err)
		}
		out[i] = a.Outcome
	}
	return out
}

func TestAppendAndRead(t *testing.T) {
	db := seeded(t, 5)
	db.Now = func() time.Time { return noon }
	r := report(noon.Add(123456789*time.Nanosecond), 1)
	outside := report(noon, 2)
	outside.Cell, outside.Method, outside.State, outside.Holder = 0, grid.Outside, grid.Reported, grid.Holder{}
	near := report(noon, 3)
	near.Method, near.DistanceM, near.Accuracy = grid.Nearest, 7.25, 0
	random := report(noon, 4)
	random.ID = uuid.MustParse("8f14e45f-ceea-467f-a5d1-91b7e8d1a0b2")
	all := []grid.Report{r, outside, near, random}
	var entries []grid.Entry
	for _, r := range all {
		entries = append(entries, entry(r))
	}
	got := outcomes(t, db.AppendAll(t.Context(), entries))
	if want := []grid.Outcome{grid.Created, grid.Created, grid.Created, grid.Created}; !slices.Equal(got, want) {
		t.Fatal(got)
	}
	for i, want := range all {
		want = kept(want)
		got, err := db.Report(t.Context(), want.ID)
		if err != nil {
			t.Fatal(err)
		}
		if d := gocmp.Diff(want, got); d != "" {
			t.Errorf("report %d: %s", i, d)
		}
		steps, err := db.History(t.Context(), want.ID)
		if err != nil {
			t.Fatal(err)
		}
		step := entries[i].Step()
		step.At, step.Clocks = step.At.Truncate(time.Microsecond), want.Clocks
		if d := gocmp.Diff([]grid.Step{step}, steps); d != "" {
			t.Errorf("history of report %d: %s", i, d)
		}
	}
	if n := query[int](t, db, `SELECT count(*) FROM feed WHERE what = 'report'`); n != len(all) {
		t.Errorf("%d lines in the feed", n)
	}
	if where := query[string](t, db, `SELECT tableoid::regclass::text FROM report WHERE id = $1`, r.ID.String()); where != "report_2026_05" {
		t.Errorf("%v is in %s", r.ID, where)
	}
	if where := query[string](t, db, `SELECT tableoid::regclass::text FROM report WHERE id = $1`, random.ID.String()); where != "report_default" {
		t.Errorf("%v is in %s", random.ID, where)
	}
	if _, err := db.Report(t.Context(), uuid.Must(uuid.NewV7())); !errors.Is(err, grid.ErrNotFound) {
		t.Errorf("got %v", err)
	}
	if _, err := db.History(t.Context(), uuid.Must(uuid.NewV7())); !errors.Is(err, grid.ErrNotFound) {
		t.Errorf("got %v", err)
	}
}

// kept is a report with its times as PostgreSQL keeps them.
func kept(r grid.Report) grid.Report {
	for _, t := range []*time.Time{&r.At, &r.Received, &r.Due, &r.StageDue, &r.Alarm, &r.StageAlarm} {
		*t = t.Truncate(time.Microsecond)
	}
	return r
}

func TestAppendTwiceIsOnce(t *testing.T) {
	db := seeded(t, 5)
	first := report(noon, 1)
	later := first
	later.Received, later.State, later.Holder = noon.Add(time.Hour), grid.Reported, grid.Holder{}
	other := first
	other.Text = "another"
	answers := db.AppendAll(t.Context(), []grid.Entry{entry(first), entry(later), entry(other)})
	if got := outcomes(t, answers); !slices.Equal(got, []grid.Outcome{grid.Created, grid.Same, grid.Conflict}) {
		t.Errorf("in one call: %v", got)
	}
	answers = db.AppendAll(t.Context(), []grid.Entry{entry(other), entry(later)})
	if got := outcomes(t, answers); !slices.Equal(got, []grid.Outcome{grid.Conflict, grid.Same}) {
		t.Errorf("in another: %v", got)
	}
	for _, a := range answers {
		if d := gocmp.Diff(first, a.Report); d != "" {
			t.Errorf("the receipt tells of another: %s", d)
		}
	}
	if n := query[int](t, db, `SELECT count(*) FROM report`) + query[int](t, db, `SELECT count(*) FROM feed WHERE what = 'report'`); n != 2 {
		t.Errorf("%d reports and lines, want one each", n)
	}
}

func TestWhatIsRefusedStopsNoOther(t *testing.T) {
	db := seeded(t, 5)
	var entries []grid.Entry
	bad := map[int]string{3: "report_matter_fkey", 10: "report_cell_unless_outside", 11: "null character", 40: "report_on_the_globe"}
	for i := range 50 {
		r := report(noon, i)
		switch i {
		case 3:
			r.Matter = "999999"
		case 10:
			r.Cell = 0
		case 11:
			r.Text = "a\x00b"
		case 40:
			r.Pos.X = 2_000_000_000
		}
		entries = append(entries, entry(r))
	}
	for i, a := range db.AppendAll(t.Context(), entries) {
		_, isBad := bad[i]
		if isBad != (a.Err != nil) || !isBad && a.Outcome != grid.Created {
			t.Errorf("entry %d: %v, %v", i, a.Outcome, a.Err)
		}
	}
	if n := query[int](t, db, `SELECT count(*) FROM report`); n != 46 {
		t.Errorf("%d reports, want 46", n)
	}
}

func TestManyAppendTheSame(t *testing.T) {
	db := seeded(t, 5)
	a := db.NewAppender(t.Context())
	defer a.Close()
	const callers, reports = 16, 200
	var mu sync.Mutex
	created := map[uuid.UUID]int{}
	var wg sync.WaitGroup
	for c := range callers {
		wg.Go(func() {
			order := rand.New(rand.NewPCG(uint64(c), 0)).Perm(reports)
			for _, i := range order {
				got, err := a.Append(t.Context(), entry(report(noon, i)))
				if err != nil || got.Outcome == grid.Conflict {
					t.Errorf("report %d: %v %v", i, got.Outcome, err)
				}
				if got.Outcome == grid.Created {
					mu.Lock()
					created[got.Report.ID]++
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	for i := range reports {
		if n := created[idAt(noon, i)]; n != 1 {
			t.Errorf("report %d was created %d times", i, n)
		}
	}
	if n := query[int](t, db, `SELECT count(*) FROM report`); n != reports {
		t.Errorf("%d reports, want %d", n, reports)
	}
}

// Law: what was answered is there, whatever becomes of the connections.
func TestAppendSurvivesKilledConnections(t *testing.T) {
	db := seeded(t, 5)
	a := db.NewAppender(t.Context())
	const callers, each = 20, 100
	const killEvery = 50 // answers
	kill := make(chan struct{}, callers*each)
	var killer, wg sync.WaitGroup
	killer.Go(func() {
		conn := connect(t, db)
		for range kill {
			_, err := conn.Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
				WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '%INSERT INTO report%'`)
			if err != nil {
				t.Error(err)
			}
		}
	})
	var mu sync.Mutex
	acknowledged := map[uuid.UUID]bool{}
	for c := range callers {
		wg.Go(func() {
			for i := range each {
				got, err := a.Append(t.Context(), entry(report(noon, c*each+i)))
				if err != nil {
					continue // not acknowledged
				}
				if got.Outcome != grid.Created {
					t.Errorf("outcome %v of a report sent once", got.Outcome)
				}
				mu.Lock()
				acknowledged[got.Report.ID] = true
				if len(acknowledged)%killEvery == 0 {
					kill <- struct{}{}
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	close(kill)
	killer.Wait()
	a.Close()
	if len(acknowledged) == 0 {
		t.Fatal("nothing was acknowledged")
	}
	var ids []string
	for id := range acknowledged {
		ids = append(ids, id.String())
	}
	if n := query[int](t, db, `SELECT count(*) FROM report WHERE id = ANY($1)`, ids); n != len(ids) {
		t.Errorf("%d reports, %d were acknowledged", n, len(ids))
	}
	if n := query[int](t, db, `SELECT count(*) FROM feed f WHERE what = 'report' AND EXISTS (SELECT 1 FROM report r WHERE r.id = f.id::uuid)`); n < len(acknowledged) {
		t.Errorf("%d lines in the feed for %d reports", n, len(acknowledged))
	}
}

func TestAppenderClosesAndRefuses(t *testing.T) {
	db := seeded(t, 5)
	a := db.NewAppender(t.Context())
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			got, err := a.Append(t.Context(), entry(report(noon, i)))
			if err == nil {
				if _, err := db.Report(t.Context(), got.Report.ID); err != nil {
					t.Error(err)
				}
			}
		})
	}
	a.Close()
	wg.Wait()
	a.Close()
	if _, err := a.Append(t.Context(), entry(report(noon, 99))); err == nil || !strings.Contains(err.Error(), "closed") {
		t.Errorf("after Close: %v", err)
	}
}

func TestAppendGivesUpWithItsCaller(t *testing.T) {
	db := seeded(t, 5)
	a := db.NewAppender(t.Context())
	defer a.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := a.Append(ctx, entry(report(noon, 1))); err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
