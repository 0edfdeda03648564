package importer_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"jingwei/grid"
	importer "jingwei/import"
)

// ogr runs ogr2ogr, or skips the test.
func ogr(t *testing.T, args ...string) {
	t.Helper()
	program, err := exec.LookPath("ogr2ogr")
	if err != nil {
		t.Skip("SKIPPED: ogr2ogr is absent (Debian: gdal-bin)")
	}
	if out, err := exec.Command(program, args...).CombinedOutput(); err != nil {
		t.Fatalf("ogr2ogr %q: %v: %s", args, err, out)
	}
}

func TestOtherFormatsGoThroughOGR(t *testing.T) {
	for _, file := range []string{"areas.shp", "areas.gpkg", "areas.fgb", "areas.kml"} {
		t.Run(file, func(t *testing.T) {
			t.Chdir(t.TempDir())
			write(t, "in.geojson", collection(featureWith(`"code":"A","title":"崇川"`, square(0, 0)), featureWith(`"code":"B","title":"b"`, square(1, 0))))
			ogr(t, "-lco", "ENCODING=UTF-8", file, "in.geojson")
			to := &editions{}
			r, err := importer.Boundaries(t.Context(), to, []string{file}, importer.BoundaryOptions{Level: grid.Grid, Name: "title"})
			if err != nil {
				t.Fatal(err)
			}
			if a := to.area(t, "A"); r.Cells != 2 || a.Name != "崇川" || a.Shape[0][0][0].String() != "120.8000000,32.0000000" {
				t.Errorf("%+v of %d cells", a, r.Cells)
			}
		})
	}
}

func TestAProjectionIsUndone(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "metres.geojson", collection(feature("A", "[[594495.2615,3542289.4471],[594595,3542289],[594595,3542389],[594495.2615,3542289.4471]]")))
	ogr(t, "--version")
	to := &editions{}
	o := importer.BoundaryOptions{Level: grid.Grid, CRS: "EPSG:4549"}
	if _, err := importer.Boundaries(t.Context(), to, []string{"metres.geojson"}, o); err != nil {
		t.Fatal(err)
	}
	if p := to.area(t, "A").Shape[0][0][0]; p.String() != "121.0000000,32.0000000" {
		t.Errorf("corner at %v, want 121,32", p)
	}
	o.CRS = "4549"
	if _, err := importer.Boundaries(t.Context(), to, []string{"metres.geojson"}, o); err == nil || !strings.Contains(err.Error(), "EPSG:n") {
		t.Errorf("got %v, want it to say how to name a system", err)
	}
}

func TestWhatOGRCannotReadIsRefused(t *testing.T) {
	t.Chdir(t.TempDir())
	ogr(t, "--version")
	whole := collection(squareA, squareB)
	for name, body := range map[string]string{"noise.gpkg": "no such thing", "cut.geojson": whole[:len(whole)-40]} {
		write(t, name, body)
		to := &editions{}
		_, err := importer.Boundaries(t.Context(), to, []string{name}, importer.BoundaryOptions{Level: grid.Grid, CRS: "EPSG:4490"})
		if err == nil || !strings.HasPrefix(err.Error(), name+": ogr2ogr: ") || len(to.published) > 0 {
			t.Errorf("got %v, want what ogr2ogr says", err)
		}
	}
}

func TestTheLackOfOGRIsNamed(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	path := filepath.Join(t.TempDir(), "areas.gpkg")
	write(t, path, "SQLite format 3\x00")
	_, err := importer.Boundaries(t.Context(), &editions{}, []string{path}, importer.BoundaryOptions{Level: grid.Grid})
	if err == nil || !strings.Contains(err.Error(), "needs ogr2ogr, which is not installed") {
		t.Errorf("got %v", err)
	}
}
