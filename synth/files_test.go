package synth_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"jingwei/geo"
	"jingwei/synth"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"
)

// written returns the bytes of each file of a city with 5,000 reports.
func written(t *testing.T, o synth.Options) map[string][]byte {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "out")
	if err := generate(o).WriteFiles(context.Background(), dir, 5000); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	out := make(map[string][]byte)
	for _, f := range files {
		if out[f.Name()], err = os.ReadFile(filepath.Join(dir, f.Name())); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func sums(files map[string][]byte) map[string]string {
	out := make(map[string]string)
	for name, b := range files {
		s := sha256.Sum256(b)
		out[name] = hex.EncodeToString(s[:])
	}
	return out
}

func TestSameSeedSameBytes(t *testing.T) {
	o := synth.Options{Seed: 4, Scale: 0.01}
	want := sums(written(t, o))
	if len(want) != 10 {
		t.Fatalf("%d files, want 10", len(want))
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	if diff := cmp.Diff(want, sums(written(t, o))); diff != "" {
		t.Error(diff)
	}
	o.Seed++
	other := sums(written(t, o))
	for _, name := range []string{"microgrids.geojson", "workers.csv", "reports.csv"} {
		if other[name] == want[name] {
			t.Errorf("%s is the same for another seed", name)
		}
	}
}

// TestFilesReadBack reads the files with the readers of others.
func TestFilesReadBack(t *testing.T) {
	o := synth.Options{Seed: 4, Scale: 0.01}
	c, files := generate(o), written(t, o)
	shapes, count := make(map[string]geo.MultiPolygon), 0
	for _, name := range []string{"cities", "counties", "towns", "villages", "grids", "microgrids"} {
		fc, err := geojson.UnmarshalFeatureCollection(files[name+".geojson"])
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		count += len(fc.Features)
		for _, f := range fc.Features {
			if f.Geometry == nil {
				continue
			}
			m, err := geo.FromOrb(f.Geometry.(orb.MultiPolygon))
			if err != nil {
				t.Fatal(err)
			}
			shapes[f.Properties.MustString("code")] = m
		}
	}
	if count != len(c.Areas) || len(shapes) != len(c.Cells) {
		t.Errorf("%d areas and %d cells, want %d and %d", count, len(shapes), len(c.Areas), len(c.Cells))
	}
	for _, i := range c.Cells {
		if diff := cmp.Diff(c.Areas[i].Shape, shapes[c.Areas[i].Code]); diff != "" {
			t.Fatal(diff)
		}
	}
	for name, want := range map[string]int{
		"workers.csv": len(c.Workers), "posts.csv": len(c.Posts), "matters.csv": len(c.Matters), "reports.csv": 5000,
	} {
		rows, err := csv.NewReader(bytes.NewReader(files[name])).ReadAll()
		if err != nil || len(rows) != want+1 {
			t.Errorf("%s: %d rows, %v; want %d", name, len(rows), err, want+1)
		}
	}
}

func TestFilesKeepTheirShape(t *testing.T) {
	files := written(t, synth.Options{Seed: 4, Scale: 0.01})
	for name, want := range map[string]string{
		"workers.csv": "code,name,role,phone,department",
		"posts.csv":   "worker,area,rank,from,until",
		"matters.csv": "code,category,item,name,level,limit_hours",
		"reports.csv": "id,at,received,lon,lat,accuracy,matter,text,state,reporter",
	} {
		if got, _, _ := bytes.Cut(files[name], []byte("\n")); string(got) != want {
			t.Errorf("%s begins with %s, want %s", name, got, want)
		}
	}
	var doc struct {
		Features []struct {
			Properties map[string]any
		}
	}
	if err := json.Unmarshal(files["grids.geojson"], &doc); err != nil {
		t.Fatal(err)
	}
	var keys []string
	for k := range doc.Features[0].Properties {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	if diff := cmp.Diff([]string{"code", "households", "kind", "name", "parent"}, keys); diff != "" {
		t.Error(diff)
	}
}

func TestWritingStopsWhenCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := small().WriteFiles(ctx, t.TempDir(), 10); err == nil {
		t.Error("written although cancelled")
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := small().WriteFiles(context.Background(), file, 10); err == nil {
		t.Error("written into a file as if it were a folder")
	}
}

// A city is written over itself, and over no other.
func TestWritingKeepsAnotherCity(t *testing.T) {
	dir := t.TempDir()
	o := synth.Options{Seed: 5, Scale: 0.005}
	for _, n := range []int{10, 20} {
		if err := generate(o).WriteFiles(t.Context(), dir, n); err != nil {
			t.Fatal(err)
		}
	}
	for _, other := range []synth.Options{{Seed: 6, Scale: 0.005}, {Seed: 5, Scale: 0.01}} {
		if err := generate(other).WriteFiles(t.Context(), dir, 10); err == nil || !strings.Contains(err.Error(), "workers.csv is of another city") {
			t.Errorf("%+v: %v, want it refused", other, err)
		}
	}
	reports, err := os.ReadFile(filepath.Join(dir, "reports.csv"))
	if err != nil || bytes.Count(reports, []byte("\n")) < 21 {
		t.Errorf("%v: the reports are not those of before:\n%s", err, reports)
	}
}
