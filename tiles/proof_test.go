package tiles_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"jingwei/density"
	"jingwei/geo"
	"jingwei/grid"
	"jingwei/store/storetest"
	"jingwei/tiles"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb/encoding/wkt"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// judge is PostGIS with cells and reports in tables of its own, made for nothing but
// to count them again.
type judge struct{ conn *pgx.Conn }

// newJudge returns a judge of the reports that pass a window of matters.
func newJudge(t *testing.T, s *grid.Snapshot, reports []density.Report, f density.Filter) *judge {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), storetest.New(t).URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(t.Context())) })
	var shapes []string
	areas := make([][]int64, grid.Microgrid+1)
	for face := range int32(s.Coverage().Len()) {
		shapes = append(shapes, wkt.MarshalString(s.Coverage().Shape(face).Orb()))
		for l := grid.City; l <= grid.Microgrid; l++ {
			areas[l] = append(areas[l], int64(s.Area(s.At(s.Cell(face), l)).ID))
		}
	}
	j := &judge{conn}
	j.exec(t, `CREATE TABLE j_cell AS SELECT face, shape, ST_GeomFromText(shape, 4326) AS geom FROM unnest($1::text[]) WITH ORDINALITY AS u (shape, face)`, shapes)
	j.exec(t, `CREATE INDEX ON j_cell USING gist (geom)`)
	j.exec(t, `CREATE TABLE j_area (level int, face int, id bigint)`)
	for l := grid.City; l <= grid.Microgrid; l++ {
		j.exec(t, `INSERT INTO j_area SELECT $1, face, id FROM unnest($2::bigint[]) WITH ORDINALITY AS u (id, face)`, int(l), areas[l])
	}
	j.load(t, reports, f)
	return j
}

func (j *judge) load(t *testing.T, reports []density.Report, f density.Filter) {
	t.Helper()
	var x, y []int32
	var at, due []time.Time
	var matter []string
	var open []bool
	for _, r := range reports {
		x, y, at, due = append(x, r.Pos.X), append(y, r.Pos.Y), append(at, r.At), append(due, r.Due)
		matter, open = append(matter, r.Matter), append(open, r.Open)
	}
	j.exec(t, `CREATE TABLE j_report AS
		SELECT n, ST_SetSRID(ST_MakePoint(x / 1e7, y / 1e7), 4326) AS pos, at, due, matter, open, NULL::int AS face
		FROM unnest($1::int[], $2::int[], $3::timestamptz[], $4::timestamptz[], $5::text[], $6::bool[]) WITH ORDINALITY AS u (x, y, at, due, matter, open, n)`,
		x, y, at, due, matter, open)
	j.exec(t, `UPDATE j_report SET face = (SELECT face FROM j_cell WHERE ST_Intersects(geom, pos) ORDER BY face LIMIT 1)`)
	j.exec(t, `UPDATE j_report SET face = (
			SELECT face FROM j_cell WHERE geom && ST_Expand(pos, 0.002) AND ST_DWithin(geom::geography, pos::geography, $1)
			ORDER BY ST_Distance(geom::geography, pos::geography) LIMIT 1)
		WHERE face IS NULL`, grid.DefaultTolerance)
	j.exec(t, `DELETE FROM j_report WHERE face IS NULL`)
	j.exec(t, `DELETE FROM j_report WHERE NOT (at >= $1 AND at < $2 AND matter ~ ('^(' || $3 || ')'))`,
		f.From, f.To, strings.Join(f.Matters, "|"))
}

func (j *judge) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	if _, err := j.conn.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

