package grid

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
)

// Cursor is a place in the feed: behind the event with this transaction and
// sequence number. Events are ordered by XID, then by Seq, and one is only seen
// when no event before it can appear any more. The zero cursor is the beginning.
type Cursor struct {
	XID uint64
	Seq int64
}

// ParseCursor reads a cursor as written by [Cursor.String].
func ParseCursor(s string) (Cursor, error) {
	x, q, ok := strings.Cut(s, "-")
	xid, err1 := strconv.ParseUint(x, 10, 64)
	seq, err2 := strconv.ParseInt(q, 10, 64)
	if !ok || err1 != nil || err2 != nil || seq < 0 {
		return Cursor{}, fmt.Errorf("cursor %q: want xid-seq, two numbers", s)
	}
	return Cursor{xid, seq}, nil
}

// String writes the cursor as xid-seq.
func (c Cursor) String() string { return fmt.Sprintf("%d-%d", c.XID, c.Seq) }

// Compare orders cursors as the feed is ordered.
func (c Cursor) Compare(o Cursor) int {
	return cmp.Or(cmp.Compare(c.XID, o.XID), cmp.Compare(c.Seq, o.Seq))
}

// Later returns the cursor that is farther on.
func (c Cursor) Later(o Cursor) Cursor {
	if c.Compare(o) > 0 {
		return c
	}
	return o
}

// What an event is about.
const (
	EventReport  = "report"
	EventPost    = "post"
	EventEdition = "edition"
	EventBatch   = "batch"
)

// Event is a line of the feed.
type Event struct {
	Cursor Cursor
	What   string  // one of the Event constants
	ID     string  // of the report, post, edition or batch
	Report *Report // as the event left it or later, when What is report

	// Of a step that was taken on a report:
	From   State    // before it; 0 when the report came in
	Had    WorkerID // who had the ball before it; 0: nobody in person
	HadIn  AreaID   // in which area; 0: the unrouted queue
	SentBy WorkerID // who had sent it before it; 0: nobody in person
	Sent   AreaID   // from which area; 0: from none
	Owed   []string // departments that owed it something before it
}

// Before returns the report as it stood before the step, as far as an Interest looks at
// it; nil when it came in, or the event is about something else.
func (e Event) Before() *Report {
	if e.Report == nil || e.From == 0 {
		return nil
	}
	r := *e.Report
	r.State, r.Holder.Worker, r.Holder.Area, r.Sender.Worker, r.Sender.Area = e.From, e.Had, e.HadIn, e.SentBy, e.Sent
	r.Tasks = nil
	for _, department := range e.Owed {
		r.Tasks = append(r.Tasks, Task{Department: department, State: Called})
	}
	return &r
}

// Under which name somebody is told of a report.
const (
	ToldReport = "report" // it is one of those that are wanted
	ToldGone   = "gone"   // it was one before the step, and is not any more
)

// Told returns under which name who wants some reports is told of one, of how it is and
// how it was before the step, which may be nil; "" for not at all.
func Told(is, was *Report, wanted func(*Report) bool) string {
	switch {
	case wanted(is):
		return ToldReport
	case was != nil && wanted(was):
		return ToldGone
	}
	return ""
}
