package api

import (
	"cmp"
	"context"
	"net/http"
	"strconv"
	"time"

	"jingwei/grid"
)

// postView is a post as it was known.
type postView struct {
	ID       int64       `json:"id"`
	Worker   *workerView `json:"worker"`
	Area     *areaView   `json:"area"` // null when the edition has it no more
	Rank     grid.Rank   `json:"rank"`
	From     time.Time   `json:"from"`
	Until    *time.Time  `json:"until"`
	Duty     string      `json:"duty"` // hours of the week; empty: always
	Recorded recordView  `json:"recorded"`
}

// postIn is a post as it is sent. What a change leaves out stays.
type postIn struct {
	Worker string  `json:"worker"`
	Area   string  `json:"area"`
	Rank   *string `json:"rank"`
	From   moment  `json:"from"`
	Until  moment  `json:"until"`
	Duty   *string `json:"duty"`
	Ends   int64   `json:"ends"`
	Why    string  `json:"why"`
}

// into writes what was sent over a post, and checks the whole.
func (in postIn) into(p *grid.Post) error {
	f := fields{}
	if in.Rank != nil && *in.Rank != "" {
		p.Rank = parsed(&f, "rank", *in.Rank, grid.ParseRank)
	}
	if in.Duty != nil {
		p.Duty = parsed(&f, "duty", *in.Duty, grid.ParseWeek)
	}
	p.From, p.Until = in.From.over(&f, "from", p.From), in.Until.over(&f, "until", p.Until)
	if p.From.IsZero() {
		f.fail(bad("period", "from", "needed"))
	}
	return cmp.Or(f.err, checkPeriod(p.From, p.Until), checkText("why", in.Why, maxWhy))
}

func (a *API) listPosts(c *call) error {
	records, known, next, err := page(a, c, a.people(c).PostRecords, func(p grid.Post) int64 { return p.ID })
	if err != nil {
		return err
	}
	v := struct {
		Posts []postView `json:"posts"`
		Next  string     `json:"next,omitempty"`
	}{Next: next}
	if v.Posts, err = a.viewPosts(c, records, known); err != nil {
		return err
	}
	return c.json(http.StatusOK, v)
}

// page reads the records that a query string asks for, as known when, and the address
// of the page after them, empty behind the last.
func page[T any](a *API, c *call, find func(context.Context, grid.RecordQuery) ([]grid.Recorded[T], error), id func(T) int64) (records []grid.Recorded[T], known time.Time, next string, err error) {
	p := newParams(c.r.URL)
	q := p.recordQuery(c)
	code := p.text("worker")
	if err := p.end(); err != nil {
		return nil, known, "", err
	}
	if code != "" {
		w, err := a.workerNamed(c, "worker", code)
		if err != nil {
			return nil, known, "", err
		}
		q.Worker = w.ID
	}
	size := q.Limit
	q.Limit++ // one more tells whether there is a next page
	if records, err = find(c.r.Context(), q); err != nil || len(records) <= size {
		return records, q.Known, "", err
	}
	return records[:size], q.Known, nextPage(c.r.URL, strconv.FormatInt(id(records[size-1].Value), 10)), nil
}

func (a *API) viewPosts(c *call, records []grid.Recorded[grid.Post], known time.Time) ([]postView, error) {
	workers, err := workersIn(c.r.Context(), a.people(c), records, known, func(p grid.Post) grid.WorkerID { return p.Worker })
	if err != nil {
		return nil, err
	}
	views := []postView{}
	for _, r := range records {
		p := r.Value
		v := postView{ID: p.ID, Worker: workers[p.Worker], Rank: p.Rank, From: p.From, Until: orNull(p.Until), Duty: p.Duty.String(), Recorded: viewRecord(r.Record)}
		if i := areaOf(c.s, p.Area); i >= 0 {
			area := viewArea(c.s.Area(i))
			v.Area = &area
		}
		views = append(views, v)
	}
	return views, nil
}

// workersIn finds the workers that records are about, as known at a time; zero is now.
func workersIn[T any](ctx context.Context, from People, records []grid.Recorded[T], known time.Time, of func(T) grid.WorkerID) (map[grid.WorkerID]*workerView, error) {
	views := map[grid.WorkerID]*workerView{}
	if len(records) == 0 {
		return views, nil
	}
	q := grid.WorkerQuery{Known: known, Limit: len(records)}
	for _, r := range records {
		q.IDs = append(q.IDs, of(r.Value))
	}
	list, err := from.FindWorkers(ctx, q)
	for _, w := range list {
		v := fullWorker(w)
		views[w.ID] = &v
	}
	return views, err
}

