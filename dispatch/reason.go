package dispatch

import (
	"fmt"
	"time"

	"jingwei/grid"
)

// Reasons tells the decision in sentences, from the place over the rule up to who
// answers.
func (d Decision) Reasons(s *grid.Snapshot) []string {
	lines := d.placeReasons(s)
	if d.Cell.ID == 0 {
		return lines
	}
	lines = append(lines, d.ruleReasons()...)
	for _, c := range d.Considered {
		lines = append(lines, c.String())
	}
	if d.State == grid.Reported {
		lines = append(lines, "unrouted: nobody is there from the cell up to the top")
	}
	return lines
}

func name(a grid.Area) string { return a.Level.String() + " " + a.Name + " (" + a.Code + ")" }

// noShare is the largest share of the probability that is written as 0 %.
const noShare = 0.005

// placeReasons tells which cell the place is taken to be in.
func (d Decision) placeReasons(s *grid.Snapshot) []string {
	switch d.Place.Method {
	case grid.Outside:
		return []string{"unrouted: the place is outside every cell"}
	case grid.Nearest:
		return []string{fmt.Sprintf("the place is %.1f m outside the nearest cell, within the tolerance", d.Place.DistanceM)}
	}
	if d.Place.Method != grid.Ambiguous {
		return nil
	}
	var lines []string
	for _, c := range d.Candidates {
		if c.Share <= noShare {
			continue
		}
		lines = append(lines, fmt.Sprintf("the place is ambiguous: %.0f %% in %s", 100*c.Share, name(s.Area(c.Area))))
	}
	if d.Cell.ID == 0 {
		lines = append(lines, fmt.Sprintf("unrouted: no cell has %.0f %% of the probability", 100*ClearShare))
	}
	return lines
}

// ruleReasons tells which rule holds and which were passed over, or what is done
// without one.
func (d Decision) ruleReasons() []string {
	var lines []string
	for _, p := range d.Passed {
		lines = append(lines, fmt.Sprintf("rule %s is passed over: %s", p.Rule.Code, p.Why))
	}
	switch {
	case d.Rule != nil:
		lines = append(lines, fmt.Sprintf("rule %s holds: %s", d.Rule.Code, aim(d.Rule)))
	case d.Entry.Code != "":
		lines = append(lines, "matter "+d.Entry.Code+" "+d.Entry.Name+" is answered at "+d.Entry.Level.String()+" by the catalogue")
	}
	return lines
}

// String tells why the candidate answers or was passed over.
func (c Candidate) String() string {
	head := name(c.Area) + ": "
	who := string(c.Worker.Role) + " " + c.Worker.Name + " (" + c.Worker.Code + ")"
	if c.Rank == "" {
		who += " of " + c.Worker.Department + ", without a post,"
	} else {
		who = string(c.Rank) + " " + who
	}
	switch c.Verdict {
	case Answering:
		return head + who + " answers"
	case StandingIn:
		return head + who + " stands in: nobody who is looked for is there"
	case Absent:
		return head + who + " is absent" + until(c.When)
	case OffDuty:
		return head + who + " is off duty"
	case Unfit:
		return head + who + " is not looked for"
	case Ended:
		return fmt.Sprintf("%sno %s, %s left on %s", head, c.Rank, c.Worker.Name, onDay(c.When))
	case Awaited:
		return fmt.Sprintf("%sno %s yet, %s begins on %s", head, c.Rank, c.Worker.Name, onDay(c.When))
	case Unknown:
		return fmt.Sprintf("%sthe %s is not in the roster", head, c.Rank)
	}
	return fmt.Sprintf("%sno %s", head, c.Rank)
}

// until tells the end of an absence, if it is known.
func until(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return " until " + t.In(grid.Beijing).Format("2006-01-02 15:04")
}
