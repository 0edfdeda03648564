package coverage_test

import (
	"encoding/csv"
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
	const positions = 50_000
	c := mustBuild(t, realFaces(t, "bristol/output-areas-*.geojson", "OA11CD"))
	conn, p := postgis(t), coverProber(c, 7)
	probes := accidents(t)
	for _, kind := range kinds {
		probes = append(probes, p.draw(kind, positions/len(kinds))...)
	}
	inside, shared, outside := agree(t, conn, c, probes)
	t.Logf("of %d accidents and other positions, %d are in one area, %d in several, %d outside", len(probes), inside, shared, outside)
	if inside == 0 || outside == 0 || shared == 0 || len(probes) < positions {
		t.Error("some kind of position was not compared")
	}
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
