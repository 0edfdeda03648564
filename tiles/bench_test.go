package tiles_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"jingwei/density"
	"jingwei/geo"
	"jingwei/grid"
	"jingwei/tiles"

	"github.com/paulmach/orb"
	orbmvt "github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"
	"github.com/paulmach/orb/maptile"
	"github.com/paulmach/orb/simplify"
)

// What the compiler may not leave out.
var (
	sinkTile  tiles.Tile
	sinkBytes []byte
)

// mosaic is a snapshot of n times n cells of 220 m at 121° E, 32° N, each with 24
// positions, borders shared.
func mosaic(b *testing.B, n int32) *grid.Snapshot {
	b.Helper()
	const step = 4_250 // between positions, in lattice units
	random := rand.New(rand.NewPCG(3, 3))
	shift := map[geo.Pos]geo.Pos{}
	at := func(x, y int32) geo.Pos {
		p := geo.Pos{X: westX + x*step, Y: southY + y*step}
		if _, ok := shift[p]; !ok {
			shift[p] = geo.Pos{X: p.X + random.Int32N(step/2), Y: p.Y + random.Int32N(step/2)}
		}
		return shift[p]
	}
	plans := []plan{{code: "3206", level: grid.Grid}}
	const side = 6
	for i := range n * n {
		x, y := i%n*side, i/n*side
		var r geo.Ring
		for k := range int32(side) {
			r = append(r, at(x+k, y))
		}
		for k := range int32(side) {
			r = append(r, at(x+side, y+k))
		}
		for k := range int32(side) {
			r = append(r, at(x+side-k, y+side))
		}
		for k := range int32(side) {
			r = append(r, at(x, y+side-k))
		}
		plans = append(plans, plan{code: fmt.Sprintf("3206%06d", i), parent: "3206", level: grid.Microgrid, shape: geo.MultiPolygon{{r}}})
	}
	return build(b, 1, plans)
}

// thousand is a tile of a thousand cells, whole and in part, with counts.
func thousand(b *testing.B) (s *grid.Snapshot, a tiles.Address, n *density.Columns) {
	s = mosaic(b, 42)
	return s, at(12, 121.05, 32.05), scatter(s, 300_000)
}

func BenchmarkTile(b *testing.B) {
	s, a, columns := thousand(b)
	o := tiles.Options{Level: grid.Microgrid, Columns: columns, Root: -1}
	p := tiles.NewPyramid(s)
	tile := fetch(b, p, a, o)
	areas := len(features(b, p, a, o))
	report := func(b *testing.B) {
		b.ReportMetric(float64(areas), "areas")
		b.ReportMetric(float64(len(unpack(b, tile))), "bytes")
		b.ReportMetric(float64(len(tile.Data)), "compressed")
	}
	b.Run("kept", func(b *testing.B) {
		b.ReportAllocs()
		var err error
		for b.Loop() {
			sinkTile, err = p.Tile(b.Context(), a, o)
		}
		if err != nil {
			b.Fatal(err)
		}
		report(b)
	})
	values, body, err := p.Splicer(b.Context(), a, o)
	b.Run("counts spliced", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			sinkBytes = values()
		}
	})
	b.Run("counts spliced and compressed", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			sinkBytes = body()
		}
	})
	b.Run("nothing kept", func(b *testing.B) {
		for b.Loop() {
			p.Forget()
			sinkTile, err = p.Tile(b.Context(), a, o)
		}
	})
	if err != nil {
		b.Fatal(err)
	}
}

// What has to be made once for a level and zoom.
func BenchmarkNet(b *testing.B) {
	s := bristol(b)
	for b.Loop() {
		p := tiles.NewPyramid(s)
		var err error
		if sinkTile, err = p.Tile(b.Context(), at(13, -2.59, 51.45), everything); err != nil {
			b.Fatal(err)
		}
	}
}

// The peer: orb's own way from the same polygons to a compressed tile, each time
// from a fresh copy, for it changes what it is given.
func BenchmarkOrb(b *testing.B) {
	s, a, columns := thousand(b)
	n := columns.Counts(density.Filter{})
	source := geojson.NewFeatureCollection()
	box := maptile.New(a.X, a.Y, maptile.Zoom(a.Z)).Bound(64. / 4096)
	for f := range int32(s.Coverage().Len()) {
		shape := s.Coverage().Shape(f).Orb()
		if !shape.Bound().Intersects(box) {
			continue
		}
		i := s.Cell(f)
		g := geojson.NewFeature(shape)
		g.ID = float64(s.Area(i).ID)
		g.Properties = geojson.Properties{
			"code": s.Area(i).Code, "name": s.Area(i).Name, "level": s.Area(i).Level.String(), "kind": "",
			"count": n.Count(i), "open": n.Open(i), "per_km2": float64(n.Count(i)) / 7,
		}
		source.Append(g)
	}
	for b.Loop() {
		b.StopTimer()
		fresh := geojson.NewFeatureCollection()
		for _, f := range source.Features {
			g := *f
			g.Geometry = orb.Clone(f.Geometry)
			fresh.Append(&g)
		}
		b.StartTimer()
		layer := orbmvt.NewLayer("areas", fresh)
		layer.ProjectToTile(maptile.New(a.X, a.Y, maptile.Zoom(a.Z)))
		layer.Clip(orbmvt.MapboxGLDefaultExtentBound)
		layer.Simplify(simplify.VisvalingamThreshold(0.5))
		var err error
		if sinkBytes, err = orbmvt.MarshalGzipped(orbmvt.Layers{layer}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(source.Features)), "areas")
}
