package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"jingwei/geo/datum"
)

// twoCells are squares side by side, with a gap of a lattice unit in between when
// the second begins at x.
func twoCells(t *testing.T, x string) string {
	t.Helper()
	square := func(code, x0, x1 string) string {
		ring := "[[" + x0 + ",32],[" + x1 + ",32],[" + x1 + ",32.01],[" + x0 + ",32.01],[" + x0 + ",32]]"
		return `{"type":"Feature","properties":{"code":"` + code + `","other":"x` + code + `"},"geometry":{"type":"Polygon","coordinates":[` + ring + `]}}`
	}
	file := filepath.Join(t.TempDir(), "cells.geojson")
	text := `{"type":"FeatureCollection","features":[` + square("A", "120.80", "120.81") + "," + square("B", x, "120.82") + "]}"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestLocate(t *testing.T) {
	cells, rows := twoCells(t, "120.81"), "id,lon,lat\n7,120.805,32.005\n\"8\",120.815,32.005\n9,1,2"
	want := "id,lon,lat,code,method,distance_m\n7,120.805,32.005,A,exact,0\n\"8\",120.815,32.005,B,exact,0\n9,1,2,,outside,0\n"
	if a := feed(t, rows, "locate", "--boundaries", cells); a.status != exitDone || a.out != want || !strings.HasPrefix(a.err, "3 rows, in") {
		t.Errorf("%+v", a)
	}
	if a := feed(t, rows, "locate", "--boundaries", cells, "--code", "other"); a.status != exitDone || strings.Count(a.out, ",x") != 2 {
		t.Errorf("%+v", a)
	}
	a := feed(t, rows+"\n,,\n1,120.805,32.005,7\n", "locate", "--boundaries", cells)
	if a.status != exitFailed || !strings.Contains(a.err, "2 of 5 rows are bad") || !strings.HasPrefix(a.out, want) || strings.Count(a.out, "invalid: ") != 2 {
		t.Errorf("%+v", a)
	}
}

// Rows that would all be in a cell if they were in another datum get a warning with
// the evidence; what they are answered with is not changed.
func TestLocateWarnsOfAnotherDatum(t *testing.T) {
	var rows strings.Builder
	rows.WriteString("lon,lat\n")
	for k := range 40 {
		lon, lat := datum.GCJ02.FromWGS84(120.80025+0.0005*float64(k), 32.0002)
		fmt.Fprintf(&rows, "%.7f,%.7f\n", lon, lat)
	}
	cells := twoCells(t, "120.81")
	const warning = "warning: positions look like gcj02, not wgs84: of 40, 0 lie where they should as given and 40 if so"
	if a := feed(t, rows.String(), "locate", "--boundaries", cells); a.status != exitDone || strings.Count(a.out, ",exact,") != 0 || !strings.Contains(a.err, warning) {
		t.Errorf("%+v", a)
	}
	if a := feed(t, rows.String(), "locate", "--boundaries", cells, "--datum", "gcj02"); strings.Count(a.out, ",exact,") != 40 || strings.Contains(a.err, "warning") {
		t.Errorf("%+v", a)
	}
}

func TestLocateRefuses(t *testing.T) {
	for _, tt := range []struct {
		rows   string
		args   []string
		status int
		err    string
	}{
		{"x,y\n", []string{"--boundaries", twoCells(t, "120.81")}, exitFailed, "jingwei: stdin: line 1: the header must name the columns lon and lat"},
		{"", []string{"--boundaries", twoCells(t, "120.81")}, exitFailed, "jingwei: stdin: the first line"},
		{"lon,lat\n", []string{"--boundaries", twoCells(t, "120.8099")}, exitFailed, "overlap at"},
		{"lon,lat\n", []string{"--boundaries", twoCells(t, "120.81"), "--code", "none"}, exitFailed, "no feature has the property"},
		{"lon,lat\n", []string{"--boundaries", twoCells(t, "120.81"), "--datum", "mars"}, exitUsage, "unknown datum"},
		{"lon,lat\n", []string{"--boundaries", twoCells(t, "120.81"), "--boundaries-datum", "mars"}, exitUsage, "unknown datum"},
		{"lon,lat\n", []string{"--boundaries", "nowhere.geojson"}, exitUsage, "nowhere.geojson"},
		{"lon,lat\n", []string{twoCells(t, "120.81")}, exitUsage, "--boundaries"},
	} {
		if a := feed(t, tt.rows, append([]string{"locate"}, tt.args...)...); a.status != tt.status || !strings.Contains(a.err, tt.err) || a.out != "" {
			t.Errorf("%q: %+v, want status %d and %q", tt.args, a, tt.status, tt.err)
		}
	}
}

func TestLocateRepairs(t *testing.T) {
	a := feed(t, "lon,lat\n120.8100004,32.005\n", "locate", "--repair", "--boundaries", twoCells(t, "120.8100010"))
	if a.status != exitDone || !strings.Contains(a.out, ",exact,0\n") {
		t.Errorf("%+v", a)
	}
}

// TestLocateRealRows locates the accidents of Bristol in its cells, from files
// and from the database: the same bytes.
func TestLocateRealRows(t *testing.T) {
	files, data := shared(t, "bristol/output-areas-*.geojson"), t.TempDir()
	rows, err := os.ReadFile(shared(t, "bristol/road-accidents.csv")[0])
	if err != nil {
		t.Fatal(err)
	}
	fromFiles := feed(t, string(rows), append([]string{"locate", "--code", "OA11CD", "--boundaries"}, files...)...)
	succeed(t, append([]string{"--data", data, "import", "boundaries", "--level", "microgrid", "--code", "OA11CD", "--parent", "LAD11CD"}, files...)...)
	fromDatabase := feed(t, string(rows), "--data", data, "locate")
	if fromFiles.status != exitDone || fromFiles.out != fromDatabase.out {
		t.Errorf("from files: status %d, %s\nfrom the database: status %d, %s", fromFiles.status, fromFiles.err, fromDatabase.status, fromDatabase.err)
	}
	table, err := csv.NewReader(strings.NewReader(fromFiles.out)).ReadAll()
	if err != nil || len(table) != 2453 {
		t.Fatalf("%d rows, %v", len(table), err)
	}
	if n := bytes.Count([]byte(fromFiles.out), []byte(",exact,0\n")); n < 1500 {
		t.Errorf("%d rows are in a cell", n)
	}
}
