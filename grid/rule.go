package grid

import (
	"cmp"
	"slices"
	"time"
)

// Rule 规则 says at which level, and in which role or department, somebody answers
// for reports of some matters, in an area, of some urgency or more, at some times.
// What is zero asks for nothing in particular.
type Rule struct {
	ID      int64
	Code    string    // unique
	Matter  string    // the code, or its first two or four digits
	Area    AreaID    // it holds there and below
	Urgency Urgency   // of the report, at least
	Week    Week      // hours in which it holds
	From    time.Time // it holds from then on
	Until   time.Time // and before this time

	Level      Level  // that answers; 0: as without a rule
	Role       Role   // of those who answer
	Department string // of those who answer
	Note       string
}

// Period reports whether t is in the rule's period, whatever the hour.
func (r *Rule) Period(t time.Time) bool {
	return !t.Before(r.From) && (r.Until.IsZero() || t.Before(r.Until))
}

// length is how long the period of a rule is; without an end it is the longest.
func (r *Rule) length() time.Duration {
	if r.From.IsZero() || r.Until.IsZero() {
		return 1<<63 - 1
	}
	return r.Until.Sub(r.From)
}

// ruleBook finds the rules of a matter's prefix and an area.
type ruleBook map[string]map[AreaID][]Rule

// newRuleBook orders what stands in one place: the higher urgency first, then
// fewer hours a week, then the shorter period, then the lower id.
func newRuleBook(rules []Rule) ruleBook {
	type timed struct {
		Rule
		minutes int
	}
	all := make([]timed, len(rules))
	for i, r := range rules {
		all[i] = timed{r, r.Week.Minutes()}
	}
	slices.SortFunc(all, func(a, b timed) int {
		return cmp.Or(
			cmp.Compare(b.Urgency, a.Urgency), cmp.Compare(a.minutes, b.minutes),
			cmp.Compare(a.length(), b.length()), cmp.Compare(a.ID, b.ID),
		)
	})
	book := ruleBook{}
	for _, r := range all {
		if book[r.Matter] == nil {
			book[r.Matter] = map[AreaID][]Rule{}
		}
		book[r.Matter][r.Area] = append(book[r.Matter][r.Area], r.Rule)
	}
	return book
}

// Rules returns the rules by id.
func (r *Roster) Rules() []Rule {
	var out []Rule
	for _, places := range r.rules {
		for _, rules := range places {
			out = append(out, rules...)
		}
	}
	slices.SortFunc(out, func(a, b Rule) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// prefixes are the lengths of a matter's code that rules name, longest first.
var prefixes = [...]int{6, 4, 2, 0}

// EachRule calls use with the rules for a matter, which may be empty, in an area
// and those above it, the most specific first, until use returns false: by the
// length of the matter's prefix, the depth of the area, the urgency, the hours,
// the period, the id.
func (r *Roster) EachRule(s *Snapshot, matter string, area int32, use func(*Rule) bool) {
	if len(r.rules) == 0 {
		return
	}
	for _, n := range prefixes {
		if n > len(matter) {
			continue
		}
		places := r.rules[matter[:n]]
		if places == nil {
			continue
		}
		for i := area; i >= 0; i = s.parent[i] {
			if !each(places[s.areas[i].ID], use) {
				return
			}
		}
		if !each(places[0], use) {
			return
		}
	}
}

func each(rules []Rule, use func(*Rule) bool) bool {
	for i := range rules {
		if !use(&rules[i]) {
			return false
		}
	}
	return true
}
