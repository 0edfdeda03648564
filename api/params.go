package api

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"jingwei/geo"
	"jingwei/geo/datum"
	"jingwei/grid"
	importer "jingwei/import"

	"github.com/google/uuid"
)

// params reads a query string. The first parameter that cannot be read is kept
// as the error that [params.end] returns; the readers after it do no harm.
type params struct {
	values url.Values
	known  map[string]bool
	err    error
}

func newParams(u *url.URL) *params {
	values, err := url.ParseQuery(u.RawQuery)
	p := &params{values: values, known: map[string]bool{}}
	if err != nil {
		p.err = bad("query", "", "the query string cannot be read: %v", err)
	}
	return p
}

// end returns what was wrong, which includes a parameter that nobody asked for
// and one given twice.
func (p *params) end() error {
	for _, name := range slices.Sorted(maps.Keys(p.values)) {
		if !p.known[name] {
			p.fail(bad("unknown-parameter", name, "there is no such parameter here"))
		}
		if len(p.values[name]) > 1 {
			p.fail(bad("parameter-twice", name, "given more than once"))
		}
	}
	return p.err
}

func (p *params) fail(err error) { p.err = cmp.Or(p.err, err) }

// text returns a parameter, or "" when it is absent.
func (p *params) text(name string) string {
	p.known[name] = true
	return p.values.Get(name)
}

// given reports whether a parameter is there.
func (p *params) given(name string) bool { return p.text(name) != "" }

// read gives a parameter, when present, to a parser.
func read[T any](p *params, name string, parse func(string) (T, error)) (v T) {
	s := p.text(name)
	if s == "" {
		return v
	}
	v, err := parse(s)
	if err != nil {
		p.fail(bad("parameter", name, "%v", err))
	}
	return v
}

func (p *params) need(name string) {
	if !p.given(name) {
		p.fail(bad("missing-parameter", name, "needed"))
	}
}

func (p *params) number(name string) float64 { return read(p, name, importer.Number) }

func (p *params) accuracy() float64 {
	v := p.number("accuracy")
	if err := checkAccuracy(v); err != nil {
		p.fail(err)
	}
	return v
}

func (p *params) datum() datum.Datum    { return read(p, "datum", datum.Parse) }
func (p *params) level() grid.Level     { return read(p, "level", grid.ParseLevel) }
func (p *params) flag(name string) bool { return read(p, name, parseFlag) }

func parseFlag(s string) (bool, error) {
	v, err := strconv.ParseBool(s)
	if err != nil {
		return false, fmt.Errorf("want true or false, not %q", s)
	}
	return v, nil
}

// cursor reads where a page begins.
func cursor[T any](p *params, parse func(string) (T, error)) T {
	return read(p, "cursor", func(s string) (T, error) {
		v, err := parse(s)
		if err != nil {
			err = fmt.Errorf("%q is not a cursor here: take the next link of the page before", s)
		}
		return v, err
	})
}

func (p *params) time(name string) time.Time { return read(p, name, parseTime) }

// span reads the half-open period from ≤ t < to; a missing end is zero.
func (p *params) span() (from, to time.Time) {
	from, to = p.time("from"), p.time("to")
	if !from.IsZero() && !to.IsZero() && to.Before(from) {
		p.fail(bad("parameter", "to", "the period ends before it begins"))
	}
	return from, to
}

// parseTime reads RFC 3339; a date, which begins at midnight, and a time without a
// zone are by the clock of [grid.Beijing].
func parseTime(s string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, s, grid.Beijing); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a time: want RFC 3339 or YYYY-MM-DD", s)
}

// matter reads a code prefix of two, four or six digits.
func (p *params) matter() string { return read(p, "matter", parseMatterPrefix) }

func parseMatterPrefix(s string) (string, error) {
	digits := strings.Trim(s, "0123456789") == ""
	if n := len(s); !digits || n != 2 && n != 4 && n != 6 {
		return "", fmt.Errorf("%q is not a matter: want 2, 4 or 6 digits", s)
	}
	return s, nil
}

// format reads in which form an answer is wanted, by one of some names.
func (p *params) format(names ...string) string {
	return read(p, "f", func(s string) (string, error) {
		if !slices.Contains(names, s) {
			return "", fmt.Errorf("%q is not a format here: want %s", s, strings.Join(names, " or "))
		}
		return s, nil
	})
}

func (p *params) states() []grid.State {
	return read(p, "state", func(s string) ([]grid.State, error) {
		var out []grid.State
		for name := range strings.SplitSeq(s, ",") {
			state, err := grid.ParseState(name)
			if err != nil {
				return nil, err
			}
			out = append(out, state)
		}
		return out, nil
	})
}

// limit reads how many to return at most, from 1 to 1000.
func (p *params) limit() int {
	n := read(p, "limit", func(s string) (int, error) {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > maxPage {
			return 0, fmt.Errorf("%q is not a number from 1 to %d", s, maxPage)
		}
		return n, nil
	})
	return cmp.Or(n, defaultPage)
}

const (
	defaultPage = 100
	maxPage     = 1000
)

func (p *params) id(name string) uuid.UUID { return read(p, name, parseID) }

// parseID reads a UUID in its usual form, and no other, so that an id has one
// spelling in addresses up to the case of its letters.
func parseID(s string) (uuid.UUID, error) {
	id, err := uuid.Parse(s)
	if err != nil || len(s) != 36 || id == uuid.Nil {
		return uuid.Nil, fmt.Errorf("%q is not a UUID", s)
	}
	return id, nil
}

// box reads minlon,minlat,maxlon,maxlat in degrees.
func (p *params) box() *geo.Box { return read(p, "bbox", parseBox) }

func parseBox(s string) (*geo.Box, error) {
	parts := strings.Split(s, ",")
	if len(parts) != 4 {
		return nil, fmt.Errorf("want minlon,minlat,maxlon,maxlat")
	}
	var v [4]float64
	for i, part := range parts {
		var err error
		if v[i], err = importer.Number(part); err != nil {
			return nil, err
		}
	}
	lo, err := geo.FromDegrees(v[0], v[1])
	if err != nil {
		return nil, err
	}
	hi, err := geo.FromDegrees(v[2], v[3])
	if err != nil {
		return nil, err
	}
	b := geo.Box{Min: lo, Max: hi}
	if b.Empty() {
		return nil, fmt.Errorf("the box is empty: minlon,minlat must not exceed maxlon,maxlat")
	}
	return &b, nil
}
