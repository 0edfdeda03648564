package api

import (
	"net/http"

	"jingwei/density"
	"jingwei/grid"
	"jingwei/tiles"
)

// densityView has the names of the tiles' layer meta.
type densityView struct {
	Level          grid.Level    `json:"level"`
	Total          uint64        `json:"total"`
	Open           uint64        `json:"open"`
	Overdue        uint64        `json:"overdue"`
	Breaks         []int64       `json:"breaks"` // the lowest count of every class but the first, by quantiles
	Quantile       []float64     `json:"quantile"`
	Jenks          []float64     `json:"jenks"`
	QuantilePerKm2 []float64     `json:"quantile_per_km2"`
	JenksPerKm2    []float64     `json:"jenks_per_km2"`
	Areas          []figuresView `json:"areas"`
}

type figuresView struct {
	Code             string   `json:"code"`
	Count            uint64   `json:"count"`
	Open             uint64   `json:"open"`
	Overdue          uint64   `json:"overdue"`
	PerKm2           float64  `json:"per_km2"`
	Per100Households *float64 `json:"per_100_households,omitempty"` // absent where households are not known
}

// density answers the figures that the map of a level shows, as numbers.
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
	return c.json(http.StatusOK, viewDensity(c.s, picture.Tiles, picture.Columns.Counts(f), drawn(c.s, root, level), level))
}

func viewDensity(s *grid.Snapshot, p *tiles.Pyramid, n *density.Counts, areas []int32, l grid.Level) densityView {
	sum := p.SumUp(areas, l, n)
	v := densityView{
		Level: l, Total: sum.Total, Open: sum.Open, Overdue: sum.Overdue, Breaks: []int64{},
		Quantile: sum.Count.Quantile, Jenks: sum.Count.Jenks, QuantilePerKm2: sum.PerKm2.Quantile, JenksPerKm2: sum.PerKm2.Jenks,
		Areas: make([]figuresView, 0, len(areas)),
	}
	for _, end := range sum.Count.Quantile {
		v.Breaks = append(v.Breaks, int64(end)+1)
	}
	for _, i := range areas {
		f := p.Figures(n, i)
		area := figuresView{Code: s.Area(i).Code, Count: f.Count, Open: f.Open, Overdue: f.Overdue, PerKm2: f.PerKm2}
		if p.Households(i) > 0 {
			area.Per100Households = &f.Per100Households
		}
		v.Areas = append(v.Areas, area)
	}
	return v
}

func notCounted() *Problem {
	return problem(http.StatusServiceUnavailable, "not-ready", "", "the reports are not counted yet")
}

// picture returns what maps are made of. While an edition is being changed, that
// may be of another than the current one: then the call reads that snapshot.
func (a *API) picture(c *call) (*Picture, error) {
	p := a.Picture.Load()
	if p == nil {
		return nil, notCounted()
	}
	if s := p.Columns.Snapshot(); s.Edition != c.s.Edition {
		c.s = s
		return p, c.bound()
	}
	return p, nil
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
