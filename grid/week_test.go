package grid_test

import (
	"strings"
	"testing"
	"time"

	"jingwei/grid"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestParseWeek(t *testing.T) {
	for text, want := range map[string]string{
		"":                             "",
		"mon-fri 08:30-17:30":          "mon-fri 08:30-17:30",
		"周一至周五 8:30—17:30":             "mon-fri 08:30-17:30",
		"周六、周日 09:00-12:00":            "sat,sun 09:00-12:00",
		"工作日 08:00-12:00；周末":           "mon-fri 08:00-12:00; sat,sun 00:00-24:00",
		"22:00-06:00":                  "mon-sun 22:00-06:00",
		"sat-mon 18:00-00:00":          "mon,sat,sun 18:00-24:00",
		"1,3,5 09:00-10:00; 2":         "mon,wed,fri 09:00-10:00; tue 00:00-24:00",
		"每天 00:00 - 24:00":             "mon-sun 00:00-24:00",
		"tue 1:00-2:00;mon":            "mon 00:00-24:00; tue 01:00-02:00",
		"fri 1:00-2:00;fri 1:00-02:00": "fri 01:00-02:00",
	} {
		w, err := grid.ParseWeek(text)
		if err != nil || w.String() != want {
			t.Errorf("%q: %q, %v, want %q", text, w, err, want)
		}
	}
	for text, want := range map[string]string{
		"monday":            `"monday" is no day or run of days`,
		"mon 8-17":          `"8" is no time of day`,
		"mon 08:00":         `"" is no time of day`,
		"mon 08:00-25:00":   `"25:00" is no time of day`,
		"mon 08:60-09:00":   `"08:60" is no time of day`,
		"mon 08:00-08:00":   `"08:00-08:00" ends when it begins`,
		"mon 08:00-09:00; ": `"" is no day or run of days`,
		"0 08:00-09:00":     `"0" is no day or run of days`,
	} {
		if _, err := grid.ParseWeek(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

func drawWeek(t *rapid.T) grid.Week {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) grid.Shift {
		s := grid.Shift{Days: grid.Days(rapid.IntRange(1, 127).Draw(t, "days")), Start: rapid.Int16Range(0, 1439).Draw(t, "start")}
		s.Stop = rapid.Int16Range(1, 1440).Filter(func(m int16) bool { return m != s.Start }).Draw(t, "stop")
		return s
	}), 0, 3).Draw(t, "week")
}

// Law: what is written is read as the same hours, and written the same again.
func TestWeekIsReadAsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWeek(t)
		got, err := grid.ParseWeek(w.String())
		if err != nil || got.Minutes() != w.Minutes() {
			t.Fatalf("%q was read as %q, %v", w, got, err)
		}
		again, err := grid.ParseWeek(got.String())
		if diff := cmp.Diff(got, again); diff != "" || err != nil {
			t.Fatal(diff, err)
		}
		at := time.Unix(rapid.Int64Range(-1<<33, 1<<33).Draw(t, "at"), 0)
		if got.Holds(at) != w.Holds(at) {
			t.Fatalf("%q and %q differ at %v", w, got, at)
		}
	})
}

// Law: a moment is in a week's hours if the calendar says so.
func TestWeekHoldsByTheCalendar(t *testing.T) {
	in, out := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		w := drawWeek(t)
		at := time.Unix(rapid.Int64Range(-1<<33, 1<<33).Draw(t, "at"), 0).In(grid.Beijing)
		midnight := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, grid.Beijing)
		want := len(w) == 0
		for _, s := range w {
			for _, day := range []time.Time{midnight, midnight.AddDate(0, 0, -1)} {
				if s.Days>>((day.Weekday()+6)%7)&1 == 0 {
					continue
				}
				start, stop := day.Add(time.Duration(s.Start)*time.Minute), day.Add(time.Duration(s.Stop)*time.Minute)
				if s.Stop <= s.Start {
					stop = stop.AddDate(0, 0, 1)
				}
				want = want || !at.Before(start) && at.Before(stop)
			}
		}
		if got := w.Holds(at); got != want {
			t.Fatalf("%q at %v: %v, want %v", w, at, got, want)
		}
		if want {
			in++
		} else {
			out++
		}
	})
	if in == 0 || out == 0 {
		t.Errorf("%d moments in, %d out: both should occur", in, out)
	}
}
