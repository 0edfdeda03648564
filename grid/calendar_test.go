package grid_test

import (
	"testing"
	"time"

	"jingwei/grid"

	"pgregory.net/rapid"
)

// works tells, as plainly as it can be said, whether the minute that begins at t is
// working time.
func works(hours grid.Week, days map[string]grid.CalendarDay, t time.Time) bool {
	shifts := func(day time.Time) (out []grid.Shift) {
		weekday := (int(day.Weekday()) + 6) % 7
		week := hours
		if len(week) == 0 {
			week = grid.Week{{Days: 127, Start: 0, Stop: 1440}}
		}
		d, differs := days[day.Format(time.DateOnly)]
		switch {
		case differs && d.Kind == grid.Holiday:
			return nil
		case differs && len(d.Hours) > 0:
			week = d.Hours
		case differs:
			for weekday = 0; !onDay(week, weekday); weekday++ {
			}
		}
		for _, s := range week {
			if s.Days>>weekday&1 == 1 {
				out = append(out, s)
			}
		}
		return out
	}
	t = t.In(grid.Beijing)
	minute := int16(t.Hour()*60 + t.Minute())
	for _, s := range shifts(t) {
		if s.Start <= minute && (minute < s.Stop || s.Stop <= s.Start) {
			return true
		}
	}
	for _, s := range shifts(t.AddDate(0, 0, -1)) {
		if s.Stop <= s.Start && minute < s.Stop {
			return true
		}
	}
	return false
}

func onDay(w grid.Week, weekday int) bool {
	for _, s := range w {
		if s.Days>>weekday&1 == 1 {
			return true
		}
	}
	return false
}

// counted is the working time between two times, minute by minute.
func counted(hours grid.Week, days map[string]grid.CalendarDay, from, to time.Time) (d time.Duration) {
	if to.Before(from) {
		return -counted(hours, days, to, from)
	}
	for t := from.Truncate(time.Minute); t.Before(to); t = t.Add(time.Minute) {
		if !works(hours, days, t) {
			continue
		}
		start, stop := t, t.Add(time.Minute)
		if start.Before(from) {
			start = from
		}
		if stop.After(to) {
			stop = to
		}
		d += stop.Sub(start)
	}
	return d
}

var someWeeks = []string{
	"", "mon-fri 08:30-12:00; mon-fri 14:00-18:00", "mon 09:00-09:01", "sat,sun 00:00-24:00", "mon-sun 22:00-06:00",
	"fri 20:00-08:00; sat 06:00-10:00", "mon-sun 12:00-11:59", "sun 23:59-00:01; wed 10:00-12:00; wed 11:00-13:00",
}

// drawCalendar draws hours and days around a date, many of them next to each other.
func drawCalendar(t *rapid.T, around time.Time) (grid.Week, map[string]grid.CalendarDay, *grid.Calendar) {
	hours := week(t, rapid.SampledFrom(someWeeks).Draw(t, "week"))
	days, list := map[string]grid.CalendarDay{}, []grid.CalendarDay{}
	for range rapid.IntRange(0, 12).Draw(t, "days") {
		d := grid.CalendarDay{Date: around.AddDate(0, 0, rapid.IntRange(-12, 12).Draw(t, "day")), Kind: grid.Holiday}
		if rapid.Bool().Draw(t, "workday") {
			d.Kind = grid.Workday
			d.Hours = week(t, rapid.SampledFrom([]string{"", "09:00-17:00", "21:00-05:00; 08:00-12:00"}).Draw(t, "hours"))
		}
		name := d.Date.Format(time.DateOnly)
		if _, twice := days[name]; !twice {
			days[name], list = d, append(list, d)
		}
	}
	return hours, days, grid.NewCalendar(hours, list)
}

