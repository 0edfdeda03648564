package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"jingwei/dispatch"
	"jingwei/geo/datum"
	"jingwei/grid"
	importer "jingwei/import"
)

type importCommand struct {
	Boundaries importBoundaries `cmd:"" help:"Polygons of one level, as a new edition; GeoJSON, or any OGR format through ogr2ogr."`
	Workers    importTable      `cmd:"" help:"People: code,name,role,phone,department."`
	Posts      importPosts      `cmd:"" help:"Who has which duty: worker,area,rank,from,until,duty; times without a zone are of Beijing."`
	Matters    importMatters    `cmd:"" help:"The catalogue: code,category,item,name,level,limit_hours."`
	Rules      importRules      `cmd:"" help:"Who answers for what: code,matter,area,urgency,week,from,until,level,role,department,note; times without a zone are of Beijing."`
	Calendar   importCalendar   `cmd:"" help:"Holidays, make-up days and working hours: date,kind,name,hours."`
	Limits     importLimits     `cmd:"" help:"How long each stage may take: matter,urgency,stage,limit_hours,clock,note."`
	Reports    importReports    `cmd:"" help:"Reports of the past: id,at,received,lon,lat,accuracy,matter,text,state,reporter; times without a zone are of Beijing."`
}

type importBoundaries struct {
	Files []string `arg:"" name:"file" type:"existingfile" help:"Files; together they are one import."`

	Level      grid.Level `required:"" help:"Level of the areas: city, county, town, village, grid or microgrid."`
	Code       string     `placeholder:"P" help:"Property with the code (default: code)."`
	Name       string     `placeholder:"P" help:"Property with the name (default: name)."`
	Parent     string     `placeholder:"P" help:"Property with the parent's code."`
	Kind       string     `placeholder:"P" help:"Property with the kind, general or dedicated (default: kind)."`
	Households string     `placeholder:"P" help:"Property with the number of households (default: households)."`
	Datum      string     `default:"wgs84" help:"Datum of the positions: wgs84, gcj02 or bd09."`
	CRS        string     `name:"crs" placeholder:"EPSG:n" help:"Projection of the file, if any."`
	Repair     bool       `help:"Close gaps and overlaps narrower than --repair-width."`
	Width      float64    `name:"repair-width" default:"${repairWidth}" help:"Metres."`
	Replace    bool       `help:"Drop the areas of this level that the files do not name."`
	DryRun     bool       `help:"Do everything but publish."`
	Note       string     `help:"A note for the edition."`
}

func (c *importBoundaries) Run(ctx context.Context, s streams, d *database) error {
	o, err := c.options()
	if err != nil {
		return usageError{err}
	}
	db, done, err := d.open(ctx)
	if err != nil {
		return err
	}
	defer done()
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(importer.Memory)
	}
	p := newProgress(s.err)
	o.Progress = func(read, total int64) { p.show("reading", read, total) }
	r, err := importer.Boundaries(ctx, db, c.Files, o)
	p.close()
	if err != nil {
		return err
	}
	for _, change := range r.Repairs {
		fmt.Fprintln(s.err, change)
	}
	for _, note := range r.Notes {
		fmt.Fprintln(s.err, note)
	}
	fmt.Fprintln(s.err, r.Summary())
	switch {
	case c.DryRun:
		fmt.Fprintln(s.err, nothingWritten)
	case r.Edition != r.Base:
		fmt.Fprintf(s.err, "published as edition %d\n", r.Edition)
	}
	return nil
}

// nothingWritten is the last word of a dry run.
const nothingWritten = "nothing was written"

func (c *importBoundaries) options() (importer.BoundaryOptions, error) {
	dat, err := datum.Parse(c.Datum)
	if err == nil && c.CRS != "" && dat != datum.WGS84 {
		err = fmt.Errorf("--crs and --datum %s exclude each other: a projected file has its datum with it", c.Datum)
	}
	o := importer.BoundaryOptions{
		Level: c.Level, Code: c.Code, Name: c.Name, Parent: c.Parent, Kind: c.Kind, Households: c.Households,
		Datum: dat, CRS: c.CRS, Replace: c.Replace, DryRun: c.DryRun, Note: c.note(),
	}
	if c.Repair {
		o.RepairWidth = c.Width
	}
	if err == nil {
		err = importer.CheckCRS(c.CRS)
	}
	if err == nil && !(c.Width > 0 && c.Width <= 1000) {
		err = fmt.Errorf("--repair-width %v: metres above 0, at most 1000", c.Width)
	}
	return o, err
}

func (c *importBoundaries) note() string {
	if c.Note != "" {
		return c.Note
	}
	names := make([]string, len(c.Files))
	for i, f := range c.Files {
		names[i] = filepath.Base(f)
	}
	return "import of " + strings.Join(names, ", ")
}

// tableFlags are common to all tables.
type tableFlags struct {
	File     string `arg:"" type:"existingfile" help:"A CSV file, or an Excel workbook (.xlsx)."`
	Encoding string `default:"utf-8" enum:"utf-8,gbk,gb18030" help:"Of CSV: utf-8, gbk or gb18030."`
}

