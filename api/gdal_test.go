package api_test

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"

	"jingwei/tiles/mvt"

	gocmp "github.com/google/go-cmp/cmp"
)

// gdal is a Python with pyogrio, which brings a GDAL of its own: Debian's 3.6 was
// built without what its driver OGCAPI needs for vector tiles.
func gdal(t *testing.T) string {
	const python = "../bin/tools/gdal/bin/python"
	if _, err := os.Stat(python); err != nil {
		t.Skip("left out: make test installs pyogrio, with a GDAL that reads vector tiles of OGC API, where there is Python")
	}
	return python
}

// mercator returns a place in degrees in metres of EPSG:3857.
func mercator(lon, lat float64) (x, y float64) {
	const radius = 6378137
	return radius * lon * math.Pi / 180, radius * math.Asinh(math.Tan(lat*math.Pi/180))
}

// GDAL's driver for OGC API finds its way from a collection to the tiles, and in
// them the features that we put there. The box is to be given, as the driver takes
// that of the collection, in degrees, for metres.
func TestGDALReadsCollections(t *testing.T) {
	python := gdal(t)
	c := newCity(t)
	s := httptest.NewServer(c)
	defer s.Close()
	west, south := mercator(120.8, 32)
	east, north := mercator(120.83, 32.02)
	for _, layer := range layers {
		for _, query := range []string{"", "?state=open"} {
			cmd := exec.CommandContext(t.Context(), python, "testdata/ogcapi.py", s.URL+"/collections/"+layer+query, "10",
				fmt.Sprint(west), fmt.Sprint(south), fmt.Sprint(east), fmt.Sprint(north))
			cmd.Env = append(os.Environ(), "GDAL_HTTP_AUTH=BEARER", "GDAL_HTTP_BEARER=admin")
			var complaints strings.Builder
			cmd.Stderr = &complaints
			out, err := cmd.Output()
			if err != nil {
				t.Fatalf("%s: %v: %s", layer, err, complaints.String())
			}
			in := layersOf(t, c.get("/tiles/"+layer+placeOfCity+query))
			if diff := gocmp.Diff(rowsOf(t, in[layer]), rowsRead(t, string(out))); diff != "" {
				t.Errorf("%s%s (-want +got):\n%s", layer, query, diff)
			}
		}
	}
}

// row is a feature without its geometry.
type row map[string]any

// rowsOf returns the features of a layer as JSON has them.
func rowsOf(t *testing.T, l mvt.DecodedLayer) (rows []row) {
	t.Helper()
	for _, f := range l.Features {
		r := row{"mvt_id": f.ID}
		for _, tag := range f.Tags {
			r[tag.Key] = tag.Value
		}
		b, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, decode[row](t, b))
	}
	if len(rows) == 0 {
		t.Fatal("nothing to compare with")
	}
	return rows
}

func rowsRead(t *testing.T, text string) (rows []row) {
	t.Helper()
	for line := range strings.Lines(text) {
		r := decode[row](t, []byte(line))
		for name, v := range r {
			if v == nil {
				delete(r, name) // a field that the feature has not
			}
		}
		rows = append(rows, r)
	}
	return rows
}
