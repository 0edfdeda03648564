package importer

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"jingwei/geo"
	"jingwei/geo/datum"
)

// feature is an element of a boundary file.
type feature struct {
	number int   // in its file, from 1
	offset int64 // of its first byte in the file
	values []value
	told   bool             // has properties, be they null
	drawn  bool             // has a geometry, be it null
	shape  geo.MultiPolygon // nil when the geometry is null
	at     geo.Pos          // the first corner
	placed bool             // at is known
}

// valueKind tells what a property holds.
type valueKind uint8

const (
	absent valueKind = iota
	null
	textual
	numeral
	other // true, false, an object or an array
)

// value is a property as it is written.
type value struct {
	kind valueKind
	text string
}

// geojsonReader reads features one by one. It understands a FeatureCollection
// and a sequence of features, one after another, with or without the record
// separators of RFC 8142.
type geojsonReader struct {
	shapeReader
	wanted []string // names of the properties that are kept; the first is the code
	names  []string // of all properties of the first feature
	emit   func(*feature) error

	count     int      // features read
	current   *feature // nil between features
	collected bool     // a FeatureCollection has been read
}

// readGeoJSON calls emit with each feature, which holds the wanted properties in
// their order, and returns the names of all properties of the first.
func readGeoJSON(r io.Reader, d datum.Datum, wanted []string, emit func(*feature) error) ([]string, error) {
	g := &geojsonReader{shapeReader: shapeReader{scanner: newScanner(r), datum: d}, wanted: wanted, emit: emit}
	err := g.start()
	for err == nil && !g.finished() {
		err = g.top()
	}
	if err == nil && g.count == 0 {
		err = g.fail("the file holds no feature")
	}
	return g.names, g.locate(err)
}

const (
	recordSeparator = 0x1E
	byteOrderMark   = "\xEF\xBB\xBF"
)

// start refuses what is not JSON from its first bytes.
func (g *geojsonReader) start() error {
	for g.n < len(byteOrderMark) && g.more() {
	}
	switch head := string(g.buf[:min(g.n, len(byteOrderMark))]); {
	case head == byteOrderMark:
		return g.fail("the file starts with a byte order mark (EF BB BF), which JSON must not have: save it as UTF-8 without BOM")
	case strings.HasPrefix(head, "\xFF\xFE") || strings.HasPrefix(head, "\xFE\xFF"):
		return g.fail("the file is UTF-16: save it as UTF-8 without BOM")
	case head == "" && errors.Is(g.err, io.EOF):
		return g.fail("the file is empty")
	}
	return nil
}

// finished skips what may stand between features and reports whether the file
// ends there.
func (g *geojsonReader) finished() bool {
	for !g.done() {
		if c, err := g.peek(); err != nil || c != recordSeparator {
			return false
		}
		g.i++
	}
	return true
}

