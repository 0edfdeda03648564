package importer_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"jingwei/geo/datum"
	"jingwei/grid"
	importer "jingwei/import"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
)

// sink keeps reports by id.
type sink struct {
	mu      sync.Mutex
	fail    error
	reports []grid.Report
	reasons []string
	known   map[uuid.UUID]bool
	batches []int
}

func (s *sink) MatterCodes(context.Context) ([]string, error) { return []string{"010101"}, nil }

func (s *sink) AppendReports(_ context.Context, rs []grid.Entry) (added int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		return 0, s.fail
	}
	if s.known == nil {
		s.known = map[uuid.UUID]bool{}
	}
	s.batches = append(s.batches, len(rs))
	for _, e := range rs {
		if r := e.Report; !s.known[r.ID] {
			s.known[r.ID] = true
			s.reports, s.reasons = append(s.reports, r), append(s.reasons, e.Reason)
			added++
		}
	}
	return added, nil
}

func importReports(t *testing.T, to *sink, body string, o importer.ReportOptions) (*importer.ReportResult, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "reports.csv")
	write(t, path, body)
	return importer.Reports(t.Context(), to, path, o)
}

func TestReports(t *testing.T) {
	to := &sink{}
	body := "id,at,received,lon,lat,accuracy,matter,text,state,reporter\n" +
		"018f2e4a-6b1c-7d3e-8f90-123456789abc,2024-05-01 08:00,2024-05-01 08:01,121.531541859,31.175303984,12.5,010101,\"two\nlines\",handling,张三\n" +
		",2024-05-01T00:00:00Z,,121.5,31.1,,,,,\n"
	o := importer.ReportOptions{Datum: datum.GCJ02, Locate: func(r *grid.Report) string { r.Cell, r.Method = 7, grid.Exact; return r.Text }}
	r, err := importReports(t, to, body, o)
	if err != nil {
		t.Fatal(err)
	}
	if r.Rows != 2 || r.Added != 2 {
		t.Errorf("%+v", r)
	}
	got := to.reports[0]
	want := grid.Report{
		ID: uuid.MustParse("018f2e4a-6b1c-7d3e-8f90-123456789abc"), Pos: got.Pos, Accuracy: 12.5,
		At: time.Date(2024, 5, 1, 8, 0, 0, 0, zone), Received: time.Date(2024, 5, 1, 8, 1, 0, 0, zone),
		Matter: "010101", Text: "two\nlines", State: grid.Handling, Reporter: "张三", Version: 1, Cell: 7, Method: grid.Exact,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if d := cmp.Diff([]string{"two\nlines", ""}, to.reasons); d != "" {
		t.Error(d)
	}
	if s := got.Pos.String(); s != "121.5272106,31.1774276" {
		t.Errorf("at %s, want it converted from GCJ-02", s)
	}
	made := to.reports[1]
	if sec, nsec := made.ID.Time().UnixTime(); made.ID.Version() != 7 || made.ID.Variant() != uuid.RFC4122 || !time.Unix(sec, nsec).Equal(made.At) {
		t.Errorf("id %v (version %d, %v): want one of version 7 at the time of the report", made.ID, made.ID.Version(), time.Unix(sec, nsec))
	}
	if made.State != grid.Closed || !made.Received.Equal(made.At) {
		t.Errorf("%+v: want it closed, and received when it happened", made)
	}
}

func TestTheSameReportsTwiceAreOneSet(t *testing.T) {
	to := &sink{}
	// Two rows that say the same are two reports; order does not matter.
	rows := []string{"2024-05-01,121,32", "2024-05-01,121,32", "2024-05-02,121,32", "2024-05-01,121,32.1"}
	first, err := importReports(t, to, "at,lon,lat\n"+strings.Join(rows, "\n"), importer.ReportOptions{Batch: 3})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(to.batches) // which are written side by side
	slices.Reverse(rows)
	again, err := importReports(t, to, "lat,state,lon,at\n"+strings.Join([]string{"32.1,void,121,2024-05-01", "32,,121,2024-05-01", "32,,121,2024-05-02", "32,,121,2024-05-01"}, "\n"), importer.ReportOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if first.Added != 4 || again.Rows != 4 || again.Added != 0 || !slices.Equal(to.batches, []int{1, 3, 4}) {
		t.Errorf("%+v, then %+v in batches %v: want 4 reports, then none", first, again, to.batches)
	}
}

// A batch that cannot be written ends the import with its error.
func TestReportsThatCannotBeWritten(t *testing.T) {
	to := &sink{fail: errors.New("the disk is full")}
	body := "at,lon,lat\n" + strings.Repeat("2024-05-01,121,32\n", 100)
	if _, err := importReports(t, to, body, importer.ReportOptions{Batch: 1}); !errors.Is(err, to.fail) {
		t.Errorf("got %v, want %v", err, to.fail)
	}
}

func TestRefusedReportsAreNamedRowByRow(t *testing.T) {
	to := &sink{}
	_, err := importReports(t, to, `id,at,lon,lat,accuracy,matter,state
x,2024-05-01,121,32,,,
00000000-0000-0000-0000-000000000000,2024-05-01,121,32,,,
,yesterday,121,32,,,
,1969-05-01,121,32,,,
,2024-05-01,32,121,,,
,2024-05-01,121,,,,
,2024-05-01,NaN,32,,,
,2024-05-01,121,32,-1,,
,2024-05-01,121,32,,999999,
,2024-05-01,121,32,,,lost
,2024-05-01,121,32,,,
,2024-05-01,121,32,100000.5,,
`, importer.ReportOptions{})
	var refused *importer.Refused
	if !errors.As(err, &refused) {
		t.Fatalf("got %v, want it refused", err)
	}
	if len(to.reports) > 0 {
		t.Error("something was written")
	}
	var got []string
	for _, p := range refused.Problems {
		got = append(got, fmt.Sprintf("line %d: %s", p.Line, p.Text))
	}
	want := `line 2: id "x": a UUID such as 018f2e4a-6b1c-7d3e-8f90-123456789abc
line 3: id "00000000-0000-0000-0000-000000000000": a UUID such as 018f2e4a-6b1c-7d3e-8f90-123456789abc
line 4: at "yesterday": a time such as 2024-06-30, 2024-06-30 08:15 or 2024-06-30T08:15:00+08:00, from 1970 on
line 5: at "1969-05-01": a time such as 2024-06-30, 2024-06-30 08:15 or 2024-06-30T08:15:00+08:00, from 1970 on
line 6: longitude 32, latitude 121 look swapped: longitude comes first, and no latitude is beyond ±90
line 7: lon "121", lat "": decimal degrees
line 8: lon "NaN", lat "32": decimal degrees
line 9: accuracy "-1": metres from 0 to 100000
line 10: matter "999999" is not in the catalogue
line 11: unknown state "lost": one of reported, assigned, verifying, handling, suspended, checking, closed, evaluated, void, merged
line 13: accuracy "100000.5": metres from 0 to 100000`
	if diff := cmp.Diff(want, strings.Join(got, "\n")); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// A table says no more of times than a report over HTTP can.
func TestReportsHaveTimesThatCanBe(t *testing.T) {
	to := &sink{}
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, zone)
	var o importer.ReportOptions
	o.Now = func() time.Time { return now }
	if _, err := importReports(t, to, `at,received,lon,lat
2026-05-02 12:00,,121,32
2026-05-02 12:00,2026-05-01 12:00,121,32.1
2026-04-02 12:00,2026-04-01 12:00,121,32.2
2026-04-01 12:00,2026-05-01 12:00,121,32.3
`, o); err != nil {
		t.Fatal(err)
	}
	if got := to.reports[0].Received; !got.Equal(now) {
		t.Errorf("received %v, want now, as it is said to happen later", got)
	}
	_, err := importReports(t, to, `at,received,lon,lat
2026-05-02 12:00:01,,121,32
2099-01-01,2026-05-01,121,32
2026-05-01,2026-05-01 12:00:01,121,32
2026-04-02 12:00:01,2026-04-01 12:00,121,32
`, o)
	want := `refused, nothing was written:
line 2: at 2026-05-02 12:00:01 is more than 24 hours in the future
line 3: at 2099-01-01 00:00:00 is more than 24 hours in the future
line 4: received 2026-05-01 12:00:01 is in the future
line 5: received 2026-04-01 12:00:00 is more than 24 hours before at 2026-04-02 12:00:01`
	if err == nil {
		t.Fatal("taken in, want it refused")
	}
	got := regexp.MustCompile(`(?m)^  \S+: `).ReplaceAllString(err.Error(), "")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
