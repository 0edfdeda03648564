package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"jingwei/store/localpg"

	"github.com/jackc/pgx/v5"
)

// TestBristol takes the whole path on real data: four boundary files in as one
// coverage, every accident located as PostGIS would, reports over HTTP, and a
// tile read back by GDAL.
func TestBristol(t *testing.T) {
	files := shared(t, "bristol/output-areas-*.geojson")
	accidents := shared(t, "bristol/road-accidents.csv")[0]
	data := dataFolder(t)
	in := succeed(t, append([]string{"--data", data, "import", "boundaries", "--level", "microgrid", "--code", "OA11CD", "--parent", "LAD11CD"}, files...)...)
	if want := "3490 cells"; !strings.Contains(in.err, want) {
		t.Errorf("import says %q, want %q", in.err, want)
	}
	succeed(t, "--data", data, "check")
	s := serve(t, data)
	located := locateAccidents(t, s, accidents)
	compareWithPostGIS(t, data, located)
	count := reportAccidents(t, s, located)
	readTile(t, s, count)
}

// accident is a row of the file with the cell that was found for it.
type accident struct{ lon, lat, code, method string }

func locateAccidents(t *testing.T, s site, file string) []accident {
	t.Helper()
	rows, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	status, body := s.call(t, http.MethodPost, "/v1/locate", "text/csv", bytes.NewReader(rows))
	if status != http.StatusOK {
		t.Fatalf("POST /v1/locate: %d\n%s", status, body)
	}
	table, err := csv.NewReader(bytes.NewReader(body)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var list []accident
	for _, row := range table[1:] {
		list = append(list, accident{row[0], row[1], row[2], row[3]})
	}
	if len(list) != 2452 {
		t.Fatalf("%d accidents, want 2452", len(list))
	}
	return list
}

// compareWithPostGIS asks the same database which cells each accident meets: ours
// is one of them, and there is none where ours is outside.
func compareWithPostGIS(t *testing.T, data string, located []accident) {
	t.Helper()
	a, err := localpg.Attach(data)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), a.URL(privateDatabase))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	inside, outside := 0, 0
	for _, x := range located {
		var codes []string
		err := conn.QueryRow(t.Context(), `
			SELECT coalesce(array_agg(code), '{}') FROM area
			WHERE ST_Intersects(geom, ST_SetSRID(ST_MakePoint(round($1::numeric, 7)::float8, round($2::numeric, 7)::float8), 4326))`,
			x.lon, x.lat).Scan(&codes)
		if err != nil {
			t.Fatal(err)
		}
		switch x.method {
		case "exact":
			inside++
			if !slices.Contains(codes, x.code) {
				t.Errorf("%s,%s: in %s, PostGIS says %v", x.lon, x.lat, x.code, codes)
			}
		default:
			outside++
			if len(codes) > 0 {
				t.Errorf("%s,%s: %s, PostGIS says %v", x.lon, x.lat, x.method, codes)
			}
		}
	}
	if inside < 1500 || outside < 10 {
		t.Errorf("%d inside and %d outside: too few to compare", inside, outside)
	}
}

// reportAccidents reports some accidents over HTTP, each twice, and returns how
// many are in a cell.
func reportAccidents(t *testing.T, s site, located []accident) int {
	t.Helper()
	count := 0
	for i, x := range located {
		if i%50 != 0 {
			continue
		}
		path := fmt.Sprintf("/v1/reports/%08x-0000-4000-8000-000000000000", i)
		body := fmt.Sprintf(`{"lon": %s, "lat": %s, "text": "road accident"}`, x.lon, x.lat)
		for _, want := range []int{http.StatusCreated, http.StatusOK} {
			status, b := s.call(t, http.MethodPut, path, "application/json", strings.NewReader(body))
			if status != want {
				t.Fatalf("PUT %s: %d, want %d\n%s", path, status, want, b)
			}
		}
		var r struct {
			Cell *struct{ Code string }
		}
		s.getJSON(t, path, &r)
		if (r.Cell != nil) != (x.code != "") || r.Cell != nil && r.Cell.Code != x.code {
			t.Errorf("report at %s,%s: cell %v, located in %q", x.lon, x.lat, r.Cell, x.code)
		}
		if r.Cell != nil {
			count++
		}
	}
	return count
}

// readTile has GDAL read the tile that covers Bristol, and compares the counts in
// it with what was reported.
func readTile(t *testing.T, s site, reported int) {
	t.Helper()
	const z, x, y = 7, 63, 42 // 2.8° W to 0°, 50.7° to 52.5° N; the areas reach a little west of it
	total := 0
	for _, col := range []int{x - 1, x} {
		status, body := s.call(t, http.MethodGet, fmt.Sprintf("/tiles/areas/%d/%d/%d.mvt?level=grid", z, col, y), "", nil)
		if status != http.StatusOK {
			t.Fatalf("tile: %d\n%s", status, body)
		}
		file := filepath.Join(t.TempDir(), fmt.Sprintf("%d.mvt", y))
		if err := os.WriteFile(file, body, 0o644); err != nil {
			t.Fatal(err)
		}
		for _, f := range readByGDAL(t, file, z, col, y) {
			if f.Properties.Level != "grid" || !strings.HasPrefix(f.Properties.Code, "E060000") {
				t.Errorf("a feature of the tile: %+v", f.Properties)
			}
			total += f.Properties.Count
		}
	}
	if total < reported {
		t.Errorf("the tiles count %d reports, %d were made", total, reported)
	}
}

type tileFeature struct {
	Properties struct {
		Code, Level string
		Count       int
	}
}

func readByGDAL(t *testing.T, file string, z, x, y int) []tileFeature {
	t.Helper()
	out, err := exec.Command("ogr2ogr", "-f", "GeoJSON", "/vsistdout/", file, "areas",
		"-oo", fmt.Sprintf("X=%d", x), "-oo", fmt.Sprintf("Y=%d", y), "-oo", fmt.Sprintf("Z=%d", z), "-oo", "METADATA_FILE=").Output()
	if err != nil {
		t.Fatalf("ogr2ogr: %v %s", err, stderrOf(err))
	}
	var c struct{ Features []tileFeature }
	if err := json.Unmarshal(out, &c); err != nil {
		t.Fatal(err)
	}
	if len(c.Features) == 0 {
		t.Error("GDAL finds nothing in the tile")
	}
	return c.Features
}

func stderrOf(err error) []byte {
	if e := (*exec.ExitError)(nil); errors.As(err, &e) {
		return e.Stderr
	}
	return nil
}

// TestBristolRepair imports the level whose borders are shared nowhere exactly.
func TestBristolRepair(t *testing.T) {
	files := shared(t, "bristol/lsoa-*.geojson")
	data := dataFolder(t)
	args := append([]string{"--data", data, "import", "boundaries", "--level", "grid", "--code", "LSOA11CD", "--name", "LSOA11NM"}, files...)
	refused := jingwei(t, args...)
	if refused.status != exitFailed || !strings.Contains(refused.err, "E01014929") || !strings.Contains(refused.err, "--repair") {
		t.Errorf("without --repair: status %d\n%s", refused.status, refused.err)
	}
	repaired := succeed(t, append(args, "--repair")...)
	if !strings.Contains(repaired.err, "678 cells") || !strings.Contains(repaired.err, "snapped") {
		t.Errorf("with --repair: %s", repaired.err)
	}
	check := succeed(t, "--data", data, "check")
	if want := "edition 1: 678 cells tile the territory"; !strings.Contains(check.out, want) {
		t.Errorf("check says %q, want %q", check.out, want)
	}
}
