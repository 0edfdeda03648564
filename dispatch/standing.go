package dispatch

import (
	"slices"
	"time"

	"jingwei/grid"
)

// Actor is who wants something done. One whose token is tied to a worker is that
// worker, and posts decide; a dispatcher or an admin without a worker is the
// command centre of its root area.
type Actor struct {
	grid.Caller
	Filed  bool // the report came in from this caller
	System bool // a clock that ran out
}

// stance is somebody before a report.
type stance struct {
	s   *grid.Snapshot
	r   grid.Report
	by  Actor
	now time.Time
	not string // who is not given the ball, as [grid.Caller.Who] writes it: who finished it, while it is checked
}

// as returns the first of the standings that the actor has.
func (c stance) as(any []Standing) (Standing, bool) {
	i := slices.IndexFunc(any, c.is)
	if i < 0 {
		return "", false
	}
	return any[i], true
}

func (c stance) is(st Standing) bool {
	switch st {
	case AsSystem:
		return c.by.System
	case AsReporter:
		return c.by.Filed && (c.r.State != grid.Closed || c.by.Who() != c.r.Handler)
	case AsHolder:
		return c.holds(c.r.Holder, c.seat())
	case AsSender:
		return c.r.Sender.Area != 0 && c.holds(c.r.Sender, indexOf(c.s, c.r.Sender.Area))
	case AsAbove:
		return c.isAbove()
	case AsDispatcher:
		return c.isDispatcher()
	case AsChecker:
		return c.by.Who() != c.r.Handler && (c.is(AsHolder) || c.is(AsAbove) || c.is(AsDispatcher))
	case AsApprover:
		return c.r.Asked == grid.ActionAskVoid && c.is(AsAbove) || c.r.Asked == grid.ActionAskSuspend && c.is(AsDispatcher) && !c.inHand()
	case AsDepartment:
		_, called := c.r.OpenTask(c.department())
		return called
	}
	return false
}

// seat is where the ball lies: the holder's area, or if there is no holder or its
// area is gone from the edition, the cell; -1 when that is none either.
func (c stance) seat() int32 {
	if i := indexOf(c.s, c.r.Holder.Area); i >= 0 {
		return i
	}
	return indexOf(c.s, c.r.Cell)
}

// holds reports whether the actor answers for a ball that h has in area i.
func (c stance) holds(h grid.Holder, i int32) bool {
	if c.by.Worker != 0 {
		return c.answering(i) >= 0 || c.shares(h)
	}
	vacant := i < 0 || h.Worker == 0 || len(there(c.s, i, c.now)) == 0 && !c.atDesk(h.Worker)
	return vacant && c.r.State != grid.Reported && c.commands(i)
}

// answering returns the area for which the actor answers for what lies in area i:
// that one, or the lowest above where somebody is; -1 for neither.
func (c stance) answering(i int32) int32 {
	for _, a := range []int32{i, manned(c.s, i, c.now)} {
		if a >= 0 && inPost(c.s, a, c.by.Worker, c.now) {
			return a
		}
	}
	return -1
}

// inHand reports whether the actor is the one who works on the report: who has it by
// name, or accepted it last, or finished it.
func (c stance) inHand() bool {
	return c.by.Who() == c.r.Handler || c.by.Worker != 0 && c.by.Worker == c.r.Holder.Worker
}

// isAbove reports whether the actor, who does not work on the report, is in post, or
// the command centre, in an area above the one where the ball lies; at the top, where
// there is none, in the top area itself. The command centre of everything is above
// all.
func (c stance) isAbove() bool {
	i := c.seat()
	if c.inHand() {
		return false
	}
	if i >= 0 && c.s.Parent(i) < 0 {
		return c.commands(i) || inPost(c.s, i, c.by.Worker, c.now)
	}
	if c.by.Worker == 0 {
		return c.commands(i) && (c.by.Area == 0 || i >= 0 && c.by.Area != c.s.Area(i).ID)
	}
	for ; i >= 0 && c.s.Parent(i) >= 0; i = c.s.Parent(i) {
		if inPost(c.s, c.s.Parent(i), c.by.Worker, c.now) {
			return true
		}
	}
	return false
}

// isDispatcher reports whether the actor is the command centre of an area over the
// place or the ball, or a dispatcher in post in one. Over what is in no area are the
// top areas.
func (c stance) isDispatcher() bool {
	for _, i := range []int32{indexOf(c.s, c.r.Cell), c.seat()} {
		if c.by.Worker == 0 && c.commands(i) || c.post(i, grid.Dispatcher) >= 0 {
			return true
		}
	}
	return false
}

// post returns the lowest area, from i up, where the actor is in post if the actor
// has the role; of no area, i = -1, a top area; otherwise -1.
func (c stance) post(i int32, role grid.Role) int32 {
	if w, ok := c.s.Roster().Worker(c.by.Worker); !ok || w.Role != role {
		return -1
	}
	if i < 0 {
		return c.topPost()
	}
	for i >= 0 && !inPost(c.s, i, c.by.Worker, c.now) {
		i = c.s.Parent(i)
	}
	return i
}

// topPost returns the first top area where the actor is in post, or -1.
func (c stance) topPost() int32 {
	for _, top := range c.s.Tops() {
		if inPost(c.s, top, c.by.Worker, c.now) {
			return top
		}
	}
	return -1
}

// commands reports whether the actor, without a worker, is the command centre of
// an area over area i; over i = -1, which is no area, are the top areas.
func (c stance) commands(i int32) bool {
	if c.by.Worker != 0 || c.by.Access != grid.AccessAdmin && c.by.Access != grid.AccessDispatcher {
		return false
	}
	if c.by.Area == 0 {
		return true
	}
	root, ok := c.s.ByID(c.by.Area)
	return ok && c.s.Under(i, root)
}

// department is that of an actor who is an officer.
func (c stance) department() string {
	if w, ok := c.s.Roster().Worker(c.by.Worker); ok && w.Role == grid.Officer {
		return w.Department
	}
	return ""
}

// indexOf returns the index of an area; -1 when it is none or not in the edition.
func indexOf(s *grid.Snapshot, id grid.AreaID) int32 {
	if i, ok := s.ByID(id); ok {
		return i
	}
	return -1
}

// inPost reports whether a worker has a post in area i itself, there or away.
func inPost(s *grid.Snapshot, i int32, w grid.WorkerID, now time.Time) bool {
	return slices.ContainsFunc(People(s, i, now), func(p Person) bool { return p.Worker.ID == w })
}

// there returns who has a post in area i and is neither absent nor off duty.
func there(s *grid.Snapshot, i int32, now time.Time) []Person {
	return slices.DeleteFunc(People(s, i, now), func(p Person) bool { return p.Away != "" })
}

// manned returns the lowest area, from i up, where somebody is there, or -1.
func manned(s *grid.Snapshot, i int32, now time.Time) int32 {
	for i >= 0 && len(there(s, i, now)) == 0 {
		i = s.Parent(i)
	}
	return i
}
