package api

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"jingwei/grid"

	"github.com/gorilla/mux"
)

// ruleView is a rule as it was known. What is empty asks for nothing in particular.
type ruleView struct {
	Code       string       `json:"code"`
	Matter     string       `json:"matter"`
	Area       *areaView    `json:"area"`
	Urgency    grid.Urgency `json:"urgency"` // at least
	Week       string       `json:"week"`
	From       *time.Time   `json:"from"`
	Until      *time.Time   `json:"until"`
	Level      string       `json:"level"`
	Role       grid.Role    `json:"role"`
	Department string       `json:"department"`
	Note       string       `json:"note"`
	Recorded   recordView   `json:"recorded"`
}

// ruleIn is a rule as it is sent, the whole of it.
type ruleIn struct {
	Code       string `json:"code"`
	Matter     string `json:"matter"`
	Area       string `json:"area"`
	Urgency    string `json:"urgency"`
	Week       string `json:"week"`
	From       moment `json:"from"`
	Until      moment `json:"until"`
	Level      string `json:"level"`
	Role       string `json:"role"`
	Department string `json:"department"`
	Note       string `json:"note"`
	Why        string `json:"why"`
}

// rule reads and checks a rule. One in the name of a caller with a root area is
// for that area or below.
func (in ruleIn) rule(c *call) (r grid.Rule, err error) {
	r = grid.Rule{
		Code: in.Code, Matter: in.Matter, Department: strings.TrimSpace(in.Department), Note: in.Note,
	}
	f := fields{}
	r.From, r.Until = in.From.over(&f, "from", r.From), in.Until.over(&f, "until", r.Until)
	r.Urgency = parsed(&f, "urgency", in.Urgency, grid.ParseUrgency)
	r.Week = parsed(&f, "week", in.Week, grid.ParseWeek)
	r.Level = parsed(&f, "level", in.Level, grid.ParseLevel)
	r.Role = parsed(&f, "role", in.Role, grid.ParseRole)
	if in.Area != "" {
		if r.Area, err = c.areaNamed("area", in.Area); err != nil {
			return r, err
		}
	} else if c.root >= 0 {
		return r, problem(http.StatusForbidden, "root-area", "area", "needed: this token is for %s (%s) only", c.s.Area(c.root).Name, c.s.Area(c.root).Code)
	}
	if r.Level == 0 && r.Role == "" && r.Department == "" {
		f.fail(bad("rule", "level", "a rule asks for a level, a role or a department"))
	}
	return r, cmp.Or(
		f.err, checkCode("code", r.Code), checkPrefix(c.s.Roster(), r.Matter), checkPeriod(r.From, r.Until),
		checkText("department", r.Department, maxName), checkDepartment(c.s.Roster(), r.Department), checkText("note", r.Note, maxWhy), checkText("why", in.Why, maxWhy),
	)
}

// checkDepartment refuses one that has no officer.
func checkDepartment(r *grid.Roster, name string) error {
	if name != "" && len(r.Officers(name)) == 0 {
		return bad("department", "department", "%q has no officer in the roster", name)
	}
	return nil
}

// checkPrefix refuses the beginning of a code that no matter has.
func checkPrefix(r *grid.Roster, prefix string) error {
	if prefix == "" {
		return nil
	}
	if _, err := parseMatterPrefix(prefix); err != nil {
		return bad("matter", "matter", "%v", err)
	}
	if !slices.ContainsFunc(r.Matters(), func(m grid.Matter) bool { return strings.HasPrefix(m.Code, prefix) }) {
		return bad("matter", "matter", "no matter of the catalogue begins with %q, see /v1/matters", prefix)
	}
	return nil
}

// listRules answers the rules of the areas a caller asks for; those of areas
// above, or of none, hold there too.
func (a *API) listRules(c *call) error {
	p := newParams(c.r.URL)
	root := p.area(c)
	q := p.recordQuery(c)
	if err := p.end(); err != nil {
		return err
	}
	if root >= 0 {
		for _, i := range c.s.Chain(root) {
			q.Areas = append(q.Areas, c.s.Area(i).ID)
		}
		q.Areas = append(q.Areas, 0)
	}
	size := q.Limit
	q.Limit++ // one more tells whether there is a next page
	records, err := a.people(c).RuleRecords(c.r.Context(), q)
	if err != nil {
		return err
	}
	v := struct {
		Rules []ruleView `json:"rules"`
		Next  string     `json:"next,omitempty"`
	}{Rules: viewRules(c.s, records[:min(size, len(records))])}
	if len(records) > size {
		v.Next = nextPage(c.r.URL, strconv.FormatInt(records[size-1].Value.ID, 10))
	}
	return c.json(http.StatusOK, v)
}

