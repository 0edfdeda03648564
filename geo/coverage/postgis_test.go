package coverage_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"jingwei/geo"
	"jingwei/geo/coverage"
	"jingwei/store/storetest"

	"github.com/jackc/pgx/v5"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// postgis is a connection to a database with PostGIS.
func postgis(t *testing.T) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), storetest.Bare(t).URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(t.Context()) })
	_, err = conn.Exec(t.Context(), `
		CREATE EXTENSION IF NOT EXISTS postgis;
		CREATE TABLE face (id int, geom geometry);
		CREATE INDEX face_geom ON face USING gist (geom);
		CREATE TABLE probe (id int, geom geometry)`)
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

// intersecting returns for each position the faces that ST_Intersects finds there,
// ascending. PostGIS gets lattice units, which float64 holds exactly, so that it
// sees the very same polygons.
func intersecting(t *testing.T, conn *pgx.Conn, c *coverage.Coverage, ps []geo.Pos) [][]int32 {
	t.Helper()
	if _, err := conn.Exec(t.Context(), `TRUNCATE face, probe`); err != nil {
		t.Fatal(err)
	}
	copyRows(t, conn, "face", c.Len(), func(i int) string { return multiPolygonText(c.Shape(int32(i))) })
	copyRows(t, conn, "probe", len(ps), func(i int) string { return fmt.Sprintf("POINT(%d %d)", ps[i].X, ps[i].Y) })
	rows, err := conn.Query(t.Context(), `
		SELECT p.id, f.id FROM probe p JOIN face f ON ST_Intersects(f.geom, p.geom) ORDER BY 1, 2`)
	if err != nil {
		t.Fatal(err)
	}
	faces := make([][]int32, len(ps))
	var p, f int32
	if _, err := pgx.ForEachRow(rows, []any{&p, &f}, func() error { faces[p] = append(faces[p], f); return nil }); err != nil {
		t.Fatal(err)
	}
	return faces
}

func copyRows(t *testing.T, conn *pgx.Conn, table string, n int, text func(i int) string) {
	t.Helper()
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%d\t%s\n", i, text(i))
	}
	if _, err := conn.PgConn().CopyFrom(t.Context(), strings.NewReader(b.String()), `COPY `+table+` FROM STDIN`); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), `ANALYZE `+table); err != nil {
		t.Fatal(err)
	}
}

func multiPolygonText(m geo.MultiPolygon) string {
	polys := make([]string, len(m))
	for i, poly := range m {
		rings := make([]string, len(poly))
		for k, r := range poly {
			ps := make([]string, 0, len(r)+1)
			for _, p := range append(slices.Clone(r), r[0]) {
				ps = append(ps, fmt.Sprintf("%d %d", p.X, p.Y))
			}
			rings[k] = "(" + strings.Join(ps, ",") + ")"
		}
		polys[i] = "(" + strings.Join(rings, ",") + ")"
	}
	return "MULTIPOLYGON(" + strings.Join(polys, ",") + ")"
}

// agree fails unless each answer is one of PostGIS's, and None exactly where it
// has none. It returns how many positions are in one face, in several, and
// outside.
func agree(t *testing.T, conn *pgx.Conn, c *coverage.Coverage, ps []geo.Pos) (inside, shared, outside int) {
	t.Helper()
	got := make([]int32, len(ps))
	c.LocateAll(got, ps)
	for i, faces := range intersecting(t, conn, c, ps) {
		switch {
		case len(faces) == 0:
			outside++
		case len(faces) == 1:
			inside++
		default:
			shared++
		}
		if ok := slices.Contains(faces, got[i]) || len(faces) == 0 && got[i] == coverage.None; !ok {
			t.Fatalf("position %v is in face %d, but for PostGIS in %v", ps[i], got[i], faces)
		}
	}
	return inside, shared, outside
}

func TestLocateAgreesWithPostGIS(t *testing.T) {
	const positions = 4000
	conn, total := postgis(t), newTally()
	inside, shared, outside := 0, 0, 0
	for seed := 0; total.total() < postgisPromise; seed++ {
		s := cities.Example(seed)
		p := newProber(rand.New(rand.NewPCG(uint64(seed), 3)), s.edges(), s.borderEdges())
		var ps []geo.Pos
		for _, kind := range kinds {
			some := p.draw(kind, positions/len(kinds))
			total.positions[kind] += len(some)
			ps = append(ps, some...)
		}
		i, b, o := agree(t, conn, mustBuild(t, s.faces), ps)
		inside, shared, outside = inside+i, shared+b, outside+o
	}
	total.check(t, postgisPromise)
	t.Logf("%d in one face, %d in several, %d outside", inside, shared, outside)
	if inside == 0 || shared == 0 || outside == 0 {
		t.Error("some kind of position was not compared")
	}
}

// Build refuses what PostGIS finds to overlap or to leave a hole, and only that.
func TestBuildAgreesWithPostGIS(t *testing.T) {
	conn := postgis(t)
	outcomes := map[bool]int{}
	for seed := range 60 {
		s := small.Example(seed)
		c, err := coverage.Build(s.faces)
		if err != nil || c.Len() == 0 {
			continue
		}
		faces := shapesOf(c)
		damage(rand.New(rand.NewPCG(uint64(seed), 4)), faces)
		want, ok := lawfulForPostGIS(t, conn, faces)
		if !ok {
			continue
		}
		_, err = coverage.Build(faces)
		if got := err == nil || onlyInlets(err); got != want && !onlySpecks(err) {
			t.Fatalf("lawful: %v, want %v: %v\n%v", got, want, err, faces)
		}
		outcomes[want]++
	}
	if outcomes[true] == 0 || outcomes[false] == 0 {
		t.Errorf("compared %v lawful and not", outcomes)
	}
}

func lawfulForPostGIS(t *testing.T, conn *pgx.Conn, faces []coverage.Face) (lawful, ok bool) {
	t.Helper()
	if _, err := conn.Exec(t.Context(), `TRUNCATE face`); err != nil {
		t.Fatal(err)
	}
	copyRows(t, conn, "face", len(faces), func(i int) string { return multiPolygonText(faces[i].Shape) })
	err := conn.QueryRow(t.Context(), `SELECT bool_and(ST_IsValid(geom)) FROM face`).Scan(&ok)
	if err != nil || !ok {
		return false, false
	}
	err = conn.QueryRow(t.Context(), `
		SELECT sum(ST_Area(geom)) - ST_Area(ST_Union(geom)) < 0.2
		   AND (SELECT sum(ST_NumInteriorRings(d.geom)) FROM ST_Dump(ST_Union(face.geom)) d) = 0
		FROM face`).Scan(&lawful)
	if err != nil {
		t.Fatal(err)
	}
	return lawful, true
}
