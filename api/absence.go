package api

import (
	"cmp"
	"net/http"
	"strconv"
	"time"

	"jingwei/grid"
)

// absenceView is an absence as it was known.
type absenceView struct {
	ID       int64       `json:"id"`
	Worker   *workerView `json:"worker"`
	From     time.Time   `json:"from"`
	Until    *time.Time  `json:"until"`
	Reason   string      `json:"reason"`
	Recorded recordView  `json:"recorded"`
}

// absenceIn is an absence as it is sent. What a change leaves out stays.
type absenceIn struct {
	Worker string  `json:"worker"`
	From   moment  `json:"from"`
	Until  moment  `json:"until"`
	Reason *string `json:"reason"`
	Why    string  `json:"why"`
}

func (in absenceIn) into(a *grid.Absence) error {
	if in.Reason != nil {
		a.Reason = *in.Reason
	}
	f := fields{}
	a.From, a.Until = in.From.over(&f, "from", a.From), in.Until.over(&f, "until", a.Until)
	if a.From.IsZero() {
		f.fail(bad("period", "from", "needed"))
	}
	return cmp.Or(f.err, checkPeriod(a.From, a.Until), checkText("reason", a.Reason, maxWhy), checkText("why", in.Why, maxWhy))
}

func (a *API) listAbsences(c *call) error {
	records, known, next, err := page(a, c, a.people(c).AbsenceRecords, func(a grid.Absence) int64 { return a.ID })
	if err != nil {
		return err
	}
	v := struct {
		Absences []absenceView `json:"absences"`
		Next     string        `json:"next,omitempty"`
	}{Next: next}
	if v.Absences, err = a.viewAbsences(c, records, known); err != nil {
		return err
	}
	return c.json(http.StatusOK, v)
}

func (a *API) viewAbsences(c *call, records []grid.Recorded[grid.Absence], known time.Time) ([]absenceView, error) {
	workers, err := workersIn(c.r.Context(), a.people(c), records, known, func(a grid.Absence) grid.WorkerID { return a.Worker })
	if err != nil {
		return nil, err
	}
	views := []absenceView{}
	for _, r := range records {
		views = append(views, absenceView{r.Value.ID, workers[r.Value.Worker], r.Value.From, orNull(r.Value.Until), r.Value.Reason, viewRecord(r.Record)})
	}
	return views, nil
}

func (a *API) answerAbsence(c *call, status int, r grid.Recorded[grid.Absence]) error {
	views, err := a.viewAbsences(c, []grid.Recorded[grid.Absence]{r}, time.Time{})
	if err != nil {
		return err
	}
	c.w.Header().Set("Location", "/v1/absences/"+strconv.FormatInt(r.Value.ID, 10))
	return c.json(status, views[0])
}

// postAbsence says that a worker, whom the caller manages, is away.
func (a *API) postAbsence(c *call) error {
	var in absenceIn
	if err := c.body(&in); err != nil {
		return err
	}
	var absence grid.Absence
	if err := in.into(&absence); err != nil {
		return err
	}
	w, err := a.workerNamed(c, "worker", in.Worker)
	if err != nil {
		return err
	}
	if err := a.manage(c, w); err != nil {
		return err
	}
	absence.Worker = w.ID
	r, err := a.people(c).AddAbsence(c.r.Context(), absence, in.Why)
	if err != nil {
		return err
	}
	return a.answerAbsence(c, http.StatusCreated, r)
}

// absenceNamed reads what was known of the absence in the address. To a caller who
// may not see it, it does not exist.
func (a *API) absenceNamed(c *call, history bool) ([]grid.Recorded[grid.Absence], error) {
	id, err := c.number("absence")
	if err != nil {
		return nil, err
	}
	q := grid.RecordQuery{ID: id, Areas: idsBelow(c.s, c.root), History: history, Limit: maxPage}
	records, err := a.people(c).AbsenceRecords(c.r.Context(), q)
	if err == nil && len(records) == 0 {
		err = missing("absence", strconv.FormatInt(id, 10))
	}
	return records, err
}

// ownAbsence reads the absence in the address, of a worker whom the caller manages.
func (a *API) ownAbsence(c *call) (grid.Absence, error) {
	records, err := a.absenceNamed(c, false)
	if err != nil {
		return grid.Absence{}, err
	}
	absence := records[0].Value
	w, err := a.workerWithID(c, absence.Worker)
	if err != nil {
		return absence, err
	}
	return absence, a.manage(c, w)
}

func (a *API) getAbsence(c *call) error {
	if err := newParams(c.r.URL).end(); err != nil {
		return err
	}
	records, err := a.absenceNamed(c, false)
	if err != nil {
		return err
	}
	return a.answerAbsence(c, http.StatusOK, records[0])
}

func (a *API) patchAbsence(c *call) error {
	var in absenceIn
	if err := c.body(&in); err != nil {
		return err
	}
	if in.Worker != "" {
		return bad("absence", "worker", "the worker of an absence stays: withdraw this one and make another")
	}
	absence, err := a.ownAbsence(c)
	if err != nil {
		return err
	}
	r, err := a.people(c).ChangeAbsence(c.r.Context(), absence.ID, in.into, in.Why)
	if err != nil {
		return err
	}
	return a.answerAbsence(c, http.StatusOK, r)
}

func (a *API) deleteAbsence(c *call) error {
	why, err := c.why()
	if err != nil {
		return err
	}
	absence, err := a.ownAbsence(c)
	if err != nil {
		return err
	}
	if err := a.people(c).WithdrawAbsence(c.r.Context(), absence.ID, why); err != nil {
		return err
	}
	return c.nothing()
}

func (a *API) getAbsenceHistory(c *call) error {
	if err := newParams(c.r.URL).end(); err != nil {
		return err
	}
	records, err := a.absenceNamed(c, true)
	if err != nil {
		return err
	}
	views, err := a.viewAbsences(c, records, time.Time{})
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, map[string]any{"id": records[0].Value.ID, "history": views})
}
