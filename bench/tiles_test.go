package bench

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"slices"
	"sync"
	"testing"
	"time"

	"jingwei/density"
	"jingwei/geo"
	"jingwei/geo/coverage"
	"jingwei/grid"
	"jingwei/synth"
	"jingwei/tiles"
	"jingwei/tiles/mvt"
)

// tiled is the generated city with its reports, as the tiles are made of.
type tiled struct {
	city    *synth.City
	s       *grid.Snapshot
	columns *density.Columns
	p       *tiles.Pyramid
	reports int
}

// fiveYears and aMillion are how many reports the city has: all, and as many as are
// also given to PostGIS.
const (
	fiveYears = 7_801_500
	aMillion  = 1_000_000
)

var (
	withAll     = sync.OnceValues(func() (*tiled, error) { return newTiled(fiveYears) })
	withMillion = sync.OnceValues(func() (*tiled, error) { return newTiled(aMillion) })
)

func newTiled(reports int) (*tiled, error) {
	c, err := generated()
	if err != nil {
		return nil, err
	}
	var areas []grid.Area
	ids := map[string]grid.AreaID{}
	for i, a := range c.Areas {
		ids[a.Code] = grid.AreaID(i + 1)
		areas = append(areas, grid.Area{
			ID: ids[a.Code], Code: a.Code, Name: a.Name, Level: a.Level, Kind: a.Kind, Parent: ids[a.Parent],
			Households: a.Households, Cell: a.IsCell(),
		})
	}
	cover, err := coverage.Build(facesOf(c))
	if err != nil {
		return nil, err
	}
	s, err := grid.NewSnapshot(1, c.End(), areas, cover, nil)
	if err != nil {
		return nil, err
	}
	columns, err := density.Load(s, 0, func(yield func(density.Report, error) bool) {
		for r := range c.Reports(reports) {
			if !yield(density.Report{ID: r.ID, At: r.At, Pos: r.Pos, Matter: r.Matter, Open: r.State.Open()}, nil) {
				return
			}
		}
	})
	return &tiled{c, s, columns, tiles.NewPyramid(s), reports}, err
}

// downtown is the tile of a zoom with the first of the reports.
func (c *tiled) downtown(z uint32) (a tiles.Address) {
	for r := range c.city.Reports(1) {
		x, y := geo.MercatorCell(r.Pos, uint8(z))
		a = tiles.Address{Z: z, X: x, Y: y}
	}
	return a
}

// window is a category in a year that has not been asked for: each begins eleven days
// and a half before the last, so that other reports are in it, not only another second.
func (c *tiled) window() density.Filter {
	const step, years = 1_000_003, 3 * 365 * 86400 // seconds, which have no divisor in common
	asked++
	from := c.city.End().AddDate(-1, 0, 0).Add(-time.Duration(asked*step%years) * time.Second)
	return density.Filter{From: from, To: from.AddDate(1, 0, 0), Matters: []string{"01"}}
}

var asked int

var sinkTile tiles.Tile

func (c *tiled) tile(b *testing.B, a tiles.Address, o tiles.Options) tiles.Tile {
	tile, err := c.p.Tile(b.Context(), a, o)
	if err != nil {
		b.Fatal(err)
	}
	return tile
}

// All tiles of zoom 12, one after the other, from borders that are there: a thousand of
// their areas take as long as it says.
func BenchmarkAreasTile(b *testing.B) {
	c, err := withMillion()
	if err != nil {
		b.Fatal(err)
	}
	drawAreas(b, c, tiles.Options{Level: grid.Microgrid, Columns: c.columns, Filter: c.window(), Root: -1})
}

// drawAreas draws tile after tile, each for the first time.
func drawAreas(b *testing.B, c *tiled, o tiles.Options) {
	places := slices.Collect(c.p.Covering(12, 12, -1))
	all := *c
	areas, drawn := 0, time.Duration(0)
	for i := 0; b.Loop(); i++ {
		b.StopTimer()
		if i%len(places) == 0 {
			all.p = tiles.NewPyramid(c.s)
			if err := all.p.Warm(b.Context()); err != nil {
				b.Fatal(err)
			}
			all.tile(b, places[0], o) // for the borders of this zoom, and the view
		}
		b.StartTimer()
		start := time.Now()
		sinkTile = all.tile(b, places[i%len(places)], o)
		drawn += time.Since(start)
		b.StopTimer()
		areas += areasIn(b, sinkTile)
		b.StartTimer()
	}
	b.ReportMetric(float64(areas)/float64(b.N), "areas/op")
	b.ReportMetric(float64(drawn.Nanoseconds())*1000/float64(areas), "ns/1000-areas")
}