func week(t *rapid.T, text string) grid.Week {
	w, err := grid.ParseWeek(text)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// drawDate draws a midnight: years end, leap days come, and 1970 and 1900 are long
// ago.
func drawDate(t *rapid.T) time.Time {
	year := rapid.SampledFrom([]int{1900, 1969, 1970, 2000, 2024, 2026, 2199}).Draw(t, "year")
	month := rapid.SampledFrom([]time.Month{time.January, time.February, time.October, time.December}).Draw(t, "month")
	return time.Date(year, month, rapid.IntRange(1, 31).Draw(t, "date"), 0, 0, 0, 0, grid.Beijing)
}

// drawTime draws a time near a date, often at a full minute.
func drawTime(t *rapid.T, around time.Time, name string) time.Time {
	at := around.Add(time.Duration(rapid.IntRange(-14*24*60, 14*24*60).Draw(t, name)) * time.Minute)
	return at.Add(time.Duration(rapid.SampledFrom([]int{0, 0, 1, 59_999_999_999, 30_500_000_000}).Draw(t, name+" and ns")))
}

func TestCalendarLikeBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		around := drawDate(t)
		hours, days, c := drawCalendar(t, around)
		from, to := drawTime(t, around, "from"), drawTime(t, around, "to")
		left := c.Left(from, to)
		if want := counted(hours, days, from, to); left != want {
			t.Fatalf("from %v to %v: %v, counted %v", from, to, left, want)
		}
		due := c.Due(from, left)
		if due.After(to) || counted(hours, days, due, to) != 0 {
			t.Fatalf("%v of work from %v is due at %v, and was counted to %v", left, from, due, to)
		}
		if before := due.Add(-time.Nanosecond); counted(hours, days, before, due) != 1 {
			t.Fatalf("%v of work from %v was done before %v", left, from, due)
		}
	})
}

func TestCalendarLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		around := drawDate(t)
		_, _, c := drawCalendar(t, around)
		from, to := drawTime(t, around, "from"), drawTime(t, around, "to")
		work := func(name string) time.Duration {
			return time.Duration(rapid.Int64Range(-int64(3000*time.Hour), int64(3000*time.Hour)).Draw(t, name))
		}
		a, b := work("a"), work("b")
		if (!c.Due(from, a).After(to)) != (a <= c.Left(from, to)) {
			t.Fatalf("due at %v, %v left until %v", c.Due(from, a), c.Left(from, to), to)
		}
		if got := c.Left(from, c.Due(from, a)); got != a {
			t.Fatalf("%v left of %v", got, a)
		}
		if one, two := c.Due(c.Due(from, a), b), c.Due(from, a+b); !one.Equal(two) {
			t.Fatalf("in two parts %v, at once %v", one, two)
		}
		if a <= b && c.Due(from, a).After(c.Due(from, b)) || !from.After(to) && c.Due(from, a).After(c.Due(to, a)) {
			t.Fatal("more is due sooner")
		}
		if got := grid.AroundTheClock.Due(from, a); !got.Equal(from.Add(a)) {
			t.Fatalf("around the clock %v after %v comes %v", a, from, got)
		}
	})
}

// The National Day of 2025 with its make-up days, and a weekend.
func TestCalendarOfAnOffice(t *testing.T) {
	at := func(text string) time.Time {
		at, err := time.ParseInLocation("2006-01-02 15:04", text, grid.Beijing)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	var days []grid.CalendarDay
	for d := range 8 {
		days = append(days, grid.CalendarDay{Date: time.Date(2025, 10, 1+d, 0, 0, 0, 0, grid.Beijing), Kind: grid.Holiday, Name: "国庆节、中秋节"})
	}
	for _, d := range []string{"2025-09-28 00:00", "2025-10-11 00:00"} {
		days = append(days, grid.CalendarDay{Date: at(d), Kind: grid.Workday, Name: "国庆节、中秋节调休"})
	}
	c := grid.NewCalendar(grid.OfficeHours, days)
	for _, tt := range []struct {
		from string
		work time.Duration
		due  string
	}{
		{"2025-09-26 17:00", 2 * time.Hour, "2025-09-28 09:30"},                // Friday, and a Sunday at work
		{"2025-09-30 17:30", time.Hour, "2025-10-09 09:00"},                    // over the holidays
		{"2025-10-03 03:00", 7*time.Hour + 30*time.Minute, "2025-10-09 18:00"}, // the end of the day, not the next morning
		{"2025-10-10 18:00", 3*time.Hour + 31*time.Minute, "2025-10-11 14:01"}, // a Saturday at work, over noon
		{"2025-10-13 09:00", -time.Hour, "2025-10-11 17:30"},
		{"2025-10-18 12:00", 0, "2025-10-17 18:00"}, // none is left since the evening before
	} {
		if got := c.Due(at(tt.from), tt.work); !got.Equal(at(tt.due)) {
			t.Errorf("%v of work from %s is due at %v, want %s", tt.work, tt.from, got, tt.due)
		}
	}
}

func BenchmarkCalendar(b *testing.B) {
	var days []grid.CalendarDay
	for d := range 400 {
		days = append(days, grid.CalendarDay{Date: time.Date(2010, 1, 1+15*d, 0, 0, 0, 0, grid.Beijing), Kind: grid.Holiday})
	}
	c, from := grid.NewCalendar(grid.OfficeHours, days), time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	var due time.Time
	for b.Loop() {
		due = c.Due(from, 48*time.Hour)
	}
	if due.Before(from) {
		b.Fatal(due)
	}
}
