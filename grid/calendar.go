package grid

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Calendar counts working time: the hours of a week, with days that go by hours of
// their own, by the clock of [Beijing]. It is immutable.
//
// # Laws
//
// Due is the first moment by which so much work is done, so that for all times t
// and u and all amounts of work d, also negative ones,
//
//	Due(t, d) ≤ u exactly if d ≤ Left(t, u)
//
// From this follows that Left undoes Due, that Due grows with t and with d, and
// that Due(Due(t, a), b) is Due(t, a+b). When work is due for t and none is left,
// that is when the last work before t ended. They are exact to the nanosecond from
// 1900 to 2200.
type Calendar struct {
	hours Week
	days  []CalendarDay // by date

	week     [7][]span // of work on each weekday, the tail of a shift from the day before included
	before   [8]int64  // minutes of work from the beginning of Monday to that of each day
	specials []special // by day
}

// span is minutes of a day: from start, before stop.
type span struct{ start, stop int16 }

// special is a day that does not go as its weekday does.
type special struct {
	day   int64 // since 1970
	work  []span
	total int64 // minutes of work from 1970 to the beginning of the day
}

// DayKind says what kind of day it is.
type DayKind string

// A holiday 节假日 has no work. A workday 调休上班 has the hours that it names or,
// without any, those of the first day of the week that has some. The ordinary days
// 平时 have no date and name the hours of a week.
const (
	Ordinary DayKind = "ordinary"
	Holiday  DayKind = "holiday"
	Workday  DayKind = "workday"
)

// ParseDayKind reads a kind of day; the Chinese names are understood.
func ParseDayKind(s string) (DayKind, error) {
	switch s {
	case "ordinary", "平时":
		return Ordinary, nil
	case "holiday", "节假日", "放假", "休":
		return Holiday, nil
	case "workday", "调休", "调休上班", "上班", "班":
		return Workday, nil
	}
	return "", unknown("kind of day", s, "ordinary 平时", "holiday 节假日", "workday 调休")
}

// CalendarDay is a date with hours of its own, or all that have none.
type CalendarDay struct {
	ID    int64
	Date  time.Time // midnight in [Beijing]; zero for ordinary days
	Kind  DayKind
	Name  string
	Hours Week // of a workday, for its weekday only; of ordinary days
}

// Key names the day among those that are known: its date, or ordinary.
func (d CalendarDay) Key() string {
	if d.Kind == Ordinary {
		return string(Ordinary)
	}
	return d.Date.In(Beijing).Format(time.DateOnly)
}

// Check fails unless the day has a date and hours as its kind has them.
func (d CalendarDay) Check() error {
	switch {
	case d.Kind == Ordinary && !d.Date.IsZero():
		return errors.New("ordinary days have no date")
	case d.Kind != Ordinary && d.Date.IsZero():
		return fmt.Errorf("a %s has a date", d.Kind)
	case d.Kind == Ordinary && len(d.Hours) == 0:
		return errors.New("ordinary days need hours, as in mon-fri 08:30-12:00; mon-fri 14:00-18:00")
	case d.Kind == Holiday && len(d.Hours) > 0:
		return errors.New("a holiday has no hours")
	case d.Kind == Workday && len(d.Hours) > 0 && len(d.Hours.on(weekday(dayOf1970(d.Date)))) == 0:
		return fmt.Errorf("hours %q never come: %s is a %v", d.Hours, d.Key(), d.Date.In(Beijing).Weekday())
	}
	return nil
}

// CalendarOf makes a calendar of what is known of days; without ordinary ones they
// have OfficeHours.
func CalendarOf(days []CalendarDay) *Calendar {
	hours, dated := OfficeHours, []CalendarDay{}
	for _, d := range days {
		if d.Kind == Ordinary {
			hours = d.Hours
		} else {
			dated = append(dated, d)
		}
	}
	return NewCalendar(hours, dated)
}

// OfficeHours are the hours of a week where nobody says otherwise.
var OfficeHours = Week{
	{Days: 0b0011111, Start: 8*60 + 30, Stop: 12 * 60},
	{Days: 0b0011111, Start: 14 * 60, Stop: 18 * 60},
}

var officeCalendar = NewCalendar(OfficeHours, nil)

// AroundTheClock is the calendar of those who never rest.
var AroundTheClock = NewCalendar(nil, nil)

