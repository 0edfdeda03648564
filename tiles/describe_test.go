package tiles_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"jingwei/density"
	"jingwei/tiles"

	"github.com/google/go-cmp/cmp"
)

func TestTileJSON(t *testing.T) {
	s := town(t)
	p := tiles.NewPyramid(s)
	const url = "https://host/tiles/areas/{z}/{x}/{y}.mvt"
	whole := p.TileJSON(url, -1)
	golden(t, "areas.json", indented(t, whole))
	i, _ := s.ByCode("32062")
	part := p.TileJSON(url, i)
	want := [4]float64{whole.Bounds[0], 32.036, whole.Bounds[2], whole.Bounds[3]}
	if part.Bounds[1] <= whole.Bounds[1] {
		t.Errorf("bounds %v of the northern town, not like %v", part.Bounds, want)
	}
	if part.Center[2] <= whole.Center[2]-1 {
		t.Errorf("zoom %v for a part, %v for all", part.Center[2], whole.Center[2])
	}
}

func TestStyle(t *testing.T) {
	golden(t, "density.json", indented(t, tiles.Style("https://host/")))
	if d := cmp.Diff(indented(t, tiles.Style("https://host")), indented(t, tiles.Style("https://host/"))); d != "" {
		t.Error(d)
	}
}

// Each class has about as many cells as any other, and their ends go up.
func TestBreaks(t *testing.T) {
	s := town(t)
	p := tiles.NewPyramid(s)
	n := scatter(s, 500).Counts(density.Filter{})
	breaks := p.Breaks(n, -1)
	if len(breaks) != len(tiles.Ramp)-1 || !slices.IsSorted(breaks) {
		t.Fatalf("breaks %v", breaks)
	}
	if d := cmp.Diff([]float64{}, p.Breaks(nil, -1)); d != "" {
		t.Error(d)
	}
	raw, err := json.Marshal(tiles.Style("", breaks...))
	if err != nil {
		t.Fatal(err)
	}
	for k, colour := range tiles.Ramp {
		if step := fmt.Sprintf("%v,%q", append([]float64{0}, breaks...)[k], colour); k > 0 && !strings.Contains(string(raw), step) {
			t.Errorf("no step %s in the style", step)
		}
	}
}

func indented(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(b, '\n')
}
