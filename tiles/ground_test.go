package tiles_test

import (
	"iter"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"jingwei/geo"
	"jingwei/geo/coverage"
	"jingwei/grid"
	"jingwei/tiles"
	"jingwei/tiles/mvt"

	"github.com/tidwall/rtree"
)

// ground is where the areas of a level are: what is drawn of them is held against it.
// It is made of the cells as they are, edge by edge.
type ground struct {
	s       *grid.Snapshot
	level   grid.Level
	borders map[uint64]int // how many edges each area has, by its ID
	edges   rtree.RTreeG[border]
	random  *rand.Rand
}

// border is an edge of an area in the square world of Web Mercator.
type border struct {
	area uint64
	stretch
}

// stretch is a line from one position to another.
type stretch struct{ ax, ay, bx, by float64 }

func newGround(s *grid.Snapshot, l grid.Level) *ground {
	g := &ground{s: s, level: l, borders: map[uint64]int{}, random: rand.New(rand.NewPCG(5, 5))}
	type edge struct {
		area uint64
		a, b geo.Pos
	}
	edges := map[edge]bool{}
	for face := range int32(s.Coverage().Len()) {
		for a, b := range sides(s.Coverage().Shape(face)) {
			e := edge{g.area(face), a, b}
			if opposite := (edge{e.area, b, a}); edges[opposite] {
				delete(edges, opposite)
			} else {
				edges[e] = true
			}
		}
	}
	for e := range edges {
		ax, ay := world(e.a.Lon(), e.a.Lat())
		bx, by := world(e.b.Lon(), e.b.Lat())
		g.borders[e.area]++
		g.edges.Insert([2]float64{min(ax, bx), min(ay, by)}, [2]float64{max(ax, bx), max(ay, by)}, border{e.area, stretch{ax, ay, bx, by}})
	}
	return g
}

// sides yields the edges of a shape.
func sides(shape geo.MultiPolygon) iter.Seq2[geo.Pos, geo.Pos] {
	return func(yield func(a, b geo.Pos) bool) {
		for _, polygon := range shape {
			for _, r := range polygon {
				for i := range r {
					if !yield(r[i], r[(i+1)%len(r)]) {
						return
					}
				}
			}
		}
	}
}

func (g *ground) area(face int32) uint64 { return uint64(g.s.Area(g.s.At(g.s.Cell(face), g.level)).ID) }

// near returns the borders of areas in a tile and a little around it, in its units.
func (g *ground) near(a tiles.Address) map[uint64][]stretch {
	const margin = tiles.Buffer + 8
	n := math.Exp2(float64(a.Z))
	low := func(v uint32) float64 { return (float64(v) - float64(margin)/mvt.Extent) / n }
	high := func(v uint32) float64 { return (float64(v) + 1 + float64(margin)/mvt.Extent) / n }
	unit := func(v float64, of uint32) float64 { return (v*n - float64(of)) * mvt.Extent }
	out := map[uint64][]stretch{}
	g.edges.Search([2]float64{low(a.X), low(a.Y)}, [2]float64{high(a.X), high(a.Y)}, func(_, _ [2]float64, e border) bool {
		out[e.area] = append(out[e.area], stretch{unit(e.ax, a.X), unit(e.ay, a.Y), unit(e.bx, a.X), unit(e.by, a.Y)})
		return true
	})
	return out
}

// unit is how far, in tile units, what is drawn may be from where it is.
const unit = 1

// check holds what is drawn of areas in a tile against where they are: no border is
// drawn more than a unit from where one is, and a little more than a unit to
// either side of a border, if no other is near, and at random positions, each area is
// drawn where it is and no other is. So what is drawn covers an area to within a
// unit, wherever it is wider than that.
func (g *ground) check(t *testing.T, a tiles.Address, list []seen) {
	t.Helper()
	drawn, truth := map[uint64][]stretch{}, g.near(a)
	for _, f := range list {
		drawn[f.ID] = stretchesOf(f.parts)
		for _, s := range drawn[f.ID] {
			if s.onLimit() {
				continue
			}
			for x, y := range s.along {
				if !closeTo(truth[f.ID], x, y) {
					t.Fatalf("%v: a border of area %d is drawn at %.2f, %.2f", a, f.ID, x, y)
				}
			}
		}
	}
	p := probe{g, a, drawn, truth}
	for _, list := range truth {
		for _, s := range list {
			if s, in := s.clip(0, mvt.Extent); in {
				p.beside(t, s)
			}
		}
	}
	for range 16 {
		p.at(t, g.random.Float64()*mvt.Extent, g.random.Float64()*mvt.Extent)
	}
}

