package importer

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"jingwei/geo"
)

// Problem is one thing that is wrong in what came in, and where. What is unknown
// is left zero.
type Problem struct {
	File    string
	Line    int    // of a table, from 1
	Feature int    // of a boundary file, from 1
	Code    string // of the feature
	At      geo.Pos
	Placed  bool  // At is known
	Byte    int64 // of the file, from 1; told when there is no place
	Text    string
}

// Error says where and what, as in
//
//	grids.geojson: feature 17 (code 320602001) at 120.8000000,32.0000000: names no parent
func (p *Problem) Error() string {
	var parts []string
	if p.File != "" {
		parts = append(parts, p.File)
	}
	if p.Line > 0 {
		parts = append(parts, fmt.Sprintf("line %d", p.Line))
	}
	if p.Feature > 0 {
		parts = append(parts, fmt.Sprintf("feature %d", p.Feature))
	}
	var b strings.Builder
	b.WriteString(strings.Join(parts, ": "))
	if p.Code != "" {
		fmt.Fprintf(&b, " (code %s)", p.Code)
	}
	switch {
	case p.Placed:
		fmt.Fprintf(&b, " at %v", p.At)
	case p.Byte > 0:
		fmt.Fprintf(&b, ": byte %d", p.Byte)
	}
	if b.Len() > 0 {
		b.WriteString(": ")
	}
	b.WriteString(p.Text)
	return b.String()
}

// Refused says why nothing was written.
type Refused struct {
	Problems []*Problem
	More     int    // problems that are not kept
	Hint     string // what may help
}

// shown is how many problems an error spells out, kept how many are kept.
const (
	shown = 20
	kept  = 1000
)

// Error lists the problems, one a line.
func (r *Refused) Error() string {
	var b strings.Builder
	b.WriteString("refused, nothing was written:")
	for _, p := range r.Problems[:min(shown, len(r.Problems))] {
		b.WriteString("\n  ")
		b.WriteString(p.Error())
	}
	if more := len(r.Problems) + r.More - shown; more > 0 {
		fmt.Fprintf(&b, "\n  and %d more", more)
	}
	if r.Hint != "" {
		b.WriteString("\n  hint: " + r.Hint)
	}
	return b.String()
}

// Unwrap returns the problems.
func (r *Refused) Unwrap() []error {
	errs := make([]error, len(r.Problems))
	for i, p := range r.Problems {
		errs[i] = p
	}
	return errs
}

// add keeps a problem, or counts it when there are many.
func (r *Refused) add(p *Problem) {
	if len(r.Problems) < kept {
		r.Problems = append(r.Problems, p)
	} else {
		r.More++
	}
}

// with returns a refusal for more problems of a table, all in the order of the lines. r
// may be nil.
func (r *Refused) with(more []*Problem) *Refused {
	var all Refused
	if r != nil {
		all = *r
		more = slices.Concat(r.Problems, more)
	}
	all.Problems = nil
	slices.SortStableFunc(more, func(p, q *Problem) int { return cmp.Compare(p.Line, q.Line) })
	for _, p := range more {
		all.add(p)
	}
	return &all
}

// orNil returns r as an error, nil when there are no problems.
func (r *Refused) orNil() error {
	if len(r.Problems) == 0 {
		return nil
	}
	return r
}

// refuse returns problems as an error, nil when there are none.
func refuse(ps []*Problem) error { return (&Refused{Problems: ps}).orNil() }
