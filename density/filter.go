package density

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Filter says which reports are counted; the zero Filter, all.
type Filter struct {
	From    time.Time // inclusive, to the second; zero: from the beginning
	To      time.Time // exclusive, to the second; zero: without end
	Matters []string  // prefixes of 2, 4 or 6 digits, any of which will do; empty: any or none
	State   State
}

// State is a condition on what work is owed on a report.
type State uint8

// States.
const (
	AnyState State = iota
	Open           // 未结: work is owed
	Closed         // 已结: no work is owed
	Overdue        // 超期: open, and past its due time
)

var stateNames = []string{"", "open", "closed", "overdue"}

// String returns the state's name, which is empty for AnyState.
func (s State) String() string { return stateNames[s] }

// ParseState reads open, closed or overdue.
func ParseState(name string) (State, error) {
	if i := slices.Index(stateNames, name); i > 0 {
		return State(i), nil
	}
	return 0, fmt.Errorf("%q is not a state: want open, closed or overdue", name)
}

// Validate names what is wrong with f.
func (f Filter) Validate() error {
	for _, m := range f.Matters {
		if err := checkPrefix(m); err != nil {
			return err
		}
	}
	if int(f.State) >= len(stateNames) {
		return fmt.Errorf("state %d is not known", f.State)
	}
	if !f.From.IsZero() && !f.To.IsZero() && f.To.Before(f.From) {
		return fmt.Errorf("to %s is before from %s", f.To.Format(time.RFC3339), f.From.Format(time.RFC3339))
	}
	return nil
}

func checkPrefix(m string) error {
	if n := len(m); strings.Trim(m, "0123456789") != "" || n != 2 && n != 4 && n != 6 {
		return fmt.Errorf("matter %q: want a prefix of 2, 4 or 6 digits", m)
	}
	return nil
}

// Canonical returns the filter that all filters which say the same in other words
// have in common: times in UTC and to the second, prefixes sorted and without
// those that another one covers.
func (f Filter) Canonical() Filter {
	q := f.query()
	f.From, f.To = time.Time{}, time.Time{}
	if q.from > 0 {
		f.From = time.Unix(int64(q.from), 0).UTC()
	}
	if q.to < always {
		f.To = time.Unix(int64(q.to), 0).UTC()
	}
	f.Matters = lead(f.Matters)
	return f
}

// lead returns prefixes sorted, without those that another one covers.
func lead(prefixes []string) []string {
	var out []string
	for _, p := range slices.Sorted(slices.Values(prefixes)) {
		if len(out) == 0 || !strings.HasPrefix(p, out[len(out)-1]) {
			out = append(out, p)
		}
	}
	return out
}

// Key returns a text that two filters share only if they count the same.
func (f Filter) Key() string {
	return fmt.Sprintf("%v/%v", f.query().window, f.State)
}

// window is what of a filter bounds times and matters, but not states.
type window struct {
	from, to uint64 // seconds since 1970, half-open
	prefixes string
}

// String writes the times as far as they are bounds, and the prefixes.
func (w window) String() string {
	text := func(bound, none uint64) string {
		if bound == none {
			return ""
		}
		return strconv.FormatUint(bound, 10)
	}
	return text(w.from, 0) + "-" + text(w.to, always) + "/" + w.prefixes
}

// always is the end that leaves nothing out.
const always = math.MaxUint32 + 1

// query is a Filter in the terms of the columns.
type query struct {
	window
	matters []codes // empty: any or none
	state   State
}

// codes are the numbers of matters in [low, high).
type codes struct{ low, high uint32 }

func (f Filter) query() query {
	q := query{window: window{to: always}, state: f.State}
	if !f.From.IsZero() {
		q.from = uint64(seconds(f.From))
	}
	if !f.To.IsZero() {
		q.to = max(q.from, uint64(seconds(f.To)))
	}
	prefixes := lead(f.Matters)
	for _, p := range prefixes {
		q.matters = append(q.matters, codesOf(p))
	}
	q.prefixes = strings.Join(prefixes, ",")
	return q
}

// codesOf returns the codes that begin with a prefix.
func codesOf(prefix string) codes {
	code, _ := strconv.Atoi(prefix)
	width := 1
	for range 6 - len(prefix) {
		width *= 10
	}
	return codes{uint32(code*width + 1), uint32((code+1)*width + 1)}
}

// holds reports whether a report of a time and a matter passes.
func (q *query) holds(at, matter uint32) bool {
	if uint64(at) < q.from || uint64(at) >= q.to {
		return false
	}
	for _, m := range q.matters {
		if m.low <= matter && matter < m.high {
			return true
		}
	}
	return len(q.matters) == 0
}

// seconds returns the whole seconds since 1970, within 32 bits.
func seconds(t time.Time) uint32 {
	return uint32(min(math.MaxUint32, max(0, t.Unix())))
}

// matters is how many numbers of matters there are.
const matters = 1_000_001

// matterNumber returns the number of a six-digit code plus one, so that prefixes
// are ranges; 0 for anything else.
func matterNumber(code string) uint32 {
	n, err := strconv.ParseUint(code, 10, 32)
	if err != nil || len(code) != 6 {
		return 0
	}
	return uint32(n) + 1
}

// dueSecond returns when an open report is overdue, in seconds since 1970; never
// if it is at no time.
func dueSecond(t time.Time) uint32 {
	if t.IsZero() {
		return never
	}
	return cmp.Or(min(seconds(t), never-1), 1)
}

const never = math.MaxUint32