// answerPost answers one post.
func (a *API) answerPost(c *call, status int, r grid.Recorded[grid.Post]) error {
	views, err := a.viewPosts(c, []grid.Recorded[grid.Post]{r}, time.Time{})
	if err != nil {
		return err
	}
	c.w.Header().Set("Location", "/v1/posts/"+strconv.FormatInt(r.Value.ID, 10))
	return c.json(status, views[0])
}

// postPost gives a worker a post and, when it follows another, ends that one.
func (a *API) postPost(c *call) error {
	var in postIn
	if err := c.body(&in); err != nil {
		return err
	}
	p := grid.Post{Rank: grid.Primary}
	if err := in.into(&p); err != nil {
		return err
	}
	var err error
	if p.Area, err = c.areaNamed("area", in.Area); err != nil {
		return err
	}
	w, err := a.workerNamed(c, "worker", in.Worker)
	if err != nil {
		return err
	}
	if p.Worker = w.ID; in.Ends != 0 {
		if _, err := a.findPost(c, in.Ends); err != nil {
			return err
		}
	}
	if err := a.engage(c, w); err != nil {
		return err
	}
	r, err := a.people(c).AddPost(c.r.Context(), p, in.Ends, in.Why)
	if err != nil {
		return err
	}
	return a.answerPost(c, http.StatusCreated, r)
}

// findPost reads what is known of a post. To a caller who may not see it, it does
// not exist.
func (a *API) findPost(c *call, id int64) (r grid.Recorded[grid.Post], err error) {
	records, err := a.people(c).PostRecords(c.r.Context(), grid.RecordQuery{ID: id, Areas: idsBelow(c.s, c.root), Limit: 1})
	if err == nil && len(records) == 0 {
		err = missing("post", strconv.FormatInt(id, 10))
	}
	if err != nil {
		return r, err
	}
	return records[0], nil
}

// postNamed reads the post in the address.
func (a *API) postNamed(c *call) (r grid.Recorded[grid.Post], err error) {
	id, err := c.number("post")
	if err != nil {
		return r, err
	}
	return a.findPost(c, id)
}

func (a *API) getPost(c *call) error {
	if err := newParams(c.r.URL).end(); err != nil {
		return err
	}
	r, err := a.postNamed(c)
	if err != nil {
		return err
	}
	return a.answerPost(c, http.StatusOK, r)
}

// patchPost corrects or ends a post. Worker and area make it what it is. What makes
// more of it is for those who may give the worker a post.
func (a *API) patchPost(c *call) error {
	var in postIn
	if err := c.body(&in); err != nil {
		return err
	}
	if in.Worker != "" || in.Area != "" || in.Ends != 0 {
		return bad("post", "worker", "worker and area of a post stay: end this one and begin another")
	}
	r, err := a.postNamed(c)
	if err != nil {
		return err
	}
	w, err := a.workerWithID(c, r.Value.Worker)
	if err != nil {
		return err
	}
	engaging := a.engage(c, w)
	become := func(p *grid.Post) error {
		was := *p
		if err := in.into(p); err != nil || narrows(was, *p, c.now) {
			return err
		}
		return engaging
	}
	if r, err = a.people(c).ChangePost(c.r.Context(), r.Value.ID, become, in.Why); err != nil {
		return err
	}
	return a.answerPost(c, http.StatusOK, r)
}

func (a *API) deletePost(c *call) error {
	why, err := c.why()
	if err != nil {
		return err
	}
	r, err := a.postNamed(c)
	if err != nil {
		return err
	}
	if err := a.people(c).WithdrawPost(c.r.Context(), r.Value.ID, why); err != nil {
		return err
	}
	return c.nothing()
}

// getPostHistory answers all that was ever known of a post.
func (a *API) getPostHistory(c *call) error {
	if err := newParams(c.r.URL).end(); err != nil {
		return err
	}
	id, err := c.number("post")
	if err != nil {
		return err
	}
	records, err := a.people(c).PostRecords(c.r.Context(), grid.RecordQuery{ID: id, Areas: idsBelow(c.s, c.root), History: true, Limit: maxPage})
	if err == nil && len(records) == 0 {
		err = missing("post", strconv.FormatInt(id, 10))
	}
	if err != nil {
		return err
	}
	views, err := a.viewPosts(c, records, time.Time{})
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, map[string]any{"id": id, "history": views})
}
