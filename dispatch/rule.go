package dispatch

import (
	"fmt"
	"strings"
	"time"

	"jingwei/grid"
)

// Passed is a rule that was passed over, and why.
type Passed struct {
	Rule *grid.Rule
	Why  string
}

// findRule takes the most specific rule that holds.
func (d *Decision) findRule(s *grid.Snapshot, cell int32) {
	s.Roster().EachRule(s, d.Matter, cell, func(r *grid.Rule) bool {
		if why := d.objection(r); why != "" {
			d.Passed = append(d.Passed, Passed{r, why})
			return true
		}
		d.Rule = r
		return false
	})
}

// objection tells why a rule for this matter and area does not hold, "" if it
// does.
func (d *Decision) objection(r *grid.Rule) string {
	switch {
	case d.Urgency < r.Urgency:
		return fmt.Sprintf("it is for what is %v at least", r.Urgency)
	case !r.Period(d.At) && d.At.Before(r.From):
		return "it holds from " + onDay(r.From)
	case !r.Period(d.At):
		return "it held until " + onDay(r.Until)
	case !r.Week.Holds(d.At):
		return fmt.Sprintf("it holds %v", r.Week)
	}
	return ""
}

// onDay writes the day, on the clock of Beijing, of a moment.
func onDay(t time.Time) string { return t.In(grid.Beijing).Format(time.DateOnly) }

// aim tells whom a rule asks for, as in "at town, officers of 城管局".
func aim(r *grid.Rule) string {
	var parts []string
	if r.Level != 0 {
		parts = append(parts, "at "+r.Level.String())
	}
	if r.Role != "" {
		parts = append(parts, string(r.Role))
	}
	if r.Department != "" {
		parts = append(parts, "of "+r.Department)
	}
	return strings.Join(parts, ", ")
}
