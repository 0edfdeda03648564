package store_test

import (
	"strings"
	"testing"
	"time"

	"jingwei/grid"

	gocmp "github.com/google/go-cmp/cmp"
)

func TestMattersThatReportsUseStay(t *testing.T) {
	db := seeded(t, 2)
	ctx := t.Context()
	r := report(time.Now(), 1)
	r.Matter = "010201"
	if a := db.AppendAll(ctx, []grid.Entry{entry(r)}); a[0].Err != nil {
		t.Fatal(a[0].Err)
	}
	used, err := db.UsedMatters(ctx, []string{"010101", "010201", "999999"})
	if d := gocmp.Diff([]string{"010201"}, used); d != "" || err != nil {
		t.Error(d, err)
	}
	breaks(t, db.RemoveMatters(ctx, []string{"010101", "010201"}), "report_matter_fkey")
	if err := db.RemoveMatters(ctx, []string{"010101"}); err != nil {
		t.Error(err)
	}
	left, err := db.Matters(ctx)
	if err != nil || len(left) != 1 || left[0].Code != "010201" {
		t.Errorf("%+v, %v", left, err)
	}
}

func TestPutRules(t *testing.T) {
	db := staffed(t)
	ctx := t.Context()
	first := []grid.CodedRule{
		{Rule: grid.Rule{Code: "A", Level: grid.City}},
		{Rule: grid.Rule{Code: "B", Matter: "01", Department: "城管", Week: grid.Week{{Days: 96, Start: 0, Stop: 1440}}}, Area: cellCode(0, 0)},
	}
	if err := db.PutRules(ctx, first, nil); err != nil {
		t.Fatal(err)
	}
	got, err := db.Rules(ctx)
	if d := gocmp.Diff(first, got); d != "" || err != nil {
		t.Error(d, err)
	}
	second := []grid.CodedRule{first[0], {Rule: grid.Rule{Code: "C", Level: grid.Town}}}
	if err := db.PutRules(ctx, second, []string{"B"}); err != nil {
		t.Fatal(err)
	}
	if got, err = db.Rules(ctx); gocmp.Diff(second, got) != "" || err != nil {
		t.Error(got, err)
	}
	// All of it or nothing.
	err = db.PutRules(ctx, []grid.CodedRule{{Rule: grid.Rule{Code: "D", Level: grid.Town}}, {Rule: grid.Rule{Code: "E", Level: grid.Town}, Area: "99"}}, nil)
	if err == nil || !strings.Contains(err.Error(), "rule E: there is no area 99") {
		t.Error(err)
	}
	if n := query[int](t, db, `SELECT count(*) FROM rule`); n != 3 {
		t.Errorf("%d records, want A, B withdrawn and C", n)
	}
}

func TestUpsertWithdrawsPosts(t *testing.T) {
	db := staffed(t)
	ctx := t.Context()
	old := grid.CodedPost{Worker: "w1", Area: cellCode(0, 0), Rank: grid.Primary, From: day(9)}
	if _, err := db.UpsertPosts(ctx, []grid.CodedPost{old}); err != nil {
		t.Fatal(err)
	}
	gone, next := old, grid.CodedPost{Worker: "w2", Area: cellCode(0, 0), Rank: grid.Primary, From: day(5)}
	gone.Withdrawn = true
	if tally, err := db.UpsertPosts(ctx, []grid.CodedPost{next, gone}); err != nil || tally.Added != 1 {
		t.Fatal(tally, err)
	}
	got, err := db.Posts(ctx)
	if d := gocmp.Diff([]grid.CodedPost{next}, got); d != "" || err != nil {
		t.Error(d, err)
	}
}
