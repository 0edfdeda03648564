package store_test

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"jingwei/dispatch"
	"jingwei/grid"
	"jingwei/store"
	"jingwei/store/storetest"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// unanswered files n reports that the liaison of the micro-grid has not taken up in
// time.
func unanswered(t testing.TB, db *storetest.Database, s *grid.Snapshot, n int, received time.Time) []uuid.UUID {
	t.Helper()
	i, _ := s.ByCode("M")
	w, _ := s.Roster().WorkerByCode("lm")
	var entries []grid.Entry
	var ids []uuid.UUID
	for range n {
		r := grid.Report{
			ID: uuid.Must(uuid.NewV7()), At: received, Received: received, Matter: "010101", Cell: s.Area(i).ID, Method: grid.Exact, Edition: 1,
			State: grid.Assigned, Holder: grid.Holder{Level: grid.Microgrid, Area: s.Area(i).ID, Worker: w.ID}, Version: 1,
		}
		r.Clocks = dispatch.Start(s, r, grid.Assigned, received)
		entries, ids = append(entries, entry(r)), append(ids, r.ID)
	}
	for _, a := range db.AppendAll(t.Context(), entries) {
		if a.Err != nil {
			t.Fatal(a.Err)
		}
	}
	return ids
}

// Two nodes, each with several rounds at once, ring every alarm once.
func TestTwoNodesRingOnce(t *testing.T) {
	db, s, _ := looped(t)
	other, err := store.Open(t.Context(), db.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(other.Close)
	ids := unanswered(t, db, s, 2500, noon)
	later := noon.Add(3 * time.Hour)
	if waiting, late, longest, err := nodeAt(db.DB, later).Alarms(t.Context()); err != nil || waiting != 2500 || late != 2500 || longest != 84*time.Minute {
		t.Errorf("%d waiting, %d late, the first for %v, %v", waiting, late, longest, err)
	}
	var rung atomic.Int64
	var wg sync.WaitGroup
	nodes := map[*store.DB]*atomic.Int64{nodeAt(db.DB, later): {}, nodeAt(other, later): {}}
	for node, count := range nodes {
		for range 3 {
			wg.Go(func() {
				for range 3 { // what another round has locked may come back
					n, err := node.Ring(t.Context(), func(r grid.Report, now time.Time) (grid.Report, grid.Step, error) { return dispatch.Ring(s, r, now) })
					if err != nil {
						t.Error(err)
					}
					rung.Add(int64(n))
					count.Add(int64(n))
				}
			})
		}
	}
	wg.Wait()
	for node, count := range nodes {
		if count.Load() == 0 {
			t.Errorf("node %p rang nothing", node)
		}
	}
	if n := rung.Load(); n != int64(len(ids)) {
		t.Errorf("%d alarms rang, want %d", n, len(ids))
	}
	checkRungOnce(t, db, len(ids))
}

// nodeAt is the database at another time.
func nodeAt(db *store.DB, now time.Time) *store.DB {
	then := *db
	then.Now = func() time.Time { return now }
	return &then
}

// checkRungOnce: every report has gone from the liaison to the deputy, once.
func checkRungOnce(t testing.TB, db *storetest.Database, n int) {
	t.Helper()
	if got := query[int](t, db, `SELECT count(*) FROM report_history h JOIN report r ON r.id = h.report
		WHERE h.action = 'timeout' AND h.step = 2 AND r.version = 2 AND r.holder_worker <> (SELECT holder_worker FROM report_history f WHERE f.report = r.id AND f.step = 1)`); got != n {
		t.Errorf("%d reports went to the deputy once, want %d", got, n)
	}
	if got := query[int](t, db, `SELECT count(*) FROM report_history WHERE action = 'timeout'`); got != n {
		t.Errorf("%d timeouts, want %d", got, n)
	}
}

// What cannot be decided, or not be written, stays due and stops nothing else.
func TestRingGoesOn(t *testing.T) {
	db, s, _ := looped(t)
	ids := unanswered(t, db, s, 250, noon)
	undecided, unwritten := ids[3], ids[120]
	broken := true
	ring := func(want int) {
		t.Helper()
		n, err := nodeAt(db.DB, noon.Add(3*time.Hour)).Ring(t.Context(), func(r grid.Report, now time.Time) (grid.Report, grid.Step, error) {
			after, step, err := dispatch.Ring(s, r, now)
			if broken && r.ID == undecided {
				return r, step, errors.New("no")
			}
			if broken && r.ID == unwritten {
				step.Action = "frobnicate"
			}
			return after, step, err
		})
		if err != nil || n != want {
			t.Errorf("%d rang, %v; want %d", n, err, want)
		}
	}
	ring(248)
	ring(0)
	broken = false
	ring(2)
	checkRungOnce(t, db, 250)
}

// Imported reports that are over ring nothing; open ones that are not ring as others
// do, and their histories lead to how they stand.
func TestImportedReportsRing(t *testing.T) {
	db, s, _ := looped(t)
	i, _ := s.ByCode("G")
	leader, _ := s.Roster().WorkerByCode("lg")
	var reports []grid.Report
	for n, hours := range []int{1000, 47, 30, 1} { // over, yellow, green but for the stage, green
		received := noon.Add(-time.Duration(hours) * time.Hour)
		for _, state := range []grid.State{grid.Assigned, grid.Handling, grid.Suspended, grid.Closed, grid.Merged} {
			r := report(received, 10*n+int(state))
			r.Cell, r.Matter, r.Received, r.Urgency, r.State = s.Area(i).ID+1, "010101", received, grid.Normal, state
			r.Holder = grid.Holder{Level: grid.Grid, Area: s.Area(i).ID, Worker: leader.ID}
			taken, _ := dispatch.TakeIn(s, r, grid.Place{Area: i, Method: grid.Exact}, noon)
			r.Clocks = taken.Clocks
			reports = append(reports, r)
		}
	}
	if _, err := db.ImportReports(t.Context(), "test", "", func(yield func(grid.Entry, error) bool) {
		for _, r := range reports {
			if !yield(grid.Entry{Report: r}, nil) {
				return
			}
		}
	}); err != nil {
		t.Fatal(err)
	}
	if waiting, late, _, err := nodeAt(db.DB, noon).Alarms(t.Context()); err != nil || waiting != 6 || late != 0 {
		t.Errorf("%d waiting, %d late, %v; want those of 47, 30 and 1 hours ago that are assigned or handled", waiting, late, err)
	}
	rung, err := nodeAt(db.DB, noon.Add(time.Hour)).Ring(t.Context(), func(r grid.Report, now time.Time) (grid.Report, grid.Step, error) { return dispatch.Ring(s, r, now) })
	if err != nil || rung != 3 { // two are over, and one has not been accepted in time
		t.Errorf("%d rang, %v", rung, err)
	}
	for _, r := range reports {
		replayed(t, db, r.ID)
	}
}

// An index can give what is due, in order, whatever else there is.
func TestAlarmsHaveAnIndex(t *testing.T) {
	conn := connect(t, seeded(t, 5))
	if _, err := conn.Exec(t.Context(), `SET enable_seqscan = off`); err != nil {
		t.Fatal(err)
	}
	rows, err := conn.Query(t.Context(), `EXPLAIN SELECT r.id FROM report r
		WHERE next_alarm(r.state, r.stopped, r.resume_at, r.alarm, r.stage_alarm, r.task_alarm) <= now()
		ORDER BY next_alarm(r.state, r.stopped, r.resume_at, r.alarm, r.stage_alarm, r.task_alarm), r.id LIMIT 10`)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if text := strings.Join(plan, "\n"); err != nil || !strings.Contains(text, "next_alarm_id_idx") || strings.Contains(text, "Sort") {
		t.Errorf("%v\n%s", err, text)
	}
}

func BenchmarkRing(b *testing.B) {
	const n = 5000
	db, s, _ := looped(b)
	for b.Loop() {
		b.StopTimer()
		unanswered(b, db, s, n, noon)
		b.StartTimer()
		rung, err := nodeAt(db.DB, noon.Add(3*time.Hour)).Ring(b.Context(), func(r grid.Report, now time.Time) (grid.Report, grid.Step, error) { return dispatch.Ring(s, r, now) })
		if err != nil || rung != n {
			b.Fatal(rung, err)
		}
	}
	b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "alarms/s")
}
