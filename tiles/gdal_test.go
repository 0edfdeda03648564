package tiles_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"jingwei/grid"
	"jingwei/tiles"
)

// GDAL's MVT driver is the second reader: it finds the same features, and no
// geometry that breaks a rule of simple features.
func TestGDALReadsTheSame(t *testing.T) {
	if _, err := exec.LookPath("ogr2ogr"); err != nil {
		t.Skip("SKIPPED: needs ogr2ogr (Debian: gdal-bin)")
	}
	s := bristol(t)
	c := scatter(s, 3000)
	p := tiles.NewPyramid(s)
	for _, z := range []uint32{6, 9, 13, 14} {
		for _, l := range []grid.Level{0, grid.Microgrid} {
			a, o := at(z, -2.59, 51.45), tiles.Options{Level: l, Columns: c, Root: -1}
			file := filepath.Join(t.TempDir(), "tile.mvt")
			if err := os.WriteFile(file, unpack(t, fetch(t, p, a, o)), 0o600); err != nil {
				t.Fatal(err)
			}
			rows := gdalRows(t, file)
			list := features(t, p, a, o)
			if len(rows) != len(list) {
				t.Fatalf("%v: GDAL reads %d features of %d", a, len(rows), len(list))
			}
			for i, f := range list {
				r := rows[i]
				if r.ID != f.ID || r.Code != f.Value("code") || r.Count != f.Value("count") || r.Open != f.Value("open") || r.Density != f.Value("per_km2") {
					t.Errorf("%v: GDAL reads %+v of %+v", a, r, f.Tags)
				}
				if r.Valid != 1 {
					t.Errorf("%v: the geometry of %s is not valid", a, r.Code)
				}
			}
		}
	}
}

// gdalRow is a feature as GDAL reads it.
type gdalRow struct {
	ID      uint64  `json:"mvt_id"`
	Code    string  `json:"code"`
	Count   uint64  `json:"count"`
	Open    uint64  `json:"open"`
	Density float64 `json:"per_km2"`
	Valid   int     `json:"valid"`
}

func gdalRows(t *testing.T, file string) []gdalRow {
	t.Helper()
	var complaints strings.Builder
	cmd := exec.CommandContext(t.Context(), "ogr2ogr", "-f", "GeoJSONSeq", "/vsistdout/", "-oo", "CLIP=NO",
		"-dialect", "SQLite", "-sql", "SELECT *, ST_IsValid(geometry) AS valid FROM areas", file)
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("ogr2ogr: %v: %s", err, complaints.String())
	}
	var rows []gdalRow
	for line := range strings.Lines(string(out)) {
		var f struct {
			Properties gdalRow `json:"properties"`
		}
		if err := json.Unmarshal([]byte(strings.TrimLeft(line, "\x1e")), &f); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, f.Properties)
	}
	return rows
}
