package bench

import (
	"math"
	"runtime"
	"slices"
	"testing"
	"time"

	"jingwei/geo"
	"jingwei/geo/coverage"
	"jingwei/store/localpg"

	"github.com/golang/geo/s2"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
	"github.com/tidwall/rtree"
)

// sink keeps what benchmarks find.
var sink int

const lookups = 1 << 20

// BenchmarkLocate finds the cells of positions: at random in the box of the set,
// some of them outside every cell; at random inside; and those in order. The peers
// get those inside. An operation is a batch, one position or, with PostGIS, a join of
// 100,000; ns/point compares. On a shared machine quiet-ns/point says more: small
// parts are timed again and again, and the best time of each part counts.
func BenchmarkLocate(b *testing.B) {
	each(b, func(b *testing.B, s *set) {
		random, within := s.points(lookups), inside(s.cover)
		ordered := inOrder(within)
		b.Run("batched", func(b *testing.B) { batched(b, s.cover, random) })
		b.Run("batched-inside", func(b *testing.B) { batched(b, s.cover, within) })
		b.Run("batched-in-order", func(b *testing.B) { batched(b, s.cover, ordered) })
		b.Run("single", func(b *testing.B) { one(b, random, s.cover.Locate) })
		b.Run("single-inside", func(b *testing.B) { one(b, within, s.cover.Locate) })
		b.Run("single-in-order", func(b *testing.B) { one(b, ordered, s.cover.Locate) })
		b.Run("rtree-orb", func(b *testing.B) { one(b, within, newRTree(s.faces).locate) })
		b.Run("s2", func(b *testing.B) { one(b, within, newS2(s.faces).locate) })
		b.Run("postgis", func(b *testing.B) { postgis(b, s, within[:100_000]) })
	})
}

func batched(b *testing.B, c *coverage.Coverage, ps []geo.Pos) {
	dst := make([]int32, len(ps))
	for b.Loop() {
		c.LocateAll(dst, ps)
	}
	sink += int(dst[0])
	reportPoint(b, len(ps))
	reportQuiet(b, ps, func(part []geo.Pos) { c.LocateAll(dst, part) })
}

func one(b *testing.B, ps []geo.Pos, locate func(geo.Pos) int32) {
	i := 0
	for b.Loop() {
		sink += int(locate(ps[i&(lookups-1)]))
		i++
	}
	reportPoint(b, 1)
	reportQuiet(b, ps, func(part []geo.Pos) {
		for _, p := range part {
			sink += int(locate(p))
		}
	})
}

// reportQuiet times parts of the positions, each so many times over, and reports
// what a position takes in the best time of each part, over all parts.
func reportQuiet(b *testing.B, ps []geo.Pos, locate func(part []geo.Pos)) {
	const parts, size, rounds = 64, 4096, 8
	best := slices.Repeat([]time.Duration{math.MaxInt64}, parts)
	for range rounds { // so that the caches forget a part until it comes again
		for i := range parts {
			part := ps[i*(len(ps)-size)/(parts-1):][:size]
			began := time.Now()
			locate(part)
			best[i] = min(best[i], time.Since(began))
		}
	}
	sum := time.Duration(0)
	for _, t := range best {
		sum += t
	}
	b.ReportMetric(float64(sum.Nanoseconds())/parts/size, "quiet-ns/point")
}

func reportPoint(b *testing.B, points int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(points), "ns/point")
}

// rTree is tidwall/rtree over the boxes of the polygons, with orb's point in
// polygon for what it finds.
type rTree struct {
	tree   rtree.RTreeG[int32]
	shapes []orb.MultiPolygon
}

func newRTree(faces []coverage.Face) *rTree {
	t := &rTree{shapes: make([]orb.MultiPolygon, len(faces))}
	for i, f := range faces {
		t.shapes[i] = f.Shape.Orb()
		bound := t.shapes[i].Bound()
		t.tree.Insert(bound.Min, bound.Max, int32(i))
	}
	return t
}

func (t *rTree) locate(p geo.Pos) int32 {
	found, at := coverage.None, p.Point()
	t.tree.Search(at, at, func(_, _ [2]float64, i int32) bool {
		if planar.MultiPolygonContains(t.shapes[i], at) {
			found = i
		}
		return found == coverage.None
	})
	return found
}

// s2Index is golang/geo's ShapeIndex over the polygons.
type s2Index struct {
	query *s2.ContainsPointQuery
	ids   map[s2.Shape]int32
}

