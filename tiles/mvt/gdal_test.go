package mvt_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"jingwei/tiles/mvt"

	"github.com/google/go-cmp/cmp"
)

// GDAL's MVT driver is the second reader.
func TestGDALReadsTheSame(t *testing.T) {
	if _, err := exec.LookPath("ogr2ogr"); err != nil {
		t.Skip("needs ogr2ogr (Debian: gdal-bin)")
	}
	var l mvt.Layer
	l.Reset("areas", 4096)
	l.Add(mvt.Feature{ID: 41, Type: mvt.Polygons, Geometry: specPolygons()},
		l.Key("name"), l.String("崇川区"), l.Key("count"), l.Uint(1<<40), l.Key("low"), l.Int(-5), l.Key("per_km2"), l.Double(0.25))
	file := filepath.Join(t.TempDir(), "0.mvt")
	if err := os.WriteFile(file, l.Append(nil), 0o600); err != nil {
		t.Fatal(err)
	}
	got := ogr2ogr(t, file)
	want := []any{map[string]any{
		"type": "Feature",
		"properties": map[string]any{
			"mvt_id": 41.0, "name": "崇川区", "count": float64(1 << 40), "low": -5.0, "per_km2": 0.25,
		},
		"geometry": map[string]any{"type": "MultiPolygon", "coordinates": []any{
			[]any{ring(0, 0, 10, 0, 10, 10, 0, 10, 0, 0)},
			[]any{ring(11, 11, 20, 11, 20, 20, 11, 20, 11, 11), ring(13, 13, 13, 17, 17, 17, 17, 13, 13, 13)},
		}},
	}}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

// ring is GDAL's reading of x, y pairs: y up, from the bottom of the tile.
func ring(xy ...float64) []any {
	var r []any
	for i := 0; i < len(xy); i += 2 {
		r = append(r, []any{xy[i], 4096 - xy[i+1]})
	}
	return r
}

func ogr2ogr(t *testing.T, file string) []any {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ogr2ogr", "-f", "GeoJSON", "/vsistdout/",
		"-oo", "METADATA_FILE=", "-oo", "CLIP=NO", file, "areas").Output()
	if err != nil {
		t.Fatalf("ogr2ogr: %v", err)
	}
	var collection struct{ Features []any }
	if err := json.Unmarshal(out, &collection); err != nil {
		t.Fatal(err)
	}
	return collection.Features
}
