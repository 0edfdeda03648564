package importer_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"jingwei/geo/datum"
	"jingwei/grid"
	importer "jingwei/import"
)

// grids is an option set for grids under the property up.
var grids = importer.BoundaryOptions{Level: grid.Grid, Parent: "up"}

// imported writes a file into the test's folder and imports it.
func imported(t *testing.T, to importer.Editions, o importer.BoundaryOptions, body string) *importer.BoundaryResult {
	t.Helper()
	path := filepath.Join(t.TempDir(), "areas.geojson")
	write(t, path, body)
	r, err := importer.Boundaries(t.Context(), to, []string{path}, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func codes(e *editions) string {
	var out []string
	for _, a := range e.published[len(e.published)-1] {
		out = append(out, a.Code)
	}
	return strings.Join(out, " ")
}

func TestAnImportLaysFilesOverTheEdition(t *testing.T) {
	to := &editions{}
	imported(t, to, grids, collection(featureWith(`"code":"A","name":"甲","kind":"dedicated","households":75,"up":"V"`, square(0, 0)), featureWith(`"code":"B","up":"V"`, square(1, 0))))
	r := imported(t, to, importer.BoundaryOptions{Level: grid.Grid, Note: "redrawn"}, collection(feature("A", box(0, 0, 1, 2)), feature("C", box(1, 1, 2, 2))))
	if r.New != 1 || r.Changed != 1 || r.Unchanged != 2 || r.Base != 1 || r.Edition != 2 {
		t.Errorf("%+v: want C new, A changed, B and V as before", r)
	}
	a := to.area(t, "A")
	if a.Name != "甲" || a.Kind != grid.Dedicated || a.Households != 75 || a.Parent != "V" {
		t.Errorf("%+v: want what the file did not say as it was", a)
	}
	if to.notes[1] != "redrawn" {
		t.Errorf("note %q", to.notes[1])
	}
	// B and C meet on A's long side, which is cut there for A too.
	if n := len(a.Shape[0][0]); n != 5 {
		t.Errorf("A has %d corners, want 4 and the one where B and C meet", n)
	}
}

func TestReplaceDropsTheAreasThatAreNotNamed(t *testing.T) {
	to := &editions{}
	imported(t, to, grids, collection(featureWith(`"code":"A","up":"V"`, square(0, 0)), featureWith(`"code":"B","up":"V"`, square(1, 0))))
	o := grids
	o.Replace = true
	r := imported(t, to, o, collection(featureWith(`"code":"B","up":"V"`, square(1, 0))))
	if r.Removed != 1 || codes(to) != "B V" {
		t.Errorf("%+v, %s: want A dropped", r, codes(to))
	}
}

func TestAParentReplacesItsPlaceholder(t *testing.T) {
	to := &editions{}
	r := imported(t, to, grids, collection(featureWith(`"code":"A","up":"V"`, square(0, 0))))
	if r.Placeholders != 1 || r.New != 2 || len(r.Notes) != 1 {
		t.Errorf("%+v: want the placeholder V, and a note of it", r)
	}
	if v := to.area(t, "V"); !v.Placeholder || v.Level != grid.Village || v.Name != "V" || v.Shape != nil {
		t.Errorf("%+v: want a placeholder of the next higher level", v)
	}
	imported(t, to, importer.BoundaryOptions{Level: grid.Town}, collection(`{"type":"Feature","properties":{"code":"V","name":"镇"},"geometry":null}`))
	if v := to.area(t, "V"); v.Placeholder || v.Level != grid.Town || v.Name != "镇" {
		t.Errorf("%+v: want the real parent", v)
	}
	path := filepath.Join(t.TempDir(), "more.geojson")
	write(t, path, collection(featureWith(`"code":"B","up":"W"`, square(1, 0))))
	if _, err := importer.Boundaries(t.Context(), to, []string{path}, grids); err == nil || !strings.Contains(err.Error(), "names the parent W, which is no area") {
		t.Errorf("got %v: want no more placeholders once parents are imported", err)
	}
}

func TestAGridWithMicrogridsIsNoCell(t *testing.T) {
	to := &editions{}
	imported(t, to, importer.BoundaryOptions{Level: grid.Grid}, collection(squareA, squareB))
	o := importer.BoundaryOptions{Level: grid.Microgrid, Parent: "up"}
	r := imported(t, to, o, collection(featureWith(`"code":"A1","up":"A"`, box(0, 0, 0.5, 1)), featureWith(`"code":"A2","up":"A"`, box(0.5, 0, 1, 1))))
	if a := to.area(t, "A"); a.Shape != nil || r.Cells != 3 {
		t.Errorf("%+v, %d cells: want A without a polygon of its own, and B, A1, A2 as cells", a, r.Cells)
	}
	if !slices.ContainsFunc(r.Notes, func(n string) bool { return strings.Contains(n, "no longer cells") }) {
		t.Errorf("notes %q: want A named", r.Notes)
	}
	r = imported(t, to, importer.BoundaryOptions{Level: grid.Grid}, collection(squareA))
	if r.Edition != 2 || r.Unchanged != 4 {
		t.Errorf("%+v: want A's polygon ignored, which changes nothing", r)
	}
}

func TestADryRunPublishesNothing(t *testing.T) {
	to := &editions{}
	r := imported(t, to, importer.BoundaryOptions{Level: grid.Grid, DryRun: true}, collection(squareA, squareB))
	if r.New != 2 || r.Cells != 2 || r.Edition != 0 || len(to.published) != 0 {
		t.Errorf("%+v: want the figures and no edition", r)
	}
	if want := "2 new, 0 changed, 0 unchanged, 0 removed; 2 cells, 0.021 km²"; r.Summary() != want {
		t.Errorf("%q, want %q", r.Summary(), want)
	}
}

func TestARepairClosesTheGapThatIsRefused(t *testing.T) {
	to := &editions{}
	body := collection(squareA, feature("B", box(1.0005, 0, 2, 1)), feature("C", box(0, -1, 2, 0)), feature("D", box(0, 1, 2, 2)))
	r := imported(t, to, importer.BoundaryOptions{Level: grid.Grid, RepairWidth: importer.DefaultRepairWidth}, body)
	if len(r.Repairs) == 0 || r.Cells != 4 {
		t.Errorf("%+v: want the repairs listed", r)
	}
}

func TestFormsOfGeoJSON(t *testing.T) {
	multi := `{"type":"Feature","properties":{"code":"M"},"geometry":{"type":"MultiPolygon","coordinates":[[` + square(5, 5) + `],[` + square(7, 5) + `]]}}`
	for name, body := range map[string]string{
		"a feature":                      squareA,
		"a line each":                    squareA + "\n" + squareB + "\n" + multi,
		"records":                        "\x1E" + squareA + "\n\x1E" + squareB + "\n",
		"the type last":                  `{"features":[` + squareA + `],"type":"FeatureCollection"}`,
		"a crs that is no other":         `{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4490"}},"features":[` + squareA + `]}`,
		"heights, spaces, unknown parts": " {\n\"bbox\":[1,2,3,4],\"type\":\"Feature\", \"id\":7 ,\"geometry\": {\"type\":\"Polygon\",\"bbox\":[0],\"coordinates\":[ [ [120.8,32,5.5] , [120.9,32,5],[120.9,32.1,-1e2],[120.8,32,5.5]]]}, \"properties\":{\"x\":[{}],\"code\":320602001001} }\n",
	} {
		t.Run(name, func(t *testing.T) {
			r := imported(t, &editions{}, importer.BoundaryOptions{Level: grid.Microgrid}, body)
			if r.Cells != strings.Count(body, `"Feature"`) {
				t.Errorf("%+v", r)
			}
		})
	}
}

func TestDatumIsConverted(t *testing.T) {
	to := &editions{}
	imported(t, to, importer.BoundaryOptions{Level: grid.Grid, Datum: datum.GCJ02}, collection(feature("A", "[[121.531541859,31.175303984],[121.54,31.17],[121.54,31.18],[121.531541859,31.175303984]]")))
	if p := to.area(t, "A").Shape[0][0][0]; p.String() != "121.5272106,31.1774276" {
		t.Errorf("corner at %v, want 121.5272106,31.1774276", p)
	}
}

// failing is a store that is gone when it is to publish.
type failing struct{ editions }

var errGone = errors.New("the server closed the connection")

func (*failing) PublishAreas(context.Context, int64, []grid.CodedArea, string) (int64, error) {
	return 0, errGone
}

func TestFailuresOfTheStoreAndTheFilesArePassedOn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "areas.geojson")
	write(t, path, collection(squareA))
	o := importer.BoundaryOptions{Level: grid.Grid}
	if _, err := importer.Boundaries(t.Context(), &failing{}, []string{path}, o); !errors.Is(err, errGone) {
		t.Errorf("got %v", err)
	}
	if _, err := importer.Boundaries(t.Context(), &editions{}, []string{path + "x"}, o); err == nil || !strings.Contains(err.Error(), "areas.geojsonx") {
		t.Errorf("got %v, want the missing file named", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := importer.Boundaries(ctx, &editions{}, []string{path}, o); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want it cancelled", err)
	}
}

func TestProgressEndsAtTheTotal(t *testing.T) {
	var done, total int64
	body := collection(squareA, squareB)
	imported(t, &editions{}, importer.BoundaryOptions{Level: grid.Grid, Progress: func(d, n int64) { done, total = d, n }}, body)
	if done != int64(len(body)) || total != done {
		t.Errorf("%d of %d, want %d of as many", done, total, len(body))
	}
}

// block writes n by n squares, with their corners moved, as features with codes of
// their own.
func block(prefix string, n int, moved func(lon, lat float64) (float64, float64)) []string {
	var features []string
	for i := range n * n {
		x, y := float64(i%n), float64(i/n)
		var ring []string
		for _, c := range [][2]float64{{x, y}, {x + 1, y}, {x + 1, y + 1}, {x, y + 1}, {x, y}} {
			lon, lat := moved(120.8+c[0]/1000, 32+c[1]/1000)
			ring = append(ring, fmt.Sprintf("[%.6f,%.6f]", lon, lat))
		}
		features = append(features, feature(fmt.Sprintf("%s%02d", prefix, i), "["+strings.Join(ring, ",")+"]"))
	}
	return features
}

// Boundaries of a Chinese map that are read as WGS 84 meet those that are there
// nowhere: they are told so, whether that breaks a law or not.
func TestBoundariesInAnotherDatum(t *testing.T) {
	asTheyAre := func(lon, lat float64) (float64, float64) { return lon, lat }
	o := importer.BoundaryOptions{Level: grid.Grid}
	there, given := block("A", 6, asTheyAre), block("A", 6, datum.GCJ02.FromWGS84)
	for _, tt := range []struct {
		name     string
		features []string
		datum    datum.Datum
		want     string
	}{
		{"some", given[12:], datum.WGS84, "hint: positions look like gcj02, not wgs84: of 24, 0 lie where they should as given and 24 if so: --datum gcj02 converts them"},
		{"all", given, datum.WGS84, "warning: positions look like gcj02, not wgs84: of 36, 0 lie where they should as given and 36 if so: --datum gcj02 converts them"},
		{"some, converted", given[12:], datum.GCJ02, ""},
		{"all, as they were", there, datum.WGS84, ""},
		{"others", block("B", 6, func(lon, lat float64) (float64, float64) { return lon + 0.0055, lat + 0.0035 }), datum.WGS84, "overlap"},
	} {
		to := &editions{}
		imported(t, to, o, collection(there...))
		path := filepath.Join(t.TempDir(), "areas.geojson")
		write(t, path, collection(tt.features...))
		o := o
		o.Datum, o.RepairWidth = tt.datum, 1
		r, err := importer.Boundaries(t.Context(), to, []string{path}, o)
		said := fmt.Sprint(err)
		if err == nil {
			said = strings.Join(r.Notes, "\n")
		}
		if looks := strings.Contains(said, "look like"); !strings.Contains(said, tt.want) || looks != strings.Contains(tt.want, "look like") {
			t.Errorf("%s: %s", tt.name, said)
		}
	}
}
