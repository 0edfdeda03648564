package api

import (
	"bufio"
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"jingwei/geo"
	"jingwei/geo/datum"
	"jingwei/grid"
)

// locateMany answers a CSV stream of places with the same rows and their cells.
func (a *API) locateMany(c *call) error {
	p := newParams(c.r.URL)
	d := p.datum()
	if err := cmp.Or(p.end(), wantContent(c.r, "text/csv")); err != nil {
		return err
	}
	duplex(c.w)
	c.w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	c.w.Header().Set("Cache-Control", "no-store")
	return LocateCSV(c.r.Context(), c.w, c.r.Body, d, func(p geo.Pos) (grid.Place, string, error) {
		place := c.s.Locate(p, grid.DefaultTolerance)
		if place.Area < 0 {
			return place, "", nil
		}
		return place, c.s.Area(place.Area).Code, c.within(place.Area)
	})
}

// duplex lets the answer begin before the request has ended. It fails only where
// that is possible anyway.
func duplex(w http.ResponseWriter) {
	_ = http.NewResponseController(w).EnableFullDuplex()
}

// Limits of a CSV stream.
const (
	maxRow    = 1 << 20 // bytes of one row
	csvBuffer = 1 << 20 // bytes of answer held back: clients that send all before they read any are served up to there
)

// A Locator finds the cell of a position and the cell's code, "" when outside.
// An error refuses the row.
type Locator func(geo.Pos) (place grid.Place, code string, err error)

// LocateCSV reads rows with a header that has the columns lon and lat, in degrees
// of datum d, and if it likes accuracy, in metres, and writes the same rows with
// the columns code, method and distance_m behind. A row that cannot be read or
// is refused stays in its place with the method "invalid: " and the reason.
func LocateCSV(ctx context.Context, dst io.Writer, src io.Reader, d datum.Datum, locate Locator) error {
	limited := &rowLimit{src: src, left: maxRow}
	in := csv.NewReader(limited)
	in.FieldsPerRecord, in.LazyQuotes, in.ReuseRecord = -1, true, true
	header, err := in.Read()
	if err != nil {
		return csvError(err, "the first line must name the columns lon and lat")
	}
	cols, err := findColumns(header)
	if err != nil {
		return err
	}
	buffered := bufio.NewWriterSize(dst, csvBuffer)
	out := csv.NewWriter(buffered)
	if err := out.Write(append(header, "code", "method", "distance_m")); err != nil {
		return err
	}
	for n := 2; ; n++ {
		limited.left = maxRow
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return csvError(err, fmt.Sprintf("row %d", n))
		}
		if err := out.Write(cols.answer(row, d, locate)); err != nil {
			return err
		}
		if n%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	out.Flush()
	return cmp.Or(out.Error(), buffered.Flush())
}

func csvError(err error, where string) error {
	var size *Problem
	if errors.As(err, &size) {
		return size
	}
	if errors.Is(err, io.EOF) {
		return bad("csv", "", "%s", where)
	}
	return bad("body", where, "the body cannot be read: %v", err)
}

// columns is where lon, lat and accuracy stand in a row; accuracy is -1 when
// there is none.
type columns struct{ n, lon, lat, accuracy int }

func findColumns(header []string) (columns, error) {
	c := columns{n: len(header), lon: -1, lat: -1, accuracy: -1}
	header[0] = strings.TrimPrefix(header[0], "\ufeff")
	for i, name := range header {
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "lon":
			c.lon = i
		case "lat":
			c.lat = i
		case "accuracy":
			c.accuracy = i
		}
	}
	if c.lon < 0 || c.lat < 0 {
		return c, bad("csv", "line 1", "the header must name the columns lon and lat, it is %q", strings.Join(header, ","))
	}
	return c, nil
}

// answer returns a row, filled up to the width of the header, with its cell.
func (c columns) answer(row []string, d datum.Datum, locate Locator) []string {
	given := len(row)
	for len(row) < c.n {
		row = append(row, "")
	}
	if given > c.n {
		return append(row[:c.n], "", fmt.Sprintf("invalid: %d fields, the header has %d", given, c.n), "")
	}
	place, code, err := c.locate(row, d, locate)
	if err != nil {
		return append(row, "", "invalid: "+err.Error(), "")
	}
	return append(row, code, string(place.Method), strconv.FormatFloat(centimetres(place.DistanceM), 'f', -1, 64))
}

func (c columns) locate(row []string, d datum.Datum, locate Locator) (grid.Place, string, error) {
	lon, err := field("lon", row[c.lon])
	if err != nil {
		return grid.Place{}, "", err
	}
	lat, err := field("lat", row[c.lat])
	if err != nil {
		return grid.Place{}, "", err
	}
	if err := c.checkAccuracy(row); err != nil {
		return grid.Place{}, "", err
	}
	pos, err := position(lon, lat, d)
	if err != nil {
		return grid.Place{}, "", err
	}
	return locate(pos)
}

func (c columns) checkAccuracy(row []string) error {
	if c.accuracy < 0 || row[c.accuracy] == "" {
		return nil
	}
	v, err := field("accuracy", row[c.accuracy])
	if err != nil {
		return err
	}
	return checkAccuracy(v)
}

func field(name, s string) (float64, error) {
	v, err := parseNumber(strings.TrimSpace(s))
	if err != nil {
		return 0, bad("field", name, "%v", err)
	}
	return v, nil
}

// rowLimit fails once more than left bytes were read since it was last set. The
// reader behind it may read a little ahead of the row.
type rowLimit struct {
	src  io.Reader
	left int
}

func (l *rowLimit) Read(b []byte) (int, error) {
	if l.left <= 0 {
		return 0, problem(http.StatusRequestEntityTooLarge, "size", "", "a row is larger than %d bytes", maxRow)
	}
	n, err := l.src.Read(b)
	l.left -= n
	return n, err
}
