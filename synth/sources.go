package synth

import (
	"math"
	"math/rand/v2"
	"strings"

	"jingwei/geo"
	"jingwei/grid"
)

// sources is what reports are drawn from.
type sources struct {
	calendar calendar
	places   [placeKinds]alias // cells, by what is reported
	matters  [13]alias         // by month, and on the storm day
	texts    [][]string        // of each matter
	habit    []placeKind       // of each matter
	ground   []ground          // of each cell
}

// ground is where reports come from in a cell, and who reports there.
type ground struct {
	box             geo.Box
	focus           geo.Pos // most come from around here
	shape           geo.MultiPolygon
	walker, manager string // codes of the liaison, if there is one, and the leader
}

// placeKind says how reports spread over the cells.
type placeKind uint8

const (
	byPeople placeKind = iota // as people live
	byStreet                  // more where cells are small
	byField                   // more where cells are large
	byCoast                   // as a storm comes in
	placeKinds
)

const stormDraw = 12 // index of the matters of the storm day

func newSources(c *City) *sources {
	s := &sources{
		calendar: newCalendar(c.options.Seed, c.Start(), c.End()),
		ground:   make([]ground, len(c.Cells)),
	}
	s.fillGround(c)
	s.weighPlaces(c)
	s.weighMatters(c)
	for _, m := range c.Matters {
		s.texts = append(s.texts, sentences(m))
		s.habit = append(s.habit, categoryHabit[m.Code[:2]])
	}
	return s
}

// categoryHabit says where the matters of each category happen.
var categoryHabit = map[string]placeKind{
	"01": byPeople, "02": byPeople, "03": byStreet, "04": byField, "05": byStreet, "06": byPeople,
}

func (s *sources) fillGround(c *City) {
	primary := make(map[string]string, len(c.Posts))
	for _, p := range c.Posts {
		if p.Rank == grid.Primary && p.Until.IsZero() {
			primary[p.Area] = p.Worker
		}
	}
	rng := newStream(c.options.Seed, streamWeights)
	for i, k := range c.Cells {
		a := &c.Areas[k]
		g := ground{box: a.Shape.Box(), shape: a.Shape, manager: primary[a.Code]}
		if a.Level == grid.Microgrid {
			g.walker, g.manager = primary[a.Code], primary[a.Parent]
		}
		g.focus = g.anywhere(rng)
		s.ground[i] = g
	}
}

// anywhere returns a random position of the cell.
func (g *ground) anywhere(r *rand.Rand) geo.Pos {
	w, h := int64(g.box.Max.X)-int64(g.box.Min.X)+1, int64(g.box.Max.Y)-int64(g.box.Min.Y)+1
	for {
		p := geo.Pos{X: g.box.Min.X + int32(r.Int64N(w)), Y: g.box.Min.Y + int32(r.Int64N(h))}
		if g.shape.Contains(p) {
			return p
		}
	}
}

// draw returns a position of the cell: as often as not one near its focus.
func (g *ground) draw(r *rand.Rand) geo.Pos {
	if r.Uint64()&1 == 0 {
		p := geo.Pos{
			X: nearby(r, g.focus.X, g.box.Max.X-g.box.Min.X),
			Y: nearby(r, g.focus.Y, g.box.Max.Y-g.box.Min.Y),
		}
		if g.shape.Contains(p) {
			return p
		}
	}
	return g.anywhere(r)
}

// nearby returns a number within an eighth of span of x, most likely near x.
func nearby(r *rand.Rand, x, span int32) int32 {
	d := r.Float64() + r.Float64() - 1
	return x + int32(d*float64(span)/8)
}

func (s *sources) weighPlaces(c *City) {
	rng := newStream(c.options.Seed, streamWeights+100)
	var w [placeKinds][]float64
	for k := range w {
		w[k] = make([]float64, len(c.Cells))
	}
	for i, k := range c.Cells {
		a := &c.Areas[k]
		hot := heat(rng, a.Kind)
		homes, km2 := float64(a.Households)+25, math.Round(a.Shape.AreaM2())/1e6
		east := float64(int64(a.Shape[0][0][0].X)-originX) * squeeze / width
		w[byPeople][i] = homes * hot
		w[byStreet][i] = homes * hot / (0.02 + km2)
		w[byField][i] = homes * hot * (0.02 + km2)
		w[byCoast][i] = homes * (0.05 + float64(float64(east*east)*float64(east*east)))
	}
	for k := range w {
		s.places[k] = newAlias(w[k])
	}
}

// heat is how much more than others a cell reports: one in 250 is a hot spot, and
// dedicated grids are busy.
func heat(r *rand.Rand, k grid.Kind) float64 {
	h := between(r, 0.4, 1.6)
	if r.IntN(250) == 0 {
		h *= between(r, 8, 40)
	}
	if k == grid.Dedicated {
		h *= between(r, 3, 12)
	}
	return h
}

// weighMatters gives each matter a weight of its own, its season, and its part in
// the storm.
func (s *sources) weighMatters(c *City) {
	rng := newStream(c.options.Seed, streamRhythm)
	var w [len(s.matters)][]float64
	for _, m := range c.Matters {
		own := between(rng, 0.2, 1)
		own /= 1.05 - between(rng, 0, 1)
		for month := range stormDraw {
			w[month] = append(w[month], own*season(m, month))
		}
		w[stormDraw] = append(w[stormDraw], own*stormShare(m))
	}
	for k := range w {
		s.matters[k] = newAlias(w[k])
	}
}

// seasons are how much more an item is reported in each month, from January.
var seasons = map[string][12]float64{
	"涉水安全": {0.3, 0.3, 0.5, 0.8, 1.5, 3.5, 5, 5, 1.5, 0.6, 0.3, 0.3},
	"秸秆禁烧": {0.3, 0.3, 0.3, 0.4, 2.5, 6, 0.8, 0.4, 1, 4, 5, 1},
	"排水内涝": {0.3, 0.4, 0.6, 0.8, 1, 2.5, 4, 3.5, 1.5, 0.6, 0.4, 0.3},
	"防灾救灾": {0.5, 0.3, 0.3, 0.3, 0.4, 0.8, 1.5, 1.8, 1, 0.3, 0.3, 0.5},
	"燃气安全": {1.8, 1.6, 1.2, 0.9, 0.8, 0.7, 0.7, 0.7, 0.8, 1, 1.3, 1.7},
	"消防隐患": {1.6, 1.7, 1.2, 1, 0.9, 0.8, 0.8, 0.8, 0.9, 1, 1.2, 1.5},
	"河道水质": {0.4, 0.5, 0.7, 1, 1.3, 1.6, 2, 2, 1.5, 1, 0.7, 0.5},
	"餐饮油烟": {0.6, 0.6, 0.8, 1, 1.3, 1.6, 1.8, 1.8, 1.3, 1, 0.7, 0.6},
	"劳资纠纷": {3.5, 1.5, 0.7, 0.7, 0.8, 0.8, 0.8, 0.8, 0.8, 0.9, 1.3, 2.5},
}

func season(m grid.Matter, month int) float64 {
	if w, ok := seasons[m.Item]; ok {
		return w[month]
	}
	return 1
}

// stormItems are what a storm brings about.
var stormItems = "防灾救灾 排水内涝 水电气暖 线缆管线 户外广告 房屋安全 园林绿化"

func stormShare(m grid.Matter) float64 {
	switch {
	case strings.HasPrefix(stormItems, m.Item):
		return 40
	case strings.Contains(stormItems, m.Item):
		return 12
	}
	return 0.3
}