// NewCalendar makes a calendar of the hours of a week, which are all of it when
// there are none, and of days that differ, each date once.
func NewCalendar(hours Week, days []CalendarDay) *Calendar {
	c := &Calendar{hours: hours, days: slices.SortedFunc(slices.Values(days), func(a, b CalendarDay) int { return a.Date.Compare(b.Date) })}
	for day := range c.week {
		c.week[day] = spansOf(c.shifts(day), c.shifts((day+6)%7))
		c.before[day+1] = c.before[day] + minutes(c.week[day])
	}
	c.addSpecials()
	return c
}

// Hours returns the hours of a week, to be read only; none is all of it.
func (c *Calendar) Hours() Week { return c.hours }

// Days returns the days that differ, by date, to be read only.
func (c *Calendar) Days() []CalendarDay { return c.days }

// shifts are those that begin on a weekday, 0 for Monday.
func (c *Calendar) shifts(day int) []Shift {
	if len(c.hours) == 0 {
		return []Shift{{Start: 0, Stop: dayMinutes}}
	}
	return c.hours.on(day)
}

// on returns the shifts that begin on a weekday, 0 for Monday.
func (w Week) on(day int) (out []Shift) {
	for _, s := range w {
		if s.Days>>day&1 == 1 {
			out = append(out, s)
		}
	}
	return out
}

// spansOf unites the shifts of a day with what reaches into it from the day before.
func spansOf(today, yesterday []Shift) []span {
	var all []span
	for _, s := range yesterday {
		if s.Stop <= s.Start {
			all = append(all, span{0, s.Stop})
		}
	}
	for _, s := range today {
		if s.Stop <= s.Start {
			s.Stop = dayMinutes
		}
		all = append(all, span{s.Start, s.Stop})
	}
	slices.SortFunc(all, func(a, b span) int { return cmp.Compare(a.start, b.start) })
	var out []span
	for _, s := range all {
		if last := len(out) - 1; last >= 0 && s.start <= out[last].stop {
			out[last].stop = max(out[last].stop, s.stop)
			continue
		}
		out = append(out, s)
	}
	return out
}

func minutes(spans []span) (n int64) {
	for _, s := range spans {
		n += int64(s.stop - s.start)
	}
	return n
}

// addSpecials works out the days that differ, and those after them, into which
// their last shifts may reach.
func (c *Calendar) addSpecials() {
	own := make(map[int64][]Shift, len(c.days))
	for _, d := range c.days {
		own[dayOf1970(d.Date)] = c.shiftsOf(d)
	}
	shifts := func(day int64) []Shift {
		if s, ok := own[day]; ok {
			return s
		}
		return c.shifts(weekday(day))
	}
	var more int64
	for _, d := range c.days {
		for day := dayOf1970(d.Date); day <= dayOf1970(d.Date)+1; day++ {
			if n := len(c.specials); n > 0 && day <= c.specials[n-1].day {
				continue
			}
			s := special{day: day, work: spansOf(shifts(day), shifts(day-1)), total: c.regular(day) + more}
			c.specials = append(c.specials, s)
			more += minutes(s.work) - minutes(c.week[weekday(day)])
		}
	}
}

// shiftsOf are those that begin on a day that differs.
func (c *Calendar) shiftsOf(d CalendarDay) []Shift {
	switch {
	case d.Kind == Holiday:
		return nil
	case len(d.Hours) > 0:
		return d.Hours.on(weekday(dayOf1970(d.Date)))
	}
	for day := range c.week {
		if s := c.shifts(day); len(s) > 0 {
			return s
		}
	}
	return nil
}

// dayOf1970 counts the days from 1970 to a time.
func dayOf1970(t time.Time) int64 {
	const ahead = 8 * 60 * 60
	return floorDiv(t.Unix()+ahead, daySeconds)
}

const daySeconds = dayMinutes * 60

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// thursday is the weekday, from 0 for Monday, on which 1970 began.
const thursday = 3

// weekday of a day since 1970; 0 is Monday.
func weekday(day int64) int {
	return int(((day+thursday)%7 + 7) % 7)
}

// regular counts the minutes of work from 1970 to the beginning of a day, if there
// were no days that differ.
func (c *Calendar) regular(day int64) int64 {
	d := day + thursday
	return floorDiv(d, 7)*c.before[7] + c.before[weekday(day)] - c.before[thursday]
}
