// Package dispatch decides who answers for a report and why. Its functions are
// pure: the same snapshot, request and time give the same decision.
//
// # The law of routing
//
// The rule is the most specific of those that hold for the report: by matter,
// area, urgency and time, in this order (see [grid.Roster.EachRule]). It says at
// which level one begins to look, and for whom: people of a role or a department.
// Without a rule that is the matter's level in the catalogue and, without a
// matter, the cell; and everybody but department officers. At a micro-grid that
// is the liaison, at a grid the leader.
//
// From the area of that level upwards, and then from there down to the cell,
// everybody who holds a post is considered: area by area, primaries before
// deputies, the longest in post first. The report goes to the first who is there,
// neither absent nor off duty, and is looked for; when nobody is and the rule names a
// department, to the first of its officers, by code, who has no post and is not absent;
// and else to the first who is there. So it goes to the unrouted queue exactly if its
// place has no cell, or is too ambiguous, or nobody is there in the whole chain nor at the
// desk of the department.
//
// An ambiguous place is taken to be in its likeliest cell if that has ClearShare
// of the probability, and is too ambiguous otherwise.
package dispatch

import (
	"time"

	"jingwei/grid"
)

// ClearShare is the share of the probability from which on the likeliest cell of
// an ambiguous place is taken.
const ClearShare = 0.6

// Request is a report as far as routing looks at it.
type Request struct {
	Place      grid.Place
	Candidates []grid.Candidate // of an ambiguous place, the likeliest first
	Matter     string           // code; may be empty
	Urgency    grid.Urgency
	At         time.Time // whose posts and which rules count: when it arrives
}

// Decision is who answers for a report, and why.
type Decision struct {
	Request
	Cell       grid.Area // that the place is taken to be in; zero if in none
	Rule       *grid.Rule
	Passed     []Passed    // rules that are more specific than Rule, most specific first
	Entry      grid.Matter // of the catalogue; zero when the report names none
	Considered []Candidate // in this order; only the last may answer
	Holder     grid.Holder // zero: the unrouted queue
	State      grid.State  // Assigned, or Reported when unrouted
}

// Candidate is somebody who was considered, or a rank in an area that nobody has,
// with the worker who had it last or will have it next.
type Candidate struct {
	Area    grid.Area
	Rank    grid.Rank   // empty for an officer without a post, of the department that the rule names
	Worker  grid.Worker // zero when Verdict is Vacant or Unknown
	Verdict Verdict
	When    time.Time // end or beginning of the post when Verdict is Ended or Awaited, end of the absence, if known, when it is Absent
}

// Verdict says why a candidate answers or was passed over.
type Verdict string

// Answering: is there and looked for. StandingIn: is there, and nobody who is
// looked for is. Absent, OffDuty: holds the post and is not there. Unfit: is there
// and not looked for. Unknown: the post is held by a worker who is not in the
// roster. Of a rank that nobody has: Ended, the last post of that rank has ended;
// Awaited, the first has not begun; Vacant, there never was one.
const (
	Answering  Verdict = "answers"
	StandingIn Verdict = "stands in"
	Absent     Verdict = "absent"
	OffDuty    Verdict = "off duty"
	Unfit      Verdict = "unfit"
	Unknown    Verdict = "unknown"
	Ended      Verdict = "ended"
	Awaited    Verdict = "awaited"
	Vacant     Verdict = "vacant"
)

// Route decides who answers for a report on the snapshot s.
func Route(s *grid.Snapshot, q Request) Decision {
	d := Decision{Request: q, State: grid.Reported}
	cell := cellOf(q)
	if cell < 0 {
		return d
	}
	d.Cell = s.Area(cell)
	d.findRule(s, cell)
	start := d.start(s, cell)
	if d.askUp(s, start) || d.askDown(s, cell, start) || d.askDepartment(s, start) || d.standIn() {
		c := d.Considered[len(d.Considered)-1]
		d.Holder = grid.Holder{Level: c.Area.Level, Area: c.Area.ID, Worker: c.Worker.ID}
		d.State = grid.Assigned
	}
	return d
}

// cellOf returns the cell that a place is taken to be in, or -1.
func cellOf(q Request) int32 {
	switch {
	case q.Place.Method != grid.Ambiguous:
		return q.Place.Area
	case len(q.Candidates) > 0 && q.Candidates[0].Share >= ClearShare:
		return q.Candidates[0].Area
	}
	return -1
}

