package importer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"jingwei/grid"
)

// TableResult is what the import of a table did.
type TableResult struct {
	Rows int
	grid.Tally
	Changes []Change
	Notes   []string // what the caller may want to know
}

func newResult(rows int, changes []Change, ignored []string) *TableResult {
	return &TableResult{rows, tally(rows, changes), changes, notes(ignored)}
}

// Gone counts what is there and in no row, but for what is kept.
func (r *TableResult) Gone() int { return len(goneKeys(r.Changes)) }

// leave returns the keys of what is to be taken out: all that is gone, if asked
// to; otherwise nothing, and a note says how much stays.
func (r *TableResult) leave(o TableOptions, noun string) []string {
	gone := goneKeys(r.Changes)
	if len(gone) > 0 && !o.Replace {
		r.Notes = append(r.Notes, fmt.Sprintf("%s in no row of the table: left as they are", count(len(gone), noun)))
		return nil
	}
	return gone
}

// eachRow calls row for every row of a file. The problems it returns are
// collected into a *[Refused]; any other error ends the reading. It returns the
// names of columns that are not understood.
func eachRow(ctx context.Context, path string, o TableOptions, columns []column, row func(*table) error) (ignored []string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	size := int64(0)
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
		size = info.Size()
	}
	done := int64(0)
	return readRows(&meter{&cancellable{ctx, f}, &done, size, o.Progress}, path, o, columns, row)
}

// readRows is eachRow for an open file.
func readRows(r io.Reader, path string, o TableOptions, columns []column, row func(*table) error) (ignored []string, err error) {
	var bad Refused
	rows := 0
	t, err := openTable(r, o, columns)
	defer func() { _ = t.close() }() // it was only read
	for err == nil {
		if err = t.next(); err == nil {
			rows++
			err = row(t)
		}
		var p *Problem
		if errors.As(err, &p) {
			p.File, err = path, nil
			bad.add(p)
		}
	}
	var p *Problem
	switch {
	case errors.As(err, &p):
		p.File = path
		return nil, refuse([]*Problem{p})
	case !errors.Is(err, io.EOF):
		return nil, err
	case rows == 0 && o.Replace && len(bad.Problems) == 0:
		bad.add(&Problem{File: path, Text: "the table has no row: with --replace it would take out all that is there"})
	}
	return t.ignored, bad.orNil()
}

// notes tells of columns that are not understood.
func notes(ignored []string) []string {
	if len(ignored) == 0 {
		return nil
	}
	return []string{"columns that are not understood and were not read: " + strings.Join(ignored, ", ")}
}
