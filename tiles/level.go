package tiles

import (
	"context"
	"math"
	"slices"
	"sync"
	"sync/atomic"

	"jingwei/geo"
	"jingwei/geo/coverage"
	"jingwei/grid"

	"github.com/tidwall/rtree"
)

// drawn is what is drawn for a level, at full detail: face g of the coverage is
// area areas[g], ascending.
type drawn struct {
	areas   []int32
	cover   *coverage.Coverage
	simpler func() *coverage.Simplifier // of cover, made when first asked for
	boxes   rtree.RTreeGN[int32, int32] // of the faces, by their numbers
	poles   []atomic.Uint64             // of the faces, packed; 0 before it is first asked for
}

// pole returns where the label of face g stands.
func (d *drawn) pole(g int32) geo.Pos {
	if v := d.poles[g].Load(); v != 0 {
		return geo.Pos{X: int32(v >> 32), Y: int32(v)}
	}
	p := pole(d.cover, g)
	d.poles[g].Store(uint64(uint32(p.X))<<32 | uint64(uint32(p.Y)))
	return p
}

// level returns what is drawn for a level.
func (p *Pyramid) level(ctx context.Context, l grid.Level) (*drawn, error) {
	return kept(ctx, p.edition, l, func(context.Context) (*drawn, int, error) {
		d := newDrawn(p.snapshot, l)
		bytes := 8*len(d.poles) + 8*positions(d.cover) // with their weights
		if d.cover != p.snapshot.Coverage() {
			bytes += 64 * positions(d.cover) // with the index
		}
		return d, bytes, nil
	})
}

// borders is the key of the net of a level at a zoom.
type borders struct {
	level grid.Level
	z     uint32
}

func (p *Pyramid) net(ctx context.Context, l grid.Level, z uint32) (*net, error) {
	return kept(ctx, p.edition, borders{l, z}, func(ctx context.Context) (*net, int, error) {
		d, err := p.level(ctx, l)
		if err != nil {
			return nil, 0, err
		}
		n := d.net(z)
		return n, len(n.wire) + 8*len(n.start), nil
	})
}

// stands returns the area that stands for each face at level l, and all of these,
// ascending.
func stands(s *grid.Snapshot, l grid.Level) (of []int32, areas []int32) {
	of = make([]int32, s.Coverage().Len())
	for f := range of {
		of[f] = s.At(s.Cell(int32(f)), l)
	}
	areas = slices.Clone(of)
	slices.Sort(areas)
	return of, slices.Compact(areas)
}

func newDrawn(s *grid.Snapshot, l grid.Level) *drawn {
	of, areas := stands(s, l)
	d := &drawn{areas: areas, cover: s.Coverage(), poles: make([]atomic.Uint64, len(areas))}
	if len(areas) < len(of) {
		for f, i := range of {
			g, _ := slices.BinarySearch(areas, i)
			of[f] = int32(g)
		}
		d.cover = s.Coverage().Dissolve(of, len(areas))
	}
	d.simpler = sync.OnceValue(func() *coverage.Simplifier { return coverage.NewSimplifier(d.cover) })
	for g := range int32(len(areas)) {
		if b := d.cover.Box(g); !b.Empty() {
			d.boxes.Insert([2]int32{b.Min.X, b.Min.Y}, [2]int32{b.Max.X, b.Max.Y}, g)
		}
	}
	return d
}

// touching returns the faces whose boxes touch b, ascending.
func (d *drawn) touching(b geo.Box) []int32 {
	var faces []int32
	d.boxes.Search([2]int32{b.Min.X, b.Min.Y}, [2]int32{b.Max.X, b.Max.Y}, func(_, _ [2]int32, g int32) bool {
		faces = append(faces, g)
		return true
	})
	slices.Sort(faces)
	return faces
}

// fine is how long edges are on average, in tile units, where nothing is left to
// simplify.
const fine = 8

// net returns the borders for zoom z: without the positions that make out less
// than half a square tile unit, if edges are so short that there are many.
func (d *drawn) net(z uint32) *net {
	simple := d.cover
	unit := unitArea(z, middle(simple))
	if edgeLength(simple) < fine*math.Sqrt(unit) {
		simple = d.simpler().Simplify(unit / 2)
	}
	return newNet(d.cover, simple, z)
}

// unitArea returns the area of a square tile unit at zoom z, in square lattice
// units: Mercator's scale is the same in both directions, while a lattice unit
// east is shorter than one north by the cosine of the latitude.
func unitArea(z uint32, at geo.Pos) float64 {
	perUnit := 1 / (Address{Z: z}).projection().perX
	return perUnit * perUnit * math.Cos(at.Lat()*math.Pi/180)
}

// edgeLength returns the mean length of the edges of c in lattice units, the sum
// of both directions taken for it.
func edgeLength(c *coverage.Coverage) float64 {
	sum, n := 0.0, 0
	for _, a := range c.Arcs() {
		n += len(a.Pos) - 1
		for k := range len(a.Pos) - 1 {
			p, q := a.Pos[k], a.Pos[k+1]
			sum += math.Abs(float64(p.X)-float64(q.X)) + math.Abs(float64(p.Y)-float64(q.Y))
		}
	}
	return sum / float64(max(1, n))
}

// positions returns how many positions the arcs of c have.
func positions(c *coverage.Coverage) (n int) {
	for _, a := range c.Arcs() {
		n += len(a.Pos)
	}
	return n
}

func box(c *coverage.Coverage) geo.Box {
	b := geo.EmptyBox()
	for f := range int32(c.Len()) {
		b = b.Union(c.Box(f))
	}
	return b
}

func middle(c *coverage.Coverage) geo.Pos {
	b := box(c)
	if b.Empty() {
		return geo.Pos{}
	}
	return geo.Pos{
		X: int32((int64(b.Min.X) + int64(b.Max.X)) / 2),
		Y: int32((int64(b.Min.Y) + int64(b.Max.Y)) / 2),
	}
}
