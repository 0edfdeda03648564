package grid

import (
	"fmt"
	"slices"
	"time"

	"jingwei/geo"

	"github.com/google/uuid"
)

// State says how far a report has come in the closed loop.
type State uint8

// The states, in the order of the loop; Evaluated, Void and Merged are terminal.
const (
	Reported State = iota + 1
	Assigned
	Verifying
	Handling
	Suspended
	Checking
	Closed
	Evaluated
	Void
	Merged
)

var stateNames = [...]string{
	"", "reported", "assigned", "verifying", "handling", "suspended",
	"checking", "closed", "evaluated", "void", "merged",
}

// ParseState reads a state's name as written by [State.String].
func ParseState(s string) (State, error) {
	if i := slices.Index(stateNames[:], s); i > 0 {
		return State(i), nil
	}
	return 0, unknown("state", s, stateNames[1:]...)
}

// Open reports whether work on the report is still owed.
func (s State) Open() bool { return s < Closed }

// Terminal reports whether nothing more is to come; a merged report follows its
// lead and may be taken out again.
func (s State) Terminal() bool { return s >= Evaluated }

// String returns the state's name.
func (s State) String() string {
	if s == 0 || int(s) >= len(stateNames) {
		return fmt.Sprintf("state(%d)", uint8(s))
	}
	return stateNames[s]
}

// MarshalText writes the state's name.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a state's name.
func (s *State) UnmarshalText(b []byte) (err error) {
	*s, err = ParseState(string(b))
	return err
}

// States lists all states in the order of the loop.
func States() []State {
	return []State{Reported, Assigned, Verifying, Handling, Suspended, Checking, Closed, Evaluated, Void, Merged}
}

// Method says how a place's cell was found.
type Method string

// Exact: the place is in the cell. Ambiguous: its accuracy reaches into other
// cells. Nearest: it is outside every cell, within the tolerance of this one.
// Outside: it is farther than that from every cell.
const (
	Exact     Method = "exact"
	Ambiguous Method = "ambiguous"
	Nearest   Method = "nearest"
	Outside   Method = "outside"
)

// Bounds of a report, whichever way it comes in.
const (
	MaxAccuracy = 100_000.0      // metres
	MaxAhead    = 24 * time.Hour // of At over Received: clocks of phones are wrong
)

// Report 事件 is something reported at a place and a time.
type Report struct {
	ID       uuid.UUID
	At       time.Time // when it happened, by the reporter's clock
	Received time.Time // when it arrived here
	Pos      geo.Pos   // WGS 84
	Accuracy float64   // 68 % radius in metres; 0 when unknown
	Matter   string    // code; may be empty when the reporter cannot tell
	Text     string
	Reporter string

	Cell      AreaID // at the time of the report; 0 when outside
	Method    Method
	DistanceM float64 // to the cell when Method is Nearest
	Edition   int64   // that Cell was found in

	State   State
	Holder  Holder
	Version int64 // counts the steps; compared by If-Match

	Urgency    Urgency
	Sender     Holder    // who had the ball before and gave it away; zero: the router, or a ball that was taken back
	Handler    string    // who accepted it last or, afterwards, finished it, as [Caller.Who] writes it; that one never voids or checks
	Returns    int       // how often it was returned, until the common superior accepts it; negative from any acceptance to the next return
	Asked      Action    // AskVoid or AskSuspend, while it waits for an answer
	AskedBy    string    // as [Caller.Who] writes it
	Lead       uuid.UUID // of a merged report: the one that it follows
	Clocks               // of the stage and of the whole
	ResumeAt   time.Time // while suspended, or asked to be: when work goes on
	Urged      int       // 催办, how often
	Supervised int       // 督办, how often
	Tasks      []Task    // of departments, in the order in which they were called; in events those that are owed; nil in lists
}

// Sampled 抽查 reports whether those above evaluate the report, once it is closed: 13 of
// 256 are in the sample, about one in twenty, by the last byte of the id, which is
// random. Nobody chooses them, and everybody comes to the same.
func (r Report) Sampled() bool { return r.ID[15] < 13 }

// Clocks are the deadlines of a report; a zero one is none. While a report is
// suspended or merged they stand still since Stopped, and go on with what was
// left of the working time then.
//
// An alarm is when the system acts next on a deadline: first when 80 % of the time
// is over 黄灯, then at the deadline itself 红灯; then it is zero.
type Clocks struct {
	Due      time.Time // of the whole, from assignment to closing
	StageDue time.Time // of the present state
	Stopped  time.Time // zero while they run

	Alarm      time.Time // of Due
	StageAlarm time.Time // of StageDue; zero where that is Due
	TaskAlarm  time.Time // when the first department has to have reported in whose time is not over yet
}

// NextAlarm is when the system acts on the report by itself; zero for never.
func (r Report) NextAlarm() (next time.Time) {
	switch {
	case r.State == Suspended:
		return r.ResumeAt
	case !r.Stopped.IsZero():
		return time.Time{}
	}
	for _, t := range []time.Time{r.Alarm, r.StageAlarm, r.TaskAlarm} {
		if next.IsZero() || !t.IsZero() && t.Before(next) {
			next = t
		}
	}
	return next
}

// Holder 当前责任人 is who has the ball now. A zero holder is the unrouted queue.
type Holder struct {
	Level  Level
	Area   AreaID
	Worker WorkerID
}
