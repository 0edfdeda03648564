package grid

import (
	"time"

	"github.com/google/uuid"
)

// Action is what a step did to a report.
type Action string

// Report: it came in and nobody answers for its place. Route: it came in and was
// assigned. Import: it came in with a batch of old reports.
const (
	ActionReport Action = "report"
	ActionRoute  Action = "route"
	ActionImport Action = "import"
)

// Step is one line of a report's history: who did what, as whom, when, why and
// under which edition.
type Step struct {
	Report  uuid.UUID
	Step    int64 // from 1; equal to the Version of the report it led to
	At      time.Time
	Actor   string // who, as [Caller.Actor] writes it
	AsWhom  string // in which role
	Action  Action
	From    State // 0 at the first step
	To      State
	Holder  Holder // after the step
	Reason  string
	Edition int64
}

// Entry is a report to be kept, with the step that brought it.
type Entry struct {
	Report Report
	Step   Step
}

// Outcome is what became of an entry.
type Outcome uint8

// Created: it was kept. Same: the same report was there already. Conflict:
// another report was there under its id, and nothing was changed.
const (
	Created Outcome = iota + 1
	Same
	Conflict
)

// Receipt answers an entry, after it is committed: the report as it now stands
// under that id, which is the entry's own unless Outcome is Same or Conflict.
type Receipt struct {
	Report  Report
	Outcome Outcome
}

// Retells reports whether r, just come in, says the same as the report o kept
// under its id: the same place, accuracy, matter, text and reporter, and the same
// time if r gave one. An r that gave no time has At equal to Received.
func (r Report) Retells(o Report) bool {
	return r.ID == o.ID && r.Pos == o.Pos && float32(r.Accuracy) == float32(o.Accuracy) &&
		r.Matter == o.Matter && r.Text == o.Text && r.Reporter == o.Reporter &&
		(r.At.Equal(r.Received) || r.At.Equal(o.At))
}
