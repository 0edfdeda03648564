package api

import (
	"cmp"
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"

	"jingwei/grid"

	"github.com/gorilla/mux"
)

// People keeps who is there and what the rules are, on the record. Changes are
// made in the name of a caller, with a reason that may be empty.
//
// Whatever is added or changed fails with a *[grid.Clash] when it would break a
// rule together with what is there; what is changed or withdrawn fails with
// grid.ErrNotFound when nothing is known under the key.
type People interface {
	FindWorkers(ctx context.Context, q grid.WorkerQuery) ([]grid.Worker, error)
	WorkerHistory(ctx context.Context, code string) ([]grid.WorkerStep, error)
	AddWorker(ctx context.Context, w grid.Worker, why string) (grid.Worker, error)
	ChangeWorker(ctx context.Context, code string, become func(*grid.Worker) error, why string) (grid.Worker, error)

	PostRecords(ctx context.Context, q grid.RecordQuery) ([]grid.Recorded[grid.Post], error)
	// AddPost ends the post with the id ends, unless 0, when the new one begins. It must
	// be of the same area, and of the same rank or worker.
	AddPost(ctx context.Context, p grid.Post, ends int64, why string) (grid.Recorded[grid.Post], error)
	ChangePost(ctx context.Context, id int64, become func(*grid.Post) error, why string) (grid.Recorded[grid.Post], error)
	WithdrawPost(ctx context.Context, id int64, why string) error

	AbsenceRecords(ctx context.Context, q grid.RecordQuery) ([]grid.Recorded[grid.Absence], error)
	AddAbsence(ctx context.Context, a grid.Absence, why string) (grid.Recorded[grid.Absence], error)
	ChangeAbsence(ctx context.Context, id int64, become func(*grid.Absence) error, why string) (grid.Recorded[grid.Absence], error)
	WithdrawAbsence(ctx context.Context, id int64, why string) error

	RuleRecords(ctx context.Context, q grid.RecordQuery) ([]grid.Recorded[grid.Rule], error)
	AddRule(ctx context.Context, r grid.Rule, why string) (grid.Recorded[grid.Rule], error)
	// PutRule reports whether there was no rule of that code.
	PutRule(ctx context.Context, r grid.Rule, why string) (rule grid.Recorded[grid.Rule], created bool, err error)
	WithdrawRule(ctx context.Context, code, why string) error

	// DayRecords returns what is known of a day of the calendar by its key, or all
	// that ever was.
	DayRecords(ctx context.Context, key string, history bool) ([]grid.Recorded[grid.CalendarDay], error)
	// PutDay reports whether there was no day of that key.
	PutDay(ctx context.Context, d grid.CalendarDay, why string) (day grid.Recorded[grid.CalendarDay], created bool, err error)
	WithdrawDay(ctx context.Context, key, why string) error

	LimitRecords(ctx context.Context, key string, history bool) ([]grid.Recorded[grid.Limit], error)
	// PutLimit reports whether there was no limit of that key.
	PutLimit(ctx context.Context, l grid.Limit, why string) (limit grid.Recorded[grid.Limit], created bool, err error)
	WithdrawLimit(ctx context.Context, key, why string) error

	// RosterAsKnown returns who was known at a time to have posts in these areas, to be
	// an officer, and to be away, and the rules that were known then.
	RosterAsKnown(ctx context.Context, at time.Time, areas []grid.AreaID) (*grid.Roster, error)
}

// people is the roster in the name of the caller.
func (a *API) people(c *call) People { return a.People(c.caller.Actor()) }

const (
	maxName = 200
	maxCode = 64
	maxWhy  = 1000
)

// body reads one JSON object into v.
func (c *call) body(v any) error {
	if err := newParams(c.r.URL).end(); err != nil {
		return err
	}
	if err := wantContent(c.r, typeJSON); err != nil {
		return err
	}
	b, err := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, maxBody))
	if err != nil {
		return bodyProblem(err)
	}
	return decode(b, v)
}

// number reads the number of a record in the address.
func (c *call) number(what string) (int64, error) {
	text := mux.Vars(c.r)["id"]
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id < 1 {
		return 0, missing(what, text)
	}
	return id, nil
}

// why reads the reason of a withdrawal.
func (c *call) why() (string, error) {
	p := newParams(c.r.URL)
	why := p.text("why")
	if err := p.end(); err != nil {
		return "", err
	}
	return why, checkText("why", why, maxWhy)
}

