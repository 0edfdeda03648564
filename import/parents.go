package importer

import (
	"fmt"
	"slices"

	"jingwei/grid"
)

// placeholders makes up the parents that the batch names, when there is no area
// above its level yet: the files of the higher levels are still to come. Once
// there is one, an unknown parent is a mistake.
func (m *merged) placeholders(b *batch, level grid.Level) {
	for _, a := range m.before {
		if a.Level < level {
			return
		}
	}
	if level == grid.City {
		return
	}
	var made []string
	for _, e := range b.sorted() {
		parent := e.area.Parent
		if _, known := m.after[parent]; known || parent == "" || m.from[e.area.Code] != e {
			continue
		}
		m.after[parent] = placeholder(parent, level-1)
		made = append(made, parent)
	}
	if len(made) > 0 {
		slices.Sort(made)
		m.result.Placeholders = len(made)
		m.result.note("made %s of level %v as placeholders until they are imported themselves: %s",
			count(len(made), "parent"), level-1, listed(made))
	}
}

func placeholder(code string, level grid.Level) *grid.CodedArea {
	a := &grid.CodedArea{Code: code, Name: code, Level: level, Placeholder: true}
	if level == grid.Grid {
		a.Kind = grid.General
	}
	return a
}

// checkParents checks that every parent of the resulting edition is there and of
// a higher level.
func (m *merged) checkParents() {
	orphans := 0
	for _, c := range m.codes {
		a := m.after[c]
		if text := m.wrongParent(a); text != "" {
			m.problems = append(m.problems, m.problem(c, "%s", text))
		}
		if m.from[c] != nil && a.Parent == "" && a.Level != grid.City {
			orphans++
		}
	}
	if orphans > 0 {
		m.result.note("%s without a parent: --parent names the property that holds it", count(orphans, "area"))
	}
}

// wrongParent says what is wrong with the parent of an area.
func (m *merged) wrongParent(a *grid.CodedArea) string {
	if a.Parent == "" {
		return ""
	}
	p, known := m.after[a.Parent]
	_, dropped := m.before[a.Parent]
	switch {
	case !known && dropped:
		return fmt.Sprintf("its parent %s would be dropped", a.Parent)
	case !known:
		return fmt.Sprintf("names the parent %s, which is no area; import that first", a.Parent)
	case p.Level >= a.Level:
		return fmt.Sprintf("names the parent %s, a %v, which is not above a %v", a.Parent, p.Level, a.Level)
	}
	return ""
}

// problem is something wrong with the area of a code, wherever it comes from.
func (m *merged) problem(code, format string, args ...any) *Problem {
	if e := m.from[code]; e != nil {
		return e.problem(format, args...)
	}
	p := &Problem{File: "current edition", Code: code, Text: fmt.Sprintf(format, args...)}
	if a := m.after[code]; a != nil && len(a.Shape) > 0 {
		p.At, p.Placed = a.Shape[0][0][0], true
	}
	return p
}

// settlePolygons takes the polygon from every area that has cells below it: its
// polygon is their union.
func (m *merged) settlePolygons() {
	above := map[string]bool{}
	for _, c := range m.codes {
		if m.after[c].Shape == nil {
			continue
		}
		for p := m.after[c].Parent; p != "" && !above[p]; p = m.after[p].Parent {
			above[p] = true
		}
	}
	var lost, ignored []string
	for _, c := range m.codes {
		a := m.after[c]
		if !above[c] || a.Shape == nil {
			continue
		}
		if m.before[c].Shape != nil {
			lost = append(lost, c)
		} else {
			ignored = append(ignored, c)
		}
		a.Shape = nil
	}
	if len(lost) > 0 {
		m.result.note("%s no longer cells, as there are cells below them: %s", count(len(lost), "area"), listed(lost))
	}
	if len(ignored) > 0 {
		m.result.note("%s whose polygons are not taken, as they are the union of the cells below: %s", count(len(ignored), "area"), listed(ignored))
	}
}
