package importer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"jingwei/geo"
	"jingwei/geo/datum"
	"jingwei/grid"
)

// LocateCSV reads rows whose first names the columns lon and lat, in degrees, and
// if it likes accuracy, a 68 % radius in metres, or calls them as a table of reports
// may. It writes the same rows, byte by byte, with the fields code, method and
// distance_m behind. A row that cannot be
// read or is refused stays in its place with the method "invalid: " and the
// reason. One with less fields than the header is filled up, so that the new ones
// stand in their columns. Empty lines stay empty.
//
// A header without the columns is a *[Problem], a row that is too large is
// [ErrLongRow].
func LocateCSV(ctx context.Context, dst io.Writer, src io.Reader, o LocateOptions) (LocateResult, error) {
	s, err := begin(ctx, src)
	if err != nil {
		return LocateResult{}, err
	}
	b := s.first
	if len(b.in) == 0 {
		return LocateResult{}, noHeader(b.err)
	}
	format, header, err := newCSV(b.in, o)
	if err != nil {
		return LocateResult{}, err
	}
	b.in = slices.Delete(b.in, 0, header)
	if _, err := dst.Write(slices.Concat(s.mark, format.header)); err != nil {
		return LocateResult{}, fmt.Errorf("write the answer: %w", err)
	}
	return (&locating{o, format}).run(ctx, dst, b, s.split)
}

// start is the beginning of a stream of CSV.
type start struct {
	mark  []byte // of the byte order
	first *block
	split *splitter
}

// begin reads the first rows, or until ctx ends: then a Read is still under way.
func begin(ctx context.Context, src io.Reader) (s start, err error) {
	type begun struct {
		start
		err error
	}
	done := make(chan begun, 1)
	go func() {
		mark, src, err := markOf(src)
		if err != nil {
			done <- begun{err: err}
			return
		}
		split := &splitter{src: src, quotes: true}
		done <- begun{start{mark, split.next(), split}, nil}
	}()
	select {
	case b := <-done:
		return b.start, b.err
	case <-ctx.Done():
		return s, ctx.Err()
	}
}

// markOf takes the byte order mark, if any, from the front of a stream.
func markOf(src io.Reader) (mark []byte, rest io.Reader, err error) {
	head := make([]byte, len(byteOrderMark))
	n, err := io.ReadFull(src, head)
	switch {
	case err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		return nil, nil, err
	case string(head[:n]) == byteOrderMark:
		return head, src, nil
	}
	return nil, io.MultiReader(bytes.NewReader(head[:n]), src), nil
}

func noHeader(err error) error {
	if errors.Is(err, io.EOF) {
		return &Problem{Text: "the first line must name the columns lon and lat"}
	}
	return err
}

// csvFormat is CSV as RFC 4180 has it. A quote inside a field that does not begin
// with one is taken as it is.
type csvFormat struct {
	header             []byte // with the new names and its line ending
	lineEnd            string
	width              int // fields of the header
	lon, lat, accuracy int // fields; accuracy is -1 when there is none
	datum              datum.Datum
	plain              bool // no code needs quotes
}

// newCSV reads the header and returns how long it is.
func newCSV(in []byte, o LocateOptions) (f *csvFormat, size int, err error) {
	f = &csvFormat{lineEnd: "\n", datum: o.Datum, plain: o.Cells.plain}
	var names []string
	l := lexer{in: in}
	for more := true; more; {
		var name field4180
		name, more = l.field()
		names = append(names, name.text())
	}
	end, next := l.lineEnd()
	if next > end && in[next-1] == '\n' {
		f.lineEnd = string(in[end:next])
	}
	f.width = len(names)
	f.header = append(slices.Clone(in[:end]), ",code,method,distance_m"+f.lineEnd...)
	return f, next, f.find(names)
}

// find finds the columns by their names.
func (f *csvFormat) find(names []string) (err error) {
	plain := make([]string, len(names))
	for i, name := range names {
		plain[i] = strings.TrimSpace(name)
	}
	for _, c := range []struct {
		at   *int
		like column
	}{{&f.lon, reportColumns[reportLon]}, {&f.lat, reportColumns[reportLat]}, {&f.accuracy, reportColumns[reportAccuracy]}} {
		if *c.at, err = columnOf(plain, c.like.names); err != nil {
			return err
		}
	}
	if f.lon < 0 || f.lat < 0 {
		return &Problem{Line: 1, Text: fmt.Sprintf("the header must name the columns lon and lat, it is %.200q; also understood: %s and %s", strings.Join(names, ","),
			strings.Join(reportColumns[reportLon].names[1:], ", "), strings.Join(reportColumns[reportLat].names[1:], ", "))}
	}
	return nil
}