func (c *call) nothing() error {
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

func checkCode(name, code string) error {
	if code == "" || len(code) > maxCode || !grid.Addressable(code) || strings.ContainsFunc(code, unicode.IsControl) {
		return bad("code", name, "want 1 to %d bytes without white space or /, and not . or ..", maxCode)
	}
	return nil
}

// moment is a time in a body, not read yet; null, or its absence, is the zero time.
type moment struct {
	given bool
	text  string
}

func (m *moment) UnmarshalJSON(b []byte) error {
	m.given = true
	if m.text = strings.Trim(string(b), `"`); m.text == "null" {
		m.text = ""
	}
	return nil
}

// over reads the time, to the microsecond that PostgreSQL keeps. What was not given
// stays as it was.
func (m moment) over(f *fields, name string, old time.Time) time.Time {
	if !m.given {
		return old
	}
	return parsed(f, name, m.text, parseTime).UTC().Truncate(time.Microsecond)
}

// fields keeps the first that is wrong in a body.
type fields struct{ err error }

func (f *fields) fail(err error) { f.err = cmp.Or(f.err, err) }

// parsed gives a field, when present, to a parser.
func parsed[T any](f *fields, name, text string, parse func(string) (T, error)) (v T) {
	if text == "" {
		return v
	}
	v, err := parse(text)
	if err != nil {
		f.fail(bad(name, name, "%v", err))
	}
	return v
}

func checkPeriod(from, until time.Time) error {
	if !until.IsZero() && !from.Before(until) {
		return bad("period", "until", "is not after from")
	}
	return nil
}

// idsBelow returns area root and all below it; nil for everything.
func idsBelow(s *grid.Snapshot, root int32) []grid.AreaID {
	if root < 0 {
		return nil
	}
	var ids []grid.AreaID
	walk(s, root, func(i int32) { ids = append(ids, s.Area(i).ID) })
	return ids
}

// areaNamed finds an area that a body names, within the caller's root.
func (c *call) areaNamed(field, code string) (grid.AreaID, error) {
	i, ok := c.s.ByCode(code)
	if !ok {
		return 0, bad("area", field, "there is no area %q", code)
	}
	return c.s.Area(i).ID, c.within(i)
}

// workerNamed finds a worker that a body or a query names.
func (a *API) workerNamed(c *call, field, code string) (grid.Worker, error) {
	if code == "" {
		return grid.Worker{}, bad("worker", field, "needed")
	}
	list, err := a.people(c).FindWorkers(c.r.Context(), grid.WorkerQuery{Code: code, Limit: 1})
	if err == nil && len(list) == 0 {
		err = bad("worker", field, "there is no worker %q", code)
	}
	if err != nil {
		return grid.Worker{}, err
	}
	return list[0], nil
}

// workerWithID reads the worker of a record.
func (a *API) workerWithID(c *call, id grid.WorkerID) (grid.Worker, error) {
	list, err := a.people(c).FindWorkers(c.r.Context(), grid.WorkerQuery{IDs: []grid.WorkerID{id}, Limit: 1})
	if err == nil && len(list) == 0 {
		err = missing("worker", strconv.FormatInt(int64(id), 10))
	}
	if err != nil {
		return grid.Worker{}, err
	}
	return list[0], nil
}

// recordView shows when and by whom something was recorded.
type recordView struct {
	From      time.Time  `json:"from"`
	Until     *time.Time `json:"until"` // null: it is known to be so
	By        string     `json:"by"`
	Why       string     `json:"why"`
	ClosedBy  string     `json:"closed_by,omitempty"`
	ClosedWhy string     `json:"closed_why,omitempty"`
}

func viewRecord(r grid.Record) recordView {
	return recordView{r.From, orNull(r.Until), r.By, r.Why, r.ClosedBy, r.ClosedWhy}
}

// orNull shows the zero time as null.
func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// recordQuery reads the parameters that lists of records have in common.
func (p *params) recordQuery(c *call) grid.RecordQuery {
	return grid.RecordQuery{
		Areas: idsBelow(c.s, p.area(c)), At: p.time("at"), Known: p.time("known"),
		After: p.after(), Limit: p.limit(),
	}
}

// after reads the cursor of lists by number.
func (p *params) after() int64 {
	return cursor(p, func(s string) (int64, error) { return strconv.ParseInt(s, 10, 64) })
}
