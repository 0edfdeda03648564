package tiles_test

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"jingwei/tiles"

	"github.com/google/go-cmp/cmp"
)

// ask is a question to a style: what a property of a layer is for a feature.
type ask struct {
	Layer      string             `json:"layer"`
	Property   string             `json:"property"`
	Zoom       float64            `json:"zoom"`
	Properties map[string]float64 `json:"properties"`
}

// drawnBy returns the answers of MapLibre's own reading of a style, or skips the test.
func drawnBy(t *testing.T, style any, asks []ask) (answers []any) {
	t.Helper()
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("SKIPPED: needs node")
	}
	if _, err := os.Stat(filepath.Join(modules, "@maplibre", "maplibre-gl-style-spec")); err != nil {
		t.Skipf("SKIPPED: needs the style specification of MapLibre: run npm ci in web (%v)", err)
	}
	in, err := json.Marshal(map[string]any{"style": style, "asks": asks})
	if err != nil {
		t.Fatal(err)
	}
	var complaints bytes.Buffer
	cmd := exec.CommandContext(t.Context(), "node", filepath.Join("testdata", "style.mjs"), modules)
	cmd.Stdin, cmd.Stderr = bytes.NewReader(in), &complaints
	out, err := cmd.Output()
	if err == nil {
		err = json.Unmarshal(out, &answers)
	}
	if err != nil || len(answers) != len(asks) {
		t.Fatalf("%d answers to %d questions, %v: %s", len(answers), len(asks), err, complaints.String())
	}
	return answers
}

// A cluster is as large as its count makes it, but no wider than its cell is at the
// zoom, 512 pixels to the tile; a single report is a small point.
func TestCirclesGrow(t *testing.T) {
	counts := []float64{1, 2, 10, 100, 1e3, 1e4, 1e7}
	var asks []ask
	for z := range 18 {
		for _, n := range counts {
			asks = append(asks, ask{"reports-circles", "circle-radius", float64(z), map[string]float64{"count": n}})
		}
	}
	answers := drawnBy(t, tiles.Style("https://host", tiles.Reports), asks)
	for i, a := range asks {
		z := uint32(a.Zoom)
		cell := 512 / float64(uint32(1)<<(cellZoom(tiles.Reports, z)-z))
		radius, most := answers[i].(float64), max(6, cell/2+1)
		if radius < 4 || radius > most {
			t.Errorf("zoom %d: radius %v for %v reports, cells of %v pixels", z, radius, a.Properties["count"], cell)
		}
		if i%len(counts) > 0 && radius <= answers[i-1].(float64) && radius < most-1 {
			t.Errorf("zoom %d: radius %v for %v reports, not more than for fewer", z, radius, a.Properties["count"])
		}
	}
}

// One report that is open or overdue among many does not colour a cluster.
func TestColourOfAShare(t *testing.T) {
	const calm, some, open, warm, lit = "#9aa5b1", "#41b6c4", "#225ea8", "#f5a25d", "#d9480f"
	var asks []ask
	var want []any
	for _, k := range []struct {
		count, open, overdue float64
		want                 string
	}{
		{1, 0, 0, calm},
		{1, 1, 0, open},
		{1, 1, 1, lit},
		{1000, 1, 1, calm},
		{1000, 99, 99, calm},
		{1000, 100, 99, some},
		{1000, 500, 99, open},
		{1000, 500, 100, warm},
		{1000, 1000, 499, warm},
		{1000, 500, 500, lit},
	} {
		asks = append(asks, ask{"reports-circles", "circle-color", 10, map[string]float64{"count": k.count, "open": k.open, "overdue": k.overdue}})
		want = append(want, k.want)
	}
	if d := cmp.Diff(want, drawnBy(t, tiles.Style("https://host", tiles.Reports), asks)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// Every area and bin has the colour of its class, those that are exactly at an end, too.
func TestColourOfAClass(t *testing.T) {
	s := town(t)
	p := tiles.NewPyramid(s)
	c := counting(s, crowd(p.Box(-1), 500))
	const z = 13
	for _, l := range []tiles.Layer{tiles.Areas, tiles.Bins} {
		o := tiles.Options{Layer: l, Columns: c, Root: -1}
		ends := view(t, p, z, o).PerKm2.Quantile
		densities := slices.Clone(ends)
		for _, end := range ends {
			densities = append(densities, math.Round(end*1e3-1)/1e3, math.Round(end*1e3+1)/1e3)
		}
		for _, f := range features(t, p, at(z, 121.04, 32.04), o) {
			densities = append(densities, f.Value("per_km2").(float64))
		}
		var asks []ask
		var want []any
		for _, v := range densities {
			asks = append(asks, ask{l.String() + "-fill", "fill-color", z, map[string]float64{"count": math.Ceil(v), "per_km2": v}})
			want = append(want, colourOf(v, ends))
		}
		if d := cmp.Diff(want, drawnBy(t, tiles.Style("https://host", l, tiles.Scale{Breaks: ends}), asks)); d != "" {
			t.Errorf("%v with ends %v (-want +got):\n%s", l, ends, d)
		}
	}
}

// colourOf is the colour of the first class whose end a density does not exceed; the
// classes are spread over the ramp.
func colourOf(density float64, ends []float64) string {
	if density == 0 {
		return "#fbfaf7"
	}
	class, _ := slices.BinarySearch(ends, density)
	return tiles.Ramp[class*(len(tiles.Ramp)-1)/len(ends)]
}
