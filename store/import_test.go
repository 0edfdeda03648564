package store_test

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"jingwei/density"
	"jingwei/grid"

	gocmp "github.com/google/go-cmp/cmp"
)

// collect gathers what a sequence yields, which must not be an error.
func collect[T any](t *testing.T, seq iter.Seq2[T, error]) (out []T) {
	t.Helper()
	for v, err := range seq {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	return out
}

func TestImportReports(t *testing.T) {
	db := seeded(t, 5)
	db.Now = func() time.Time { return noon }
	const n = 30_000 // more than a chunk
	want := collect(t, past(n))
	added, err := db.ImportReports(t.Context(), "registry", "old books", past(n))
	if err != nil || added != n {
		t.Fatalf("%d added, %v", added, err)
	}
	for _, i := range []int{0, 1, 2, 19_999, 20_000, n - 1} {
		got, err := db.Report(t.Context(), want[i].ID)
		if err != nil {
			t.Fatal(err)
		}
		r := kept(want[i])
		if d := gocmp.Diff(r, got); d != "" {
			t.Errorf("report %d: %s", i, d)
		}
	}
	steps, err := db.History(t.Context(), want[7].ID)
	if err != nil {
		t.Fatal(err)
	}
	first := []grid.Step{{
		Report: want[7].ID, Step: 1, At: noon, Actor: "registry", Action: grid.ActionImport, To: grid.Closed,
		Holder: want[7].Holder, Reason: "old books", Edition: 1,
	}}
	if d := gocmp.Diff(first, steps); d != "" {
		t.Error(d)
	}
	if left := query[int](t, db, `SELECT count(*) FROM report_default`); left != 0 {
		t.Errorf("%d reports have no month", left)
	}
	if count, err := db.ImportedCount(t.Context()); err != nil || count < 0 {
		t.Errorf("%d reports, %v", count, err)
	}
}

func TestImportTwiceAddsWhatIsMissing(t *testing.T) {
	db := seeded(t, 5)
	all := collect(t, past(500))
	sink, err := db.ReportSink(t.Context(), "me", "first half")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ from, to, added int }{{0, 250, 250}, {0, 250, 0}, {100, 500, 250}} {
		got, err := sink.AppendReports(t.Context(), all[c.from:c.to])
		if err != nil || got != c.added {
			t.Errorf("%d to %d: %d added, want %d (%v)", c.from, c.to, got, c.added, err)
		}
	}
	bad := slices.Clone(all[:2])
	bad[0].ID, bad[1].ID = idAt(noon, 1), idAt(noon, 2)
	bad[1].Matter = "999999"
	if added, err := sink.AppendReports(t.Context(), bad); err == nil || added != 0 || !strings.Contains(err.Error(), "999999") {
		t.Errorf("%d added, %v", added, err)
	}
}

func TestImportStopsAtAnError(t *testing.T) {
	db := seeded(t, 5)
	broken := errors.New("broken off")
	_, err := db.ImportReports(t.Context(), "", "", func(yield func(grid.Report, error) bool) {
		for r, err := range past(10) {
			if !yield(r, err) {
				return
			}
		}
		yield(grid.Report{}, broken)
	})
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

func TestColumns(t *testing.T) {
	db := seeded(t, 5)
	if got := collect(t, db.ReportColumns(t.Context())); len(got) != 0 {
		t.Errorf("%d of no reports", len(got))
	}
	if _, err := db.ImportReports(t.Context(), "", "", past(5000)); err != nil {
		t.Fatal(err)
	}
	outcomes(t, db.AppendAll(t.Context(), []grid.Entry{entry(report(noon, 1))}))
	var want []string
	for _, r := range append(collect(t, past(5000)), report(noon, 1)) {
		want = append(want, columnText(columnsOf(r)))
	}
	var got []string
	for _, r := range collect(t, db.ReportColumns(t.Context())) {
		got = append(got, columnText(r))
	}
	slices.Sort(want)
	slices.Sort(got)
	if d := gocmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	n := 0
	for _, err := range db.ReportColumns(t.Context()) {
		if n++; n == 10 || err != nil {
			break
		}
	}
	if got := collect(t, db.ReportColumns(t.Context())); len(got) != len(want) {
		t.Errorf("%d after a reading that was broken off", len(got))
	}
}

// columnsOf is what is counted of a report of one of the matters of seeded.
func columnsOf(r grid.Report) density.Report {
	d := density.Report{ID: r.ID, At: r.At.Truncate(time.Microsecond), Pos: r.Pos, Matter: r.Matter, Open: r.State.Open()}
	if d.Open {
		m, _ := grid.NewRoster(nil, nil, seedMatters).Matter(r.Matter) // none for none
		d.Due = r.Deadline(m)
	}
	return d
}

func columnText(r density.Report) string { return fmt.Sprint(r) }
