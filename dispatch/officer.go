package dispatch

import (
	"time"

	"jingwei/grid"
)

// An officer without a post is at the desk of a department: answers for it everywhere,
// and nowhere for anything else.

// askDepartment considers the officers at the desk of the department that the rule
// names, until one answers for area i, where one begins to look.
func (d *Decision) askDepartment(s *grid.Snapshot, i int32) bool {
	if d.Rule == nil || d.Rule.Department == "" {
		return false
	}
	r := s.Roster()
	for _, w := range r.Officers(d.Rule.Department) {
		if !d.fits(w) || r.Posted(w.ID, d.At) {
			continue
		}
		c := Candidate{Area: s.Area(i), Worker: w, Verdict: Answering}
		if a, absent := r.Absent(w.ID, d.At); absent {
			c.Verdict, c.When = Absent, a.Until
		}
		d.Considered = append(d.Considered, c)
		if c.Verdict == Answering {
			return true
		}
	}
	return false
}

// desk returns the department at whose desk a worker is, there or away; "" for none.
func desk(r *grid.Roster, id grid.WorkerID, now time.Time) string {
	if w, ok := r.Worker(id); ok && w.Role == grid.Officer && !r.Posted(id, now) {
		return w.Department
	}
	return ""
}

// atDesk reports whether a worker is at the desk of a department and not absent.
func (c stance) atDesk(id grid.WorkerID) bool {
	_, absent := c.s.Roster().Absent(id, c.now)
	return !absent && desk(c.s.Roster(), id, c.now) != ""
}

// shares reports whether the actor is at the same desk as who has the ball.
func (c stance) shares(h grid.Holder) bool {
	d := desk(c.s.Roster(), h.Worker, c.now)
	return d != "" && d == desk(c.s.Roster(), c.by.Worker, c.now)
}
