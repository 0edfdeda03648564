package store_test

import (
	"strings"
	"testing"
	"time"

	"jingwei/grid"
	"jingwei/store/storetest"

	gocmp "github.com/google/go-cmp/cmp"
)

func day(n int) time.Time { return time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC) }

// staffed is a seeded database with three workers.
func staffed(t *testing.T) *storetest.Database {
	t.Helper()
	db := seeded(t, 3)
	tally, err := db.UpsertWorkers(t.Context(), []grid.Worker{
		{Code: "w1", Name: "王芳", Role: grid.Leader, Phone: "13800000001"},
		{Code: "w2", Name: "李强", Role: grid.Leader},
		{Code: "w3", Name: "赵敏", Role: grid.Officer, Department: "城管"},
	})
	if err != nil || tally != (grid.Tally{Added: 3}) {
		t.Fatal(tally, err)
	}
	return db
}

func TestUpsertWorkers(t *testing.T) {
	db := staffed(t)
	ctx := t.Context()
	tally, err := db.UpsertWorkers(ctx, []grid.Worker{
		{Code: "w1", Name: "王芳", Role: grid.Leader, Phone: "13800000002"},
		{Code: "w2", Name: "李强", Role: grid.Leader},
		{Code: "w4", Name: "新人", Role: grid.Liaison},
	})
	if err != nil || tally != (grid.Tally{Added: 1, Changed: 1, Same: 1}) {
		t.Errorf("%+v, %v", tally, err)
	}
	lines := query[int](t, db, `SELECT count(*) FROM feed`)
	if tally, err = db.UpsertWorkers(ctx, []grid.Worker{{Code: "w2", Name: "李强", Role: grid.Leader}}); tally.Same != 1 || err != nil {
		t.Errorf("%+v, %v", tally, err)
	}
	if n := query[int](t, db, `SELECT count(*) FROM feed`); n != lines {
		t.Error("no change is on the feed")
	}
	_, err = db.UpsertWorkers(ctx, []grid.Worker{{Code: "w8", Name: "a", Role: grid.Leader}, {Code: "w9", Name: "b", Role: "king"}})
	breaks(t, err, "worker_role_known")
	_, err = db.UpsertWorkers(ctx, []grid.Worker{{Code: "w8", Name: "a", Role: grid.Leader}, {Code: "w8", Name: "b", Role: grid.Leader}})
	if err == nil || !strings.Contains(err.Error(), "worker 2: code w8 is already that of row 1") {
		t.Errorf("got %v", err)
	}
	codes := query[string](t, db, `SELECT string_agg(code, ' ' ORDER BY code) FROM worker`)
	if list, err := db.Workers(ctx); codes != "w1 w2 w3 w4" || len(list) != 4 || list[3].Name != "新人" || err != nil {
		t.Error(codes, list, err)
	}
}