// counts returns counts by a key, from a query of the key.
func (j *judge) counts(t *testing.T, key string, args ...any) map[uint64]figures {
	t.Helper()
	rows, err := j.conn.Query(t.Context(), `SELECT `+key+` AS key, count(*), count(*) FILTER (WHERE open), count(*) FILTER (WHERE open AND due <= $1)
		FROM j_report JOIN j_area USING (face) WHERE level = $2 GROUP BY 1`, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	all := map[uint64]figures{}
	for rows.Next() {
		var key int64
		var f figures
		if err := rows.Scan(&key, &f.Count, &f.Open, &f.Overdue); err != nil {
			t.Fatal(err)
		}
		all[uint64(key)] = f
	}
	if rows.Err() != nil {
		t.Fatal(rows.Err())
	}
	return all
}

// areas counts by the areas that stand for cells on a level.
func (j *judge) areas(t *testing.T, l grid.Level) map[uint64]figures {
	return j.counts(t, `id`, now, int(l))
}

// cells counts by the cells of a zoom, numbered row by row: in PROJ's Web Mercator,
// not in ours.
func (j *judge) cells(t *testing.T, zoom uint32) map[uint64]figures {
	const half = 20037508.342789244
	return j.counts(t, fmt.Sprintf(`
		(floor((1 - ST_Y(ST_Transform(pos, 3857)) / %[1]v) / 2 * (2 ^ %[2]d))::bigint << %[2]d) |
		floor((1 + ST_X(ST_Transform(pos, 3857)) / %[1]v) / 2 * (2 ^ %[2]d))::bigint`, half, zoom), now, int(grid.City))
}

// window is what the proof counts: twelve days of one category.
var window = density.Filter{From: now.AddDate(0, 0, -12), To: now, Matters: []string{"01"}}

// All tiles of the Bristol set at zooms 0 to 14, at 15 to 18 those of sixty reports,
// and of a generated city those of sixty reports at each zoom, in all layers: two
// decoders of other makers read the same of them, and the counts are those of SQL.
func TestDecodersAndSQLAgree(t *testing.T) {
	needDecoders(t)
	t.Run("bristol", func(t *testing.T) {
		s := bristol(t)
		prove(t, s, crowd(tiles.NewPyramid(s).Box(-1), 4000), 14)
	})
	t.Run("city", func(t *testing.T) {
		s, reports := city(t)
		prove(t, s, reports, -1)
	})
}

// prove compares all tiles up to a zoom, and a sample of those beyond.
func prove(t *testing.T, s *grid.Snapshot, reports []density.Report, whole int) {
	p := tiles.NewPyramid(s)
	columns := counting(s, reports)
	j := newJudge(t, s, reports, window)
	for _, l := range tiles.Layers() {
		folder, o := t.TempDir(), tiles.Options{Layer: l, Columns: columns, Filter: window, Root: -1}
		writeMetadata(t, p, folder, l)
		var paths []string
		for z := range uint32(19) {
			for _, a := range proofTiles(p, reports, z, int(z) <= whole) {
				if raw := unpack(t, fetch(t, p, a, o)); raw != nil {
					paths = append(paths, store(t, folder, a, raw))
				}
			}
		}
		byZoom := map[uint32][]seen{}
		for _, f := range byNode(t, folder, paths) {
			byZoom[f.Z] = append(byZoom[f.Z], f)
		}
		for z, list := range byZoom {
			var gdal []seen
			for layer, of := range pathsOf(list) {
				gdal = append(gdal, byGDAL(t, folder, layer, of)...)
			}
			compareDecoders(t, list, gdal)
			j.compare(t, p, l, z, list, int(z) <= whole)
		}
		if len(byZoom) != 19 {
			t.Errorf("%v: tiles at %d zooms", l, len(byZoom))
		}
	}
}

// pathsOf returns the paths of the tiles that have each layer.
func pathsOf(list []seen) map[string][]string {
	paths := map[string][]string{}
	for _, f := range list {
		if of := paths[f.Layer]; len(of) == 0 || of[len(of)-1] != f.path {
			paths[f.Layer] = append(of, f.path)
		}
	}
	return paths
}

// compareDecoders compares what two decoders read of the tiles of a zoom.
func compareDecoders(t *testing.T, node, gdal []seen) {
	t.Helper()
	text := func(list []seen) (out []string) {
		for _, f := range list {
			out = append(out, f.String())
		}
		slices.Sort(out)
		return out
	}
	if d := cmp.Diff(text(node), text(gdal)); d != "" {
		t.Fatalf("@mapbox/vector-tile and GDAL differ (-+):\n%.3000s", d)
	}
}

// compare compares the features of all tiles of a zoom, or of a sample of them, with
// what SQL counts.
func (j *judge) compare(t *testing.T, p *tiles.Pyramid, l tiles.Layer, z uint32, list []seen, all bool) {
	t.Helper()
	var want map[uint64]figures
	switch l {
	case tiles.Areas:
		want = j.areas(t, p.LevelAt(z))
	default:
		want = j.cells(t, cellZoom(l, z))
	}
	total := figures{}
	for _, f := range want {
		total = figures{total.Count + f.Count, total.Open + f.Open, total.Overdue + f.Overdue}
	}
	checked, labels := map[uint64]bool{}, map[uint64]bool{}
	for _, f := range list {
		n := func(key string) uint64 { return uint64(f.Properties[key].(float64)) }
		switch f.Layer {
		case "meta":
			if got := (figures{n("total"), n("open"), n("overdue")}); got != total {
				t.Fatalf("%v at zoom %d: the total is %v, SQL says %v", l, z, got, total)
			}
		case "labels":
			if labels[f.ID] || n("count") != want[f.ID].Count {
				t.Fatalf("zoom %d: label %v, SQL says %v", z, f, want[f.ID])
			}
			labels[f.ID] = true
		default:
			if got := (figures{n("count"), n("open"), n("overdue")}); got != want[f.ID] || l != tiles.Areas && checked[f.ID] {
				t.Fatalf("%v at zoom %d: %v, SQL says %v", l, z, f, want[f.ID])
			}
			checked[f.ID] = true
		}
	}
	if len(checked) == 0 || all && l != tiles.Areas && len(checked) != len(want) {
		t.Fatalf("%v at zoom %d: %d features, SQL has %d", l, z, len(checked), len(want))
	}
	if all && l == tiles.Areas && !maps.Equal(labels, checked) {
		t.Fatalf("zoom %d: %d labels of %d areas", z, len(labels), len(checked))
	}
}

// proofTiles returns all tiles of a zoom in the box of the territory, or those of
// sixty reports.
func proofTiles(p *tiles.Pyramid, reports []density.Report, z uint32, all bool) (list []tiles.Address) {
	if !all {
		seen := map[tiles.Address]bool{}
		for i := 0; i < len(reports); i += max(1, len(reports)/60) {
			x, y := geo.MercatorCell(reports[i].Pos, uint8(z))
			seen[tiles.Address{Z: z, X: x, Y: y}] = true
		}
		return slices.SortedFunc(maps.Keys(seen), func(a, b tiles.Address) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	}
	b := p.Box(-1)
	low, high := at(z, b.Min.Lon(), b.Max.Lat()), at(z, b.Max.Lon(), b.Min.Lat())
	for x := low.X; x <= high.X; x++ {
		for y := low.Y; y <= high.Y; y++ {
			list = append(list, tiles.Address{Z: z, X: x, Y: y})
		}
	}
	return list
}
