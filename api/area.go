package api

import (
	"net/http"
	"strings"
	"sync"

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

// figure is what an area's cells add up to.
type figure struct {
	cells, households int32
	km2               float64
	box               geo.Box
}

// figures keeps the figures of one edition: adding them up looks at every border,
// so it is done once, when they are first asked for.
type figures struct {
	mu     sync.Mutex
	cover  *coverage.Coverage
	byArea []figure
}

func (k *figures) of(s *grid.Snapshot) []figure {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.cover != s.Coverage() || len(k.byArea) != s.Len() {
		k.cover, k.byArea = s.Coverage(), addUp(s)
	}
	return k.byArea
}

func addUp(s *grid.Snapshot) []figure {
	out := make([]figure, s.Len())
	for i := range out {
		out[i].box = geo.EmptyBox()
	}
	for f := range int32(s.Coverage().Len()) {
		cell := s.Cell(f)
		km2 := s.Coverage().AreaM2(f) / 1e6
		for i := cell; i >= 0; i = s.Parent(i) {
			out[i].cells++
			out[i].households += s.Area(cell).Households
			out[i].km2 += km2
			out[i].box = out[i].box.Union(s.Coverage().Box(f))
		}
	}
	return out
}

type areasView struct {
	Areas []areaView `json:"areas"`
	Next  string     `json:"next,omitempty"`
}

// listAreas answers the areas a caller asks for, in the order of their ids.
func (a *API) listAreas(c *call) error {
	p := newParams(c.r.URL)
	want := areaFilter{level: p.level(), q: p.text("q"), parent: -1}
	limit, after := p.limit(), p.text("cursor")
	if code := p.text("parent"); code != "" {
		var ok bool
		if want.parent, ok = c.s.ByCode(code); !ok {
			p.fail(missing("area", code))
		}
	}
	from := int32(0)
	if after != "" {
		i, ok := c.s.ByCode(after)
		if !ok {
			p.fail(bad("parameter", "cursor", "%q is not a cursor", after))
		}
		from = i + 1
	}
	if err := p.end(); err != nil {
		return err
	}
	v := areasView{Areas: make([]areaView, 0, limit)}
	for i := from; i < int32(c.s.Len()); i++ {
		if !c.sees(i) || !want.holds(c.s, i) {
			continue
		}
		if len(v.Areas) == limit {
			v.Next = nextPage(c.r.URL, v.Areas[limit-1].Code)
			break
		}
		v.Areas = append(v.Areas, viewArea(c.s.Area(i)))
	}
	return c.json(http.StatusOK, v)
}

// areaFilter selects areas of a level, right below a parent, and with a text in
// the name or at the beginning of the code; each only when set.
type areaFilter struct {
	level  grid.Level
	parent int32
	q      string
}

func (f areaFilter) holds(s *grid.Snapshot, i int32) bool {
	a := s.Area(i)
	return (f.level == 0 || a.Level == f.level) &&
		(f.parent < 0 || s.Parent(i) == f.parent) &&
		(f.q == "" || strings.Contains(a.Name, f.q) || strings.HasPrefix(a.Code, f.q))
}