// start returns the area where one begins to look: that of the level which
// answers, or the next above it if the chain has none.
func (d *Decision) start(s *grid.Snapshot, cell int32) int32 {
	if d.Matter != "" {
		d.Entry, _ = s.Roster().Matter(d.Matter)
	}
	level := d.Entry.Level
	if d.Rule != nil && d.Rule.Level != 0 {
		level = d.Rule.Level
	}
	if level == 0 {
		return cell
	}
	return s.At(cell, level)
}

// askUp considers everybody from area i upwards until somebody answers.
func (d *Decision) askUp(s *grid.Snapshot, i int32) bool {
	for ; i >= 0; i = s.Parent(i) {
		if d.ask(s, i) {
			return true
		}
	}
	return false
}

// askDown considers everybody between area top, without it, and area i, from the
// top down, until somebody answers.
func (d *Decision) askDown(s *grid.Snapshot, i, top int32) bool {
	return i != top && (d.askDown(s, s.Parent(i), top) || d.ask(s, i))
}

func (d *Decision) ask(s *grid.Snapshot, i int32) bool {
	area := s.Area(i)
	return d.consider(s.Roster(), area, grid.Primary) || d.consider(s.Roster(), area, grid.Deputy)
}

// standIn lets the first answer who is there though not looked for.
func (d *Decision) standIn() bool {
	for _, c := range d.Considered {
		if c.Verdict == Unfit {
			c.Verdict = StandingIn
			d.Considered = append(d.Considered, c)
			return true
		}
	}
	return false
}

// consider looks at who has a rank in an area and reports whether the last of
// them answers.
func (d *Decision) consider(r *grid.Roster, a grid.Area, rank grid.Rank) bool {
	held := false
	for _, p := range r.Posts(a.ID) {
		if p.Rank != rank || !p.Holds(d.At) {
			continue
		}
		held = true
		c := Candidate{Area: a, Rank: rank}
		c.Worker, c.Verdict, c.When = judge(r, p, d.At)
		if c.Verdict == Answering && !d.fits(c.Worker) {
			c.Verdict = Unfit
		}
		d.Considered = append(d.Considered, c)
		if c.Verdict == Answering {
			return true
		}
	}
	if !held {
		d.Considered = append(d.Considered, vacancy(r, a, rank, d.At))
	}
	return false
}

// judge tells whether who holds a post is there.
func judge(r *grid.Roster, p grid.Post, at time.Time) (grid.Worker, Verdict, time.Time) {
	w, known := r.Worker(p.Worker)
	if !known {
		return w, Unknown, time.Time{}
	}
	if a, absent := r.Absent(p.Worker, at); absent {
		return w, Absent, a.Until
	}
	if !p.Duty.Holds(at) {
		return w, OffDuty, time.Time{}
	}
	return w, Answering, time.Time{}
}

// fits reports whether a worker is looked for.
func (d *Decision) fits(w grid.Worker) bool {
	switch r := d.Rule; {
	case r != nil && r.Department != "" && r.Department != w.Department:
		return false
	case r != nil && r.Role != "":
		return r.Role == w.Role
	case r != nil && r.Department != "":
		return true
	}
	return w.Role != grid.Officer
}

// vacancy tells of a rank that nobody has: the post that ended last before at or,
// when none has, the one that begins first after it.
func vacancy(r *grid.Roster, a grid.Area, rank grid.Rank, at time.Time) Candidate {
	c := Candidate{Area: a, Rank: rank, Verdict: Vacant}
	for _, p := range r.Posts(a.ID) {
		if w, known := r.Worker(p.Worker); p.Rank == rank && known {
			c.passOver(p, w, at)
		}
	}
	return c
}

func (c *Candidate) passOver(p grid.Post, w grid.Worker, at time.Time) {
	switch {
	case at.Before(p.From):
		if c.Verdict == Vacant || c.Verdict == Awaited && p.From.Before(c.When) {
			c.Worker, c.Verdict, c.When = w, Awaited, p.From
		}
	case c.Verdict != Ended || p.Until.After(c.When):
		c.Worker, c.Verdict, c.When = w, Ended, p.Until
	}
}
