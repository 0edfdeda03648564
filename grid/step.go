package grid

import (
	"slices"
	"time"

	"github.com/google/uuid"
)

// Step is one line of a report's history: who did what, as whom, when, why and
// under which edition. The steps of a report, applied in order by [Report.After],
// give the report as it now stands.
type Step struct {
	Report  uuid.UUID
	Step    int64 // from 1; equal to the Version of the report it led to
	At      time.Time
	Actor   string // who, as [Caller.Actor] writes it
	Who     string // the person behind it, as [Caller.Who] writes it
	AsWhom  string // in which standing; at the first step, in which role
	Action  Action
	From    State // 0 at the first step
	To      State
	Holder  Holder // after the step
	Sender  Holder // after the step
	Clocks         // after the step
	Reason  string
	Edition int64

	Lead       uuid.UUID // of a merge
	ResumeAt   time.Time // of a suspension, asked or granted
	Department string    // of what was done about a task
	TaskDue    time.Time // of a whistle
	Evidence   []string  // of what finishes: texts or addresses
}

// After returns the report as it stands after a step. r is not changed.
func (r Report) After(s Step) Report {
	if s.From != s.To || s.Action == ActionRefuse { // what was asked is answered
		r.Asked, r.AskedBy, r.ResumeAt, r.Lead = "", "", time.Time{}, uuid.Nil
	}
	r.State, r.Holder, r.Sender, r.Clocks, r.Version = s.To, s.Holder, s.Sender, s.Clocks, s.Step
	switch s.Action {
	case ActionAccept:
		r.settleReturns()
		r.Handler = s.Who
	case ActionReturn:
		r.Returns = max(r.Returns, -r.Returns) + 1 // of either sign
	case ActionAskVoid, ActionAskSuspend:
		r.Asked, r.AskedBy, r.ResumeAt = s.Action, s.Who, s.ResumeAt
	case ActionSuspend:
		r.ResumeAt = s.ResumeAt
	case ActionMerge:
		r.Lead = s.Lead
	case ActionFinish:
		r.Handler = s.Who
	case ActionUrge:
		r.Urged++
	case ActionSupervise:
		r.Supervised++
	case ActionWhistle, ActionArrive, ActionComplete, ActionWithdraw:
		r.Tasks = afterTask(r.Tasks, s)
	}
	return r
}

// settleReturns notes that the report was accepted: from the second return on by the
// common superior, whose word is a new beginning.
func (r *Report) settleReturns() {
	if r.Returns = min(r.Returns, -r.Returns); r.Returns < -1 {
		r.Returns = 0
	}
}

// Returned reports whether the ball is with its holder by a return.
func (r Report) Returned() bool { return r.Returns > 0 }

// afterTask returns the tasks after a step about one of them.
func afterTask(tasks []Task, s Step) []Task {
	if s.Action == ActionWhistle {
		return append(slices.Clip(tasks), Task{
			Step: s.Step, Department: s.Department, State: Called,
			Called: s.At, Due: s.TaskDue, By: s.Actor, At: s.At, Note: s.Reason,
		})
	}
	tasks = slices.Clone(tasks)
	for i, t := range tasks {
		if t.Department == s.Department && t.Open() {
			t.State, t.By, t.At, t.Note = taskStates[s.Action], s.Actor, s.At, s.Reason
			tasks[i] = t
		}
	}
	return tasks
}

var taskStates = map[Action]TaskState{ActionArrive: Arrived, ActionComplete: Done, ActionWithdraw: Withdrawn}

// Decide says what becomes of a report: how it stands after a step, and the step.
// lead is the report that it is to follow; without an id when there is none. An
// error means that nothing is to be done.
type Decide func(r, lead Report) (Report, Step, error)

// Entry is a report to be kept, and how it was filed, in the words of [Step].
type Entry struct {
	Report             Report
	Actor, Who, AsWhom string
	Reason             string
}

// Step returns the step that brings the report.
func (e Entry) Step() Step {
	r := e.Report
	s := Step{
		Report: r.ID, Step: 1, At: r.Received, Actor: e.Actor, Who: e.Who, AsWhom: e.AsWhom,
		Action: ActionRoute, From: Reported, To: r.State, Holder: r.Holder, Clocks: r.Clocks, Reason: e.Reason, Edition: r.Edition,
	}
	if r.State == Reported {
		s.Action, s.From = ActionReport, 0
	}
	return s
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

// Answer is what became of one of many entries: the receipt, or why there is none.
type Answer struct {
	Receipt
	Err error
}

// Retells reports whether r, just come in, says the same as the report o kept
// under its id: the same place, accuracy, matter, urgency, text and reporter, and the same
// time if r gave one. An r that gave no time has At equal to Received.
func (r Report) Retells(o Report) bool {
	return r.ID == o.ID && r.Pos == o.Pos && float32(r.Accuracy) == float32(o.Accuracy) &&
		r.Matter == o.Matter && r.Urgency == o.Urgency && r.Text == o.Text && r.Reporter == o.Reporter &&
		(r.At.Equal(r.Received) || r.At.Equal(o.At))
}
