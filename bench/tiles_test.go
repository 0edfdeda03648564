package bench

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"iter"
	"slices"
	"sync"
	"testing"
	"time"

	"jingwei/density"
	"jingwei/geo"
	"jingwei/geo/coverage"
	"jingwei/grid"
	"jingwei/store/localpg"
	"jingwei/synth"
	"jingwei/tiles"
	"jingwei/tiles/mvt"

	"github.com/jackc/pgx/v5"
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

// lately is a window that has not been asked for: each is a second longer.
func (c *tiled) lately() density.Filter {
	asked++
	return density.Filter{From: c.city.End().AddDate(-1, 0, 0).Add(-time.Duration(asked) * time.Second), Matters: []string{"01"}}
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

// Areas of a window and a category: cold is a window not asked for before, of areas that
// are drawn already, warm the same one again. Drawn are all tiles of zoom 12, one after the
// other, from borders that are there: a thousand of their areas take as long as it says.
// The peer is ST_AsMVT over the same cells and reports in the same
// process's cluster, with projected polygons, the indexes it wants, one connection
// and a prepared statement.
func BenchmarkAreasTile(b *testing.B) {
	c, err := withMillion()
	if err != nil {
		b.Fatal(err)
	}
	a := c.downtown(13)
	o := tiles.Options{Level: grid.Microgrid, Columns: c.columns, Filter: c.lately(), Root: -1}
	first := c.tile(b, a, o)
	b.Run("jingwei/cold", func(b *testing.B) {
		for b.Loop() {
			o.Filter = c.lately()
			sinkTile = c.tile(b, a, o)
		}
		b.ReportMetric(float64(len(first.Data)), "bytes")
		b.ReportMetric(float64(areasIn(b, first)), "areas")
	})
	b.Run("jingwei/warm", func(b *testing.B) {
		for b.Loop() {
			sinkTile = c.tile(b, a, o)
		}
	})
	b.Run("jingwei/drawn", func(b *testing.B) { drawAreas(b, c, o) })
	asMVT(b, c, a)
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
	r, err := gzip.NewReader(bytes.NewReader(t.Data))
	if err != nil {
		b.Fatal(err)
	}
	raw, err := io.ReadAll(r)
	if err != nil {
		b.Fatal(err)
	}
	list, err := mvt.Decode(raw)
	if err != nil {
		b.Fatal(err)
	}
	return len(list[0].Features)
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
					sinkTile = c.tile(b, a, tiles.Options{Layer: l, Columns: c.columns, Filter: c.lately(), Root: -1})
				}
			})
			o := tiles.Options{Layer: l, Columns: c.columns, Root: -1}
			b.Run(fmt.Sprintf("%v/zoom %d/after a report", l, z), func(b *testing.B) {
				live := c.city.Live(uint64(z))
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
			sinkTile = c.tile(b, a, tiles.Options{Level: grid.Microgrid, Columns: c.columns, Filter: c.lately(), Root: -1})
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

// asMVT measures the peer.
func asMVT(b *testing.B, c *tiled, a tiles.Address) {
	cluster, err := localpg.Start(b.Context(), b.TempDir(), localpg.Options{Throwaway: true})
	if err != nil {
		b.Skipf("no PostGIS: %v", err)
	}
	defer func() { _ = cluster.Remove() }()
	conn, err := pgx.Connect(b.Context(), cluster.URL("postgres"))
	if err == nil {
		err = fillForTiles(b, conn, c)
	}
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = conn.Close(b.Context()) }()
	ask := func(b *testing.B, f density.Filter) {
		if err := conn.QueryRow(b.Context(), asMVTQuery, a.Z, a.X, a.Y, f.From, f.Matters[0]+"%").Scan(&sinkBytes); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("ST_AsMVT/cold", func(b *testing.B) {
		for b.Loop() {
			ask(b, c.lately())
		}
		b.ReportMetric(float64(len(sinkBytes)), "bytes")
	})
	f := c.lately()
	b.Run("ST_AsMVT/warm", func(b *testing.B) {
		for b.Loop() {
			ask(b, f)
		}
	})
}

var sinkBytes []byte

func fillForTiles(b *testing.B, conn *pgx.Conn, c *tiled) error {
	ctx := b.Context()
	if _, err := conn.Exec(ctx, `CREATE EXTENSION postgis; CREATE TABLE incoming (id int, code text, name text, kind text, m2 float, geom text);
		CREATE UNLOGGED TABLE report (cell int, at timestamptz, matter text, open bool)`); err != nil {
		return err
	}
	cover := c.s.Coverage()
	cells := pgx.CopyFromSlice(cover.Len(), func(f int) ([]any, error) {
		i := c.s.Cell(int32(f))
		a := c.s.Area(i)
		return []any{i, a.Code, a.Name, string(a.Kind), cover.AreaM2(int32(f)), hexEWKB(cover.Shape(int32(f)))}, nil
	})
	if _, err := conn.CopyFrom(ctx, pgx.Identifier{"incoming"}, []string{"id", "code", "name", "kind", "m2", "geom"}, cells); err != nil {
		return err
	}
	next, stop := pull(c)
	defer stop()
	if _, err := conn.CopyFrom(ctx, pgx.Identifier{"report"}, []string{"cell", "at", "matter", "open"}, pgx.CopyFromFunc(next)); err != nil {
		return err
	}
	for _, sql := range []string{
		`CREATE TABLE cell AS SELECT id, code, name, kind, m2, ST_Transform(geom::geometry, 3857) AS geom FROM incoming`,
		`CREATE INDEX ON cell USING gist (geom)`, `CREATE INDEX ON report (cell, at) INCLUDE (matter, open)`,
		`VACUUM ANALYZE cell`, `VACUUM ANALYZE report`,
	} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}

// pull returns the rows of the reports for a copy.
func pull(c *tiled) (next func() ([]any, error), stop func()) {
	pulled, stop := iter.Pull(c.city.Reports(c.reports))
	return func() ([]any, error) {
		r, ok := pulled()
		if !ok {
			return nil, nil
		}
		i, _ := c.s.ByCode(c.city.Areas[r.Cell].Code)
		return []any{i, r.At, r.Matter, r.State.Open()}, nil
	}, stop
}

// asMVTQuery makes the same layer as the areas of a tile are: with the same properties,
// extent and buffer.
const asMVTQuery = `
WITH tile AS (SELECT ST_TileEnvelope($1, $2, $3) AS box, ST_TileEnvelope($1, $2, $3, margin => 64.0 / 4096) AS reach),
drawn AS (
	SELECT id, code, name, kind, m2, ST_AsMVTGeom(geom, box, 4096, 64) AS geom FROM cell, tile WHERE geom && reach
),
features AS (
	SELECT id, code, name, 'microgrid' AS level, kind, n.count, n.open, round((n.count / m2 * 1e6)::numeric, 3)::float AS per_km2, geom
	FROM drawn, LATERAL (SELECT count(*) AS count, count(*) FILTER (WHERE open) AS open FROM report WHERE cell = id AND at >= $4 AND matter LIKE $5) n
	WHERE geom IS NOT NULL
)
SELECT ST_AsMVT(features, 'areas', 4096, 'geom', 'id') FROM features`
