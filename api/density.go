package api

import (
	"net/http"

	"jingwei/density"
	"jingwei/grid"
)

type densityView struct {
	Level  grid.Level      `json:"level"`
	Total  int64           `json:"total"`
	Breaks []int64         `json:"breaks"` // the lowest count of every class but the first, ascending
	Areas  []areaCountView `json:"areas"`
}

type areaCountView struct {
	Code  string `json:"code"`
	Count int64  `json:"count"`
	Open  int64  `json:"open"`
}

// density answers the counts that the map of a level shows, as numbers.
func (a *API) density(c *call) error {
	picture, err := a.picture(c)
	if err != nil {
		return err
	}
	p := newParams(c.r.URL)
	level, root, f := p.level(), p.area(c), p.filter()
	if err := p.end(); err != nil {
		return err
	}
	if level == 0 {
		level = levelBelow(c.s, root)
	}
	return c.json(http.StatusOK, viewDensity(c.s, picture.Columns.Counts(f), drawn(c.s, root, level), level))
}

// picture returns what maps are made of. While an edition is being changed, that
// may be of another than the current one: then the call reads that snapshot.
func (a *API) picture(c *call) (*Picture, error) {
	p := a.Picture.Load()
	if p == nil {
		return nil, problem(http.StatusServiceUnavailable, "not-ready", "", "the reports are not counted yet")
	}
	if s := p.Columns.Snapshot(); s.Edition != c.s.Edition {
		c.s = s
		return p, c.bound()
	}
	return p, nil
}

// classes is how many colours a map has.
const classes = 7

func viewDensity(s *grid.Snapshot, n *density.Counts, areas []int32, l grid.Level) densityView {
	v := densityView{Level: l, Areas: make([]areaCountView, 0, len(areas)), Breaks: []int64{}}
	values := make([]float64, 0, len(areas))
	for _, i := range areas {
		v.Total += n.Count(i)
		v.Areas = append(v.Areas, areaCountView{s.Area(i).Code, n.Count(i), n.Open(i)})
		values = append(values, float64(n.Count(i)))
	}
	for _, end := range density.Distribute(values).Quantiles(classes) {
		v.Breaks = append(v.Breaks, int64(end)+1)
	}
	return v
}

// filter reads which reports are counted.
func (p *params) filter() density.Filter {
	from, to := p.span()
	f := density.Filter{From: from, To: to}
	if m := p.matter(); m != "" {
		f.Matters = []string{m}
	}
	return f
}

// levelBelow returns the first level of the snapshot below that of an area; the
// area's own if there is none, and the highest of all for the root -1.
func levelBelow(s *grid.Snapshot, root int32) grid.Level {
	own := grid.Level(0)
	if root >= 0 {
		own = s.Area(root).Level
	}
	for _, l := range s.Levels() {
		if l > own {
			return l
		}
	}
	return own
}

// drawn returns the areas within root that a map of a level shows, by index: each
// cell is drawn as the area that stands for it.
func drawn(s *grid.Snapshot, root int32, l grid.Level) []int32 {
	shown := make([]bool, s.Len())
	for f := range int32(s.Coverage().Len()) {
		shown[s.At(s.Cell(f), l)] = true
	}
	var out []int32
	for i := range int32(s.Len()) {
		if shown[i] && s.Within(i, root) {
			out = append(out, i)
		}
	}
	return out
}

// countsOf returns the counts of area i, zero while nothing is counted yet.
func (a *API) countsOf(s *grid.Snapshot, i int32) countsView {
	p := a.Picture.Load()
	if p == nil {
		return countsView{}
	}
	if i = areaOf(p.Columns.Snapshot(), s.Area(i).ID); i < 0 {
		return countsView{}
	}
	n := p.Columns.Counts(density.Filter{})
	return countsView{n.Count(i), n.Open(i)}
}
