package importer

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"jingwei/geo/datum"
	"jingwei/grid"

	"golang.org/x/sync/errgroup"
)

// Columns of a table of reports.
const (
	reportID = iota
	reportAt
	reportReceived
	reportLon
	reportLat
	reportAccuracy
	reportMatter
	reportText
	reportState
	reportReporter
)

var reportColumns = []column{
	{names: []string{"id", "编号", "事件编号"}},
	{names: []string{"at", "发生时间", "上报时间", "时间"}, required: true},
	{names: []string{"received", "接收时间", "受理时间"}},
	{names: []string{"lon", "longitude", "lng", "经度"}, required: true},
	{names: []string{"lat", "latitude", "纬度"}, required: true},
	{names: []string{"accuracy", "精度", "定位精度"}},
	{names: []string{"matter", "事项", "事项编号", "事项代码"}},
	{names: []string{"text", "内容", "描述", "事件描述"}},
	{names: []string{"state", "状态"}},
	{names: []string{"reporter", "上报人"}},
}

// ReportOptions say how to read a table of reports.
type ReportOptions struct {
	TableOptions
	Datum datum.Datum // of lon and lat
	// State of a row that names none; zero is Closed, as such a table is a record
	// of the past.
	State grid.State
	// Locate fills in what follows from the position: cell, method, distance,
	// edition, holder. It returns why that one has it, if it is worked on. It may be
	// nil.
	Locate func(*grid.Report) (why string)
	Batch  int // rows committed at a time; 0 is DefaultBatch
}

// DefaultBatch is how many reports are committed at a time.
const DefaultBatch = 20_000

// ReportResult is what the import of a table of reports did.
type ReportResult struct {
	Rows  int
	Added int // the others were known already
	Notes []string
}

// Reports reads a table of reports twice: once to find what is wrong, which is a
// *[Refused], and then to hand the rows over in batches. A row keeps its id when
// it has one and gets one from what it says otherwise, so that the same table
// twice is one set of reports.
func Reports(ctx context.Context, to ReportSink, path string, o ReportOptions) (*ReportResult, error) {
	list, err := to.MatterCodes(ctx)
	if err != nil {
		return nil, fmt.Errorf("read matters: %w", err)
	}
	matters := set(list)
	now := o.now()
	o.Now = func() time.Time { return now } // both times
	check, write := o, o
	check.Progress, write.Progress = o.Progress.pass(0, 2), o.Progress.pass(1, 2)
	ignored, err := EachReport(ctx, path, check, matters, func(*grid.Report) error { return nil })
	if err != nil {
		return nil, err
	}
	w := newReportWriter(ctx, to, o)
	_, err = EachReport(w.ctx, path, write, matters, w.add)
	if err == nil {
		err = w.flush()
	}
	if failed := w.writing.Wait(); failed != nil { // which also ended the reading
		err = failed
	}
	if err != nil {
		return nil, err
	}
	return &ReportResult{Rows: w.rows, Added: int(w.added.Load()), Notes: notes(ignored)}, nil
}

// reportWriter gathers reports into batches, which are written while others are
// read.
type reportWriter struct {
	ctx     context.Context
	to      ReportSink
	o       ReportOptions
	batch   []grid.Entry
	rows    int
	writing *errgroup.Group
	added   atomic.Int64
}

// writers is how many batches are written at a time.
const writers = 2

func newReportWriter(ctx context.Context, to ReportSink, o ReportOptions) *reportWriter {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(writers)
	return &reportWriter{ctx: ctx, to: to, o: o, writing: g}
}

func (w *reportWriter) add(r *grid.Report) error {
	why := ""
	if w.o.Locate != nil {
		why = w.o.Locate(r)
	}
	w.rows++
	if w.batch = append(w.batch, grid.Entry{Report: *r, Reason: why}); len(w.batch) < w.size() {
		return nil
	}
	return w.flush()
}

func (w *reportWriter) size() int {
	if w.o.Batch > 0 {
		return w.o.Batch
	}
	return DefaultBatch
}

