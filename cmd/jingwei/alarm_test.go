package main

import (
	"errors"
	"os"
	"os/exec"
	"testing"
	"time"

	"jingwei/dispatch"
	"jingwei/geo"
	"jingwei/grid"
	"jingwei/store/storetest"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"
)

// TestKillWhileAlarmsRing starts two nodes on one database with thousands of alarms
// that have come, kills both with signal 9 as soon as they have rung some, and starts
// them anew: in the end every alarm has rung, and none twice.
func TestKillWhileAlarmsRing(t *testing.T) {
	const reports, some = 6000, 1000
	db := storetest.New(t)
	unanswered(t, db, reports)
	kills := 0
	for deadline := time.Now().Add(2 * time.Minute); late(t, db) > 0; {
		nodes := []*exec.Cmd{serveApart(t, db.URL), serveApart(t, db.URL)}
		for before := late(t, db); late(t, db) > max(0, before-some); time.Sleep(5 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("the alarms do not ring")
			}
		}
		if late(t, db) > 0 {
			kills++
		}
		for _, n := range nodes {
			if err := n.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			_ = n.Wait() // it was killed
		}
	}
	if kills < 3 {
		t.Errorf("only %d times were nodes killed while alarms were left", kills)
	}
	conn, err := pgx.Connect(t.Context(), db.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	var rung, steps int
	err = conn.QueryRow(t.Context(), `
		SELECT count(*) FILTER (WHERE r.version = 2 AND w.code = 'W2'), count(*)
		FROM report_history h JOIN report r ON r.id = h.report JOIN worker w ON w.id = r.holder_worker WHERE h.action = 'timeout'`).Scan(&rung, &steps)
	if err != nil || rung != reports || steps != reports {
		t.Errorf("%d reports went to the deputy in %d steps, want %d in as many (%v)", rung, steps, reports, err)
	}
}

func TestGauges(t *testing.T) {
	db := storetest.New(t)
	unanswered(t, db, 10)
	conn, err1 := pgx.Connect(t.Context(), db.URL)
	before, err2 := db.Horizon(t.Context())
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	tx, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `INSERT INTO feed (what, id) SELECT 'post', '' FROM generate_series(1, 3)`); err != nil {
		t.Fatal(err)
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(newAlarms(db.DB), newFeedLag(db.DB, func() *grid.Cursor { return &before }))
	held := gathered(t, registry)
	if held["jingwei_alarms_waiting"] != 10 || held["jingwei_alarms_late"] != 10 || held["jingwei_alarms_late_seconds"] <= 0 {
		t.Error(held)
	}
	if held["jingwei_feed_behind"] != 0 || held["jingwei_feed_held_seconds"] <= 0 {
		t.Errorf("with a transaction open: %v", held)
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := gathered(t, registry); got["jingwei_feed_behind"] != 3 || got["jingwei_feed_held_seconds"] != 0 {
		t.Errorf("when it has ended: %v", got)
	}
	starting := prometheus.NewRegistry()
	starting.MustRegister(newFeedLag(db.DB, func() *grid.Cursor { return nil }))
	if got := gathered(t, starting); len(got) > 0 {
		t.Errorf("of a node that is starting: %v", got)
	}
}

// gathered returns gauges by name.
func gathered(t *testing.T, registry *prometheus.Registry) map[string]float64 {
	t.Helper()
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, f := range families {
		got[f.GetName()] = f.GetMetric()[0].GetGauge().GetValue()
	}
	return got
}

// unanswered files reports of four days ago that nobody has taken up: a grid with a
// leader, who has not, and a deputy.
func unanswered(t *testing.T, db *storetest.Database, n int) {
	t.Helper()
	received := time.Now().AddDate(0, 0, -4)
	square := geo.MultiPolygon{{{{X: 0, Y: 0}, {X: 10_000, Y: 0}, {X: 10_000, Y: 10_000}, {X: 0, Y: 10_000}}}}
	_, err1 := db.PublishAreas(t.Context(), 0, []grid.CodedArea{{Code: "G", Name: "网格", Level: grid.Grid, Shape: square}}, "")
	_, err2 := db.UpsertWorkers(t.Context(), []grid.Worker{{Code: "W1", Name: "王芳", Role: grid.Leader}, {Code: "W2", Name: "李强", Role: grid.Leader}})
	_, err3 := db.UpsertPosts(t.Context(), []grid.CodedPost{
		{Worker: "W1", Area: "G", Rank: grid.Primary, From: received}, {Worker: "W2", Area: "G", Rank: grid.Deputy, From: received},
	})
	s, err4 := db.Load(t.Context(), 0)
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		t.Fatal(err)
	}
	leader, _ := s.Roster().WorkerByCode("W1")
	entries := make([]grid.Entry, n)
	for i := range entries {
		r := grid.Report{
			ID: uuid.Must(uuid.NewV7()), At: received, Received: received, Pos: geo.Pos{X: 5000, Y: 5000}, Cell: 1, Method: grid.Exact, Edition: 1,
			State: grid.Assigned, Holder: grid.Holder{Level: grid.Grid, Area: 1, Worker: leader.ID}, Version: 1,
		}
		r.Clocks = dispatch.Start(s, r, grid.Assigned, received)
		entries[i] = grid.Entry{Report: r}
	}
	for _, a := range db.AppendAll(t.Context(), entries) {
		if a.Err != nil {
			t.Fatal(a.Err)
		}
	}
}

// late is how many alarms have come and not rung.
func late(t *testing.T, db *storetest.Database) int64 {
	t.Helper()
	_, late, _, err := db.Alarms(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return late
}

// serveApart starts the service in a process of its own, which is killed at the end
// of the test if it has not ended before.
func serveApart(t *testing.T, url string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "--db", url, "serve", "--addr", freeAddr(t))
	cmd.Env = append(os.Environ(), runAsProgram+"=1")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd
}
