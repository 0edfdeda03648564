package tiles_test

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"jingwei/grid"
	"jingwei/tiles"

	"github.com/google/go-cmp/cmp"
)

func TestTileJSON(t *testing.T) {
	s := town(t)
	p := tiles.NewPyramid(s)
	for _, l := range tiles.Layers() {
		golden(t, l.String()+".json", indented(t, p.TileJSON(tiles.Options{Layer: l, Root: -1}, "https://host/tiles/"+l.String()+"/{z}/{x}/{y}.mvt")))
	}
	const url = "https://host/tiles/areas/{z}/{x}/{y}.mvt"
	whole := p.TileJSON(everything, url)
	i, _ := s.ByCode("32062")
	part := p.TileJSON(tiles.Options{Root: i}, url)
	want := [4]float64{whole.Bounds[0], 32.036, whole.Bounds[2], whole.Bounds[3]}
	if part.Bounds[1] <= whole.Bounds[1] {
		t.Errorf("bounds %v of the northern town, not like %v", part.Bounds, want)
	}
	if part.Center[2] <= whole.Center[2]-1 {
		t.Errorf("zoom %v for a part, %v for all", part.Center[2], whole.Center[2])
	}
}

// The levels that a description tells of are those of the features in the tiles, also
// for a caller with a root and for one who asks for a level.
func TestLevelsByZoom(t *testing.T) {
	s := town(t)
	p := tiles.NewPyramid(s)
	village, _ := s.ByCode("320612")
	for _, k := range []struct {
		o      tiles.Options
		levels int
	}{{everything, 4}, {tiles.Options{Root: village}, 3}, {tiles.Options{Root: -1, Level: grid.Village}, 1}} {
		about, next := p.TileJSON(k.o, ""), uint32(0)
		seen := map[any]bool{}
		for _, l := range about.Levels {
			if l.MinZoom != next {
				t.Errorf("%v from zoom %d, not %d", l.Level, l.MinZoom, next)
			}
			for ; next <= l.MaxZoom; next++ {
				for _, f := range features(t, p, at(next, 121.04, 32.025), k.o) {
					if seen[f.Value("level")] = true; f.Value("level") != l.Level.String() {
						t.Fatalf("zoom %d shows %v, not %v", next, f.Value("level"), l.Level)
					}
				}
			}
		}
		if next != about.MaxZoom+1 || len(about.Levels) != k.levels || len(seen) != k.levels {
			t.Errorf("%d levels up to zoom %d of %d", len(about.Levels), next-1, about.MaxZoom)
		}
	}
}

func TestStyle(t *testing.T) {
	for _, l := range tiles.Layers() {
		golden(t, l.String()+"-style.json", indented(t, tiles.Style("https://host/", l)))
		if d := cmp.Diff(indented(t, tiles.Style("https://host", l)), indented(t, tiles.Style("https://host/", l))); d != "" {
			t.Error(d)
		}
	}
}

// A style has a colour for each class.
func TestStyleOfAView(t *testing.T) {
	s := town(t)
	v, err := tiles.NewPyramid(s).View(t.Context(), 14, tiles.Options{Columns: scatter(s, 500), Root: -1})
	breaks := v.PerKm2.Quantile
	if err != nil || len(breaks) != len(tiles.Ramp)-1 || !slices.IsSorted(breaks) {
		t.Fatalf("breaks %v, %v", breaks, err)
	}
	raw, err := json.Marshal(tiles.Style("", tiles.Areas, tiles.Scale{Breaks: breaks}))
	if err != nil {
		t.Fatal(err)
	}
	for k, colour := range tiles.Ramp {
		if k > 0 && !strings.Contains(string(raw), fmt.Sprintf("%v,%q", math.Round(breaks[k-1]*1e3+1)/1e3, colour)) {
			t.Errorf("no step behind %v in the style", breaks[k-1])
		}
	}
}

// Classes change with the zoom, and where there is but one class there is but one
// colour.
func TestStyleByZoom(t *testing.T) {
	raw, err := json.Marshal(tiles.Style("", tiles.Bins, tiles.Scale{}, tiles.Scale{Zoom: 9, Breaks: []float64{5}}))
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf(`["step",["zoom"],["case",["==",["get","count"],0],"#fbfaf7",%q],9,["case",["==",["get","count"],0],"#fbfaf7",["step",["get","per_km2"],%q,5.001,%q]]]`,
		tiles.Ramp[0], tiles.Ramp[0], tiles.Ramp[len(tiles.Ramp)-1])
	if !strings.Contains(string(raw), want) {
		t.Errorf("%s is not in %s", want, raw)
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
