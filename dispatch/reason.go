package dispatch

import (
	"fmt"
	"time"

	"jingwei/grid"
)

// Reasons tells the decision in sentences, from the place up to who answers.
func (d Decision) Reasons() []string {
	var lines []string
	switch d.Place.Method {
	case grid.Outside:
		return []string{"unrouted: the place is outside every cell"}
	case grid.Nearest:
		lines = append(lines, fmt.Sprintf("the place is %.1f m outside the nearest cell, within the tolerance", d.Place.DistanceM))
	}
	for _, c := range d.Considered {
		lines = append(lines, c.String())
	}
	if d.State == grid.Reported {
		lines = append(lines, "unrouted: nobody is in post from the cell up to the top")
	}
	return lines
}

// String tells why the candidate answers or was passed over.
func (c Candidate) String() string {
	head := fmt.Sprintf("%v %s (%s): ", c.Area.Level, c.Area.Name, c.Area.Code)
	switch c.Verdict {
	case Answering:
		return fmt.Sprintf("%s%s %s %s (%s) answers", head, c.Rank, c.Worker.Role, c.Worker.Name, c.Worker.Code)
	case Ended:
		return fmt.Sprintf("%sno %s, %s left on %s", head, c.Rank, c.Worker.Name, c.When.Format(time.DateOnly))
	case Awaited:
		return fmt.Sprintf("%sno %s yet, %s begins on %s", head, c.Rank, c.Worker.Name, c.When.Format(time.DateOnly))
	case Unknown:
		return fmt.Sprintf("%sthe %s is not in the roster", head, c.Rank)
	}
	return fmt.Sprintf("%sno %s", head, c.Rank)
}
