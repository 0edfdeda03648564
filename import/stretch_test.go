package importer_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"jingwei/grid"
	importer "jingwei/import"
)

var pair = regexp.MustCompile(`\[\s*(-?[0-9.]+),\s*(-?[0-9.]+)\s*\]`)

// mirrored exchanges longitude and latitude everywhere.
func mirrored(geojson string) string { return pair.ReplaceAllString(geojson, "[$2,$1]") }

// A whole file that is swapped has nothing to be compared with in an empty
// database, where both readings are on the globe.
func TestAWholeFileSwappedIsRefused(t *testing.T) {
	files := bristol(t, "output-areas")
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		swapped := filepath.Join(t.TempDir(), filepath.Base(path))
		write(t, swapped, mirrored(string(text)))
		to := &editions{}
		_, err = importer.Boundaries(t.Context(), to, []string{swapped}, importer.BoundaryOptions{Level: grid.Microgrid, Code: "OA11CD"})
		if err == nil || !strings.Contains(err.Error(), "feature 1 (code E0") || !strings.Contains(err.Error(), "swapped in all features") {
			t.Errorf("%s: %v: want it refused as swapped, with a feature and its code", path, err)
		}
		if len(to.published) > 0 {
			t.Errorf("%s: refused, and yet published", path)
		}
	}
}

// Shapes that stand upright by chance, too few of them, or drawn along the degrees
// are no evidence.
func TestOnlyEvidenceMakesAFileSwapped(t *testing.T) {
	t.Chdir(t.TempDir())
	rng := rand.New(rand.NewPCG(1, 2))
	// scattered writes n shapes with so many corners in circles of 1 km on the ground.
	scattered := func(n, corners int, lon, lat float64) string {
		var list []string
		for i := range n {
			x, y := lon+float64(i%10)*0.05, lat+float64(i/10)*0.05
			var ring []string
			turn := rng.Float64()
			for k := range corners + 1 {
				s, c := math.Sincos(2 * math.Pi * (turn + float64(k%corners)/float64(corners)))
				ring = append(ring, fmt.Sprintf("[%.7f,%.7f]", x+0.009*c/math.Cos(y*math.Pi/180), y+0.009*s))
			}
			list = append(list, feature(fmt.Sprint("F", i), "["+strings.Join(ring, ",")+"]"))
		}
		return collection(list...)
	}
	squares := func(n int) string {
		var list []string
		for i := range n {
			x, y := 50+float64(i)*0.01, 5.0
			list = append(list, feature(fmt.Sprint("S", i), fmt.Sprintf("[[%[1]v,%[2]v],[%[3]v,%[2]v],[%[3]v,%[4]v],[%[1]v,%[4]v],[%[1]v,%[2]v]]", x, y, x+0.01, y+0.02)))
		}
		return collection(list...)
	}
	right := scattered(100, 5, 10, 50)
	for _, tt := range []struct {
		name, body, crs string
		swapped         bool
	}{
		{name: "as it should be", body: right},
		{name: "all of it swapped", body: mirrored(right), swapped: true},
		{name: "the caller knows", body: mirrored(right), crs: "EPSG:4326"},
		{name: "a dozen of them", body: mirrored(scattered(12, 5, 10, 50))},
		{name: "on the equator", body: mirrored(scattered(100, 5, 1, 1))},
		{name: "along the degrees", body: squares(100)},
	} {
		write(t, "areas.geojson", tt.body)
		_, err := importer.Boundaries(t.Context(), &editions{}, []string{"areas.geojson"}, importer.BoundaryOptions{Level: grid.Microgrid, CRS: tt.crs})
		if refused := err != nil && strings.Contains(err.Error(), "look swapped in all features"); refused != tt.swapped || !refused && err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}
