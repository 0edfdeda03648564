package dispatch

import (
	"time"

	"jingwei/grid"
)

// defaultLimits hold where no limit is given, that of the whole where the matter has
// none either: working time in a normal case, but for the command centre, which is
// there around the clock. Handling has none of its own: it may take what is left of
// the whole.
var defaultLimits = map[grid.Stage]grid.Limit{
	grid.StageRoute:    {Time: 30 * time.Minute, AroundTheClock: true},
	grid.StageAccept:   {Time: 2 * time.Hour},
	grid.StageVerify:   {Time: 24 * time.Hour},
	grid.StageCheck:    {Time: 24 * time.Hour},
	grid.StageReportIn: {Time: 24 * time.Hour},
	grid.StageEvaluate: {Time: 7 * 24 * time.Hour, AroundTheClock: true},
	grid.StageOverall:  {Time: 40 * time.Hour},
}

// DefaultLimits returns the limits that hold where none is given, in the order of the
// stages.
func DefaultLimits() (limits []grid.Limit) {
	for _, stage := range grid.Stages() {
		if l, ok := defaultLimits[stage]; ok {
			l.Stage = stage
			limits = append(limits, l)
		}
	}
	return limits
}

// stageOf is what a state may take so long for.
var stageOf = map[grid.State]grid.Stage{
	grid.Reported:  grid.StageRoute,
	grid.Assigned:  grid.StageAccept,
	grid.Verifying: grid.StageVerify,
	grid.Handling:  grid.StageHandle,
	grid.Checking:  grid.StageCheck,
	grid.Closed:    grid.StageEvaluate,
}

// timer is a limit by the calendar that counts it; without a limit it sets
// nothing.
type timer struct {
	calendar *grid.Calendar
	limit    time.Duration
}

// timerOf returns the timer of a stage of a report: the limit is halved for each
// step of urgency above that for which it is given.
func timerOf(s *grid.Snapshot, r grid.Report, stage grid.Stage) timer {
	l, ok := s.Roster().Limit(r.Matter, r.Urgency, stage)
	if !ok {
		l = defaultLimits[stage]
		if m, _ := s.Roster().Matter(r.Matter); stage == grid.StageOverall && m.Limit > 0 {
			l.Time = m.Limit
		}
	}
	t := timer{s.Roster().Calendar(), l.Time >> (r.Urgency - l.Urgency)}
	if l.AroundTheClock {
		t.calendar = grid.AroundTheClock
	}
	return t
}

// set returns when the time is over that begins now, and when 80 % of it are.
func (t timer) set(now time.Time) (due, alarm time.Time) {
	if t.limit == 0 {
		return due, alarm
	}
	return t.calendar.Due(now, t.limit), t.calendar.Due(now, t.limit/5*4)
}

// later returns a time behind which there is as much left from now as there was
// from when the clocks stopped.
func (t timer) later(at, stopped, now time.Time) time.Time {
	if at.IsZero() {
		return at
	}
	return t.calendar.Due(now, t.calendar.Left(stopped, at))
}

// Start returns the clocks of a report that comes to a state at now and has to
// begin anew. That of the whole begins when the report is assigned.
func Start(s *grid.Snapshot, r grid.Report, state grid.State, now time.Time) grid.Clocks {
	var k grid.Clocks
	if state != grid.Reported {
		k.Due, k.Alarm = timerOf(s, r, grid.StageOverall).set(now)
	}
	return startStage(s, r, k, state, now)
}

// TakeIn returns a report of the past from a place as it is taken in at now. What can
// still be worked on has who answers there, or else the command centre; what waits to
// be routed is, if somebody answers. The clocks are as if it had stood in its state
// since it was received: what is over is red and does not ring any more; what is yellow
// rings when it turns red. Only work that is owed has clocks, and of a suspension the
// date is not known. Of what can still be worked on it tells why who has it does, as
// [Decision.Reasons].
func TakeIn(s *grid.Snapshot, r grid.Report, place grid.Place, now time.Time) (taken grid.Report, reasons []string) {
	r.Clocks = grid.Clocks{}
	if !r.State.Open() && r.State != grid.Merged {
		return r, nil
	}
	c, d := stance{s: s, by: Actor{System: true}, now: now}, Route(s, Request{Place: place, Matter: r.Matter, At: r.Received})
	reasons = d.Reasons(s)
	switch {
	case r.State == grid.Reported:
		r.State, r.Holder = d.State, d.Holder
	case d.State == grid.Assigned:
		r.Holder = d.Holder
	default:
		r.Holder = c.centre(place.Area)
		top, _ := s.ByID(r.Holder.Area)
		reasons = append(reasons, "it is worked on: the command centre of "+name(s.Area(top))+" has it")
	}
	if r.State.Open() && r.State != grid.Suspended {
		r.Clocks = Start(s, r, r.State, r.Received)
		c.r = r
		r.Clocks = c.rung()
	}
	return r, reasons
}

// startStage starts the clock of a stage; that of the whole runs on. A stage without a
// limit of its own takes what is left of the whole; when that is over, as long as the
// whole was yellow, so that what is late goes up the chain. There is nobody to be urged
// to evaluate.
func startStage(s *grid.Snapshot, r grid.Report, k grid.Clocks, state grid.State, now time.Time) grid.Clocks {
	t := timerOf(s, r, stageOf[state])
	if t.limit == 0 && !k.Due.IsZero() && !now.Before(k.Due) {
		t = timerOf(s, r, grid.StageOverall)
		t.limit /= 5
	}
	k.StageDue, k.StageAlarm = t.set(now)
	switch {
	case k.StageDue.IsZero():
		k.StageDue = k.Due
	case state == grid.Closed:
		k.StageAlarm = k.StageDue
	}
	return k
}

// goOn moves the deadlines behind the time in which the clocks stood still. How long the
// limits are by now makes no difference; whether they run around the clock does, and so
// does the calendar, by which both what was left and what it comes to are counted.
func (c stance) goOn(to grid.State) grid.Clocks {
	k, whole := c.r.Clocks, timerOf(c.s, c.r, grid.StageOverall)
	stage := timerOf(c.s, c.r, stageOf[to])
	if stage.limit == 0 {
		stage = whole
	}
	return grid.Clocks{
		Due: whole.later(k.Due, k.Stopped, c.now), Alarm: whole.later(k.Alarm, k.Stopped, c.now),
		StageDue: stage.later(k.StageDue, k.Stopped, c.now), StageAlarm: stage.later(k.StageAlarm, k.Stopped, c.now),
	}
}

// tick returns the clocks after a step. A report that came without clocks, from the
// books of others or from before there were any, gets them when one of them should
// start or go on.
func (c stance) tick(rule Rule) grid.Clocks {
	k, to, tick := c.r.Clocks, rule.to(c.r.State), rule.Clock
	if k.Due.IsZero() && to.Open() && (tick == TickStage || tick == TickGoesOn) {
		tick = TickStarts
	}
	switch tick {
	case TickStarts:
		return Start(c.s, c.r, to, c.now)
	case TickStage:
		return startStage(c.s, c.r, k, to, c.now)
	case TickStops:
		k.Stopped = c.now
	case TickGoesOn:
		return c.goOn(to)
	case TickCloses:
		return startStage(c.s, c.r, grid.Clocks{}, to, c.now)
	case TickEnds:
		return grid.Clocks{}
	case TickRings:
		return c.rung()
	case TickOverdue:
		return startStage(c.s, c.r, c.rung(), to, c.now)
	}
	return k
}
