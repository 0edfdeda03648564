package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A calendar and limits are looked at, taken in, and hold for what is reported from
// then on, also on a node that runs already.
func TestImportClock(t *testing.T) {
	data := dataFolder(t)
	file := func(name, text string) string {
		path := filepath.Join(data, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	cells := file("cells.geojson", `{"type":"FeatureCollection","features":[`+square("a", 0)+`]}`)
	workers := file("workers.csv", "code,name,role\nW1,王芳,liaison\n")
	posts := file("posts.csv", "worker,area,rank,from\nW1,a,primary,2020-01-01\n")
	calendar := file("calendar.csv", "date,kind,name,hours\n,ordinary,,mon-sun 00:00-24:00\n2030-01-01,holiday,元旦,\n")
	limits := file("limits.csv", "matter,urgency,stage,limit_hours,clock\n,,accept,3,continuous\n")
	succeed(t, "--data", data, "import", "boundaries", cells, "--level", "microgrid", "--parent", "parent")
	succeed(t, "--data", data, "import", "workers", workers)
	succeed(t, "--data", data, "import", "posts", posts)
	if a := succeed(t, "--data", data, "import", "calendar", calendar, "--dry-run"); a.out != "new\tordinary\tkind ordinary, hours mon-sun 00:00-24:00\nnew\t2030-01-01\tkind holiday, name 元旦\n" {
		t.Errorf("a dry run: %q", a.out)
	}
	s := serve(t, data)
	succeed(t, "--data", data, "import", "calendar", calendar)
	succeed(t, "--data", data, "import", "limits", limits)
	var v struct {
		Hours  string
		Days   []struct{ Date, Name string }
		Limits []struct {
			Stage string
			Hours float64 `json:"limit_hours"`
		}
		At       time.Time
		Received time.Time
		StageDue time.Time `json:"stage_due"`
	}
	for end := time.Now().Add(30 * time.Second); len(v.Limits) == 0 && time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		s.getJSON(t, "/v1/limits", &v)
	}
	s.getJSON(t, "/v1/calendar", &v)
	if got := fmt.Sprint(v.Hours, v.Days, v.Limits); got != "mon-sun 00:00-24:00[{2030-01-01 元旦}] [{accept 3}]" {
		t.Errorf("the node has %s", got)
	}
	const id = "/v1/reports/019de300-0000-7000-8000-000000000001"
	if status, body := s.call(t, http.MethodPut, id, "application/json", strings.NewReader(`{"lon":120.0005,"lat":32.0005}`)); status != http.StatusCreated {
		t.Fatalf("%d %s", status, body)
	}
	s.getJSON(t, id, &v)
	if d := v.StageDue.Sub(v.Received); d != 3*time.Hour {
		t.Errorf("to be accepted within %v of %v", d, v.Received)
	}
}
