package store_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"jingwei/geo"
	"jingwei/grid"
	"jingwei/store/storetest"

	"github.com/google/uuid"
	"pgregory.net/rapid"
)

// mixed keeps reports of several months, cells, states, holders and matters and
// returns them newest id first.
func mixed(t *testing.T, db *storetest.Database) []grid.Report {
	t.Helper()
	states := []grid.State{grid.Assigned, grid.Closed, grid.Reported, grid.Handling}
	var all []grid.Report
	for i := range 200 {
		r := report(noon.AddDate(0, 0, -i), i)
		r.State, r.Holder.Worker = states[i%len(states)], grid.WorkerID(i%7)
		all = append(all, r)
	}
	sink, err := db.ReportSink(t.Context(), "registry", "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sink.AppendReports(t.Context(), entries(all)); err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(all, func(a, b grid.Report) int { return strings.Compare(b.ID.String(), a.ID.String()) })
	return all
}

// selects reports whether a query wants a report.
func selects(q grid.ReportQuery, r grid.Report) bool {
	return (q.Cells == nil || slices.Contains(q.Cells, r.Cell)) &&
		(q.States == nil || slices.Contains(q.States, r.State)) &&
		(q.Holder == 0 || q.Holder == r.Holder.Worker) &&
		(!q.Sample || r.State == grid.Closed && r.Sampled()) &&
		strings.HasPrefix(r.Matter, q.Matter) &&
		(q.From.IsZero() || !r.At.Before(q.From)) && (q.Until.IsZero() || r.At.Before(q.Until)) &&
		(q.Box == nil || q.Box.Contains(r.Pos)) &&
		(q.Before == uuid.Nil || r.ID.String() < q.Before.String())
}

// Law: a query gives what filtering all reports one by one gives.
func TestReportsLikeBruteForce(t *testing.T) {
	db := seeded(t, 5)
	db.Now = func() time.Time { return noon }
	all := mixed(t, db)
	found := 0
	rapid.Check(t, func(t *rapid.T) {
		q := grid.ReportQuery{
			States: rapid.SampledFrom([][]grid.State{nil, {grid.Closed}, {grid.Reported, grid.Assigned}, {grid.Void}}).Draw(t, "states"),
			Matter: rapid.SampledFrom([]string{"", "01", "0102", "010101", "99"}).Draw(t, "matter"),
			Holder: grid.WorkerID(rapid.SampledFrom([]int{0, 0, 1, 3, 99}).Draw(t, "holder")),
			Sample: rapid.IntRange(0, 5).Draw(t, "sample") == 0,
			Limit:  rapid.IntRange(1, 250).Draw(t, "limit"),
		}
		if rapid.Bool().Draw(t, "some cells") {
			n := rapid.SampledFrom([]int{0, 1, 5, 20, 3000}).Draw(t, "cells")
			q.Cells = []grid.AreaID{}
			for i := range n {
				q.Cells = append(q.Cells, grid.AreaID(2+i))
			}
		}
		if rapid.Bool().Draw(t, "window") {
			q.From = noon.AddDate(0, 0, -rapid.IntRange(0, 220).Draw(t, "from"))
			q.Until = q.From.AddDate(0, 0, rapid.IntRange(0, 100).Draw(t, "days"))
		}
		if rapid.Bool().Draw(t, "box") {
			x, y := rapid.Int32Range(0, 200).Draw(t, "x"), rapid.Int32Range(0, 200).Draw(t, "y")
			q.Box = &geo.Box{Min: geo.Pos{X: corner.X + x, Y: corner.Y + y}, Max: geo.Pos{X: corner.X + x + 50, Y: corner.Y + y + 80}}
		}
		if rapid.Bool().Draw(t, "later page") {
			q.Before = all[rapid.IntRange(0, len(all)-1).Draw(t, "before")].ID
		}
		var want []uuid.UUID
		for _, r := range all {
			if selects(q, r) && len(want) < q.Limit {
				want = append(want, r.ID)
			}
		}
		reports, err := db.Reports(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		var got []uuid.UUID
		for _, r := range reports {
			got = append(got, r.ID)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("got %v\nwant %v", got, want)
		}
		found += len(got)
	})
	if found == 0 {
		t.Error("no query found anything")
	}
}

// Law: pages, one after the other, give everything once.
func TestPagesGiveEverythingOnce(t *testing.T) {
	db := seeded(t, 5)
	all := mixed(t, db)
	var got []uuid.UUID
	q := grid.ReportQuery{Limit: 7}
	for {
		page, err := db.Reports(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, r := range page {
			got = append(got, r.ID)
		}
		q.Before = page[len(page)-1].ID
	}
	var want []uuid.UUID
	for _, r := range all {
		want = append(want, r.ID)
	}
	if !slices.Equal(got, want) {
		t.Errorf("%d reports, want %d", len(got), len(want))
	}
	if _, err := db.Reports(t.Context(), grid.ReportQuery{}); err == nil {
		t.Error("a query without a limit works")
	}
}
