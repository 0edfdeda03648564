package dispatch

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"jingwei/grid"
)

// systemSteps are what the system does about a report whose alarm has come: the
// first of them that is allowed. Urging always is.
var systemSteps = []grid.Action{grid.ActionResume, grid.ActionLapse, grid.ActionTimeout, grid.ActionOverdue, grid.ActionAlarm, grid.ActionUrge}

// Ring decides what the system does about a report whose alarm has come: as Act
// does, with a Refusal when none has. Each alarm rings once: afterwards the next one
// of the report is later than now, unless several have come.
func Ring(s *grid.Snapshot, r grid.Report, now time.Time) (after grid.Report, step grid.Step, err error) {
	by := Actor{Caller: grid.Caller{Name: "clock"}, System: true}
	why := stance{s: s, r: r, now: now}.ringing()
	for _, action := range systemSteps {
		after, step, err = Act(s, r, Intent{Action: action, By: by, Reason: why}, now)
		if err == nil || !errors.As(err, new(*Refusal)) {
			return after, step, err
		}
	}
	return after, step, err
}

// come reports whether a time has come.
func (c stance) come(t time.Time) bool { return !t.IsZero() && !c.now.Before(t) }

// over reports whether the time has come for the system to take an action.
func (c stance) over(action grid.Action) bool {
	switch action {
	case grid.ActionResume:
		return c.come(c.r.ResumeAt)
	case grid.ActionOverdue, grid.ActionAlarm:
		return c.red()
	case grid.ActionUrge:
		return c.r.Stopped.IsZero() && c.come(c.r.NextAlarm())
	}
	return c.stageRed()
}

// red reports whether a deadline has come of which the alarm has not rung.
func (c stance) red() bool { return c.come(c.r.Alarm) && c.come(c.r.Due) || c.stageRed() }

func (c stance) stageRed() bool { return c.come(c.r.StageAlarm) && c.come(c.r.StageDue) }

// rung returns the clocks after the system has acted: of every alarm that has come
// the next, at the deadline, if that is still to come.
func (c stance) rung() grid.Clocks {
	k := c.r.Clocks
	if !c.by.System {
		return k
	}
	next := func(alarm *time.Time, due time.Time) {
		if !c.come(*alarm) {
			return
		}
		*alarm = time.Time{}
		if !c.come(due) {
			*alarm = due
		}
	}
	next(&k.Alarm, k.Due)
	next(&k.StageAlarm, k.StageDue)
	return k
}

// taskAlarm is when the first department has to have reported in, after a step, of
// those whose time was not over before it.
func (c stance) taskAlarm(after grid.Report, action grid.Action) (next time.Time) {
	last := c.r.TaskAlarm
	rung := c.by.System && action == grid.ActionUrge
	for _, t := range after.Tasks {
		old := t.Step != after.Version
		if t.State != grid.Called || old && (last.IsZero() || t.Due.Before(last) || rung && !c.now.Before(t.Due)) {
			continue
		}
		if next.IsZero() || t.Due.Before(next) {
			next = t.Due
		}
	}
	return next
}

// ringing tells why the system acts.
func (c stance) ringing() string {
	stage := cmp.Or(stageOf[c.r.State], grid.StageOverall)
	switch {
	case c.r.State == grid.Suspended:
		return "the date has come"
	case c.stageRed():
		return fmt.Sprintf("the time to %s is over", stage)
	case c.come(c.r.Alarm) && c.come(c.r.Due):
		return "the whole time is over"
	case c.come(c.r.TaskAlarm):
		return c.late()
	case c.come(c.r.StageAlarm):
		return fmt.Sprintf("80 %% of the time to %s are over", stage)
	}
	return "80 % of the whole time are over"
}

// late names the departments whose time to report in is over.
func (c stance) late() string {
	text := "not reported in:"
	for _, t := range c.r.Tasks {
		if t.State == grid.Called && c.come(t.Due) {
			text += " " + t.Department
		}
	}
	return text
}