// columnOf returns which column has the first of several names that any has, -1 if none.
func columnOf(names, known []string) (int, error) {
	for _, name := range known {
		same := func(n string) bool { return strings.EqualFold(n, name) }
		i := slices.IndexFunc(names, same)
		if i < 0 {
			continue
		}
		if slices.ContainsFunc(names[i+1:], same) {
			return i, &Problem{Line: 1, Text: fmt.Sprintf("the column %s comes twice", name)}
		}
		return i, nil
	}
	return -1, nil
}

func (f *csvFormat) ending() string { return f.lineEnd }

func (f *csvFormat) parse(b *block) {
	for l := (lexer{in: b.in}); l.i < len(l.in); {
		f.row(b, &l)
	}
}

// row reads one row.
func (f *csvFormat) row(b *block, l *lexer) {
	var lon, lat, accuracy field4180
	start, n, broken := l.i, 0, 0
	for more := true; more; n++ {
		var v field4180
		v, more = l.field()
		switch n {
		case f.lon:
			lon = v
		case f.lat:
			lat = v
		case f.accuracy:
			accuracy = v
		}
		if v.broken {
			broken = n + 1
		}
	}
	end, next := l.lineEnd()
	r := row{end: int32(end), next: int32(next), fill: int32(max(0, f.width-n))}
	switch {
	case end == start:
		r.fill = blank
		b.add(r, geo.Pos{}, "")
	case broken > 0:
		b.add(r, geo.Pos{}, fmt.Sprintf("field %d has a quote that is not closed at its end", broken))
	case n > f.width:
		b.add(r, geo.Pos{}, fmt.Sprintf("%d fields, the header has %d", n, f.width))
	default:
		at, wrong := f.place(lon, lat)
		if wrong == "" {
			r.accuracy, wrong = accuracyOf(accuracy)
		}
		b.add(r, at, wrong)
	}
}

// place reads a position.
func (f *csvFormat) place(lon, lat field4180) (geo.Pos, string) {
	if f.datum == datum.WGS84 {
		x, okX := lon.units()
		y, okY := lat.units()
		if okX && okY && -geo.MaxY < y && y < geo.MaxY {
			return geo.Pos{X: x, Y: y}, ""
		}
	}
	x, wrong := lon.number("lon")
	if wrong != "" {
		return geo.Pos{}, wrong
	}
	y, wrong := lat.number("lat")
	if wrong != "" {
		return geo.Pos{}, wrong
	}
	return place(x, y, f.datum)
}

func accuracyOf(v field4180) (m float64, wrong string) {
	if len(v.raw) == 0 {
		return 0, ""
	}
	if m, wrong = v.number("accuracy"); wrong == "" {
		wrong = wrongAccuracy(m)
	}
	return m, wrong
}

func wrongAccuracy(m float64) string {
	if math.IsNaN(m) || m < 0 || m > grid.MaxAccuracy {
		return fmt.Sprintf("accuracy: want metres from 0 to %v", grid.MaxAccuracy)
	}
	return ""
}

func (f *csvFormat) answer(out, text []byte, r row, a cellAnswer) []byte {
	out = append(out, text...)
	for range r.fill {
		out = append(out, ',')
	}
	out = append(out, ',')
	if a.wrong != "" {
		return append(appendField(append(out, ','), "invalid: "+a.wrong), ',')
	}
	if f.plain {
		out = append(out, a.code...)
	} else {
		out = appendField(out, a.code)
	}
	out = append(append(append(out, ','), a.place.Method...), ',')
	return appendMetres(out, a.place.DistanceM)
}

// appendMetres writes a distance to the centimetre.
func appendMetres(out []byte, m float64) []byte {
	if m == 0 {
		return append(out, '0')
	}
	return strconv.AppendFloat(out, math.Round(m*100)/100, 'f', -1, 64)
}

// appendField writes a field, in quotes if it needs them.
func appendField(out []byte, s string) []byte {
	if !needsQuotes(s) {
		return append(out, s...)
	}
	out = append(out, '"')
	for i := range len(s) {
		if s[i] == '"' {
			out = append(out, '"')
		}
		out = append(out, s[i])
	}
	return append(out, '"')
}

// special are the bytes that are in quotes, or are a quote.
var special = [256]bool{'"': true, ',': true, '\r': true, '\n': true}

func needsQuotes(s string) bool {
	for i := range len(s) {
		if special[s[i]] {
			return true
		}
	}
	return len(s) > 0 && s[0] == ' '
}
