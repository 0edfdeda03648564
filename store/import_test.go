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
	"github.com/google/uuid"
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

// entries are reports as an import hands them over.
func entries(reports []grid.Report) []grid.Entry {
	out := make([]grid.Entry, len(reports))
	for i, r := range reports {
		out[i].Report = r
	}
	return out
}

func booked(reports iter.Seq2[grid.Report, error]) iter.Seq2[grid.Entry, error] {
	return func(yield func(grid.Entry, error) bool) {
		for r, err := range reports {
			if !yield(grid.Entry{Report: r}, err) {
				return
			}
		}
	}
}

// A report that came in with a batch tells why it did, and why who has it does.
func TestImportTellsWhy(t *testing.T) {
	db := seeded(t, 5)
	for i, tt := range []struct{ batch, why, want string }{{"old books", "the liaison answers", "old books\nthe liaison answers"}, {"old books", "", "old books"}, {"", "a\nb", "a\nb"}, {"", "", ""}} {
		r := report(noon, i)
		sink, err := db.ReportSink(t.Context(), "registry", tt.batch)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := sink.AppendReports(t.Context(), []grid.Entry{{Report: r, Reason: tt.why}}); err != nil {
			t.Fatal(err)
		}
		for version := range int64(2) { // as part of the report, and written down
			steps, err := db.History(t.Context(), r.ID)
			if err != nil || steps[0].Reason != tt.want || steps[0].Actor != "registry" || steps[0].Action != grid.ActionImport {
				t.Errorf("%+v, %v; want the reason %q", steps, err, tt.want)
			}
			if _, err := db.Act(t.Context(), r.ID, 1+version, uuid.Nil, mark); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestImportReports(t *testing.T) {
	db := seeded(t, 5)
	db.Now = func() time.Time { return noon }
	const n = 30_000 // more than a chunk
	want := collect(t, past(n))
	added, err := db.ImportReports(t.Context(), "registry", "old books", booked(past(n)))
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
		got, err := sink.AppendReports(t.Context(), entries(all[c.from:c.to]))
		if err != nil || got != c.added {
			t.Errorf("%d to %d: %d added, want %d (%v)", c.from, c.to, got, c.added, err)
		}
	}
	bad := slices.Clone(all[:2])
	bad[0].ID, bad[1].ID = idAt(noon, 1), idAt(noon, 2)
	bad[1].Matter = "999999"
	if added, err := sink.AppendReports(t.Context(), entries(bad)); err == nil || added != 0 || !strings.Contains(err.Error(), "999999") {
		t.Errorf("%d added, %v", added, err)
	}
}

func TestImportStopsAtAnError(t *testing.T) {
	db := seeded(t, 5)
	broken := errors.New("broken off")
	_, err := db.ImportReports(t.Context(), "", "", func(yield func(grid.Entry, error) bool) {
		for e, err := range booked(past(10)) {
			if !yield(e, err) {
				return
			}
		}
		yield(grid.Entry{}, broken)
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
	if _, err := db.ImportReports(t.Context(), "", "", booked(past(5000))); err != nil {
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
