package coverage_test

import (
	"encoding/csv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"jingwei/geo"
	"jingwei/geo/coverage"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"
)

// realData returns the files of shared test data that match a pattern, or skips
// the test.
func realData(t testing.TB, pattern string) []string {
	t.Helper()
	pattern = filepath.Join("..", "..", "..", "shared", "data", filepath.FromSlash(pattern))
	files, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skipf("SKIPPED: the real data is absent: no file matches %s", pattern)
	}
	return files
}

// realFaces reads the faces of all files, named by a property.
func realFaces(t testing.TB, pattern, property string) []coverage.Face {
	t.Helper()
	var faces []coverage.Face
	for _, file := range realData(t, pattern) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		features, err := geojson.UnmarshalFeatureCollection(text)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range features.Features {
			shape, err := geo.FromOrb(multi(t, f.Geometry))
			if err != nil {
				t.Fatal(err)
			}
			faces = append(faces, coverage.Face{Name: f.Properties.MustString(property, ""), Shape: shape})
		}
	}
	return faces
}

func multi(t testing.TB, g orb.Geometry) orb.MultiPolygon {
	t.Helper()
	switch g := g.(type) {
	case orb.Polygon:
		return orb.MultiPolygon{g}
	case orb.MultiPolygon:
		return g
	}
	t.Fatalf("a %s is no area", g.GeoJSONType())
	return nil
}

func accidents(t *testing.T) []geo.Pos {
	t.Helper()
	f, err := os.Open(realData(t, "bristol/road-accidents.csv")[0])
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var ps []geo.Pos
	for _, row := range rows[1:] {
		lon, lonErr := strconv.ParseFloat(row[0], 64)
		lat, latErr := strconv.ParseFloat(row[1], 64)
		p, err := geo.FromDegrees(lon, lat)
		if lonErr != nil || latErr != nil || err != nil {
			t.Fatal(row, lonErr, latErr, err)
		}
		ps = append(ps, p)
	}
	return ps
}

func TestBristolAgreesWithPostGIS(t *testing.T) {
	c := mustBuild(t, realFaces(t, "bristol/output-areas-*.geojson", "OA11CD"))
	conn := postgis(t)
	for kind, ps := range map[string][]geo.Pos{"accidents": accidents(t), "other positions": realProbes(c, 20_000)} {
		inside, shared, outside := agree(t, conn, c, ps)
		t.Logf("of %d %s, %d are in one area, %d in several, %d outside", len(ps), kind, inside, shared, outside)
		if inside == 0 || outside == 0 || shared == 0 && kind != "accidents" {
			t.Errorf("some kind of position was not among the %s", kind)
		}
	}
}

// realProbes returns n positions: a quarter each anywhere in the box, vertices,
// just beside vertices, and on edges as near as the lattice goes.
func realProbes(c *coverage.Coverage, n int) []geo.Pos {
	r := rand.New(rand.NewPCG(7, 7))
	box := geo.EmptyBox()
	for f := range int32(c.Len()) {
		box = box.Union(c.Box(f))
	}
	ps := make([]geo.Pos, 0, n)
	for len(ps) < n {
		arc := c.Arcs()[r.IntN(len(c.Arcs()))].Pos
		k := r.IntN(len(arc) - 1)
		a, b := arc[k], arc[k+1]
		mid := geo.Pos{X: int32((int64(a.X) + int64(b.X)) / 2), Y: int32((int64(a.Y) + int64(b.Y)) / 2)}
		ps = append(ps, anywhere(r, box), a, nudged(r, b), mid)
	}
	return ps
}

// Few of these borders are equal to the bit; after repair all inner ones are.
func TestBristolRepairs(t *testing.T) {
	faces := realFaces(t, "bristol/lsoa-*.geojson", "LSOA11CD")
	repaired, changes := coverage.Repair(faces, 1)
	c := mustBuild(t, repaired)
	changed := 0
	for f, face := range faces {
		before, after := face.Shape.AreaM2(), c.AreaM2(int32(f))
		if off(after, before) > 1e-3 {
			t.Errorf("%s had %.0f m², now %.0f", face.Name, before, after)
		}
		if !cmp.Equal(face, repaired[f]) {
			changed++
		}
	}
	t.Logf("%d changes to %d of %d areas", len(changes), changed, len(faces))
	if again, changes := coverage.Repair(repaired, 1); len(changes) > 0 {
		t.Errorf("a second repair did %v", changes)
	} else if d := cmp.Diff(repaired, again); d != "" {
		t.Error(d)
	}
}

func TestNantongRepairs(t *testing.T) {
	faces := realFaces(t, "nantong-counties-gcj02.geojson", "name")
	if _, err := coverage.Build(faces); err != nil {
		t.Logf("before: %v", err)
	}
	repaired, changes := coverage.Repair(faces, 50)
	t.Logf("%d changes", len(changes))
	c := mustBuild(t, repaired)
	if c.Len() != 7 {
		t.Errorf("%d counties, want 7", c.Len())
	}
}
