package importer

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"jingwei/grid"
)

// field is something known of an area from a property.
type field int

const (
	fieldCode field = iota
	fieldName
	fieldParent
	fieldKind
	fieldHouseholds
	fields
)

// flags are the options that name the properties.
var flags = [fields]string{"--code", "--name", "--parent", "--kind", "--households"}

// entry is an area as a file has it.
type entry struct {
	area  grid.CodedArea
	given [fields]bool // the file says what the area holds there
	from  feature      // without shape
	file  string
}

// problem is something wrong with the entry.
func (e *entry) problem(format string, args ...any) *Problem {
	p := e.from.problem(format, args...)
	p.File, p.Code = e.file, e.area.Code
	return p
}

// batch is what all files hold.
type batch struct {
	level    grid.Level
	named    [fields]string // properties as the caller names them; empty: not named
	wanted   []string       // properties that are read
	entries  []entry
	byCode   map[string]int // index in entries
	problems []*Problem
	path     string       // of the file being read
	seen     [fields]bool // a feature of that file has the property
}

func newBatch(o BoundaryOptions) *batch {
	b := &batch{level: o.Level, byCode: map[string]int{}}
	b.named = [fields]string{o.Code, o.Name, o.Parent, o.Kind, o.Households}
	b.wanted = []string{cmp.Or(o.Code, "code"), cmp.Or(o.Name, "name"), o.Parent, cmp.Or(o.Kind, "kind"), cmp.Or(o.Households, "households")}
	return b
}

// file reads one file.
func (b *batch) file(path string, r io.Reader, o BoundaryOptions) error {
	b.path, b.seen = path, [fields]bool{}
	before := len(b.problems)
	names, err := readGeoJSON(r, o.Datum, b.wanted, b.add)
	if err != nil {
		return err
	}
	for f := range fields {
		if !b.seen[f] && (b.named[f] != "" || f == fieldCode) {
			b.problems = append(b.problems[:before], &Problem{File: path, Feature: 1, Text: fmt.Sprintf(
				"no feature has the property %q (%s); the first has %s", b.wanted[f], flags[f], strings.Join(names, ", "))})
			break
		}
	}
	return nil
}

// add takes a feature.
func (b *batch) add(f *feature) error {
	e := entry{file: b.path, from: *f, area: grid.CodedArea{Level: b.level, Shape: canonical(f.shape)}}
	e.from.shape, e.from.values = nil, nil
	for i, v := range f.values {
		b.seen[i] = b.seen[i] || v.kind != absent
	}
	if p := b.fill(&e, f); p != nil {
		p.File = b.path
		b.problems = append(b.problems, p)
		return nil
	}
	if i, twice := b.byCode[e.area.Code]; twice {
		b.problems = append(b.problems, e.problem("the code is already that of %s", b.entries[i].source(b.path)))
		return nil
	}
	b.byCode[e.area.Code] = len(b.entries)
	b.entries = append(b.entries, e)
	return nil
}

// source names the feature, and its file when that is another one.
func (e *entry) source(path string) string {
	if e.file == path {
		return fmt.Sprintf("feature %d", e.from.number)
	}
	return fmt.Sprintf("feature %d of %s", e.from.number, e.file)
}

// fill reads the properties into the area.
func (b *batch) fill(e *entry, from *feature) *Problem {
	for f := range fields {
		v := from.values[f]
		if f == fieldParent && b.named[f] == "" {
			continue
		}
		text, err := v.plain()
		if err == nil {
			e.given[f] = text != ""
			err = b.set(&e.area, f, text, v)
		}
		if err != nil {
			return from.problem("%v", err)
		}
	}
	return nil
}

// set takes what a property says.
func (b *batch) set(a *grid.CodedArea, f field, text string, v value) (err error) {
	switch f {
	case fieldCode:
		a.Code, err = code(text, v)
	case fieldName:
		a.Name = text
		err = checkText("name", text, maxName)
	case fieldParent:
		if text != "" || b.level > grid.City { // a city is at the top
			a.Parent, err = parentCode(text, v, b.named[f])
		}
	case fieldKind:
		a.Kind, err = b.kind(text)
	case fieldHouseholds:
		a.Households, err = households(text)
	}
	return err
}

// kind reads the kind of a grid; other areas have none.
func (b *batch) kind(text string) (grid.Kind, error) {
	if b.level == grid.Grid {
		return grid.ParseKind(text)
	}
	if text != "" && b.named[fieldKind] != "" {
		return grid.NoKind, fmt.Errorf("the kind %q of a %v: only grids have a kind", text, b.level)
	}
	return grid.NoKind, nil
}

// sorted returns the entries by code.
func (b *batch) sorted() []*entry {
	es := make([]*entry, len(b.entries))
	for i := range b.entries {
		es[i] = &b.entries[i]
	}
	slices.SortFunc(es, func(x, y *entry) int { return cmp.Compare(x.area.Code, y.area.Code) })
	return es
}