func TestUpsertMatters(t *testing.T) {
	db := seeded(t, 2)
	ms := []grid.Matter{
		{Code: "010101", Category: "安全", Item: "消防", Name: "占用消防通道", Level: grid.Grid, Limit: 90 * time.Minute},
		{Code: "020101", Category: "环境", Item: "垃圾", Name: "乱倒垃圾", Level: grid.Village, Limit: time.Hour},
	}
	tally, err := db.UpsertMatters(t.Context(), ms)
	if err != nil || tally != (grid.Tally{Added: 1, Changed: 1}) {
		t.Errorf("%+v, %v", tally, err)
	}
	r, err := db.Roster(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if m, ok := r.Matter("010101"); !ok || m != ms[0] {
		t.Errorf("got %+v", m)
	}
	_, err = db.UpsertMatters(t.Context(), []grid.Matter{{Code: "12345", Category: "a", Item: "b", Name: "c", Level: grid.Grid}})
	breaks(t, err, "matter_code_of_six_digits")
	codes, err := db.MatterCodes(t.Context())
	if d := gocmp.Diff([]string{"010101", "010201", "020101"}, codes); d != "" || err != nil {
		t.Error(d, err)
	}
}

func TestUpsertPosts(t *testing.T) {
	db := staffed(t)
	ctx := t.Context()
	cell := cellCode(0, 0)
	first := []grid.CodedPost{
		{Worker: "w1", Area: cell, Rank: grid.Primary, From: day(1)},
		{Worker: "w2", Area: cell, Rank: grid.Deputy, From: day(1), Until: day(20)},
	}
	if tally, err := db.UpsertPosts(ctx, first); err != nil || tally != (grid.Tally{Added: 2}) {
		t.Fatal(tally, err)
	}
	// The primary leaves and another follows, in either order of rows.
	change := []grid.CodedPost{
		{Worker: "w3", Area: cell, Rank: grid.Primary, From: day(10)},
		{Worker: "w1", Area: cell, Rank: grid.Primary, From: day(1), Until: day(10)},
		first[1],
	}
	if tally, err := db.UpsertPosts(ctx, change); err != nil || tally != (grid.Tally{Added: 1, Changed: 1, Same: 1}) {
		t.Fatal(tally, err)
	}
	got, err := db.Posts(ctx)
	if d := gocmp.Diff([]grid.CodedPost{change[1], change[2], change[0]}, got); d != "" || err != nil {
		t.Error(d, err)
	}
	s, err := db.Load(ctx, 0)
	if err != nil {
		t.Fatal(err)
	}
	i, _ := s.ByCode(cell)
	if on := s.Roster().On(s.Area(i).ID, day(15)); len(on) != 2 || on[0].Rank != grid.Primary {
		t.Errorf("on duty: %+v", on)
	}
	for _, c := range []struct {
		what string
		post grid.CodedPost
	}{
		{"post 2: the area has a primary already at that time, by a post that is there", grid.CodedPost{Worker: "w2", Area: cell, Rank: grid.Primary, From: day(30)}},
		{"post 2: the worker has a post in the area already at that time, by a post that is there", grid.CodedPost{Worker: "w3", Area: cell, Rank: grid.Deputy, From: day(12), Until: day(14)}},
		{"post 2: worker w9 is not known", grid.CodedPost{Worker: "w9", Area: cell, Rank: grid.Primary, From: day(1)}},
		{"post 2: area 99 is not in the current edition", grid.CodedPost{Worker: "w1", Area: "99", Rank: grid.Primary, From: day(1)}},
		{"post 2: until is not after from", grid.CodedPost{Worker: "w1", Area: cellCode(1, 1), Rank: grid.Primary, From: day(3), Until: day(3)}},
		{"post 2: the area has a primary already at that time, by row 1", grid.CodedPost{Worker: "w1", Area: cellCode(1, 0), Rank: grid.Primary, From: day(1)}},
	} {
		good := grid.CodedPost{Worker: "w2", Area: cellCode(1, 0), Rank: grid.Primary, From: day(1)}
		if _, err := db.UpsertPosts(ctx, []grid.CodedPost{good, c.post}); err == nil || !strings.Contains(err.Error(), c.what) {
			t.Errorf("got %v, want %q", err, c.what)
		}
	}
	if n := query[int](t, db, `SELECT count(*) FROM post WHERE recorded_until IS NULL`); n != 3 {
		t.Errorf("%d posts, want 3", n)
	}
	if n := query[int](t, db, `SELECT count(*) FROM post WHERE recorded_until IS NOT NULL AND upper(during) IS NULL AND closed_why = 'import'`); n != 1 {
		t.Errorf("%d records of how it was before, want 1", n)
	}
}

func TestPostsCannotOverlap(t *testing.T) {
	db := staffed(t)
	exec(t, db, `INSERT INTO post (worker, area, during) VALUES (1, 2, '[2026-01-01,2026-02-01)')`)
	exec(t, db, `INSERT INTO post (worker, area, rank, during) VALUES (2, 2, 'deputy', '[2026-01-01,2026-02-01)'), (3, 2, 'deputy', '[2026-01-01,2026-02-01)')`)
	refused(t, db, "post_one_primary_at_a_time", `INSERT INTO post (worker, area, during) VALUES (3, 2, '[2026-01-15,)')`)
	refused(t, db, "post_once_at_a_time", `INSERT INTO post (worker, area, rank, during) VALUES (1, 2, 'deputy', '[2026-01-15,)')`)
	refused(t, db, "post_during_half_open", `INSERT INTO post (worker, area, during) VALUES (1, 3, '[2026-01-15,2026-01-16]')`)
	refused(t, db, "post_during_half_open", `INSERT INTO post (worker, area, during) VALUES (1, 3, '(,2026-01-16)')`)
	refused(t, db, "post_area_exists", `INSERT INTO post (worker, area, during) VALUES (1, 999, '[2026-01-15,)')`)
	refused(t, db, "post_worker_fkey", `INSERT INTO post (worker, area, during) VALUES (99, 3, '[2026-01-15,)')`)
	refused(t, db, "post_duty_known", `INSERT INTO post (worker, area, duty, during) VALUES (1, 3, 'noon', '[2026-01-15,)')`)
	exec(t, db, `INSERT INTO post (worker, area, duty, during) VALUES (3, 2, 'mon-fri 08:00-12:00; sat,sun 22:00-06:00', '[2026-02-01,)')`)
}
