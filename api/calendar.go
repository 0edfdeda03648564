package api

import (
	"cmp"
	"net/http"
	"time"

	"jingwei/grid"

	"github.com/gorilla/mux"
)

// dayView is a date that does not go as its weekday does.
type dayView struct {
	Date  string       `json:"date"` // or ordinary
	Kind  grid.DayKind `json:"kind"`
	Name  string       `json:"name"`
	Hours string       `json:"hours"` // of a workday; empty: those of an ordinary one
}

// dayRecordView is a day as it was known.
type dayRecordView struct {
	dayView
	Recorded recordView `json:"recorded"`
}

func viewDay(d grid.CalendarDay) dayView { return dayView{d.Key(), d.Kind, d.Name, d.Hours.String()} }

func viewDays(records []grid.Recorded[grid.CalendarDay]) []dayRecordView {
	views := []dayRecordView{}
	for _, r := range records {
		views = append(views, dayRecordView{viewDay(r.Value), viewRecord(r.Record)})
	}
	return views
}

// dayIn is a day as it is sent, the whole of it but for the date.
type dayIn struct {
	Date  string `json:"date"`
	Kind  string `json:"kind"`
	Name  string `json:"name"`
	Hours string `json:"hours"`
	Why   string `json:"why"`
}

// day reads and checks a day.
func (in dayIn) day(key string) (d grid.CalendarDay, err error) {
	var f fields
	if in.Date != "" && in.Date != key {
		f.fail(bad("date", "date", "differs from the one in the address"))
	}
	if d.Date, err = parseDay(key); err != nil {
		return d, err
	}
	d.Name = in.Name
	d.Hours = parsed(&f, "hours", in.Hours, grid.ParseWeek)
	if d.Kind = parsed(&f, "kind", in.Kind, grid.ParseDayKind); in.Kind == "" {
		f.fail(bad("kind", "kind", "needed"))
	}
	if err := d.Check(); err != nil {
		f.fail(bad("day", "kind", "%v", err))
	}
	return d, cmp.Or(f.err, checkText("name", d.Name, maxName), checkText("why", in.Why, maxWhy))
}

// parseDay reads the key of a day: a date, or that of ordinary days, which is none.
func parseDay(key string) (time.Time, error) {
	if key == string(grid.Ordinary) {
		return time.Time{}, nil
	}
	date, err := time.ParseInLocation(time.DateOnly, key, grid.Beijing)
	if err != nil {
		return date, bad("date", "date", "%q is neither a date as in 2026-10-01 nor ordinary", key)
	}
	return date, nil
}

// getCalendar answers the hours of ordinary weeks and the days that differ.
func (a *API) getCalendar(c *call) error {
	if err := newParams(c.r.URL).end(); err != nil {
		return err
	}
	calendar, days := c.s.Roster().Calendar(), []dayView{}
	for _, d := range calendar.Days() {
		days = append(days, viewDay(d))
	}
	return c.json(http.StatusOK, map[string]any{"hours": calendar.Hours().String(), "days": days})
}

// everywhere fails for a caller with a root area: what holds for the whole city is
// not changed from a part of it.
func (c *call) everywhere() error {
	if c.root < 0 {
		return nil
	}
	return problem(http.StatusForbidden, "root-area", "", "this holds everywhere, and this token is for %s (%s) only", c.s.Area(c.root).Name, c.s.Area(c.root).Code)
}

// putDay makes a day, or makes that of the same date what it says.
func (a *API) putDay(c *call) error {
	var in dayIn
	if err := c.body(&in); err != nil {
		return err
	}
	d, err := in.day(mux.Vars(c.r)["date"])
	if err := cmp.Or(err, c.everywhere()); err != nil {
		return err
	}
	record, created, err := a.people(c).PutDay(c.r.Context(), d, in.Why)
	if err != nil {
		return err
	}
	return c.put(created, viewDays([]grid.Recorded[grid.CalendarDay]{record})[0])
}

// put answers what was put at the address.
func (c *call) put(created bool, v any) error {
	if !created {
		return c.json(http.StatusOK, v)
	}
	c.w.Header().Set("Location", c.r.URL.Path)
	return c.json(http.StatusCreated, v)
}

// dayNamed reads what was known of the day in the address.
func (a *API) dayNamed(c *call, history bool) ([]grid.Recorded[grid.CalendarDay], error) {
	key := mux.Vars(c.r)["date"]
	if _, err := parseDay(key); err != nil {
		return nil, err
	}
	if err := newParams(c.r.URL).end(); err != nil {
		return nil, err
	}
	records, err := a.people(c).DayRecords(c.r.Context(), key, history)
	if err == nil && len(records) == 0 {
		err = missing("day", key)
	}
	return records, err
}

func (a *API) getDay(c *call) error {
	records, err := a.dayNamed(c, false)
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, viewDays(records)[0])
}

func (a *API) getDayHistory(c *call) error {
	records, err := a.dayNamed(c, true)
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, map[string]any{"date": records[0].Value.Key(), "history": viewDays(records)})
}

func (a *API) deleteDay(c *call) error {
	why, err := c.why()
	key := mux.Vars(c.r)["date"]
	_, malformed := parseDay(key)
	if err := cmp.Or(err, malformed, c.everywhere()); err != nil {
		return err
	}
	if err := a.people(c).WithdrawDay(c.r.Context(), key, why); err != nil {
		return found(err, "day", key)
	}
	return c.nothing()
}