func viewRules(s *grid.Snapshot, records []grid.Recorded[grid.Rule]) []ruleView {
	views := []ruleView{}
	for _, record := range records {
		r := record.Value
		v := ruleView{
			Code: r.Code, Matter: r.Matter, Urgency: r.Urgency, Week: r.Week.String(), From: orNull(r.From), Until: orNull(r.Until),
			Role: r.Role, Department: r.Department, Note: r.Note, Recorded: viewRecord(record.Record),
		}
		if r.Level != 0 {
			v.Level = r.Level.String()
		}
		if i := areaOf(s, r.Area); i >= 0 {
			area := viewArea(s.Area(i))
			v.Area = &area
		}
		views = append(views, v)
	}
	return views
}

// postRule makes a rule of a new code.
func (a *API) postRule(c *call) error {
	var in ruleIn
	if err := c.body(&in); err != nil {
		return err
	}
	r, err := in.rule(c)
	if err != nil {
		return err
	}
	record, err := a.people(c).AddRule(c.r.Context(), r, in.Why)
	if err != nil {
		return err
	}
	return a.answerRule(c, http.StatusCreated, record)
}

// putRule makes a rule, or makes that of the same code what it says.
func (a *API) putRule(c *call) error {
	var in ruleIn
	if err := c.body(&in); err != nil {
		return err
	}
	code := mux.Vars(c.r)["code"]
	if in.Code != "" && in.Code != code {
		return bad("code", "code", "differs from the one in the address")
	}
	in.Code = code
	r, err := in.rule(c)
	if err != nil {
		return err
	}
	if err := a.ownRule(c, code); err != nil {
		return err
	}
	record, created, err := a.people(c).PutRule(c.r.Context(), r, in.Why)
	if err != nil {
		return err
	}
	if created {
		return a.answerRule(c, http.StatusCreated, record)
	}
	return a.answerRule(c, http.StatusOK, record)
}

// ownRule fails when the rule of a code is there and not the caller's.
func (a *API) ownRule(c *call, code string) error {
	records, err := a.people(c).RuleRecords(c.r.Context(), grid.RecordQuery{Code: code, Limit: 1})
	if err != nil || len(records) == 0 {
		return err
	}
	return c.within(areaOf(c.s, records[0].Value.Area))
}

func (a *API) answerRule(c *call, status int, r grid.Recorded[grid.Rule]) error {
	c.w.Header().Set("Location", "/v1/rules/"+r.Value.Code)
	return c.json(status, viewRules(c.s, []grid.Recorded[grid.Rule]{r})[0])
}

// ruleNamed reads what was known of the rule in the address.
func (a *API) ruleNamed(c *call, history bool) ([]grid.Recorded[grid.Rule], error) {
	code := mux.Vars(c.r)["code"]
	records, err := a.people(c).RuleRecords(c.r.Context(), grid.RecordQuery{Code: code, History: history, Limit: maxPage})
	if err == nil && len(records) == 0 {
		err = missing("rule", code)
	}
	return records, err
}

func (a *API) getRule(c *call) error {
	if err := newParams(c.r.URL).end(); err != nil {
		return err
	}
	records, err := a.ruleNamed(c, false)
	if err != nil {
		return err
	}
	return a.answerRule(c, http.StatusOK, records[0])
}

func (a *API) getRuleHistory(c *call) error {
	if err := newParams(c.r.URL).end(); err != nil {
		return err
	}
	records, err := a.ruleNamed(c, true)
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, map[string]any{"code": records[0].Value.Code, "history": viewRules(c.s, records)})
}

func (a *API) deleteRule(c *call) error {
	why, err := c.why()
	if err != nil {
		return err
	}
	code := mux.Vars(c.r)["code"]
	if err := a.ownRule(c, code); err != nil {
		return err
	}
	if err := a.people(c).WithdrawRule(c.r.Context(), code, why); err != nil {
		return found(err, "rule", code)
	}
	return c.nothing()
}
