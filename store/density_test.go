package store_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"jingwei/density"
	"jingwei/geo"
	"jingwei/grid"
	"jingwei/store/storetest"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
)

// tally is what is counted in a cell.
type tally struct{ Count, Open, Overdue int64 }

// conditions are filters, and what they mean in SQL of the report r with the
// matter m; $1 is now.
var conditions = []struct {
	filter density.Filter
	sql    string
}{
	{density.Filter{}, `true`},
	{density.Filter{From: noon.Add(-30 * time.Hour), To: noon.Add(-5 * time.Hour)}, `r.at >= '2026-05-03 06:00Z' AND r.at < '2026-05-04 07:00Z'`},
	{density.Filter{Matters: []string{"0101"}}, `r.matter LIKE '0101%'`},
	{density.Filter{Matters: []string{"010101", "0102"}}, `r.matter LIKE '0101%' OR r.matter LIKE '0102%'`},
	{density.Filter{State: density.Open}, isOpen},
	{density.Filter{State: density.Closed, Matters: []string{"01"}}, `r.matter LIKE '01%' AND NOT ` + isOpen},
	{density.Filter{State: density.Overdue, From: noon.Add(-60 * time.Hour)}, `r.at >= '2026-05-02 00:00Z' AND ` + isOverdue},
}

const (
	isOpen    = `r.state NOT IN ('closed', 'evaluated', 'void', 'merged')`
	isOverdue = `(` + isOpen + ` AND r.stopped IS NULL AND coalesce(coalesce(r.due, r.at + m.limit_minutes * interval '1 minute') <= $1, false))`
)

// tallies counts in SQL, by the polygons that hold the positions.
func tallies(t *testing.T, db *storetest.Database, condition string, now time.Time) map[string]tally {
	t.Helper()
	rows, err := connect(t, db).Query(t.Context(), `
		SELECT a.code, count(*), count(*) FILTER (WHERE `+isOpen+`), count(*) FILTER (WHERE `+isOverdue+`)
		FROM report r LEFT JOIN matter m ON m.code = r.matter
		JOIN current_area a ON ST_Contains(a.geom, ST_SetSRID(ST_MakePoint(r.x / 1e7, r.y / 1e7), 4326))
		WHERE `+condition+` AND $1::timestamptz IS NOT NULL GROUP BY a.code`, now)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]tally{}
	for rows.Next() {
		var code string
		var n tally
		if err := rows.Scan(&code, &n.Count, &n.Open, &n.Overdue); err != nil {
			t.Fatal(err)
		}
		out[code] = n
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// counts tells the cells with reports.
func counts(n *density.Counts) map[string]tally {
	out := map[string]tally{}
	for f := range int32(n.Snapshot.Coverage().Len()) {
		i := n.Snapshot.Cell(f)
		if v := (tally{n.Count(i), n.Open(i), n.Overdue(i)}); v.Count > 0 {
			out[n.Snapshot.Area(i).Code] = v
		}
	}
	return out
}

// columnsBehind are columns that follow the feed until the test ends.
func columnsBehind(t *testing.T, db *storetest.Database) *density.Columns {
	t.Helper()
	after, err := db.Horizon(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s, err := db.Load(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	c, err := density.Load(s, 0, db.ReportColumns(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		err := db.Follow(ctx, after, func(events []grid.Event) error {
			for _, e := range events {
				if e.Report != nil {
					c.Put(columnsOf(*e.Report))
				}
			}
			return nil
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("follow: %v", err)
		}
	}()
	t.Cleanup(func() { cancel(); <-done })
	return c
}

// Law: columns behind the feed count what SQL counts, also after reports that
// came, changed, and were committed in another order than they were written in.
func TestColumnsBehindTheFeed(t *testing.T) {
	db := seeded(t, 5)
	random := rand.New(rand.NewPCG(3, 4))
	some := func(from, to int) (entries []grid.Entry) {
		for i := from; i < to; i++ {
			r := report(noon.Add(-time.Duration(random.IntN(100*3600))*time.Second), i)
			r.Pos = geo.Pos{X: corner.X + side + random.Int32N(3*side), Y: corner.Y + side + random.Int32N(3*side)}
			if i%2 == 0 {
				r.Due = noon.Add(time.Duration(random.IntN(48)-24) * time.Hour)
				r.Alarm = r.Due
			}
			entries = append(entries, entry(r))
		}
		return entries
	}
	outcomes(t, db.AppendAll(t.Context(), some(0, 300)))
	// set moves one in three reports on.
	set := func(tx pgx.Tx, third int, to string) {
		_, err := tx.Exec(t.Context(), `
			WITH moved AS (UPDATE report SET `+to+` WHERE state = 'assigned' AND get_byte(uuid_send(id), 15) % 3 = $1 RETURNING id)
			INSERT INTO feed (what, id) SELECT 'report', id FROM moved`, third)
		if err != nil {
			t.Fatal(err)
		}
	}
	suspend := `state = 'suspended', stopped = now(), resume_at = now()`
	early, err := connect(t, db).Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	set(early, 0, suspend)
	if err := early.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	c := columnsBehind(t, db)
	late, err := connect(t, db).Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	set(late, 1, `state = 'closed'`)
	outcomes(t, db.AppendAll(t.Context(), some(300, 400)))
	if err := late.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	outcomes(t, db.AppendAll(t.Context(), some(400, 420)))
	for deadline := time.Now().Add(30 * time.Second); c.Len() < 420; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d of 420 reports came", c.Len())
		}
	}
	for _, now := range []time.Time{noon.Add(-time.Hour), noon, noon.Add(24 * time.Hour)} {
		c.Advance(now)
		for _, f := range conditions {
			want := tallies(t, db, f.sql, now)
			if len(want) == 0 {
				t.Errorf("%+v: nothing to compare", f.filter)
			}
			if d := gocmp.Diff(want, counts(c.Counts(f.filter))); d != "" {
				t.Errorf("%s at %v (-SQL +columns): %s", f.filter.Key(), now, d)
			}
		}
	}
}