// top reads an object at the top of the file: a collection or a feature.
func (g *geojsonReader) top() error {
	if g.collected {
		return g.fail("more data after the end of the FeatureCollection")
	}
	start, features, kind := g.offset(), false, ""
	f := g.begin()
	err := g.object(func(key string) (err error) {
		switch key {
		case "type":
			kind, err = g.typeAfter(kind)
		case "features":
			if features {
				return g.twice(key)
			}
			features, g.current = true, nil
			err = g.list('[', ']', g.feature)
		case "crs":
			if err = g.crs(); err != nil {
				g.current = nil
			}
		default:
			err = g.member(f, key)
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case features && kind == "FeatureCollection":
		g.collected = true
		return nil
	case features || kind == "FeatureCollection":
		return &Problem{Byte: start + 1, Text: "a FeatureCollection needs both its type and its features"}
	}
	return g.finish(f, kind)
}

// feature reads an element of a collection.
func (g *geojsonReader) feature() error {
	if _, err := g.next(); err != nil {
		return err
	}
	f, kind := g.begin(), ""
	err := g.object(func(key string) (err error) {
		if key == "type" {
			kind, err = g.typeAfter(kind)
			return err
		}
		return g.member(f, key)
	})
	if err != nil {
		return err
	}
	return g.finish(f, kind)
}

// begin starts a feature.
func (g *geojsonReader) begin() *feature {
	g.current = &feature{number: g.count + 1, offset: g.offset(), values: make([]value, len(g.wanted))}
	return g.current
}

// finish ends a feature and hands it on.
func (g *geojsonReader) finish(f *feature, kind string) error {
	switch {
	case kind == "Topology":
		return f.problem("this is TopoJSON: rename the file to .topojson to have it converted")
	case kind != "Feature":
		return f.problem("an object of the type %.40q where a Feature should be", kind)
	case !f.drawn:
		return f.problem("no geometry: an area without a polygon has the geometry null")
	}
	g.count++
	g.current = nil
	return g.emit(f)
}

// member reads a member of a feature.
func (g *geojsonReader) member(f *feature, key string) (err error) {
	switch key {
	case "geometry":
		if f.drawn {
			return g.twice(key)
		}
		f.drawn = true
		f.shape, err = g.read()
		f.at, f.placed = g.first, f.shape != nil
		return err
	case "properties":
		if f.told {
			return g.twice(key)
		}
		f.told = true
		return g.properties(f)
	}
	return g.skip(0)
}

// typeAfter reads the type of an object, which has none so far.
func (g *geojsonReader) typeAfter(already string) (string, error) {
	if already != "" {
		return "", g.twice("type")
	}
	return g.text()
}

// twice refuses a member that comes again in an object: which one holds?
func (s *scanner) twice(key string) error {
	return s.fail("%.40q comes twice in one object", key)
}

// properties reads the properties of a feature and keeps the wanted ones.
func (g *geojsonReader) properties(f *feature) error {
	if c, err := g.next(); err != nil || c == 'n' {
		if err == nil {
			_, err = g.word()
		}
		return err
	}
	return g.object(func(key string) error {
		if f.number == 1 && len(g.names) < maxNames {
			g.names = append(g.names, key)
		}
		first := slices.Index(g.wanted, key)
		if first < 0 {
			return g.skip(0)
		}
		if f.values[first].kind != absent {
			return g.twice(key)
		}
		v, err := g.value()
		for i, w := range g.wanted {
			if w == key {
				f.values[i] = v
			}
		}
		return err
	})
}

// maxNames is how many property names are told when one is missing.
const maxNames = 30

// value reads a property that is kept.
func (g *geojsonReader) value() (value, error) {
	c, err := g.next()
	switch {
	case err != nil:
		return value{}, err
	case c == '"':
		s, err := g.text()
		return value{textual, s}, err
	case numeric[c]:
		b, err := g.number()
		return value{numeral, string(b)}, err
	case c == 'n':
		_, err := g.word()
		return value{kind: null}, err
	}
	return value{kind: other}, g.skip(0)
}

// locate completes an error with the feature it happened in.
func (g *geojsonReader) locate(err error) error {
	var p *Problem
	if !errors.As(err, &p) || p.Feature > 0 {
		return err
	}
	if f := g.current; f != nil {
		p.Feature, p.Code = f.number, f.code()
	} else if g.count > 0 {
		p.Text += fmt.Sprintf(", after feature %d", g.count)
	}
	return err
}

// code is the code of the feature as far as it is known.
func (f *feature) code() string {
	if len(f.values) == 0 {
		return ""
	}
	return strings.TrimSpace(f.values[0].text)
}

// problem is something wrong with the feature as a whole.
func (f *feature) problem(format string, args ...any) *Problem {
	return &Problem{
		Feature: f.number, Code: f.code(), Byte: f.offset + 1,
		At: f.at, Placed: f.placed, Text: fmt.Sprintf(format, args...),
	}
}
