package importer

import (
	"fmt"
	"slices"
	"strings"

	"jingwei/grid"
)

// Change is how a table differs from what is there.
type Change struct {
	Kind ChangeKind
	Key  string // what tells it from others
	What string // of new rows what they say, of changed ones the columns that differ
}

// ChangeKind says what is the matter with a row.
type ChangeKind string

// New: it is not there yet. Changed: it is there and says something else. Gone: it
// is there and in no row. Kept: it is gone and stays, because it is needed.
const (
	New     ChangeKind = "new"
	Changed ChangeKind = "changed"
	Gone    ChangeKind = "gone"
	Kept    ChangeKind = "kept"
)

// String writes a change as a line with tabs.
func (c Change) String() string { return fmt.Sprintf("%s\t%s\t%s", c.Kind, c.Key, c.What) }

// cell is a named value.
type cell struct{ name, value string }

// side tells how things are compared.
type side[T any] struct {
	key   func(T) string
	cells func(T) []cell
	gone  func(T) bool // whether it is missed when no row has it; nil: always
}

// compare lists how rows differ from what is there: in the order of the rows, and
// then what is gone.
func (s side[T]) compare(there, rows []T) []Change {
	old := make(map[string]T, len(there))
	for _, t := range there {
		old[s.key(t)] = t
	}
	var changes []Change
	named := make(map[string]bool, len(rows))
	for _, r := range rows {
		key := s.key(r)
		named[key] = true
		if was, known := old[key]; !known {
			changes = append(changes, Change{New, key, said(s.cells(r))})
		} else if what := differing(s.cells(was), s.cells(r)); what != "" {
			changes = append(changes, Change{Changed, key, what})
		}
	}
	for _, t := range there {
		if key := s.key(t); !named[key] && (s.gone == nil || s.gone(t)) {
			changes = append(changes, Change{Gone, key, said(s.cells(t))})
		}
	}
	return changes
}

// said lists what is not empty.
func said(cells []cell) string {
	var parts []string
	for _, c := range cells {
		if c.value != "" {
			parts = append(parts, c.name+" "+c.value)
		}
	}
	return strings.Join(parts, ", ")
}

// differing lists what is not the same.
func differing(was, is []cell) string {
	var parts []string
	for i := range was {
		if was[i] != is[i] {
			parts = append(parts, fmt.Sprintf("%s %q → %q", is[i].name, was[i].value, is[i].value))
		}
	}
	return strings.Join(parts, ", ")
}

// tally counts what changes do to a table of so many rows.
func tally(rows int, changes []Change) (t grid.Tally) {
	for _, c := range changes {
		switch c.Kind {
		case New:
			t.Added++
		case Changed:
			t.Changed++
		}
	}
	t.Same = rows - t.Added - t.Changed
	return t
}

// goneKeys lists the keys of what is gone, sorted.
func goneKeys(changes []Change) []string {
	var keys []string
	for _, c := range changes {
		if c.Kind == Gone {
			keys = append(keys, c.Key)
		}
	}
	slices.Sort(keys)
	return keys
}