func (w *reportWriter) flush() error {
	batch := w.batch
	w.batch = make([]grid.Entry, 0, w.size())
	if len(batch) == 0 || w.ctx.Err() != nil {
		return w.ctx.Err()
	}
	w.writing.Go(func() error {
		added, err := w.to.AppendReports(w.ctx, batch)
		w.added.Add(int64(added))
		if err != nil {
			return fmt.Errorf("write reports: %w", err)
		}
		return nil
	})
	return nil
}

// EachReport calls use with every row of a table of reports; the report is used
// again after the call. matters holds the codes that rows may name. It returns
// the names of columns that are not understood.
func EachReport(ctx context.Context, path string, o ReportOptions, matters map[string]bool, use func(*grid.Report) error) (ignored []string, err error) {
	var r grid.Report
	seen, now := twins{}, o.now()
	return eachRow(ctx, path, o.TableOptions, reportColumns, func(t *table) (err error) {
		if r, err = report(t, o, now, matters); err == nil {
			r.ID, err = seen.identity(t.get(reportID), &r)
		}
		if err != nil {
			return t.problem("%v", err)
		}
		return use(&r)
	})
}

// report reads a row.
func report(t *table, o ReportOptions, now time.Time, matters map[string]bool) (r grid.Report, err error) {
	r = grid.Report{Matter: t.get(reportMatter), Text: t.get(reportText), Reporter: t.get(reportReporter), Version: 1}
	if r.Matter != "" && !matters[r.Matter] {
		return r, fmt.Errorf("matter %q is not in the catalogue", r.Matter)
	}
	if r.State, err = stateOf(t.get(reportState), o.State); err != nil {
		return r, err
	}
	if r.At, err = t.moment("at", t.get(reportAt)); err != nil {
		return r, err
	}
	if r.Received, err = t.optional("received", t.get(reportReceived)); err != nil {
		return r, err
	}
	if err = arrive(&r, now); err != nil {
		return r, err
	}
	if err = checkProse(r.Text); err != nil {
		return r, err
	}
	if err = checkText("reporter", r.Reporter, maxName); err != nil {
		return r, err
	}
	return r, position(t, o.Datum, &r)
}

// arrive refuses times that no report sent over HTTP has. One that does not say when it
// was received was when it happened, or is now.
func arrive(r *grid.Report, now time.Time) error {
	switch {
	case r.At.After(now.Add(grid.MaxAhead)):
		return fmt.Errorf("at %s is more than %v hours in the future", stamp(r.At), grid.MaxAhead.Hours())
	case r.Received.After(now):
		return fmt.Errorf("received %s is in the future", stamp(r.Received))
	case r.Received.IsZero() && r.At.After(now):
		r.Received = now
	case r.Received.IsZero():
		r.Received = r.At
	case r.At.After(r.Received.Add(grid.MaxAhead)):
		return fmt.Errorf("received %s is more than %v hours before at %s", stamp(r.Received), grid.MaxAhead.Hours(), stamp(r.At))
	}
	return nil
}

// stateOf reads a state.
func stateOf(s string, unsaid grid.State) (grid.State, error) {
	switch {
	case s != "":
		return grid.ParseState(s)
	case unsaid != 0:
		return unsaid, nil
	}
	return grid.Closed, nil
}

// position reads where it was.
func position(t *table, d datum.Datum, r *grid.Report) error {
	lon, lonErr := Number(t.get(reportLon))
	lat, latErr := Number(t.get(reportLat))
	if lonErr != nil || latErr != nil {
		return fmt.Errorf("lon %q, lat %q: decimal degrees", t.get(reportLon), t.get(reportLat))
	}
	at, wrong := place(lon, lat, d)
	if wrong != "" {
		return errors.New(wrong)
	}
	r.Pos = at
	return accuracy(t.get(reportAccuracy), r)
}

// accuracy reads a radius in metres.
func accuracy(s string, r *grid.Report) (err error) {
	if s == "" {
		return nil
	}
	if r.Accuracy, err = Number(s); err != nil || !(0 <= r.Accuracy && r.Accuracy <= grid.MaxAccuracy) {
		return fmt.Errorf("accuracy %q: metres from 0 to %v", s, grid.MaxAccuracy)
	}
	return nil
}