// areasIn returns how many areas are in a tile.
func areasIn(b *testing.B, t tiles.Tile) int {
	if t.Empty() {
		return 0
	}
	return len(featuresOf(b, unzipped(b, t.Data)))
}

func unzipped(b *testing.B, data []byte) []byte {
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		b.Fatal(err)
	}
	raw, err := io.ReadAll(r)
	if err != nil {
		b.Fatal(err)
	}
	return raw
}

// featuresOf returns the features of a tile's first layer.
func featuresOf(b *testing.B, raw []byte) []mvt.DecodedFeature {
	list, err := mvt.Decode(raw)
	if err != nil {
		b.Fatal(err)
	}
	return list[0].Features
}

// Cells of a tile that shows the whole city, over all reports: each with a window not
// asked for before, with nothing but what the columns themselves have ready.
func BenchmarkCellTiles(b *testing.B) {
	c, err := withAll()
	if err != nil {
		b.Fatal(err)
	}
	for _, l := range []tiles.Layer{tiles.Bins, tiles.Reports} {
		for _, z := range []uint32{7, 10, 14} {
			a := c.downtown(z)
			b.Run(fmt.Sprintf("%v/zoom %d/cold", l, z), func(b *testing.B) {
				for b.Loop() {
					sinkTile = c.tile(b, a, tiles.Options{Layer: l, Columns: c.columns, Filter: c.window(), Root: -1})
				}
			})
			o := tiles.Options{Layer: l, Columns: c.columns, Root: -1}
			b.Run(fmt.Sprintf("%v/zoom %d/after a report", l, z), func(b *testing.B) {
				live := c.city.Live(uint64(z))
				sinkTile = c.tile(b, a, o)
				for b.Loop() {
					r := live.Report(c.city.End())
					c.columns.Put(density.Report{ID: r.ID, At: r.At, Pos: r.Pos, Matter: r.Matter, Open: true})
					sinkTile = c.tile(b, a, o)
				}
			})
			b.Run(fmt.Sprintf("%v/zoom %d/warm", l, z), func(b *testing.B) {
				for b.Loop() {
					sinkTile = c.tile(b, a, o)
				}
			})
		}
	}
}

// Areas of the lowest level over all reports. After a report the areas of the tile
// are counted again, and the totals and classes of all 62,854 are brought along; the
// tag alone is what a caller costs who has the tile already.
func BenchmarkLiveAreas(b *testing.B) {
	c, err := withAll()
	if err != nil {
		b.Fatal(err)
	}
	a := c.downtown(13)
	o := tiles.Options{Level: grid.Microgrid, Columns: c.columns, Root: -1}
	live := c.city.Live(13)
	report := func() {
		r := live.Report(c.city.End())
		c.columns.Put(density.Report{ID: r.ID, At: r.At, Pos: r.Pos, Matter: r.Matter, Open: true})
	}
	sinkTile = c.tile(b, a, o)
	b.Run("nothing kept", func(b *testing.B) {
		for b.Loop() {
			sinkTile = c.tile(b, a, tiles.Options{Level: grid.Microgrid, Columns: c.columns, Filter: c.window(), Root: -1})
		}
	})
	b.Run("after a report/counts", func(b *testing.B) {
		for b.Loop() {
			report()
			sinkCounts = c.columns.Counts(o.Filter)
		}
	})
	b.Run("after a report/tag", func(b *testing.B) {
		for b.Loop() {
			report()
			if sinkTile.ETag, err = c.p.ETag(b.Context(), a, o); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("after a report/tile", func(b *testing.B) {
		for b.Loop() {
			report()
			sinkTile = c.tile(b, a, o)
		}
	})
	b.Run("kept", func(b *testing.B) {
		for b.Loop() {
			sinkTile = c.tile(b, a, o)
		}
	})
}

var sinkCounts *density.Counts