// probe is what is drawn in a tile and what is there.
type probe struct {
	*ground
	tile         tiles.Address
	drawn, truth map[uint64][]stretch
}

// beside looks at both sides of a border.
func (p *probe) beside(t *testing.T, s stretch) {
	t.Helper()
	const off = 1.3 * unit // more than the positions of the lattice are apart
	length := math.Hypot(s.bx-s.ax, s.by-s.ay)
	if length == 0 {
		return
	}
	dx, dy := off*(s.bx-s.ax)/length, off*(s.by-s.ay)/length
	for x, y := range s.along {
		p.at(t, x-dy, y+dx)
		p.at(t, x+dy, y-dx)
	}
}

// at looks at the position of the lattice nearest to one in the tile.
func (p *probe) at(t *testing.T, x, y float64) {
	t.Helper()
	q := position(p.tile, x/mvt.Extent, y/mvt.Extent)
	x, y = tilePosition(p.tile, q)
	if min(x, y) < 0 || max(x, y) > mvt.Extent {
		return
	}
	there := uint64(0)
	if face := p.s.Coverage().Locate(q); face != coverage.None {
		there = p.area(face)
	}
	if there != 0 && !holds(p.drawn[there], x, y) && !closeTo(p.truth[there], x, y) {
		t.Fatalf("%v: area %d is not drawn at %.2f, %.2f", p.tile, there, x, y)
	}
	for id, own := range p.drawn {
		if id != there && holds(own, x, y) && !closeTo(p.truth[id], x, y) {
			t.Fatalf("%v: area %d is drawn at %.2f, %.2f", p.tile, id, x, y)
		}
	}
}

// stretchesOf returns the sides of rings that end where they begin.
func stretchesOf(parts [][]mvt.Point) (out []stretch) {
	for _, r := range parts {
		for i := range len(r) - 1 {
			out = append(out, stretch{float64(r[i].X), float64(r[i].Y), float64(r[i+1].X), float64(r[i+1].Y)})
		}
	}
	return out
}

// onLimit reports whether s runs along the end of the buffer, where areas are cut.
func (s stretch) onLimit() bool {
	for _, v := range []float64{-tiles.Buffer, mvt.Extent + tiles.Buffer} {
		if s.ax == v && s.bx == v || s.ay == v && s.by == v {
			return true
		}
	}
	return false
}

// along yields positions from one end to before the other.
func (s stretch) along(yield func(x, y float64) bool) {
	const step = 100
	n := max(1, math.Ceil(math.Hypot(s.bx-s.ax, s.by-s.ay)/step))
	for k := range int(n) {
		if part := float64(k) / n; !yield(s.ax+part*(s.bx-s.ax), s.ay+part*(s.by-s.ay)) {
			return
		}
	}
}

// clip returns what of s is in a square (Liang and Barsky, 1984).
func (s stretch) clip(low, high float64) (part stretch, in bool) {
	from, to := 0.0, 1.0
	dx, dy := s.bx-s.ax, s.by-s.ay
	for _, c := range [4][2]float64{{-dx, s.ax - low}, {dx, high - s.ax}, {-dy, s.ay - low}, {dy, high - s.ay}} {
		switch {
		case c[0] < 0:
			from = max(from, c[1]/c[0])
		case c[0] > 0:
			to = min(to, c[1]/c[0])
		case c[1] < 0:
			return part, false
		}
	}
	return stretch{s.ax + from*dx, s.ay + from*dy, s.ax + to*dx, s.ay + to*dy}, from <= to
}

// closeTo reports whether a position is within a unit of any of some lines.
func closeTo(list []stretch, x, y float64) bool {
	return slices.ContainsFunc(list, func(s stretch) bool {
		ax, ay, dx, dy := s.ax-x, s.ay-y, s.bx-s.ax, s.by-s.ay
		part := 0.0
		if length := dx*dx + dy*dy; length > 0 {
			part = min(1, max(0, -(ax*dx+ay*dy)/length))
		}
		return math.Hypot(ax+part*dx, ay+part*dy) <= unit
	})
}

// holds reports whether rings hold a position, by the even-odd rule.
func holds(sides []stretch, x, y float64) (in bool) {
	for _, s := range sides {
		if (s.ay > y) != (s.by > y) && x < s.ax+(y-s.ay)/(s.by-s.ay)*(s.bx-s.ax) {
			in = !in
		}
	}
	return in
}
