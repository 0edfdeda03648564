package importer

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"jingwei/geo/coverage"
	"jingwei/grid"
)

// cover proves laws 1 and 2 over all cells of the resulting edition, after a
// repair if one is asked for, and gives every cell the shape it has in the
// coverage, where each border is cut the same way on both sides.
func (m *merged) cover(o BoundaryOptions) error {
	var codes []string
	var faces []coverage.Face
	for _, c := range m.codes {
		if shape := m.after[c].Shape; shape != nil {
			codes = append(codes, c)
			faces = append(faces, coverage.Face{Name: c, Shape: shape})
		}
	}
	if o.RepairWidth > 0 {
		faces, m.result.Repairs = coverage.Repair(faces, o.RepairWidth)
	}
	c, err := coverage.Build(faces)
	if err != nil {
		return m.violated(err, o)
	}
	for i, code := range codes {
		m.after[code].Shape = canonical(c.Shape(int32(i)))
		m.result.AreaM2 += c.AreaM2(int32(i))
	}
	m.result.Cells = len(codes)
	return nil
}

// violated turns what is wrong with the coverage into problems.
func (m *merged) violated(err error, o BoundaryOptions) error {
	var vs *coverage.Violations
	if !errors.As(err, &vs) {
		return fmt.Errorf("build the coverage: %w", err)
	}
	r := &Refused{More: vs.More}
	for _, v := range vs.List {
		r.add(m.violation(v))
		if o.RepairWidth == 0 && 0 < v.WidthM && v.WidthM < DefaultRepairWidth {
			r.Hint = fmt.Sprintf("--repair closes gaps and overlaps narrower than %g m", DefaultRepairWidth)
		}
	}
	if old := m.renamed(vs.List, o.Level); old != "" {
		r.Hint = fmt.Sprintf("areas that the files do not name, such as %s, stay; --replace drops all of them that are of level %v", old, o.Level)
	}
	if g, ok := m.otherDatum(o); ok {
		r.Hint = fmt.Sprintf("%v: --datum %v converts them", g, g.Datum)
	}
	return r
}

// renamed returns an area of the edition whose polygon came again under another code,
// empty when there is none.
func (m *merged) renamed(vs []coverage.Violation, level grid.Level) string {
	for _, v := range vs {
		for _, c := range v.Faces {
			if v.Rule == coverage.Duplicate && m.from[c] == nil && m.before[c].Level == level {
				return c
			}
		}
	}
	return ""
}

// violation names the feature of a violation, the first that the batch brought,
// and beside it the others.
func (m *merged) violation(v coverage.Violation) *Problem {
	p := &Problem{File: "current edition"}
	rest := slices.Clone(v.Faces)
	if i := slices.IndexFunc(rest, func(c string) bool { return m.from[c] != nil }); i >= 0 {
		p = m.problem(rest[i], "")
		rest = slices.Delete(rest, i, i+1)
	} else if len(rest) > 0 {
		p.Code, rest = rest[0], rest[1:]
	}
	p.At, p.Placed = v.At, true
	p.Text = broken(v.Rule) + m.others(rest, p.File) + extent(v)
	return p
}

// broken names a rule; a sliver is called the gap that it is.
func broken(r coverage.Rule) string {
	if r == coverage.Sliver {
		return "gap (sliver)"
	}
	return string(r)
}

// others lists areas with the features they come from.
func (m *merged) others(codes []string, file string) string {
	if len(codes) == 0 {
		return ""
	}
	names := make([]string, len(codes))
	for i, c := range codes {
		names[i] = c
		if e := m.from[c]; e != nil {
			names[i] += " (" + e.source(file) + ")"
		}
	}
	return " with " + strings.Join(names, ", ")
}

// extent tells how large a violation is.
func extent(v coverage.Violation) string {
	switch {
	case v.AreaM2 > 0 && v.WidthM > 0:
		return fmt.Sprintf(": %s m², %s m wide", coverage.Size(v.AreaM2), coverage.Size(v.WidthM))
	case v.AreaM2 > 0:
		return fmt.Sprintf(": %s m²", coverage.Size(v.AreaM2))
	case v.WidthM > 0:
		return fmt.Sprintf(": %s m wide", coverage.Size(v.WidthM))
	}
	return ""
}