func (c *tableFlags) options(p *progress) importer.TableOptions {
	return importer.TableOptions{Encoding: c.Encoding, Progress: func(read, total int64) { p.show("reading", read, total) }}
}

// rosterFlags are common to the tables of people, the catalogue and the rules.
type rosterFlags struct {
	tableFlags
	DryRun bool `help:"Only list what is new, changed and gone, on stdout."`
}

type importTable struct{ rosterFlags }

func (c *importTable) Run(ctx context.Context, s streams, d *database) error {
	return c.table(ctx, s, d, importer.Workers, false)
}

// replaceFlags are common to the tables that can be the whole of what there is.
type replaceFlags struct {
	rosterFlags
	Replace bool `help:"Take out what is there and in no row: posts end now, matters that reports name stay."`
}

type importPosts struct{ replaceFlags }

func (c *importPosts) Run(ctx context.Context, s streams, d *database) error {
	return c.table(ctx, s, d, importer.Posts, c.Replace)
}

type importMatters struct{ replaceFlags }

func (c *importMatters) Run(ctx context.Context, s streams, d *database) error {
	return c.table(ctx, s, d, importer.Matters, c.Replace)
}

type importRules struct{ replaceFlags }

func (c *importRules) Run(ctx context.Context, s streams, d *database) error {
	return c.table(ctx, s, d, importer.Rules, c.Replace)
}

type importCalendar struct{ replaceFlags }

func (c *importCalendar) Run(ctx context.Context, s streams, d *database) error {
	return c.table(ctx, s, d, importer.Calendar, c.Replace)
}

type importLimits struct{ replaceFlags }

func (c *importLimits) Run(ctx context.Context, s streams, d *database) error {
	return c.table(ctx, s, d, importer.Limits, c.Replace)
}

// tableImport is importer.Workers, Posts, Matters, Rules, Calendar or Limits.
type tableImport func(context.Context, importer.Roster, string, importer.TableOptions) (*importer.TableResult, error)

func (c *rosterFlags) table(ctx context.Context, s streams, d *database, read tableImport, replace bool) error {
	db, done, err := d.open(ctx)
	if err != nil {
		return err
	}
	defer done()
	p := newProgress(s.err)
	o := c.options(p)
	o.DryRun, o.Replace = c.DryRun, replace
	r, err := read(ctx, db.As("command line"), c.File, o)
	p.close()
	if err != nil {
		return err
	}
	if c.DryRun {
		for _, change := range r.Changes {
			fmt.Fprintln(s.out, change)
		}
	}
	for _, note := range r.Notes {
		fmt.Fprintln(s.err, note)
	}
	fmt.Fprintf(s.err, "%d rows: %d new, %d changed, %d as they were, %d gone\n", r.Rows, r.Added, r.Changed, r.Same, r.Gone())
	if c.DryRun {
		fmt.Fprintln(s.err, nothingWritten)
	}
	return nil
}

type importReports struct {
	tableFlags
	Datum string `default:"wgs84" help:"Datum of the positions: wgs84, gcj02 or bd09."`
}

func (c *importReports) Run(ctx context.Context, s streams, d *database) error {
	dat, err := datum.Parse(c.Datum)
	if err != nil {
		return usageError{err}
	}
	db, done, err := d.open(ctx)
	if err != nil {
		return err
	}
	defer done()
	snapshot, err := db.Load(ctx, 0)
	if err != nil {
		return err
	}
	sink, err := db.ReportSink(ctx, "command line", "import of "+filepath.Base(c.File))
	if err != nil {
		return err
	}
	p := newProgress(s.err)
	began := time.Now()
	sample, now := importer.NewSample(dat), db.Now()
	r, err := importer.Reports(ctx, sink, c.File, importer.ReportOptions{
		TableOptions: c.options(p), Datum: dat,
		Locate: func(r *grid.Report) (why string) {
			sample.Add(r.Pos)
			return settle(snapshot, r, now)
		},
	})
	p.close()
	if err != nil {
		return err
	}
	for _, note := range r.Notes {
		fmt.Fprintln(s.err, note)
	}
	warn(s.err, sample, snapshot)
	fmt.Fprintf(s.err, "%d rows: %d new, %d known already, in %.1f s\n", r.Rows, r.Added, r.Rows-r.Added, time.Since(began).Seconds())
	return nil
}

// warn says so, with the evidence, when positions look as if they came in another
// datum.
func warn(messages io.Writer, s *importer.Sample, in *grid.Snapshot) {
	if guess, ok := s.Guess(in); ok {
		fmt.Fprintf(messages, "warning: %v\n", guess)
	}
}

// settle fills in what follows from the place of a report of the past: its cell, who
// answers for it and until when. It returns why.
func settle(s *grid.Snapshot, r *grid.Report, now time.Time) (why string) {
	place := s.Locate(r.Pos, grid.DefaultTolerance)
	r.Edition, r.Method, r.DistanceM = s.Edition, place.Method, place.DistanceM
	if place.Area >= 0 {
		r.Cell = s.Area(place.Area).ID
	}
	taken, reasons := dispatch.TakeIn(s, *r, place, now)
	*r = taken
	return strings.Join(reasons, "\n")
}
