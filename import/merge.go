package importer

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"jingwei/grid"
)

// merged is the current edition with a batch laid over it.
type merged struct {
	before map[string]grid.CodedArea  // of the current edition, by code
	after  map[string]*grid.CodedArea // by code
	from   map[string]*entry          // by code: what the batch brought
	codes  []string                   // of after, in order
	result *BoundaryResult

	problems []*Problem
}

// merge lays the batch over the current edition and settles parents and who
// carries a polygon.
func merge(current []grid.CodedArea, b *batch, o BoundaryOptions) (*merged, error) {
	m := &merged{
		before: make(map[string]grid.CodedArea, len(current)),
		after:  make(map[string]*grid.CodedArea, len(current)+len(b.entries)),
		from:   make(map[string]*entry, len(b.entries)),
		result: &BoundaryResult{},
	}
	for _, a := range current {
		a.Shape = canonical(a.Shape)
		m.before[a.Code] = a
		if _, named := b.byCode[a.Code]; named || !o.Replace || a.Level != o.Level {
			m.after[a.Code] = &a
		}
	}
	if ps := swapped(m.before, b, o.CRS); len(ps) > 0 {
		return nil, refuse(ps)
	}
	for _, e := range b.sorted() {
		m.lay(e, o.Level)
	}
	m.placeholders(b, o.Level)
	m.codes = slices.Sorted(maps.Keys(m.after))
	m.checkParents()
	if len(m.problems) == 0 {
		m.settlePolygons()
	}
	return m, refuse(m.inOrder(b))
}

// lay puts an entry over the area of the same code; what the file does not say
// stays as it is.
func (m *merged) lay(e *entry, level grid.Level) {
	a := e.area
	if old, known := m.before[a.Code]; known {
		if old.Level != level && !old.Placeholder {
			m.problems = append(m.problems, e.problem("the code is that of a %v already, so no %v can have it", old.Level, level))
			return
		}
		keep(&a, old, e.given)
	}
	if a.Shape == nil && (level == grid.Microgrid || m.before[a.Code].Shape != nil) {
		m.problems = append(m.problems, e.problem("has no polygon: its geometry is null, and a cell needs one"))
		return
	}
	if a.Name == "" {
		a.Name = a.Code
	}
	if level == grid.Grid && a.Kind == grid.NoKind {
		a.Kind = grid.General
	}
	m.after[a.Code], m.from[a.Code] = &a, e
	e.area.Shape = nil // held once, so that it goes when it is replaced
}

// keep takes over from an area what the file does not say.
func keep(a *grid.CodedArea, old grid.CodedArea, given [fields]bool) {
	if !given[fieldName] && !old.Placeholder {
		a.Name = old.Name
	}
	if !given[fieldParent] {
		a.Parent = old.Parent
	}
	if !given[fieldKind] && a.Level == grid.Grid {
		a.Kind = old.Kind
	}
	if !given[fieldHouseholds] {
		a.Households = old.Households
	}
}

// inOrder sorts the problems as they come in the files.
func (m *merged) inOrder(b *batch) []*Problem {
	files := map[string]int{}
	for _, e := range b.entries {
		if _, ok := files[e.file]; !ok {
			files[e.file] = len(files)
		}
	}
	slices.SortStableFunc(m.problems, func(p, q *Problem) int {
		return cmp.Or(cmp.Compare(files[p.File], files[q.File]), cmp.Compare(p.Feature, q.Feature), strings.Compare(p.Code, q.Code))
	})
	return m.problems
}

// areas returns the resulting edition by code.
func (m *merged) areas() []grid.CodedArea {
	out := make([]grid.CodedArea, len(m.codes))
	for i, c := range m.codes {
		out[i] = *m.after[c]
	}
	return out
}
