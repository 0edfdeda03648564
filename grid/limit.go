package grid

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Stage is a part of the way of a report that may take so long.
type Stage string

// To route 交办 what nobody was found for, to accept 接收 what was assigned, to verify 核查, to handle 处置, to check 核验 and
// to evaluate 问效 it; for a department to report in 报到 after the whistle; and
// overall 总时限, from assignment to closing.
const (
	StageRoute    Stage = "route"
	StageAccept   Stage = "accept"
	StageVerify   Stage = "verify"
	StageHandle   Stage = "handle"
	StageCheck    Stage = "check"
	StageEvaluate Stage = "evaluate"
	StageReportIn Stage = "report_in"
	StageOverall  Stage = "overall"
)

// Stages lists all stages in the order of the loop.
func Stages() []Stage {
	return []Stage{StageRoute, StageAccept, StageVerify, StageHandle, StageCheck, StageEvaluate, StageReportIn, StageOverall}
}

// ParseStage reads a stage's name; the Chinese names are understood.
func ParseStage(s string) (Stage, error) {
	names := []string{"交办", "接收", "核查", "处置", "核验", "问效", "报到", "总时限"}
	if i := slices.Index(names, s); i >= 0 {
		return Stages()[i], nil
	}
	if slices.Contains(Stages(), Stage(s)) {
		return Stage(s), nil
	}
	for i, stage := range Stages() {
		names[i] = string(stage) + " " + names[i]
	}
	return "", unknown("stage", s, names...)
}

// Limit says how long a stage may take. It holds for matters of a prefix, and for
// reports of an urgency or more: each step above it halves the time.
type Limit struct {
	ID             int64
	Matter         string  // prefix of codes: none, two, four or six digits
	Urgency        Urgency // at least
	Stage          Stage
	Time           time.Duration // above 0
	AroundTheClock bool          // it runs at night and on holidays too
	Note           string
}

// Key names the limit among those that are known: its matter, urgency and stage.
func (l Limit) Key() string {
	return fmt.Sprintf("%s/%v/%s", cmp.Or(l.Matter, "*"), l.Urgency, l.Stage)
}

// Timed returns a roster of the same people by another calendar and with these
// limits.
func (r *Roster) Timed(c *Calendar, limits []Limit) *Roster {
	timed := *r
	timed.calendar = c
	timed.limits = slices.SortedFunc(slices.Values(limits), func(a, b Limit) int {
		return cmp.Or(cmp.Compare(len(b.Matter), len(a.Matter)), cmp.Compare(a.Matter, b.Matter),
			cmp.Compare(b.Urgency, a.Urgency), cmp.Compare(slices.Index(Stages(), a.Stage), slices.Index(Stages(), b.Stage)))
	})
	return &timed
}

// Calendar returns the calendar by which deadlines are worked out; without one of
// its own that of OfficeHours.
func (r *Roster) Calendar() *Calendar { return r.calendar }

// Limits returns all limits, the most specific first, to be read only.
func (r *Roster) Limits() []Limit { return r.limits }

// Limit returns the most specific limit of a stage for reports of a matter, which
// may be empty, and an urgency: that of the longest prefix, then of the highest
// urgency.
func (r *Roster) Limit(matter string, u Urgency, stage Stage) (Limit, bool) {
	i := slices.IndexFunc(r.limits, func(l Limit) bool {
		return l.Stage == stage && l.Urgency <= u && strings.HasPrefix(matter, l.Matter)
	})
	if i < 0 {
		return Limit{}, false
	}
	return r.limits[i], true
}
