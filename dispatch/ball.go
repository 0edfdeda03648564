package dispatch

import (
	"slices"

	"jingwei/grid"
)

// pass returns who has the ball after a step, and who sent it.
func (c stance) pass(ball Ball, in Intent) (holder, sender grid.Holder, err error) {
	holder, sender = c.r.Holder, c.r.Holder
	switch ball {
	case BallStays:
		sender = c.r.Sender
	case BallTakes:
		holder, sender = c.taker(), c.r.Sender
	case BallGiven:
		holder, sender, err = c.given(in)
	case BallReturn:
		if holder, err = c.back(); c.r.Returns != 0 {
			holder, err = c.common(), nil
		}
		if err == nil && holder == c.r.Holder {
			err = refuse(BrokenAbove, "", "it would come back to who returns it")
		}
	case BallBack:
		if holder, err = c.back(); err != nil {
			holder, err = c.centre(c.seat()), nil
		}
	case BallRetaken:
		holder, err = c.back()
		sender = grid.Holder{}
	case BallUp:
		holder, err = c.above()
	case BallNext:
		sender = c.r.Sender
		holder, err = c.next()
	case BallRises:
		sender = c.r.Sender
		holder, err = c.higher()
	case BallCheck:
		if holder, err = c.above(); err != nil {
			holder, err = c.centre(c.seat()), nil
		}
	}
	return holder, sender, err
}

// at makes whoever answers first in area i the holder: the primary, or else a
// deputy.
func (c stance) at(i int32) grid.Holder {
	h := c.area(i)
	if people := c.takers(i); len(people) > 0 {
		h.Worker = people[0].Worker.ID
	}
	return h
}

// takers returns who may be given the ball in area i: who is there, but for who
// finished it while it is checked.
func (c stance) takers(i int32) []Person {
	return slices.DeleteFunc(there(c.s, i, c.now), func(p Person) bool { return grid.Caller{Worker: p.Worker.ID}.Who() == c.not })
}

// area is area i as a holder, without a worker.
func (c stance) area(i int32) grid.Holder {
	return grid.Holder{Level: c.s.Area(i).Level, Area: c.s.Area(i).ID}
}

// centre is the top of the chain over area i as a holder, in person of the command
// centre; without an area, the first top that there is.
func (c stance) centre(i int32) grid.Holder {
	i = max(i, 0)
	for c.s.Parent(i) >= 0 {
		i = c.s.Parent(i)
	}
	return c.area(i)
}

// rise makes whoever answers in the lowest area from i up the holder, or else the
// command centre.
func (c stance) rise(i int32) grid.Holder {
	for k := i; k >= 0; k = c.s.Parent(k) {
		if len(c.takers(k)) > 0 {
			return c.at(k)
		}
	}
	return c.centre(i)
}

func (c stance) above() (grid.Holder, error) {
	i := c.seat()
	if i < 0 || c.s.Parent(i) < 0 {
		return grid.Holder{}, refuse(BrokenAbove, "", "there is no area above the holder's")
	}
	return c.rise(c.s.Parent(i)), nil
}

// back gives to the sender if that one is still there, else to whoever answers
// there or above; without a sender, to the level above.
func (c stance) back() (grid.Holder, error) {
	sent := c.r.Sender
	i := indexOf(c.s, sent.Area)
	switch {
	case i < 0 && c.r.Holder == grid.Holder{}:
		return c.rise(c.seat()), nil
	case i < 0:
		return c.above()
	case sent.Worker == 0 || c.atDesk(sent.Worker) || slices.ContainsFunc(there(c.s, i, c.now), func(p Person) bool { return p.Worker.ID == sent.Worker }):
		return sent, nil
	}
	return c.rise(i), nil
}

// common gives to the common superior of holder and sender: to the lowest area
// above both where somebody is in post, or else to the command centre.
func (c stance) common() grid.Holder {
	i, j := c.seat(), indexOf(c.s, c.r.Sender.Area)
	for k := i; k >= 0; k = c.s.Parent(k) {
		if k != i && k != j && (j < 0 || c.s.Within(j, k)) {
			return c.rise(k)
		}
	}
	return c.centre(i)
}

// next gives to the one in post behind the holder in the same area, else to the
// level above, at the top to the command centre, where it stays.
func (c stance) next() (grid.Holder, error) {
	i := c.seat()
	if i >= 0 && c.area(i).Area == c.r.Holder.Area && c.r.Holder != c.centre(i) {
		people := there(c.s, i, c.now)
		k := slices.IndexFunc(people, func(p Person) bool { return p.Worker.ID == c.r.Holder.Worker })
		if k+1 < len(people) {
			h := c.area(i)
			h.Worker = people[k+1].Worker.ID
			return h, nil
		}
	}
	return c.higher()
}

// higher gives to the level above, at the top to the command centre; fails when
// that has it already.
func (c stance) higher() (grid.Holder, error) {
	h, err := c.above()
	if top := c.centre(c.seat()); err != nil && top != c.r.Holder {
		return top, nil
	}
	return h, err
}

// taker is the actor as a holder, in the area for which the actor answers.
func (c stance) taker() grid.Holder {
	i := c.seat()
	if i < 0 {
		return c.r.Holder
	}
	if c.by.Worker == 0 {
		return c.area(i)
	}
	h := c.r.Holder // from the desk of a department
	if a := c.answering(i); a >= 0 {
		h = c.area(a)
	}
	h.Worker = c.by.Worker
	return h
}

// given gives to the area that the intent names: one that the dispatcher commands,
// or one below the holder's.
func (c stance) given(in Intent) (holder, sender grid.Holder, err error) {
	i := indexOf(c.s, in.To)
	if i < 0 {
		return holder, sender, refuse(BrokenTarget, "area", "there is no such area in edition %d", c.s.Edition)
	}
	if sender, err = c.giver(i); err != nil {
		return holder, sender, err
	}
	holder = c.at(i)
	switch {
	case holder.Worker == 0:
		return holder, sender, refuse(BrokenTarget, "area", "nobody is there in %s (%s)", c.s.Area(i).Name, c.s.Area(i).Code)
	case in.Worker != 0 && !inPost(c.s, i, in.Worker, c.now):
		return holder, sender, refuse(BrokenTarget, "worker", "has no post in %s (%s)", c.s.Area(i).Name, c.s.Area(i).Code)
	case in.Worker != 0:
		holder.Worker = in.Worker
	}
	return holder, sender, nil
}

// giver is who gives the ball to area i; fails when it is not theirs to give there.
func (c stance) giver(i int32) (grid.Holder, error) {
	if c.r.State != grid.Reported {
		if seat := c.seat(); seat < 0 || i == seat || !c.s.Within(i, seat) {
			return grid.Holder{}, refuse(BrokenTarget, "area", "%s (%s) is not below the holder's area", c.s.Area(i).Name, c.s.Area(i).Code)
		}
		return c.r.Holder, nil
	}
	if post := c.post(i, grid.Dispatcher); post >= 0 {
		h := c.area(post)
		h.Worker = c.by.Worker
		return h, nil
	}
	if !c.commands(i) {
		return grid.Holder{}, refuse(BrokenTarget, "area", "%s (%s) is not under this command centre", c.s.Area(i).Name, c.s.Area(i).Code)
	}
	if root := indexOf(c.s, c.by.Area); root >= 0 {
		return c.area(root), nil
	}
	return c.centre(i), nil
}
