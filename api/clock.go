package api

import (
	"net/http"
	"time"

	"jingwei/dispatch"
	"jingwei/grid"
)

// dayView is a date that does not go as its weekday does.
type dayView struct {
	Date  string       `json:"date"`
	Kind  grid.DayKind `json:"kind"`
	Name  string       `json:"name"`
	Hours string       `json:"hours"` // of a workday; empty: those of an ordinary one
}

// limitView is how long a stage may take.
type limitView struct {
	Matter     string       `json:"matter"`
	Urgency    grid.Urgency `json:"urgency"` // at least
	Stage      grid.Stage   `json:"stage"`
	LimitHours float64      `json:"limit_hours"`
	Continuous bool         `json:"continuous"`
	Note       string       `json:"note"`
}

// getCalendar answers the hours of ordinary weeks and the days that differ.
func (a *API) getCalendar(c *call) error {
	if err := newParams(c.r.URL).end(); err != nil {
		return err
	}
	calendar, days := c.s.Roster().Calendar(), []dayView{}
	for _, d := range calendar.Days() {
		days = append(days, dayView{d.Date.In(grid.Beijing).Format(time.DateOnly), d.Kind, d.Name, d.Hours.String()})
	}
	return c.json(http.StatusOK, map[string]any{"hours": calendar.Hours().String(), "days": days})
}

// listLimits answers the limits, the most specific first, and those that hold where
// none is given.
func (a *API) listLimits(c *call) error {
	if err := newParams(c.r.URL).end(); err != nil {
		return err
	}
	return c.json(http.StatusOK, map[string]any{
		"limits": viewLimits(c.s.Roster().Limits()), "defaults": viewLimits(dispatch.DefaultLimits()),
	})
}

func viewLimits(limits []grid.Limit) []limitView {
	views := []limitView{}
	for _, l := range limits {
		views = append(views, limitView{l.Matter, l.Urgency, l.Stage, l.Time.Hours(), l.AroundTheClock, l.Note})
	}
	return views
}
