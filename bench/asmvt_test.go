package bench

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"testing"

	"jingwei/density"
	"jingwei/grid"
	"jingwei/store/localpg"
	"jingwei/tiles"

	"github.com/jackc/pgx/v5"
)

// beside are the tiles that PostGIS makes as well, and how.
var beside = []struct {
	layer    tiles.Layer
	z, cells uint32 // zooms of the tile, and of the bins or clusters in it
	sql      string
}{
	{layer: tiles.Areas, z: 13, sql: areasSQL},
	{tiles.Bins, 7, 12, binsSQL},
	{tiles.Bins, 14, 18, binsSQL},
	{tiles.Reports, 7, 11, clustersSQL},
	{tiles.Reports, 14, 20, clustersSQL},
}

// Tiles of a window and a category: cold is a window not asked for before, warm the
// same one again, and next a tile of a window whose total and classes are there, for
// another tile was asked for. PostGIS has no such: its tiles are without. Of areas,
// the borders are drawn already.
//
// The peer is ST_AsMVT over the same ground and reports, projected and in the order of
// place, with the indexes it wants, one connection and prepared statements. Ours are
// compressed, its are not.
func BenchmarkAsMVT(b *testing.B) {
	c, err := withMillion()
	if err != nil {
		b.Fatal(err)
	}
	peer := newPeer(b, c)
	for _, t := range beside {
		b.Run(fmt.Sprintf("%v/zoom %d", t.layer, t.z), func(b *testing.B) {
			a, o := c.downtown(t.z), tiles.Options{Layer: t.layer, Columns: c.columns, Filter: c.window(), Root: -1}
			if t.layer == tiles.Areas {
				o.Level = grid.Microgrid
			}
			ask := func(b *testing.B, f density.Filter) []byte {
				args := []any{a.Z, a.X, a.Y, f.From, f.To, f.Matters[0]}
				if t.cells > 0 {
					args = append(args, t.cells)
				}
				return peer.tile(b, t.sql, args...)
			}
			compare(b, unzipped(b, c.tile(b, a, o).Data), ask(b, o.Filter))
			c.measure(b, a, o)
			b.Run("ST_AsMVT/cold", func(b *testing.B) {
				for b.Loop() {
					sinkBytes = ask(b, c.window())
				}
				b.ReportMetric(float64(len(sinkBytes)), "bytes")
			})
			b.Run("ST_AsMVT/warm", func(b *testing.B) {
				for b.Loop() {
					sinkBytes = ask(b, o.Filter)
				}
			})
		})
	}
}

var sinkBytes []byte

// measure measures ours.
func (c *tiled) measure(b *testing.B, a tiles.Address, o tiles.Options) {
	b.Run("jingwei/cold", func(b *testing.B) {
		for b.Loop() {
			o.Filter = c.window()
			sinkTile = c.tile(b, a, o)
		}
		b.ReportMetric(float64(len(sinkTile.Data)), "bytes")
	})
	b.Run("jingwei/next", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			o.Filter = c.window()
			if _, err := c.p.View(b.Context(), a.Z, o); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
			sinkTile = c.tile(b, a, o)
		}
	})
	b.Run("jingwei/warm", func(b *testing.B) {
		for b.Loop() {
			sinkTile = c.tile(b, a, o)
		}
	})
}

// compare fails unless two tiles have the same features with the same counts.
func compare(b *testing.B, ours, theirs []byte) {
	counts := func(raw []byte) map[uint64]string {
		n := map[uint64]string{}
		for _, f := range featuresOf(b, raw) {
			n[f.ID] = fmt.Sprint(f.Value("count"), " ", f.Value("open"))
		}
		return n
	}
	if n, m := counts(ours), counts(theirs); len(n) == 0 || !maps.Equal(n, m) {
		b.Fatalf("%d features, ST_AsMVT has %d, and not with the same counts", len(n), len(m))
	}
}

// peer is PostGIS with the cells and reports of a city.
type peer struct{ conn *pgx.Conn }

// newPeer starts a cluster for as long as the benchmark takes. Statements are planned
// for what is asked each time: one plan for all windows and places is ten times slower.
func newPeer(b *testing.B, c *tiled) peer {
	cluster, err := localpg.Start(b.Context(), b.TempDir(), localpg.Options{Throwaway: true})
	if err != nil {
		b.Skipf("no PostGIS: %v", err)
	}
	b.Cleanup(func() { _ = cluster.Remove() })
	conn, err := pgx.Connect(b.Context(), cluster.URL("postgres")+"&plan_cache_mode=force_custom_plan")
	if err == nil {
		b.Cleanup(func() { _ = conn.Close(context.WithoutCancel(b.Context())) })
		err = fill(b.Context(), conn, c)
	}
	if err != nil {
		b.Fatal(err)
	}
	return peer{conn}
}

func (p peer) tile(b *testing.B, sql string, args ...any) (raw []byte) {
	if err := p.conn.QueryRow(b.Context(), sql, args...).Scan(&raw); err != nil {
		b.Fatal(err)
	}
	return raw
}

