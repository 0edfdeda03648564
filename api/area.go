package api

import (
	"net/http"

	"jingwei/geo"
	"jingwei/geo/coverage"
	"jingwei/grid"

	"github.com/gorilla/mux"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"
)

type areaDetailView struct {
	areaView
	Parent     *string           `json:"parent"`
	Households int32             `json:"households"` // of all cells
	Cells      int32             `json:"cells"`
	AreaKm2    float64           `json:"area_km2"`
	BBox       []float64         `json:"bbox"` // minlon, minlat, maxlon, maxlat
	Children   []areaView        `json:"children"`
	Chain      []answerView      `json:"chain"`
	People     []personView      `json:"people"`
	Counts     countsView        `json:"counts"`
	Geometry   *geojson.Geometry `json:"geometry,omitempty"`
}

type countsView struct {
	Reports int64 `json:"reports"`
	Open    int64 `json:"open"`
}

// getArea answers one area with its figures and the people who answer there now.
func (a *API) getArea(c *call) error {
	code := mux.Vars(c.r)["code"]
	p := newParams(c.r.URL)
	geometry := p.flag("geometry")
	if err := p.end(); err != nil {
		return err
	}
	i, ok := c.s.ByCode(code)
	if !ok {
		return missing("area", code)
	}
	if err := c.within(i); err != nil {
		return err
	}
	v := a.viewDetail(c.s, i)
	if geometry {
		v.Geometry = geojson.NewGeometry(shapeOf(c.s, i))
	}
	return c.json(http.StatusOK, v)
}

func (a *API) viewDetail(s *grid.Snapshot, i int32) areaDetailView {
	area, f := s.Area(i), a.figures.of(s)[i]
	chain := viewChain(s, i, a.Now())
	v := areaDetailView{
		areaView: viewArea(area), Households: f.households, Cells: f.cells, AreaKm2: round6(f.km2), BBox: viewBox(f.box),
		Children: []areaView{}, Chain: chain, People: chain[len(chain)-1].People, Counts: a.countsOf(s, i),
	}
	if p := s.Parent(i); p >= 0 {
		parent := s.Area(p).Code
		v.Parent = &parent
	}
	for _, child := range s.Children(i) {
		v.Children = append(v.Children, viewArea(s.Area(child)))
	}
	return v
}

// round6 rounds square kilometres to square metres.
func round6(v float64) float64 { return float64(int64(v*1e6+0.5)) / 1e6 }

func viewBox(b geo.Box) []float64 {
	if b.Empty() {
		return []float64{}
	}
	return []float64{b.Min.Lon(), b.Min.Lat(), b.Max.Lon(), b.Max.Lat()}
}

// shapeOf returns the union of an area's cells.
func shapeOf(s *grid.Snapshot, i int32) orb.MultiPolygon {
	group := make([]int32, s.Coverage().Len())
	for f := range group {
		group[f] = coverage.None
	}
	walk(s, i, func(j int32) {
		if f := s.Face(j); f != coverage.None {
			group[f] = 0
		}
	})
	return s.Coverage().Dissolve(group, 1).Shape(0).Orb()
}
