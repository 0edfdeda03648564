package tiles_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"jingwei/density"
	"jingwei/grid"
	"jingwei/store/storetest"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb/encoding/wkt"
)

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
