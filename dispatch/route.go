// Package dispatch decides who answers for a report and why. Its functions are
// pure: the same snapshot, place and time give the same decision.
//
// # The law of routing
//
// A report goes to the lowest area of the chain over its place where a post is
// held at its time: to the primary if there is one, otherwise to a deputy. At a
// micro-grid that is the liaison, at a grid the leader. It goes to the unrouted
// queue exactly if its place has no cell or no area of the chain has a post held.
package dispatch

import (
	"time"

	"jingwei/grid"
)

// Decision is who answers for a report, and why.
type Decision struct {
	Place      grid.Place
	Holder     grid.Holder // zero: the unrouted queue
	State      grid.State  // Assigned, or Reported when unrouted
	Considered []Candidate // from the cell upwards; only the last may answer
}

// Candidate is a rank in an area that was looked at on the way up, with the
// worker who has it, had it last or will have it next.
type Candidate struct {
	Area    grid.Area
	Rank    grid.Rank
	Worker  grid.Worker // zero when Verdict is Vacant or Unknown
	Verdict Verdict
	When    time.Time // end or beginning of the post when Verdict is Ended or Awaited
}

// Verdict says why a candidate answers or was passed over.
type Verdict string

// Answering: holds the post. Ended: the last post of that rank has ended.
// Awaited: the first has not begun. Vacant: there never was one. Unknown: the
// post is held by a worker who is not in the roster.
const (
	Answering Verdict = "answers"
	Ended     Verdict = "ended"
	Awaited   Verdict = "awaited"
	Vacant    Verdict = "vacant"
	Unknown   Verdict = "unknown"
)

// Route decides who answers at time at for a report at a place of s.
func Route(s *grid.Snapshot, place grid.Place, at time.Time) Decision {
	d := Decision{Place: place, State: grid.Reported}
	for i := place.Area; i >= 0; i = s.Parent(i) {
		for _, rank := range []grid.Rank{grid.Primary, grid.Deputy} {
			c := consider(s.Roster(), s.Area(i), rank, at)
			d.Considered = append(d.Considered, c)
			if c.Verdict == Answering {
				d.Holder = grid.Holder{Level: c.Area.Level, Area: c.Area.ID, Worker: c.Worker.ID}
				d.State = grid.Assigned
				return d
			}
		}
	}
	return d
}

// consider looks for who has a rank in an area at time at.
func consider(r *grid.Roster, a grid.Area, rank grid.Rank, at time.Time) Candidate {
	c := Candidate{Area: a, Rank: rank, Verdict: Vacant}
	for _, p := range r.Posts(a.ID) {
		if p.Rank != rank {
			continue
		}
		w, known := r.Worker(p.Worker)
		switch {
		case p.Holds(at) && known:
			c.Worker, c.Verdict, c.When = w, Answering, time.Time{}
			return c
		case p.Holds(at):
			c.Worker, c.Verdict, c.When = grid.Worker{}, Unknown, time.Time{}
		case c.Verdict != Unknown && known:
			c.passOver(p, w, at)
		}
	}
	return c
}

// passOver keeps the post that ended last before at or, when none has, the one
// that begins first after it.
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