func fill(ctx context.Context, conn *pgx.Conn, c *tiled) error {
	if _, err := conn.Exec(ctx, `CREATE EXTENSION postgis; CREATE EXTENSION btree_gist; CREATE TABLE drawn (id int, code text, name text, kind text, m2 float, geom text);
		CREATE UNLOGGED TABLE arrived (cell int, at timestamptz, matter text, open bool, x int, y int)`); err != nil {
		return err
	}
	cover := c.s.Coverage()
	cells := pgx.CopyFromSlice(cover.Len(), func(f int) ([]any, error) {
		a := c.s.Area(c.s.Cell(int32(f)))
		return []any{int32(a.ID), a.Code, a.Name, string(a.Kind), cover.AreaM2(int32(f)), hexEWKB(cover.Shape(int32(f)))}, nil
	})
	if _, err := conn.CopyFrom(ctx, pgx.Identifier{"drawn"}, []string{"id", "code", "name", "kind", "m2", "geom"}, cells); err != nil {
		return err
	}
	next, stop := pull(c)
	defer stop()
	if _, err := conn.CopyFrom(ctx, pgx.Identifier{"arrived"}, []string{"cell", "at", "matter", "open", "x", "y"}, pgx.CopyFromFunc(next)); err != nil {
		return err
	}
	for _, sql := range []string{
		`CREATE TABLE cell AS SELECT id, code, name, kind, m2, ST_Transform(geom::geometry, 3857) AS geom FROM drawn`,
		`CREATE INDEX ON cell USING gist (geom)`,
		`CREATE TABLE report AS SELECT cell, at, matter, left(matter, 2) AS category, open,
			ST_Transform(ST_SetSRID(ST_MakePoint(x / 1e7, y / 1e7), 4326), 3857)::geometry(Point, 3857) AS pos FROM arrived ORDER BY pos`,
		`CREATE INDEX ON report USING gist (pos, category, at)`,
		`CREATE INDEX ON report (cell, category, at) INCLUDE (open)`, `CREATE INDEX ON report (category, at) INCLUDE (matter, open, pos)`,
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
		return []any{int32(c.s.Area(i).ID), r.At, r.Matter, r.State.Open(), r.Pos.X, r.Pos.Y}, nil
	}, stop
}

// The same features as ours, with the same properties but what is overdue, in tiles of
// the same extent and buffer; labels, totals and classes are left out. So are, by ST_AsMVT
// itself, areas without a geometry: to leave them out before would make each twice.
const (
	areasSQL = `
WITH tile AS (SELECT ST_TileEnvelope($1, $2, $3) AS box, ST_TileEnvelope($1, $2, $3, margin => 64.0 / 4096) AS reach),
drawn AS (
	SELECT id, code, name, kind, m2, ST_AsMVTGeom(geom, box, 4096, 64) AS geom FROM cell, tile WHERE geom && reach
),
features AS (
	SELECT id, code, name, 'microgrid' AS level, kind, n.count, n.open, round((n.count / m2 * 1e6)::numeric, 3)::float AS per_km2, geom
	FROM drawn, LATERAL (SELECT count(*) AS count, count(*) FILTER (WHERE open) AS open FROM report WHERE cell = id AND category = $6 AND at >= $4 AND at < $5) n
)
SELECT ST_AsMVT(features, 'areas', 4096, 'geom', 'id') FROM features`

	// The index takes what is within a metre of the tile for being in it.
	binsSQL = `
WITH counted AS MATERIALIZED (
	SELECT floor((ST_X(pos) / 40075016.68557849 + 0.5) * (1 << $7))::int AS x, floor((0.5 - ST_Y(pos) / 40075016.68557849) * (1 << $7))::int AS y,
		count(*) AS count, count(*) FILTER (WHERE open) AS open
	FROM report WHERE pos && ST_TileEnvelope($1, $2, $3) AND category = $6 AND at >= $4 AND at < $5 GROUP BY 1, 2
), features AS (
	SELECT y::bigint << $7 | x AS id, count, open,
		round((count * (cosh(pi() * (1 - (2 * y + 1) / 2.0 ^ $7)) / 40075.01668557849 * 2.0 ^ $7) ^ 2)::numeric, 3)::float AS per_km2,
		ST_AsMVTGeom(ST_TileEnvelope($7, x, y), ST_TileEnvelope($1, $2, $3), 4096, 0, false) AS geom
	FROM counted WHERE x >> $7 - $1 = $2 AND y >> $7 - $1 = $3
)
SELECT ST_AsMVT(features, 'bins', 4096, 'geom', 'id') FROM features`

	clustersSQL = `
WITH counted AS MATERIALIZED (
	SELECT floor((ST_X(pos) / 40075016.68557849 + 0.5) * (1 << $7))::int AS x, floor((0.5 - ST_Y(pos) / 40075016.68557849) * (1 << $7))::int AS y,
		count(*) AS count, count(*) FILTER (WHERE open) AS open, avg(ST_X(pos)) AS east, avg(ST_Y(pos)) AS north, min(at) AS at, min(matter) AS matter
	FROM report WHERE pos && ST_TileEnvelope($1, $2, $3) AND category = $6 AND at >= $4 AND at < $5 GROUP BY 1, 2
), features AS (
	SELECT y::bigint << $7 | x AS id, count, open, CASE WHEN count = 1 THEN at END AS at, CASE WHEN count = 1 THEN matter END AS matter,
		ST_AsMVTGeom(ST_Point(east, north, 3857), ST_TileEnvelope($1, $2, $3), 4096, 0, false) AS geom
	FROM counted WHERE x >> $7 - $1 = $2 AND y >> $7 - $1 = $3
)
SELECT ST_AsMVT(features, 'reports', 4096, 'geom', 'id') FROM features`
)
