package density

import "jingwei/geo"

// event is a change of what is counted: a report came, or work on one is owed,
// overdue, or neither any more.
type event struct {
	face                 int32
	at, matter           uint32
	number               uint32 // of the report: a row of the base, or behind these of the fresh ones
	pos                  geo.Pos
	count, open, overdue int8
}

func eventOf(r row, number uint32) event {
	return event{face: r.face, at: r.at, matter: r.matter, number: number, pos: r.pos}
}

// turn makes e the change from one state to another, as of a second. See
// Report.state.
func (e event) turn(was, is, now uint32) event {
	open := func(state uint32) int8 { return truth(state != 0) }
	overdue := func(state uint32) int8 { return truth(state != 0 && state <= now) }
	e.open, e.overdue = open(is)-open(was), overdue(is)-overdue(was)
	return e
}

func truth(b bool) int8 {
	if b {
		return 1
	}
	return 0
}

// changes reports whether the event changes a count.
func (e *event) changes() bool { return e.count != 0 || e.open != 0 || e.overdue != 0 }

// in returns the event as a condition on the state sees it: a report that comes
// to meet the condition comes, one that no longer does goes.
func (s State) in(e event) event {
	switch s {
	case Open:
		e.count = e.open
	case Closed:
		e.count, e.open, e.overdue = e.count-e.open, 0, 0
	case Overdue:
		e.count, e.open = e.overdue, e.overdue
	}
	return e
}
