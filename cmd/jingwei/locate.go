package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"jingwei/geo/coverage"
	"jingwei/geo/datum"
	"jingwei/grid"
	importer "jingwei/import"
)

type locateCommand struct {
	Boundaries string   `type:"existingfile" placeholder:"FILE" help:"Cells from files instead of the database."`
	Files      []string `arg:"" optional:"" name:"file" type:"existingfile" help:"More files of --boundaries; together they are one territory."`

	Code            string `placeholder:"P" help:"Property of the files with the code (default: code)."`
	BoundariesDatum string `default:"wgs84" help:"Datum of the files: wgs84, gcj02 or bd09."`
	CRS             string `name:"crs" placeholder:"EPSG:n" help:"Projection of the files, if any."`
	Repair          bool   `help:"Close gaps and overlaps in the files that are narrower than ${repairWidth} m."`
	Datum           string `default:"wgs84" help:"Datum of lon and lat: wgs84, gcj02 or bd09."`
}

// Run answers every row. Each is an answer of its own: rows that are bad are
// counted, and the others are located nonetheless.
func (c *locateCommand) Run(ctx context.Context, s streams, d *database) error {
	dat, err := datum.Parse(c.Datum)
	if err == nil && c.Boundaries == "" && len(c.Files) > 0 {
		err = errors.New("files are for --boundaries; rows come on stdin")
	}
	if err != nil {
		return usageError{err}
	}
	p := newProgress(s.err)
	snapshot, err := c.snapshot(ctx, s, d, p)
	if err != nil {
		p.close()
		return err
	}
	began, given := time.Now(), importer.NewSample(dat)
	sum, err := importer.LocateCSV(ctx, s.out, s.in, importer.LocateOptions{
		Cells: importer.NewCells(snapshot), Datum: dat, Sample: given.Add, Progress: locating(p, s.in),
	})
	p.close()
	if header := (*importer.Problem)(nil); errors.As(err, &header) {
		header.File = "stdin"
	}
	if err != nil {
		return err
	}
	warn(s.err, given, snapshot)
	if sum.Bad > 0 {
		return fmt.Errorf("%d of %d rows are bad: they say invalid and why", sum.Bad, sum.Rows)
	}
	fmt.Fprintf(s.err, "%d rows, in %.1f s\n", sum.Rows, time.Since(began).Seconds())
	return nil
}

// locating shows how much of a file on stdin is done; of a pipe or a terminal
// nothing, as there is no telling.
func locating(p *progress, in io.Reader) importer.Progress {
	f, ok := in.(*os.File)
	if !ok {
		return nil
	}
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return nil
	}
	return func(done, _ int64) { p.show("locating", done, info.Size()) }
}

// snapshot is the edition to look in.
func (c *locateCommand) snapshot(ctx context.Context, s streams, d *database, p *progress) (*grid.Snapshot, error) {
	if c.Boundaries != "" {
		return c.read(ctx, s.err, p)
	}
	db, done, err := d.open(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	return db.Load(ctx, 0)
}

// read makes an edition of the cells in the files.
func (c *locateCommand) read(ctx context.Context, messages io.Writer, p *progress) (*grid.Snapshot, error) {
	dat, err := datum.Parse(c.BoundariesDatum)
	if err != nil {
		return nil, usageError{err}
	}
	areas, err := importer.ReadBoundaries(ctx, append([]string{c.Boundaries}, c.Files...), importer.BoundaryOptions{
		Level: grid.Microgrid, Code: c.Code, Datum: dat, CRS: c.CRS,
		Progress: func(done, total int64) { p.show("reading", done, total) },
	})
	if err != nil {
		return nil, err
	}
	var cells []grid.Area
	var faces []coverage.Face
	for _, a := range areas {
		if a.Shape != nil {
			cells = append(cells, grid.Area{ID: grid.AreaID(len(cells) + 1), Code: a.Code, Level: a.Level, Cell: true})
			faces = append(faces, coverage.Face{Name: a.Code, Shape: a.Shape})
		}
	}
	if c.Repair {
		var changes []coverage.Change
		faces, changes = coverage.Repair(faces, importer.DefaultRepairWidth)
		for _, change := range changes {
			fmt.Fprintln(messages, change)
		}
	}
	cover, err := coverage.Build(faces)
	if err != nil {
		return nil, fmt.Errorf("the boundaries are no coverage: %w", err)
	}
	return grid.NewSnapshot(0, time.Time{}, cells, cover, nil)
}
