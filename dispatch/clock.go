package dispatch

import (
	"time"

	"jingwei/grid"
)

// Clock counts working time. Left undoes Due: the time left from t until
// Due(t, d) is d.
type Clock interface {
	// Due returns when so much work is due that begins at from.
	Due(from time.Time, work time.Duration) time.Time
	// Left returns the working time from now until due; negative after it.
	Left(now, due time.Time) time.Duration
}

// Continuous is the clock of those who never rest: all time is working time.
type Continuous struct{}

// Due adds.
func (Continuous) Due(from time.Time, work time.Duration) time.Time { return from.Add(work) }

// Left subtracts.
func (Continuous) Left(now, due time.Time) time.Duration { return due.Sub(now) }

// stageLimits is the working time of each stage in a normal case. Handling has
// none of its own: it may take what is left of the whole.
var stageLimits = map[grid.State]time.Duration{
	grid.Assigned:  2 * time.Hour,
	grid.Verifying: 24 * time.Hour,
	grid.Checking:  24 * time.Hour,
	grid.Closed:    7 * 24 * time.Hour,
}

// arrivalLimit is the working time in which a department reports in.
const arrivalLimit = 24 * time.Hour

// hurry shortens a limit: to a half when urgent, to a quarter when critical.
func hurry(limit time.Duration, u grid.Urgency) time.Duration { return limit >> u }

// Start returns the clocks of a report that comes to a state at now and has to
// begin anew: that of the whole has the limit of its matter.
func Start(s *grid.Snapshot, c Clock, r grid.Report, state grid.State, now time.Time) grid.Clocks {
	return stage(c, grid.Clocks{Due: overall(s, c, r, now)}, state, r.Urgency, now)
}

func overall(s *grid.Snapshot, c Clock, r grid.Report, now time.Time) time.Time {
	m, ok := s.Roster().Matter(r.Matter)
	if !ok || m.Limit == 0 {
		return time.Time{}
	}
	return c.Due(now, hurry(m.Limit, r.Urgency))
}

// stage starts the clock of a stage; that of the whole runs on.
func stage(c Clock, k grid.Clocks, state grid.State, u grid.Urgency, now time.Time) grid.Clocks {
	k.StageDue = k.Due
	if limit, ok := stageLimits[state]; ok {
		k.StageDue = c.Due(now, hurry(limit, u))
	}
	return k
}

// goOn moves the deadlines behind the time in which the clocks stood still.
func goOn(c Clock, k grid.Clocks, now time.Time) grid.Clocks {
	again := func(due time.Time) time.Time {
		if due.IsZero() {
			return due
		}
		return c.Due(now, c.Left(k.Stopped, due))
	}
	return grid.Clocks{Due: again(k.Due), StageDue: again(k.StageDue)}
}

// tick returns the clocks after a step.
func (c stance) tick(clock Clock, rule Rule) grid.Clocks {
	k, to := c.r.Clocks, rule.to(c.r.State)
	switch rule.Clock {
	case TickStarts:
		return Start(c.s, clock, c.r, to, c.now)
	case TickStage:
		return stage(clock, k, to, c.r.Urgency, c.now)
	case TickStops:
		k.Stopped = c.now
	case TickGoesOn:
		return goOn(clock, k, c.now)
	case TickCloses:
		return stage(clock, grid.Clocks{}, to, c.r.Urgency, c.now)
	case TickEnds:
		return grid.Clocks{}
	}
	return k
}
