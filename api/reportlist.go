package api

import (
	"net/http"
	"net/url"

	"jingwei/geo/coverage"
	"jingwei/grid"
)

type listView struct {
	Reports []reportView `json:"reports"`
	Next    string       `json:"next,omitempty"`
}

// listReports answers the reports a caller asks for, newest id first.
func (a *API) listReports(c *call) error {
	p := newParams(c.r.URL)
	q := grid.ReportQuery{
		States: p.states(), Holder: p.worker(c, "holder"), Owes: p.text("owes"), Lead: p.id("lead"), Sample: p.flag("sampled"), Matter: p.matter(),
		Box: p.box(), Before: cursor(p, parseID), Limit: p.limit(),
	}
	q.From, q.Until = p.span()
	if root := p.area(c); p.given("area") {
		q.Cells = cellsBelow(c.s, root) // which are all in sight
	} else {
		q.Seen = c.sight().Seen(c.s)
	}
	if err := p.end(); err != nil {
		return err
	}
	size := q.Limit
	q.Limit++ // one more tells whether there is a next page
	reports, err := a.Reports.Reports(c.r.Context(), q)
	if err != nil {
		return err
	}
	v := listView{Reports: make([]reportView, 0, size)}
	for _, r := range reports[:min(size, len(reports))] {
		v.Reports = append(v.Reports, viewReport(c.s, r))
	}
	if len(reports) > size {
		v.Next = nextPage(c.r.URL, reports[size-1].ID.String())
	}
	return c.json(http.StatusOK, v)
}

// area reads the area a request is about: the caller's root when it names none,
// -1 for everything.
func (p *params) area(c *call) int32 {
	code := p.text("area")
	if code == "" {
		return c.root
	}
	i, ok := c.s.ByCode(code)
	if !ok {
		p.fail(missing("area", code))
		return c.root
	}
	if err := c.within(i); err != nil {
		p.fail(err)
	}
	return i
}

// worker reads the code of a worker; 0 when there is none in the query.
func (p *params) worker(c *call, name string) grid.WorkerID {
	code := p.text(name)
	if code == "" {
		return 0
	}
	w, ok := c.s.Roster().WorkerByCode(code)
	if !ok {
		p.fail(missing("worker", code))
	}
	return w.ID
}

// cellsBelow returns the cells of area root, nil for everything.
func cellsBelow(s *grid.Snapshot, root int32) []grid.AreaID {
	if root < 0 {
		return nil
	}
	cells := []grid.AreaID{}
	walk(s, root, func(i int32) {
		if s.Face(i) != coverage.None {
			cells = append(cells, s.Area(i).ID)
		}
	})
	return cells
}

// walk visits area i and all below it, a parent before its children.
func walk(s *grid.Snapshot, i int32, visit func(int32)) {
	visit(i)
	for _, child := range s.Children(i) {
		walk(s, child, visit)
	}
}

// nextPage is the address of the page behind a cursor, its parameters in order.
func nextPage(u *url.URL, cursor string) string {
	q := u.Query()
	q.Set("cursor", cursor)
	return u.Path + "?" + q.Encode()
}
