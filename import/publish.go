package importer

import (
	"context"
	"fmt"
	"strings"

	"jingwei/geo/coverage"
	"jingwei/grid"
)

// BoundaryResult is what an import did or, in a dry run, would have done.
type BoundaryResult struct {
	Base    int64 // the edition it was laid over; 0 when there was none
	Edition int64 // the one that was published; Base when nothing was

	New, Changed, Unchanged, Removed int // areas, against Base
	Placeholders                     int // made up for parents nobody knows; counted as new too
	Cells                            int // of the resulting edition
	AreaM2                           float64

	Repairs []coverage.Change
	Notes   []string // what the caller may want to know
}

func (r *BoundaryResult) note(format string, args ...any) {
	r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
}

// Summary writes the figures in one line.
func (r *BoundaryResult) Summary() string {
	return fmt.Sprintf("%d new, %d changed, %d unchanged, %d removed; %d cells, %.3f km²",
		r.New, r.Changed, r.Unchanged, r.Removed, r.Cells, r.AreaM2/1e6)
}

// publish hands the resulting edition over, unless nothing has changed or it is
// a dry run.
func (m *merged) publish(ctx context.Context, to Editions, base int64, o BoundaryOptions) (*BoundaryResult, error) {
	r := m.result
	r.Base, r.Edition = base, base
	m.compare()
	if r.New+r.Changed+r.Removed == 0 {
		r.note("nothing has changed, so no edition was published")
		return r, nil
	}
	if g, ok := m.otherDatum(o); ok {
		r.note("warning: %v: --datum %v converts them", g, g.Datum)
	}
	if o.DryRun {
		return r, nil
	}
	edition, err := to.PublishAreas(ctx, base, m.areas(), o.Note)
	if err != nil {
		return nil, fmt.Errorf("publish: %w", err)
	}
	r.Edition = edition
	return r, nil
}

// compare counts what differs from the current edition.
func (m *merged) compare() {
	r := m.result
	for _, c := range m.codes {
		old, known := m.before[c]
		switch {
		case !known:
			r.New++
		case same(old, *m.after[c]):
			r.Unchanged++
		default:
			r.Changed++
		}
	}
	r.Removed = len(m.before) + r.New - len(m.after)
}

// same reports whether two areas agree in everything.
func same(a, b grid.CodedArea) bool {
	return a.Code == b.Code && a.Name == b.Name && a.Level == b.Level && a.Kind == b.Kind &&
		a.Parent == b.Parent && a.Households == b.Households && a.Placeholder == b.Placeholder &&
		(a.Shape == nil) == (b.Shape == nil) && sameShape(a.Shape, b.Shape)
}

// count writes a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// listed writes the first few of a list.
func listed(names []string) string {
	const few = 8
	if len(names) <= few {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:few], ", "), len(names)-few)
}
