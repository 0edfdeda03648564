package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"jingwei/geo/datum"
)

// TestKillDuringImport kills an import at different moments, with its database
// server: the last edition stays whole, and the same import then works. Killed
// after it has published, before it could say so, it has worked.
func TestKillDuringImport(t *testing.T) {
	files, data := t.TempDir(), dataFolder(t)
	succeed(t, "synth", "--out", files, "--scale", "0.05", "--reports", "0")
	cells, renamed := filepath.Join(files, "microgrids.geojson"), filepath.Join(files, "renamed.geojson")
	parents(t, data, files)
	succeed(t, "--data", data, "import", "boundaries", cells, "--level", "microgrid", "--parent", "parent")
	before := edition(t, data)
	rename(t, cells, renamed)
	args := []string{"--data", data, "import", "boundaries", renamed, "--level", "microgrid", "--parent", "parent"}
	killed := 0
	for after := 50 * time.Millisecond; after < 6*time.Second; after = after * 3 / 2 {
		if finishes(t, args, after) {
			break
		}
		killed++
		if now := edition(t, data); now != before {
			if a := jingwei(t, args...); !strings.Contains(a.err, "nothing has changed") {
				t.Fatalf("killed after %v: %s, before %s, and not the whole import: %s", after, now, before, a.err)
			}
			break
		}
	}
	if killed < 3 {
		t.Errorf("only %d imports were killed", killed)
	}
	succeed(t, args...)
	if now := edition(t, data); now == before {
		t.Errorf("the import at the end changed nothing: %s", now)
	}
}

// rename copies a file of micro-grids with all their names changed.
func rename(t *testing.T, from, to string) {
	t.Helper()
	text, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, bytes.ReplaceAll(text, []byte("微网格"), []byte("小网格")), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// parents imports the levels above the micro-grids.
func parents(t *testing.T, data, files string) {
	t.Helper()
	for _, l := range []struct{ file, level string }{{"cities", "city"}, {"counties", "county"}, {"towns", "town"}, {"villages", "village"}, {"grids", "grid"}} {
		succeed(t, "--data", data, "import", "boundaries", filepath.Join(files, l.file+".geojson"), "--level", l.level, "--parent", "parent")
	}
}

// finishes runs a command in a process of its own, which it kills after a while,
// and reports whether that was done before.
func finishes(t *testing.T, args []string, after time.Duration) bool {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env = append(os.Environ(), runAsProgram+"=1")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	select {
	case err := <-done:
		if err != nil {
			t.Fatalf("not killed, and yet: %v", err)
		}
		return true
	case <-time.After(after):
		_ = cmd.Process.Kill() // it may have ended meanwhile
		return <-done == nil
	}
}

var editionLine = regexp.MustCompile(`edition \d+: \d+ cells`)

// edition proves the laws on what is in the database and returns its edition and
// number of cells.
func edition(t *testing.T, data string) string {
	t.Helper()
	a := jingwei(t, "--data", data, "check")
	line := editionLine.FindString(a.out)
	if line == "" || a.status != exitDone {
		t.Fatalf("check: status %d\n%s%s", a.status, a.out, a.err)
	}
	return line
}

// TestBadFilesChangeNothing imports files that break a rule each, over a good
// edition.
func TestBadFilesChangeNothing(t *testing.T) {
	data, dir := dataFolder(t), t.TempDir()
	good := `{"type":"FeatureCollection","features":[` + square("a", 0) + `,` + square("b", 1) + `]}`
	args := func(file string) []string {
		return []string{"--data", data, "import", "boundaries", file, "--level", "microgrid", "--code", "code", "--parent", "parent"}
	}
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return file
	}
	succeed(t, args(write("good.geojson", good))...)
	before := edition(t, data)
	for name, tt := range map[string]struct{ text, want string }{
		"a gap of 5 cm":  {strings.Replace(good, "120.001,32.001", "120.0009995,32.001", 1), "feature 1 (code a) at 120.0010000,32.0010000: gap"},
		"an overlap":     {strings.Replace(good, "120.001,32.001", "120.0015,32.001", 1), "overlap"},
		"a bow-tie":      {strings.Replace(good, "[120.001,32],[120.001,32.001]", "[120.001,32.001],[120.001,32]", 1), "self-cross"},
		"swapped":        {strings.ReplaceAll(good, "[120.", "[32,120.") + "", "swapped"},
		"a code twice":   {strings.Replace(good, `"code":"b"`, `"code":"a"`, 1), "feature 2 (code a)"},
		"no parent":      {strings.Replace(good, `"parent":"p"`, `"parent":""`, 1), "names no parent"},
		"unknown parent": {strings.Replace(good, `"parent":"p"`, `"parent":"q"`, 1), "names the parent q"},
		"a BOM":          {"\ufeff" + good, "byte order mark"},
		"one swapped":    {oneSwapped(), "feature 4 (code near3)"},
		"no geometry":    {strings.Replace(good, `{"type":"Polygon","coordinates":[[[120,32],[120.001,32],[120.001,32.001],[120,32.001],[120,32]]]}`, "null", 1), "feature 1 (code a)"},
		"cut off":        {good[:len(good)*2/3], "cut off"},
	} {
		a := jingwei(t, args(write("bad.geojson", tt.text))...)
		if a.status != exitFailed || !strings.Contains(a.err, tt.want) || !strings.Contains(a.err, "bad.geojson") {
			t.Errorf("%s: status %d, want 1 and %q in\n%s", name, a.status, tt.want, a.err)
		}
		if now := edition(t, data); now != before {
			t.Errorf("%s: %s, before %s", name, now, before)
		}
	}
}

