package store_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"jingwei/grid"
	"jingwei/store"

	gocmp "github.com/google/go-cmp/cmp"
)

// crowd is n entries of all kinds.
func crowd(n int) []grid.Entry {
	entries := make([]grid.Entry, n)
	for i := range entries {
		r := report(noon.Add(time.Duration(i)*time.Millisecond+123*time.Nanosecond), i)
		r.Accuracy = float64(i) * 1.1
		switch i % 3 {
		case 1:
			r.Urgency, r.Text = grid.Critical, "路灯不亮"
			r.Due, r.Alarm = noon.Add(time.Hour+7), noon.Add(time.Minute+7)
		case 2:
			r.Cell, r.Method, r.State, r.Holder, r.Matter = 0, grid.Outside, grid.Reported, grid.Holder{}, ""
			r.Clocks = grid.Clocks{StageDue: noon.Add(time.Hour), StageAlarm: noon.Add(time.Minute)}
		}
		entries[i] = entry(r)
	}
	return entries
}

// Law: many at once are kept like one by one, and what the feed tells of them is the
// same to the process that wrote them, which has them at hand, and to others.
func TestManyAtOnce(t *testing.T) {
	db := seeded(t, 5)
	other, err := store.Open(t.Context(), db.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	start, err := db.Horizon(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	const n = 700
	all := crowd(n)
	first, twice, refused := all[:300], all[299:500], all[500:]
	refused[50].Report.Matter = "999999"
	for g, group := range [][]grid.Entry{first, twice, refused} {
		for i, a := range db.AppendAll(t.Context(), group) {
			want := grid.Created
			if g == 1 && i == 0 {
				want = grid.Same
			}
			bad := group[i].Report.Matter == "999999"
			if bad != (a.Err != nil) || !bad && a.Outcome != want {
				t.Errorf("%v: %v, %v", group[i].Report.ID, a.Outcome, a.Err)
			}
		}
	}
	told, err1 := db.Since(t.Context(), start, 2*n)
	read, err2 := other.Since(t.Context(), start, 2*n)
	if err1 != nil || err2 != nil || len(told) != n-1 {
		t.Fatalf("%d events, %v, %v", len(told), err1, err2)
	}
	if d := gocmp.Diff(read, told); d != "" {
		t.Errorf("read by another (-) and told by itself (+):\n%.2000s", d)
	}
	for _, e := range all {
		if e.Report.Matter == "999999" {
			continue
		}
		steps, err := other.History(t.Context(), e.Report.ID)
		want := e.Step()
		want.At, want.Clocks = want.At.Truncate(time.Microsecond), kept(e.Report).Clocks
		if d := gocmp.Diff([]grid.Step{want}, steps); d != "" || err != nil {
			t.Fatalf("%v\n%s", err, d)
		}
	}
}

// Callers with many entries wait for each other rather than being refused, as long as
// they want to.
func TestCallersWithManyWait(t *testing.T) {
	db := seeded(t, 5)
	a := db.NewAppender(t.Context())
	defer a.Close()
	const callers, each = 12, 250
	all := crowd(callers * each)
	gone, leave := context.WithCancel(t.Context())
	leave()
	var wg sync.WaitGroup
	for k := range callers {
		wg.Go(func() {
			for i, got := range a.AppendAll(t.Context(), all[k*each:(k+1)*each]) {
				if got.Err != nil || got.Outcome != grid.Created {
					t.Errorf("caller %d, entry %d: %v, %v", k, i, got.Outcome, got.Err)
				}
			}
			for _, got := range a.AppendAll(gone, all[k*each:k*each+1]) {
				if got.Err != nil && !errors.Is(got.Err, context.Canceled) {
					t.Error(got.Err)
				}
			}
		})
	}
	wg.Wait()
}

// Law: who follows the feed is told all that is in it, once and in order, whoever wrote
// it: a process itself, which has that at hand, or another.
func TestFollowTellsWhatIsInTheFeed(t *testing.T) {
	db := seeded(t, 5)
	other, err := store.Open(t.Context(), db.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	start, err := db.Horizon(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	events := follow(t, db, start)
	const groups, most = 24, 300
	all := crowd(groups * most)
	var wg sync.WaitGroup
	total := 0
	for k := range groups {
		group := all[k*most:][:1+k*most/groups]
		writer := []*store.DB{db.DB, db.DB, other}[k%3]
		total += len(group)
		wg.Go(func() {
			for _, a := range writer.AppendAll(t.Context(), group) {
				if a.Err != nil {
					t.Error(a.Err)
				}
			}
		})
		if k%8 == 0 {
			exec(t, db, `SELECT pg_current_xact_id()`) // a transaction of which there is nothing in the feed
		}
	}
	wg.Wait()
	told := make([]grid.Event, 0, total)
	for len(told) < total {
		select {
		case e := <-events:
			told = append(told, e)
		case <-time.After(10 * time.Second):
			t.Fatalf("%d events of %d", len(told), total)
		}
	}
	quiet(t, events)
	read, err := other.Since(t.Context(), start, 2*total)
	if err != nil {
		t.Fatal(err)
	}
	if d := gocmp.Diff(read, told); d != "" {
		t.Errorf("in the feed (-) and told (+):\n%.2000s", d)
	}
}