func newS2(faces []coverage.Face) *s2Index {
	index := s2.NewShapeIndex()
	x := &s2Index{ids: make(map[s2.Shape]int32, len(faces))}
	for i, f := range faces {
		var loops []*s2.Loop
		for _, polygon := range f.Shape {
			for _, r := range polygon {
				loops = append(loops, loop(r))
			}
		}
		polygon := s2.PolygonFromOrientedLoops(loops)
		index.Add(polygon)
		x.ids[polygon] = int32(i)
	}
	index.Build()
	x.query = s2.NewContainsPointQuery(index, s2.VertexModelSemiOpen)
	return x
}

func loop(r geo.Ring) *s2.Loop {
	ps := make([]s2.Point, len(r))
	for i, p := range r {
		ps[i] = s2Point(p)
	}
	return s2.LoopFromPoints(ps)
}

func s2Point(p geo.Pos) s2.Point {
	return s2.PointFromLatLng(s2.LatLngFromDegrees(p.Lat(), p.Lon()))
}

func (x *s2Index) locate(p geo.Pos) int32 {
	for _, shape := range x.query.ContainingShapes(s2Point(p)) {
		return x.ids[shape]
	}
	return coverage.None
}

// postgis joins positions with cells that have a GiST index, prepared, warm, on
// one connection.
func postgis(b *testing.B, s *set, ps []geo.Pos) {
	cluster, err := localpg.Start(b.Context(), b.TempDir(), localpg.Options{Throwaway: true})
	if err != nil {
		b.Fatal(err)
	}
	defer func() {
		if err := cluster.Remove(); err != nil {
			b.Error(err)
		}
	}()
	conn, err := pgx.Connect(b.Context(), cluster.URL("postgres"))
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close(b.Context())
	if err := fillPostGIS(b, conn, s, ps); err != nil {
		b.Fatal(err)
	}
	const join = `SELECT count(*) FROM point JOIN cell ON ST_Intersects(cell.geom, point.geom)`
	for b.Loop() {
		var n int
		if err := conn.QueryRow(b.Context(), join).Scan(&n); err != nil {
			b.Fatal(err)
		}
		sink += n
	}
	reportPoint(b, len(ps))
}

func fillPostGIS(b *testing.B, conn *pgx.Conn, s *set, ps []geo.Pos) error {
	ctx := b.Context()
	_, err := conn.Exec(ctx, `CREATE EXTENSION IF NOT EXISTS postgis;
		CREATE TABLE cell (id int PRIMARY KEY, geom geometry(MultiPolygon, 4326));
		CREATE TABLE point (geom geometry(Point, 4326))`)
	if err != nil {
		return err
	}
	cells := pgx.CopyFromSlice(len(s.faces), func(i int) ([]any, error) { return []any{i, hexEWKB(s.faces[i].Shape)}, nil })
	if _, err := conn.Exec(ctx, `CREATE TEMP TABLE incoming (id int, geom text)`); err != nil {
		return err
	}
	if _, err := conn.CopyFrom(ctx, pgx.Identifier{"incoming"}, []string{"id", "geom"}, cells); err != nil {
		return err
	}
	places := pgx.CopyFromSlice(len(ps), func(i int) ([]any, error) { return []any{ps[i].Lon(), ps[i].Lat()}, nil })
	if _, err := conn.Exec(ctx, `CREATE TEMP TABLE place (lon float8, lat float8)`); err != nil {
		return err
	}
	if _, err := conn.CopyFrom(ctx, pgx.Identifier{"place"}, []string{"lon", "lat"}, places); err != nil {
		return err
	}
	_, err = conn.Exec(ctx, `INSERT INTO cell SELECT id, geom::geometry FROM incoming;
		INSERT INTO point SELECT ST_SetSRID(ST_MakePoint(lon, lat), 4326) FROM place;
		CREATE INDEX ON cell USING gist (geom); ANALYZE`)
	return err
}

// BenchmarkBuild makes what Locate searches, and tells how much memory it takes.
func BenchmarkBuild(b *testing.B) {
	each(b, func(b *testing.B, s *set) {
		b.Run("coverage", func(b *testing.B) {
			measure(b, func() any {
				c, err := coverage.Build(s.faces)
				if err != nil {
					b.Fatal(err)
				}
				return c
			})
		})
		b.Run("rtree-orb", func(b *testing.B) { measure(b, func() any { return newRTree(s.faces) }) })
		b.Run("s2", func(b *testing.B) { measure(b, func() any { return newS2(s.faces) }) })
	})
}

// measure runs make over and over and reports the memory that its result takes.
func measure(b *testing.B, make func() any) {
	before := heapMB()
	var last any
	for b.Loop() {
		last = make()
	}
	b.ReportMetric(heapMB()-before, "MB")
	runtime.KeepAlive(last)
}
