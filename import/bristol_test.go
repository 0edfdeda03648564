package importer_test

import (
	"path/filepath"
	"testing"

	"jingwei/geo/datum"
	"jingwei/grid"
	importer "jingwei/import"
)

// bristol returns the files of that kind, or skips the test.
func bristol(t *testing.T, kind string) []string {
	t.Helper()
	pattern := filepath.Join("..", "..", "shared", "data", "bristol", kind+"-*.geojson")
	files, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 4 {
		t.Skipf("SKIPPED: the real boundaries of Bristol are absent: %d files match %s, not 4", len(files), pattern)
	}
	return files
}

func TestBristolOutputAreasAreOneCleanCoverage(t *testing.T) {
	to := &editions{}
	o := importer.BoundaryOptions{Level: grid.Microgrid, Code: "OA11CD", Parent: "LAD11CD"}
	r, err := importer.Boundaries(t.Context(), to, bristol(t, "output-areas"), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s; %q", r.Summary(), r.Notes)
	if r.New != 3494 || r.Cells != 3490 || r.Placeholders != 4 || r.Edition != 1 {
		t.Errorf("%+v: want 3490 cells and 4 placeholders, all new", r)
	}
	if p := to.area(t, to.area(t, "E00072563").Parent); p.Code != "E06000022" || !p.Placeholder || p.Level != grid.Grid {
		t.Errorf("parent %+v: want a placeholder E06000022", p)
	}
	again, err := importer.Boundaries(t.Context(), to, bristol(t, "output-areas"), o)
	if err != nil {
		t.Fatal(err)
	}
	if again.Unchanged != 3494 || again.Edition != 1 || len(to.published) != 1 {
		t.Errorf("the same files again: %+v: want nothing changed or published", again)
	}
}

func TestBristolLSOAsNeedARepair(t *testing.T) {
	to := &editions{}
	o := importer.BoundaryOptions{Level: grid.Village, Code: "LSOA11CD", Name: "LSOA11NM"}
	if r, err := importer.Boundaries(t.Context(), to, bristol(t, "lsoa"), o); err == nil {
		t.Logf("without repair: %s", r.Summary())
	} else {
		t.Logf("without repair: %v", err)
		if len(to.published) > 0 {
			t.Error("refused, and yet published")
		}
	}
	to = &editions{}
	o.RepairWidth = importer.DefaultRepairWidth
	r, err := importer.Boundaries(t.Context(), to, bristol(t, "lsoa"), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d repairs, %s", len(r.Repairs), r.Summary())
	if r.Cells != r.New || r.Edition != 1 {
		t.Errorf("%+v: want every area a cell", r)
	}
}

func TestCountiesOfNantongAreACoverage(t *testing.T) {
	path := filepath.Join("..", "..", "shared", "data", "nantong-counties-gcj02.geojson")
	if matches, err := filepath.Glob(path); err != nil || len(matches) == 0 {
		t.Skipf("SKIPPED: the counties of Nantong are absent: no %s", path)
	}
	o := importer.BoundaryOptions{Level: grid.County, Code: "adcode", Datum: datum.GCJ02}
	to := &editions{}
	r, err := importer.Boundaries(t.Context(), to, []string{path}, o)
	if err != nil {
		t.Fatal(err)
	}
	if r.Cells != 7 || to.area(t, "320602").Level != grid.County {
		t.Errorf("%+v: want the seven counties", r)
	}
}
