package dispatch

import (
	"slices"
	"time"

	"jingwei/grid"
)

// Actions returns what a caller may do to a report now, in the order of the
// lifecycle. Some of it needs more to be given; there is always something that does.
func Actions(s *grid.Snapshot, r grid.Report, by Actor, now time.Time) []grid.Action {
	at := stance{s: s, r: r, by: by, now: now}
	actions := []grid.Action{}
	for _, rule := range Lifecycle {
		if !slices.Contains(rule.From, r.State) {
			continue
		}
		if _, ok := at.as(rule.Who); ok && at.hold(rule) == nil && at.able(rule) {
			actions = append(actions, rule.Action)
		}
	}
	return actions
}

// able reports whether something can be given with which the rule's step is taken:
// somebody to whom the ball goes, a department that may be called. That there is
// another report to follow is taken for granted.
func (c stance) able(rule Rule) bool {
	switch {
	case rule.Action == grid.ActionWhistle:
		return slices.ContainsFunc(c.s.Roster().Departments(), func(d string) bool { return c.checkWhistle(d) == nil })
	case rule.Ball != BallGiven:
		_, _, err := c.pass(rule.Ball, Intent{})
		return err == nil
	case c.r.State == grid.Reported:
		return c.anyTaker()
	}
	seat := c.seat()
	return seat >= 0 && c.takerBelow(seat)
}

// anyTaker reports whether the ball may be given to any area at all.
func (c stance) anyTaker() bool {
	for i := range int32(c.s.Len()) {
		if c.takes(i) {
			return true
		}
	}
	return false
}

// takerBelow reports whether the ball may be given to an area below area i.
func (c stance) takerBelow(i int32) bool {
	return slices.ContainsFunc(c.s.Children(i), func(k int32) bool { return c.takes(k) || c.takerBelow(k) })
}

// takes reports whether the ball may be given to area i.
func (c stance) takes(i int32) bool {
	if len(there(c.s, i, c.now)) == 0 {
		return false
	}
	_, err := c.giver(i)
	return err == nil
}