// oneSwapped is a row of features near Bristol, the outermost with longitude and
// latitude exchanged.
func oneSwapped() string {
	var features []string
	for i := range 4 {
		x, y, e := -2.3+float64(i)/100, 51.4, 0.01
		if i == 3 {
			x, y = y, x
		}
		features = append(features, fmt.Sprintf(`{"type":"Feature","properties":{"code":"near%d","parent":"p"},"geometry":{"type":"Polygon","coordinates":[[[%.2f,%.2f],[%.2f,%.2f],[%.2f,%.2f],[%.2f,%.2f]]]}}`,
			i, x, y, x+e, y, x+e, y+e, x, y))
	}
	return `{"type":"FeatureCollection","features":[` + strings.Join(features, ",") + `]}`
}

// square is a feature 0.001° wide, the i-th from the west.
func square(code string, i int) string {
	w, e := []string{"120", "120.001", "120.002"}[i], []string{"120", "120.001", "120.002"}[i+1]
	return `{"type":"Feature","properties":{"code":"` + code + `","parent":"p"},"geometry":{"type":"Polygon","coordinates":[[[` +
		w + `,32],[` + e + `,32],[` + e + `,32.001],[` + w + `,32.001],[` + w + `,32]]]}}`
}

// TestReportsInAnotherDatum imports positions of a Chinese map as if they were
// WGS 84: they are taken as given, with a warning that holds the evidence.
func TestReportsInAnotherDatum(t *testing.T) {
	data, dir := dataFolder(t), t.TempDir()
	cells, table := filepath.Join(dir, "cells.geojson"), filepath.Join(dir, "reports.csv")
	var rows strings.Builder
	rows.WriteString("at,lon,lat,text\n")
	for i := range 40 {
		lon, lat := datum.GCJ02.FromWGS84(120.0002+float64(i)*1e-5, 32.0005)
		fmt.Fprintf(&rows, "2026-01-01T00:00:%02dZ,%.7f,%.7f,x\n", i, lon, lat)
	}
	for file, text := range map[string]string{cells: `{"type":"FeatureCollection","features":[` + square("a", 0) + `]}`, table: rows.String()} {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	succeed(t, "--data", data, "import", "boundaries", cells, "--level", "microgrid", "--parent", "parent")
	as := func(d string) string { return succeed(t, "--data", data, "import", "reports", table, "--datum", d).err }
	const warning = "positions look like gcj02, not wgs84: of 40, 0 lie where they should as given and 40 if so"
	if got := as("wgs84"); !strings.Contains(got, warning) {
		t.Errorf("read as WGS 84: %q, want %q", got, warning)
	}
	if got := as("gcj02"); strings.Contains(got, "warning") {
		t.Errorf("read as GCJ-02: %q, want no warning", got)
	}
}
