package store_test

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"jingwei/grid"
	"jingwei/store/storetest"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// clashes checks that an error says which rule is broken, and with what.
func clashes(t *testing.T, err error, rule, with string) {
	t.Helper()
	var c *grid.Clash
	if !errors.As(err, &c) || c.Rule != rule || c.With != with {
		t.Errorf("got %v, want %s: %s", err, rule, with)
	}
}

// at sets the clock of a database to a time of the second of January.
func at(db *storetest.Database, hour int) time.Time {
	now := time.Date(2026, 1, 2, hour, 0, 0, 0, time.UTC)
	db.Now = func() time.Time { return now }
	return now
}

func TestPostsAreOnTheRecord(t *testing.T) {
	db := staffed(t)
	ctx := t.Context()
	at(db, 1)
	first, err := db.As("陈#1").AddPost(ctx, grid.Post{Worker: 1, Area: 2, Rank: grid.Primary, From: day(1)}, 0, "new grid")
	if err != nil {
		t.Fatal(err)
	}
	at(db, 2)
	second, err := db.As("陈#1").AddPost(ctx, grid.Post{Worker: 2, Area: 2, Rank: grid.Primary, From: day(10), Duty: grid.Week{{Days: 1, Start: 1, Stop: 2}}}, first.Value.ID, "handover")
	if err != nil {
		t.Fatal(err)
	}
	at(db, 3)
	if _, err := db.As("李#2").ChangePost(ctx, second.Value.ID, func(p *grid.Post) error { p.Rank = grid.Deputy; return nil }, "mistake"); err != nil {
		t.Fatal(err)
	}
	at(db, 4)
	if err := db.As("李#2").WithdrawPost(ctx, second.Value.ID, "never came"); err != nil {
		t.Fatal(err)
	}
	got, err := db.PostRecords(ctx, grid.RecordQuery{Areas: []grid.AreaID{2}, History: true, Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, r := range got {
		lines = append(lines, fmt.Sprint(r.Value.ID, " ", r.Value.Worker, " ", r.Value.Rank, " ", r.Value.From.Day(), "-", r.Value.Until.Day(), " ", r.Value.Duty,
			" ", r.Record.From.Hour(), "-", r.Record.Until.Hour(), " ", r.Record.By, " ", r.Record.Why, "/", r.Record.ClosedBy, " ", r.Record.ClosedWhy))
	}
	want := []string{
		"1 1 primary 1-1  1-2 陈#1 new grid/陈#1 handover",
		"1 1 primary 1-10  2-0 陈#1 handover/ ",
		"2 2 primary 10-1 mon 00:01-00:02 2-3 陈#1 handover/李#2 mistake",
		"2 2 deputy 10-1 mon 00:01-00:02 3-4 李#2 mistake/李#2 never came",
	}
	if d := gocmp.Diff(want, lines); d != "" {
		t.Error(d)
	}
	refused(t, db, "post_guard", `UPDATE post SET rank = 'deputy' WHERE id = 1`)
	refused(t, db, "post_guard", `UPDATE post SET recorded_until = NULL WHERE id = 2`)
	refused(t, db, "post_guard", `DELETE FROM post WHERE id = 2`)
	refused(t, db, "post_never_truncate", `TRUNCATE post`)
	refused(t, db, "post_known_once", `INSERT INTO post (id, worker, area, during) VALUES (1, 1, 3, '[2027-01-01,)')`)
}

func TestPostsThatClash(t *testing.T) {
	db := staffed(t)
	ctx := t.Context()
	if _, err := db.AddPost(ctx, grid.Post{Worker: 1, Area: 2, Rank: grid.Primary, From: day(1), Until: day(20)}, 0, ""); err != nil {
		t.Fatal(err)
	}
	deputy, err := db.AddPost(ctx, grid.Post{Worker: 2, Area: 2, Rank: grid.Deputy, From: day(1)}, 0, "")
	if err != nil {
		t.Fatal(err)
	}
	const there = "the area has a primary at that time: post 1, primary 王芳 (w1), from 2026-01-01T00:00:00Z until 2026-01-20T00:00:00Z"
	_, err = db.AddPost(ctx, grid.Post{Worker: 3, Area: 2, Rank: grid.Primary, From: day(5)}, 0, "")
	clashes(t, err, "one-primary", there)
	_, err = db.ChangePost(ctx, deputy.Value.ID, func(p *grid.Post) error { p.Rank = grid.Primary; return nil }, "")
	clashes(t, err, "one-primary", there)
	_, err = db.AddPost(ctx, grid.Post{Worker: 2, Area: 2, Rank: grid.Deputy, From: day(30)}, 0, "")
	clashes(t, err, "one-post", "the worker has a post in the area at that time: post 2, deputy 李强 (w2), from 2026-01-01T00:00:00Z")
	_, err = db.AddPost(ctx, grid.Post{Worker: 3, Area: 2, Rank: grid.Primary, From: day(1)}, 1, "")
	clashes(t, err, "period", "it would end on 2026-01-01T00:00:00Z, not after it begins on 2026-01-01T00:00:00Z")
	const unrelated = "post 1 does not end for this one: it is of another area, or of another rank and worker"
	_, err = db.AddPost(ctx, grid.Post{Worker: 1, Area: 3, Rank: grid.Primary, From: day(5)}, 1, "")
	clashes(t, err, "ends", unrelated)
	_, err = db.AddPost(ctx, grid.Post{Worker: 3, Area: 2, Rank: grid.Deputy, From: day(5)}, 1, "")
	clashes(t, err, "ends", unrelated)
	if _, err := db.AddPost(ctx, grid.Post{Worker: 3, Area: 2, Rank: grid.Primary, From: day(25)}, 1, ""); err != nil {
		t.Error(err)
	}
	if r, err := db.PostRecords(ctx, grid.RecordQuery{ID: 1, History: true, Limit: 9}); err != nil || len(r) != 1 {
		t.Errorf("a post that had ended before was changed: %+v, %v", r, err)
	}
	if _, err = db.AddPost(ctx, grid.Post{Worker: 3, Area: 2, Rank: grid.Primary, From: day(5)}, 77, ""); !errors.Is(err, grid.ErrNotFound) {
		t.Errorf("got %v", err)
	}
	if n := query[int](t, db, `SELECT count(*) FROM post`); n != 3 {
		t.Errorf("%d records, want the 3 that did not clash", n)
	}
}

func TestAbsences(t *testing.T) {
	db := staffed(t)
	ctx := t.Context()
	a, err := db.AddAbsence(ctx, grid.Absence{Worker: 1, From: day(3), Until: day(5), Reason: "leave"}, "")
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.AddAbsence(ctx, grid.Absence{Worker: 1, From: day(4)}, "")
	clashes(t, err, "one-absence", "the worker is away at that time already: absence 1, from 2026-01-03T00:00:00Z")
	next, err := db.AddAbsence(ctx, grid.Absence{Worker: 1, From: day(5)}, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ChangeAbsence(ctx, a.Value.ID, func(a *grid.Absence) error { a.Until = day(4); return nil }, "back early"); err != nil {
		t.Error(err)
	}
	if err := db.WithdrawAbsence(ctx, next.Value.ID, ""); err != nil {
		t.Error(err)
	}
	r, err := db.Roster(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for d, want := range map[int]bool{2: false, 3: true, 4: false, 6: false} {
		if _, absent := r.Absent(1, day(d)); absent != want {
			t.Errorf("on day %d absent %v", d, absent)
		}
	}
	refused(t, db, "absence_guard", `DELETE FROM absence`)
	refused(t, db, "absence_once_at_a_time", `INSERT INTO absence (worker, during) VALUES (1, '[2026-01-03 12:00,)')`)
	refused(t, db, "absence_during_half_open", `INSERT INTO absence (worker, during) VALUES (2, '[2026-01-03,2026-01-04]')`)
}

func TestRules(t *testing.T) {
	db := staffed(t)
	ctx := t.Context()
	want := grid.Rule{
		Code: "R1", Matter: "0101", Area: 2, Urgency: grid.Urgent, Week: grid.Week{{Days: 31, Start: 480, Stop: 1080}}, From: day(1), Until: day(9),
		Level: grid.Town, Role: grid.Officer, Department: "城管", Note: "n",
	}
	r, created, err := db.PutRule(ctx, want, "")
	if want.ID = 1; err != nil || !created {
		t.Fatal(err)
	}
	if d := gocmp.Diff(want, r.Value); d != "" {
		t.Error(d)
	}
	want.Matter, want.Area, want.From, want.Until = "", 0, time.Time{}, time.Time{}
	if r, created, err = db.PutRule(ctx, want, ""); err != nil || created || gocmp.Diff(want, r.Value) != "" {
		t.Errorf("%+v, %v, %v", r, created, err)
	}
	roster, err := db.Roster(ctx)
	if d := gocmp.Diff([]grid.Rule{want}, roster.Rules()); d != "" || err != nil {
		t.Error(d, err)
	}
	if err := db.WithdrawRule(ctx, "R1", "over"); err != nil {
		t.Error(err)
	}
	if err := db.WithdrawRule(ctx, "R1", "over"); !errors.Is(err, grid.ErrNotFound) {
		t.Error(err)
	}
	if n := query[int](t, db, `SELECT count(*) FROM rule WHERE recorded_until IS NOT NULL`); n != 2 {
		t.Errorf("%d records", n)
	}
	refused(t, db, "rule_asks_for_somebody", `INSERT INTO rule (code) VALUES ('x')`)
	refused(t, db, "rule_matter_of_whole_pairs", `INSERT INTO rule (code, level, matter) VALUES ('x', 'town', '1')`)
	refused(t, db, "rule_area_exists", `INSERT INTO rule (code, level, area) VALUES ('x', 'town', 999)`)
	refused(t, db, "rule_week_known", `INSERT INTO rule (code, level, week) VALUES ('x', 'town', 'now')`)
}

func TestWorkersAreOnTheRecord(t *testing.T) {
	db := staffed(t)
	ctx := t.Context()
	at(db, 5)
	if _, err := db.As("陈#1").ChangeWorker(ctx, "w1", func(w *grid.Worker) error { w.Phone = "110"; return nil }, "new phone"); err != nil {
		t.Fatal(err)
	}
	steps, err := db.WorkerHistory(ctx, "w1")
	if err != nil || len(steps) != 2 || steps[0].Worker.Phone != "13800000001" || steps[0].Why != "import" ||
		steps[1].Worker.Phone != "110" || steps[1].By != "陈#1" || steps[1].Why != "new phone" || steps[1].At.Hour() != 5 {
		t.Errorf("%+v, %v", steps, err)
	}
	_, err = db.AddWorker(ctx, grid.Worker{Code: "w2", Name: "x", Role: grid.Leader}, "")
	clashes(t, err, "code-taken", "the code w2 is that of leader 李强")
	w, err := db.AddWorker(ctx, grid.Worker{Code: "x4", Name: "李四", Role: grid.Leader}, "")
	if err != nil || w.ID == 0 {
		t.Error(w, err)
	}
	if _, err := db.WorkerHistory(ctx, "w9"); !errors.Is(err, grid.ErrNotFound) {
		t.Error(err)
	}
	for _, tt := range []struct {
		q    grid.WorkerQuery
		want string
	}{
		{grid.WorkerQuery{Text: "李", Limit: 9}, "[w2 x4]"},
		{grid.WorkerQuery{Text: "w", Limit: 2}, "[w1 w2]"},
		{grid.WorkerQuery{Text: "w", After: 2, Limit: 2}, "[w3]"},
		{grid.WorkerQuery{Role: grid.Officer, Limit: 9}, "[w3]"},
		{grid.WorkerQuery{Areas: []grid.AreaID{2}, Limit: 9}, "[]"},
	} {
		list, err := db.FindWorkers(ctx, tt.q)
		codes := []string{}
		for _, w := range list {
			codes = append(codes, w.Code)
		}
		if fmt.Sprint(codes) != tt.want || err != nil {
			t.Errorf("%+v: %v, %v", tt.q, codes, err)
		}
	}
}

// Law: at every time, the roster as known at a time is what the changes up to then
// had made of it; whatever came later. A change is refused exactly if it would
// give an area two primaries or a worker two posts in an area at a time.
func TestRosterAsKnown(t *testing.T) {
	db := staffed(t)
	ctx := t.Context()
	base, refusals, kept := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), 0, 0
	conn := connect(t, db)
	rapid.Check(t, func(t *rapid.T) {
		_, err := conn.Exec(ctx, `ALTER TABLE post DISABLE TRIGGER USER; DELETE FROM post; ALTER TABLE post ENABLE TRIGGER USER`)
		if err != nil {
			t.Fatal(err)
		}
		type state struct {
			known time.Time
			posts []grid.Post
		}
		var past []state
		var now []grid.Post
		for step := range rapid.IntRange(1, 8).Draw(t, "steps") {
			known := base.Add(time.Duration(step) * time.Hour)
			db.Now = func() time.Time { return known }
			next := slices.Clone(now)
			p := drawnPost(t)
			var r grid.Recorded[grid.Post]
			var err error
			if k := rapid.IntRange(-1, len(now)-1).Draw(t, "which"); k < 0 {
				next = append(next, p)
				if r, err = db.AddPost(ctx, p, 0, ""); err == nil {
					next[len(next)-1].ID = r.Value.ID
				}
			} else if p.ID = now[k].ID; rapid.Bool().Draw(t, "withdraw") {
				next = slices.Delete(next, k, k+1)
				err = db.WithdrawPost(ctx, p.ID, "")
			} else {
				next[k] = p
				_, err = db.ChangePost(ctx, p.ID, func(old *grid.Post) error { *old = p; return nil }, "")
			}
			if want := lawful(next); want != (err == nil) {
				t.Fatalf("lawful %v, but %v", want, err)
			}
			if err != nil {
				refusals++
				next = now
			}
			now = next
			past = append(past, state{known, now})
		}
		for _, s := range past {
			kept++
			r, err := db.RosterAsKnown(ctx, s.known.Add(30*time.Minute), []grid.AreaID{2, 3})
			if err != nil {
				t.Fatal(err)
			}
			got := slices.Concat(r.Posts(2), r.Posts(3))
			byID := func(a, b grid.Post) int { return cmp.Compare(a.ID, b.ID) }
			slices.SortFunc(got, byID)
			want := slices.SortedFunc(slices.Values(s.posts), byID)
			if d := gocmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
				t.Fatalf("as known at %v (-want +got):\n%s", s.known, d)
			}
		}
	})
	if refusals == 0 || kept == 0 {
		t.Errorf("%d refusals, %d states: both should occur", refusals, kept)
	}
}

// Law: what a worker was known to be is known as long as until it changed, and no longer.
func TestWorkersAsKnown(t *testing.T) {
	db := staffed(t)
	ctx := t.Context()
	at(db, 0)
	w, err := db.AddWorker(ctx, grid.Worker{Code: "x4", Name: "李四", Role: grid.Leader, Phone: "1"}, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.AddPost(ctx, grid.Post{Worker: w.ID, Area: 2, Rank: grid.Primary, From: day(1)}, 0, ""); err != nil {
		t.Fatal(err)
	}
	was := map[int]grid.Worker{0: w}
	for hour, is := range []grid.Worker{{Name: "李思", Role: grid.Leader, Phone: "1"}, {Name: "李思", Role: grid.Officer, Phone: "2", Department: "城管"}, {Name: "李四", Role: grid.Dispatcher, Phone: "3"}} {
		at(db, hour+1)
		is.ID, is.Code = w.ID, w.Code
		if was[hour+1], err = db.ChangeWorker(ctx, "x4", func(w *grid.Worker) error { *w = is; return nil }, ""); err != nil {
			t.Fatal(err)
		}
	}
	for hour, want := range was {
		begins := time.Date(2026, 1, 2, hour, 0, 0, 0, time.UTC)
		for _, known := range []time.Time{begins, begins.Add(time.Hour - time.Microsecond)} {
			r, err := db.RosterAsKnown(ctx, known, []grid.AreaID{2})
			if got, _ := r.Worker(w.ID); err != nil || got != want {
				t.Errorf("as known at %v: %+v, %v; want %+v", known, got, err, want)
			}
		}
	}
}

// Law: a department that a rule names has an officer, also when all of them leave, and
// somebody names it, at once.
func TestDepartmentsOfRulesKeepAnOfficer(t *testing.T) {
	db := staffed(t)
	ctx := t.Context()
	officers := []grid.Worker{{Code: "o1", Name: "甲", Role: grid.Officer, Department: "消防"}, {Code: "o2", Name: "乙", Role: grid.Officer, Department: "消防"}}
	leave := func(code string) error {
		_, err := db.ChangeWorker(ctx, code, func(w *grid.Worker) error { w.Role, w.Department = grid.Leader, ""; return nil }, "")
		return err
	}
	rule := grid.Rule{Code: "R", Department: "消防"}
	left, named := map[int]int{}, 0
	for range 30 {
		if _, err := db.UpsertWorkers(ctx, officers); err != nil {
			t.Fatal(err)
		}
		var g sync.WaitGroup
		errs := make([]error, 3)
		g.Go(func() { errs[0] = leave("o1") })
		g.Go(func() { errs[1] = leave("o2") })
		g.Go(func() { _, _, errs[2] = db.PutRule(ctx, rule, "") })
		g.Wait()
		gone := 0
		for i, err := range errs {
			var clash *grid.Clash
			if err != nil && (!errors.As(err, &clash) || clash.Rule != "last-officer") {
				t.Fatal(i, err)
			}
			if i < 2 && err == nil {
				gone++
			}
		}
		if there := errs[2] == nil; there && gone == 2 || !there && gone < 2 {
			t.Fatalf("%d officers left, and the rule: %v", gone, errs[2])
		}
		if left[gone]++; errs[2] == nil {
			named++
			if err := db.WithdrawRule(ctx, "R", ""); err != nil {
				t.Fatal(err)
			}
		}
	}
	if named == 0 {
		t.Errorf("the rule never came in; so many left: %v", left)
	}
	if _, err := db.UpsertWorkers(ctx, officers[:1]); err != nil {
		t.Fatal(err)
	}
	if _, _, err := db.PutRule(ctx, rule, ""); err != nil {
		t.Fatal(err)
	}
	if err := cmp.Or(leave("o2"), leave("o1")); err == nil || !strings.Contains(err.Error(), "named by the rules R") {
		t.Errorf("the last officer left: %v", err)
	}
	// Another takes over, in one table; and what has ended asks for nobody.
	officers[0].Role, officers[0].Department = grid.Leader, ""
	if _, err := db.UpsertWorkers(ctx, officers); err != nil {
		t.Error(err)
	}
	rule.Until = db.Now()
	if _, _, err := db.PutRule(ctx, rule, ""); err != nil {
		t.Fatal(err)
	}
	if err := leave("o2"); err != nil {
		t.Error(err)
	}
}

func drawnPost(t *rapid.T) grid.Post {
	from := rapid.IntRange(1, 6).Draw(t, "from")
	p := grid.Post{
		Worker: grid.WorkerID(rapid.IntRange(1, 3).Draw(t, "worker")), Area: grid.AreaID(rapid.IntRange(2, 3).Draw(t, "area")),
		Rank: rapid.SampledFrom([]grid.Rank{grid.Primary, grid.Deputy}).Draw(t, "rank"), From: day(from),
	}
	if rapid.IntRange(0, 3).Draw(t, "ends") > 0 {
		p.Until = day(from + rapid.IntRange(1, 3).Draw(t, "days"))
	}
	return p
}

// lawful looks at every day.
func lawful(posts []grid.Post) bool {
	for d := range 12 {
		seen := map[string]bool{}
		for _, p := range posts {
			if !p.Holds(day(d)) {
				continue
			}
			keys := []string{fmt.Sprint("worker ", p.Worker, " ", p.Area)}
			if p.Rank == grid.Primary {
				keys = append(keys, fmt.Sprint("primary ", p.Area))
			}
			for _, k := range keys {
				if seen[k] {
					return false
				}
				seen[k] = true
			}
		}
	}
	return true
}

// Law: the database knows the weeks that are written, and no others that would not
// be read.
func TestWeeksAreKnown(t *testing.T) {
	db := storetest.New(t)
	conn := connect(t, db)
	known := func(week string) (yes bool) {
		if err := conn.QueryRow(t.Context(), `SELECT week_known($1)`, week).Scan(&yes); err != nil {
			t.Fatal(err)
		}
		return yes
	}
	rapid.Check(t, func(t *rapid.T) {
		s := grid.Shift{Days: grid.Days(rapid.IntRange(1, 127).Draw(t, "days")), Start: rapid.Int16Range(0, 1439).Draw(t, "start")}
		s.Stop = rapid.Int16Range(1, 1440).Filter(func(m int16) bool { return m != s.Start }).Draw(t, "stop")
		w := grid.Week{s, {Days: 64, Start: 1, Stop: 2}}
		if !known(w.String()) {
			t.Fatalf("%q is not known", w)
		}
	})
	for _, week := range []string{
		"noon", "mon", "mon 08:00", "mon 8:00-9:00", "mon 08:00-24:30", "mon 24:00-08:00", "mon 08:00-08:00", "mon 08:60-09:00",
		"mon- 08:00-09:00", "mon-tue-wed 08:00-09:00", "mon 08:00-09:00;", "mon 08:00-09:00; ", " mon 08:00-09:00",
	} {
		if known(week) {
			t.Errorf("%q is known", week)
		}
	}
}
