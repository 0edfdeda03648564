package api

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"
	"time"

	"jingwei/grid"

	"github.com/gorilla/mux"
)

// workerView is a worker as lists of them show it.
type workerView struct {
	Code       string    `json:"code"`
	Name       string    `json:"name"`
	Role       grid.Role `json:"role"`
	Phone      string    `json:"phone"`
	Department string    `json:"department"`
}

type workerStepView struct {
	workerView
	At  time.Time `json:"at"`
	By  string    `json:"by"`
	Why string    `json:"why"`
}

func fullWorker(w grid.Worker) workerView {
	return workerView{w.Code, w.Name, w.Role, w.Phone, w.Department}
}

// workerIn is a worker as it is sent. What a change leaves out stays.
type workerIn struct {
	Code       string  `json:"code"`
	Name       *string `json:"name"`
	Role       *string `json:"role"`
	Phone      *string `json:"phone"`
	Department *string `json:"department"`
	Why        string  `json:"why"`
}

// into writes what was sent over a worker, and checks the whole.
func (in workerIn) into(w *grid.Worker) (err error) {
	for _, f := range []struct {
		to   *string
		from *string
	}{{&w.Name, in.Name}, {&w.Phone, in.Phone}, {&w.Department, in.Department}} {
		if f.from != nil {
			*f.to = strings.TrimSpace(*f.from)
		}
	}
	if in.Role != nil {
		if w.Role, err = grid.ParseRole(*in.Role); err != nil {
			return bad("role", "role", "%v", err)
		}
	}
	switch {
	case w.Name == "":
		return bad("name", "name", "needed")
	case w.Role == "":
		return bad("role", "role", "needed")
	case (w.Role == grid.Officer) != (w.Department != ""):
		return bad("department", "department", "an officer has one, and nobody else")
	}
	return cmp.Or(
		checkText("name", w.Name, maxName), checkText("phone", w.Phone, maxCode),
		checkText("department", w.Department, maxName), checkText("why", in.Why, maxWhy),
	)
}

// listWorkers answers the workers a caller asks for, in the order of their ids. A
// caller with a root area sees those who have or had a post in it.
func (a *API) listWorkers(c *call) error {
	p := newParams(c.r.URL)
	q := grid.WorkerQuery{
		Text: p.text("q"), Role: read(p, "role", grid.ParseRole), Areas: idsBelow(c.s, p.area(c)),
		After: grid.WorkerID(p.after()), Limit: p.limit(),
	}
	if err := p.end(); err != nil {
		return err
	}
	size := q.Limit
	q.Limit++ // one more tells whether there is a next page
	list, err := a.people(c).FindWorkers(c.r.Context(), q)
	if err != nil {
		return err
	}
	v := struct {
		Workers []workerView `json:"workers"`
		Next    string       `json:"next,omitempty"`
	}{Workers: []workerView{}}
	for _, w := range list[:min(size, len(list))] {
		v.Workers = append(v.Workers, fullWorker(w))
	}
	if len(list) > size {
		v.Next = nextPage(c.r.URL, strconv.FormatInt(int64(list[size-1].ID), 10))
	}
	return c.json(http.StatusOK, v)
}

// postWorker takes a worker in.
func (a *API) postWorker(c *call) error {
	var in workerIn
	if err := c.body(&in); err != nil {
		return err
	}
	w := grid.Worker{Code: in.Code}
	if err := cmp.Or(checkCode("code", in.Code), in.into(&w)); err != nil {
		return err
	}
	if err := c.commission(grid.Worker{}, w); err != nil {
		return err
	}
	w, err := a.people(c).AddWorker(c.r.Context(), w, in.Why)
	if err != nil {
		return err
	}
	c.w.Header().Set("Location", "/v1/workers/"+w.Code)
	return c.json(http.StatusCreated, fullWorker(w))
}

func (a *API) getWorker(c *call) error {
	if err := newParams(c.r.URL).end(); err != nil {
		return err
	}
	w, err := a.findWorker(c)
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, fullWorker(w))
}

// findWorker reads the worker in the address. To a caller who may not see them,
// they do not exist.
func (a *API) findWorker(c *call) (grid.Worker, error) {
	code := mux.Vars(c.r)["code"]
	list, err := a.people(c).FindWorkers(c.r.Context(), grid.WorkerQuery{Code: code, Areas: idsBelow(c.s, c.root), Limit: 1})
	if err == nil && len(list) == 0 {
		err = missing("worker", code)
	}
	if err != nil {
		return grid.Worker{}, err
	}
	return list[0], nil
}

// patchWorker changes a worker whom the caller manages.
func (a *API) patchWorker(c *call) error {
	var in workerIn
	if err := c.body(&in); err != nil {
		return err
	}
	w, err := a.findWorker(c)
	if err != nil {
		return err
	}
	if in.Code != "" && in.Code != w.Code {
		return bad("code", "code", "the code of a worker never changes")
	}
	if err := a.manage(c, w); err != nil {
		return err
	}
	become := func(w *grid.Worker) error {
		was := *w
		return cmp.Or(in.into(w), c.commission(was, *w))
	}
	if w, err = a.people(c).ChangeWorker(c.r.Context(), w.Code, become, in.Why); err != nil {
		return found(err, "worker", w.Code)
	}
	return c.json(http.StatusOK, fullWorker(w))
}

func (a *API) getWorkerHistory(c *call) error {
	if err := newParams(c.r.URL).end(); err != nil {
		return err
	}
	w, err := a.findWorker(c)
	if err != nil {
		return err
	}
	steps, err := a.people(c).WorkerHistory(c.r.Context(), w.Code)
	if err != nil {
		return err
	}
	views := []workerStepView{}
	for _, t := range steps {
		views = append(views, workerStepView{fullWorker(t.Worker), t.At, t.By, t.Why})
	}
	return c.json(http.StatusOK, map[string]any{"code": w.Code, "history": views})
}
