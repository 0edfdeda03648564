package api

import (
	"cmp"
	"math"
	"net/http"
	"strings"
	"time"

	"jingwei/dispatch"
	"jingwei/grid"

	"github.com/gorilla/mux"
)

// limitView is how long a stage may take.
type limitView struct {
	Matter     string       `json:"matter"`
	Urgency    grid.Urgency `json:"urgency"` // at least
	Stage      grid.Stage   `json:"stage"`
	LimitHours float64      `json:"limit_hours"`
	Continuous bool         `json:"continuous"`
	Note       string       `json:"note"`
}

// limitRecordView is a limit as it was known.
type limitRecordView struct {
	limitView
	Recorded recordView `json:"recorded"`
}

func viewLimit(l grid.Limit) limitView {
	return limitView{l.Matter, l.Urgency, l.Stage, l.Time.Hours(), l.AroundTheClock, l.Note}
}

func viewLimits(limits []grid.Limit) []limitView {
	views := []limitView{}
	for _, l := range limits {
		views = append(views, viewLimit(l))
	}
	return views
}

func viewLimitRecords(records []grid.Recorded[grid.Limit]) []limitRecordView {
	views := []limitRecordView{}
	for _, r := range records {
		views = append(views, limitRecordView{viewLimit(r.Value), viewRecord(r.Record)})
	}
	return views
}

// limitIn is a limit as it is sent, without its key.
type limitIn struct {
	LimitHours float64 `json:"limit_hours"`
	Continuous bool    `json:"continuous"`
	Note       string  `json:"note"`
	Why        string  `json:"why"`
}

// limitKey reads the key of the limit in the address: /v1/limits/{matter}/{urgency}/{stage},
// where * stands for all matters.
func (c *call) limitKey() (l grid.Limit, err error) {
	vars, f := mux.Vars(c.r), fields{}
	l.Urgency = parsed(&f, "urgency", vars["urgency"], grid.ParseUrgency)
	l.Stage = parsed(&f, "stage", vars["stage"], grid.ParseStage)
	if l.Matter = strings.TrimPrefix(vars["matter"], "*"); l.Matter != "" {
		_, err := parseMatterPrefix(vars["matter"])
		if err != nil {
			f.fail(bad("matter", "matter", "%v, or * for all", err))
		}
	}
	return l, f.err
}

// over reads and checks a limit.
func (in limitIn) over(c *call, l grid.Limit) (grid.Limit, error) {
	const most = 10 * 366 * 24 // hours
	l.Time, l.AroundTheClock, l.Note = time.Duration(in.LimitHours*float64(time.Hour)).Round(time.Minute), in.Continuous, in.Note
	var err error
	const whole = 0.01 // of a minute: 0.3333 hours are twenty
	minutes := in.LimitHours * 60
	if in.LimitHours > most || l.Time < time.Minute || math.Abs(minutes-math.Round(minutes)) > whole {
		err = bad("limit", "limit_hours", "want hours above 0 and at most %d, in whole minutes", most)
	}
	return l, cmp.Or(err, checkPrefix(c.s.Roster(), l.Matter), checkText("note", l.Note, maxName), checkText("why", in.Why, maxWhy))
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

// putLimit makes a limit, or makes that of the same key what it says.
func (a *API) putLimit(c *call) error {
	var in limitIn
	if err := c.body(&in); err != nil {
		return err
	}
	l, err := c.limitKey()
	if err != nil {
		return err
	}
	l, err = in.over(c, l)
	if err := cmp.Or(err, c.everywhere()); err != nil {
		return err
	}
	record, created, err := a.people(c).PutLimit(c.r.Context(), l, in.Why)
	if err != nil {
		return err
	}
	return c.put(created, viewLimitRecords([]grid.Recorded[grid.Limit]{record})[0])
}

// limitNamed reads what was known of the limit in the address.
func (a *API) limitNamed(c *call, history bool) ([]grid.Recorded[grid.Limit], error) {
	l, err := c.limitKey()
	if err := cmp.Or(err, newParams(c.r.URL).end()); err != nil {
		return nil, err
	}
	records, err := a.people(c).LimitRecords(c.r.Context(), l.Key(), history)
	if err == nil && len(records) == 0 {
		err = missing("limit", l.Key())
	}
	return records, err
}

func (a *API) getLimit(c *call) error {
	records, err := a.limitNamed(c, false)
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, viewLimitRecords(records)[0])
}

func (a *API) getLimitHistory(c *call) error {
	records, err := a.limitNamed(c, true)
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, map[string]any{"limit": records[0].Value.Key(), "history": viewLimitRecords(records)})
}

func (a *API) deleteLimit(c *call) error {
	l, err := c.limitKey()
	why, err2 := c.why()
	if err := cmp.Or(err, err2, c.everywhere()); err != nil {
		return err
	}
	if err := a.people(c).WithdrawLimit(c.r.Context(), l.Key(), why); err != nil {
		return found(err, "limit", l.Key())
	}
	return c.nothing()
}
