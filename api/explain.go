package api

import (
	"net/http"
	"time"

	"jingwei/dispatch"
	"jingwei/grid"
)

// explainView is where a report would go, and why.
type explainView struct {
	Edition    int64             `json:"edition"`
	Method     grid.Method       `json:"method"`
	DistanceM  float64           `json:"distance_m"`
	Cell       *areaView         `json:"cell"` // that the place is taken to be in
	Candidates []candidateView   `json:"candidates"`
	Matter     *reportMatterView `json:"matter"`
	Urgency    grid.Urgency      `json:"urgency"`
	At         time.Time         `json:"at"`
	State      grid.State        `json:"state"`
	Holder     *holderView       `json:"holder"`
	Rule       *string           `json:"rule"` // code; null: the catalogue
	PassedOver []passedView      `json:"passed_over"`
	Considered []consideredView  `json:"considered"`
	Reasons    []string          `json:"reasons"`
}

type passedView struct {
	Rule string `json:"rule"`
	Why  string `json:"why"`
}

// consideredView is somebody, or a rank that nobody has, on the way to who answers.
type consideredView struct {
	Area    areaView         `json:"area"`
	Rank    grid.Rank        `json:"rank"`
	Worker  *personView      `json:"worker"`
	Verdict dispatch.Verdict `json:"verdict"`
	When    *time.Time       `json:"when"`
}

// explain answers where a report would go, without there being one, or where it would
// have gone.
func (a *API) explain(c *call) error {
	p := newParams(c.r.URL)
	p.need("lon")
	p.need("lat")
	lon, lat, d := p.number("lon"), p.number("lat"), p.datum()
	accuracy, known := p.accuracy(), p.time("known")
	q := dispatch.Request{Matter: p.text("matter"), Urgency: read(p, "urgency", grid.ParseUrgency), At: p.time("at")}
	if err := checkMatter(c.s.Roster(), q.Matter); err != nil {
		p.fail(err)
	}
	if err := p.end(); err != nil {
		return err
	}
	pos, err := position(lon, lat, d)
	if err != nil {
		return err
	}
	if c, err = a.inForceAsKnown(c, q.At, known); err != nil {
		return err
	}
	if q.At.IsZero() {
		q.At = c.now
	}
	q.Place, q.Candidates = c.s.LocateWithin(pos, accuracy, grid.DefaultTolerance)
	if q.Place.Area >= 0 {
		if err := c.within(q.Place.Area); err != nil {
			return err
		}
	}
	cells := []int32{q.Place.Area}
	for _, k := range q.Candidates {
		cells = append(cells, k.Area)
	}
	if c, err = a.asKnown(c, known, cells...); err != nil {
		return err
	}
	return c.json(http.StatusOK, c.viewDecision(dispatch.Route(c.s, q)))
}

func (c *call) viewDecision(d dispatch.Decision) explainView {
	v := explainView{
		Edition: c.s.Edition, Method: d.Place.Method, DistanceM: centimetres(d.Place.DistanceM), Candidates: c.viewCandidates(d.Candidates),
		Urgency: d.Urgency, At: d.At.UTC(), State: d.State, Holder: viewHolder(c.s, d.Holder, d.At),
		PassedOver: []passedView{}, Considered: []consideredView{}, Reasons: d.Reasons(c.s),
	}
	if d.Cell.ID != 0 {
		cell := viewArea(d.Cell)
		v.Cell = &cell
	}
	if m := d.Entry; m.Code != "" {
		v.Matter = &reportMatterView{m.Code, m.Name, m.Category, m.Item}
	}
	if d.Rule != nil {
		v.Rule = &d.Rule.Code
	}
	for _, r := range d.Passed {
		v.PassedOver = append(v.PassedOver, passedView{r.Rule.Code, r.Why})
	}
	for _, k := range d.Considered {
		one := consideredView{Area: viewArea(k.Area), Rank: k.Rank, Verdict: k.Verdict, When: orNull(k.When)}
		if k.Worker.ID != 0 {
			person := viewWorker(k.Worker, k.Rank)
			one.Worker = &person
		}
		v.Considered = append(v.Considered, one)
	}
	return v
}

// viewCandidates shows the cells that a caller sees.
func (c *call) viewCandidates(list []grid.Candidate) []candidateView {
	views := []candidateView{}
	for _, k := range list {
		if c.within(k.Area) == nil {
			views = append(views, candidateView{c.s.Area(k.Area).Code, rounded(k.Share)})
		}
	}
	return views
}
