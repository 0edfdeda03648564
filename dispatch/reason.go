package dispatch

import (
	"strconv"
	"strings"
	"time"

	"jingwei/grid"
)

// Reasons tells the decision in sentences, from the place over the rule up to who
// answers.
func (d Decision) Reasons(s *grid.Snapshot) []string {
	const between = 0 // in no name
	if text := d.tell(s, between); text != "" {
		return strings.Split(text, string(rune(between)))
	}
	return nil
}

// Reason is the reasons as one text, a line for each.
func (d *Decision) Reason(s *grid.Snapshot) string { return d.tell(s, '\n') }

func (d *Decision) tell(s *grid.Snapshot, between byte) string {
	var room [1 << 10]byte
	t := tale{room[:0], between}
	d.tellPlace(&t, s)
	if d.Cell.ID == 0 {
		return string(t.text)
	}
	d.tellRules(&t)
	for i := range d.Considered {
		d.Considered[i].tell(&t)
	}
	if d.State == grid.Reported {
		t.line("unrouted: nobody is there from the cell up to the top")
	}
	return string(t.text)
}

// tale is a text of lines.
type tale struct {
	text    []byte
	between byte // lines
}

// line adds a line, which is all parts of it one after another.
func (t *tale) line(parts ...string) {
	if len(t.text) > 0 {
		t.text = append(t.text, t.between)
	}
	t.add(parts...)
}

// add goes on with the line.
func (t *tale) add(parts ...string) {
	for _, p := range parts {
		t.text = append(t.text, p...)
	}
}

func name(a grid.Area) string { return a.Level.String() + " " + a.Name + " (" + a.Code + ")" }

// noShare is the largest share of the probability that is written as 0 %.
const noShare = 0.005

// tellPlace tells which cell the place is taken to be in.
func (d *Decision) tellPlace(t *tale, s *grid.Snapshot) {
	switch d.Place.Method {
	case grid.Outside:
		t.line("unrouted: the place is outside every cell")
	case grid.Nearest:
		t.line("the place is ", strconv.FormatFloat(d.Place.DistanceM, 'f', 1, 64), " m outside the nearest cell, within the tolerance")
	case grid.Ambiguous:
		for _, c := range d.Candidates {
			if c.Share > noShare {
				t.line("the place is ambiguous: ", percent(c.Share), " in ", name(s.Area(c.Area)))
			}
		}
		if d.Cell.ID == 0 {
			t.line("unrouted: no cell has ", percent(ClearShare), " of the probability")
		}
	}
}

func percent(share float64) string { return strconv.FormatFloat(100*share, 'f', 0, 64) + " %" }

// tellRules tells which rule holds and which were passed over, or what is done
// without one.
func (d *Decision) tellRules(t *tale) {
	for _, p := range d.Passed {
		t.line("rule ", p.Rule.Code, " is passed over: ", p.Why)
	}
	switch {
	case d.Rule != nil:
		t.line("rule ", d.Rule.Code, " holds: ", aim(d.Rule))
	case d.Entry.Code != "":
		t.line("matter ", d.Entry.Code, " ", d.Entry.Name, " is answered at ", d.Entry.Level.String(), " by the catalogue")
	}
}

// tell tells why the candidate answers or was passed over.
func (c *Candidate) tell(t *tale) {
	t.line(c.Area.Level.String(), " ", c.Area.Name, " (", c.Area.Code, "): ")
	switch c.Verdict {
	case Ended:
		t.add("no ", string(c.Rank), ", ", c.Worker.Name, " left on ", onDay(c.When))
		return
	case Awaited:
		t.add("no ", string(c.Rank), " yet, ", c.Worker.Name, " begins on ", onDay(c.When))
		return
	case Unknown:
		t.add("the ", string(c.Rank), " is not in the roster")
		return
	case Vacant:
		t.add("no ", string(c.Rank))
		return
	}
	if c.Rank != "" {
		t.add(string(c.Rank), " ")
	}
	t.add(string(c.Worker.Role), " ", c.Worker.Name, " (", c.Worker.Code, ")")
	if c.Rank == "" {
		t.add(" of ", c.Worker.Department, ", without a post,")
	}
	switch c.Verdict {
	case Answering:
		t.add(" answers")
	case StandingIn:
		t.add(" stands in: nobody who is looked for is there")
	case Absent:
		t.add(" is absent", until(c.When))
	case OffDuty:
		t.add(" is off duty")
	case Unfit:
		t.add(" is not looked for")
	}
}

// until tells the end of an absence, if it is known.
func until(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return " until " + t.In(grid.Beijing).Format("2006-01-02 15:04")
}
