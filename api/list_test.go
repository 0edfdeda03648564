package api_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

type page struct {
	Reports []struct{ ID, State string }
	Next    string
}

func (p page) numbers() (out []string) {
	for _, r := range p.Reports {
		out = append(out, strings.TrimLeft(r.ID[24:], "0"))
	}
	return out
}

// filled is a city with reports 1 to 6 in order of time.
func filled(t *testing.T) *city {
	c := newCity(t)
	for i, body := range []string{
		inMicro1 + `,"matter":"010101","at":"2026-04-01T00:00:00Z"`, inMicro2 + `,"matter":"010102"`, inPark + `,"matter":"020101"`,
		inNorth, atSea, inMicro1 + `,"matter":"020101"`,
	} {
		wantStatus(t, c.post(fmt.Sprintf(`{"id":%q,%s}`, id(i+1), body)), http.StatusCreated)
	}
	return c
}

func TestListReports(t *testing.T) {
	c := filled(t)
	for _, tt := range []struct{ token, query, want string }{
		{"admin", "", "6 5 4 3 2 1"},
		{"admin", "?area=320602", "6 3 2 1"},
		{"admin", "?area=" + micro1, "6 1"},
		{"admin", "?area=3206", "6 4 3 2 1"},
		{"admin", "?state=reported", "5 4"},
		{"admin", "?state=reported,assigned&area=320612", "4"},
		{"admin", "?state=closed", ""},
		{"admin", "?matter=01", "2 1"},
		{"admin", "?matter=0201", "6 3"},
		{"admin", "?matter=010101", "1"},
		{"admin", "?to=2026-05-01", "1"},
		{"admin", "?to=2026-04-01T08:00:01", "1"}, // by the clock of Beijing
		{"admin", "?from=2026-04-01T08:00:01", "6 5 4 3 2"},
		{"admin", "?from=2026-04-01&to=2026-04-02T00:00:00%2B08:00", "1"},
		{"admin", "?from=2026-04-01T00:00:01Z", "6 5 4 3 2"},
		{"admin", "?bbox=120.81,32,120.83,32.01", "4 2"},
		{"admin", "?cursor=" + id(3), "2 1"},
		{"viewer", "", "6 5 4 3 2 1"},
		{"north", "", "4"},
		{"north", "?area=320612001001001", "4"},
		{"park", "", "3"},
	} {
		t.Run(tt.token+tt.query, func(t *testing.T) {
			w := c.ask(http.MethodGet, tt.token, "/v1/reports"+tt.query, "")
			wantStatus(t, w, http.StatusOK)
			got := decode[page](t, w.Body.Bytes())
			if numbers := strings.Join(got.numbers(), " "); numbers != tt.want {
				t.Errorf("reports %s, want %s", numbers, tt.want)
			}
			if got.Next != "" {
				t.Errorf("next %q after the last page", got.Next)
			}
		})
	}
}

// Following the links gives each report once.
func TestListReportsByPage(t *testing.T) {
	c := filled(t)
	var all []string
	next, pages := "/v1/reports?state=assigned,reported&limit=2", 0
	for ; next != ""; pages++ {
		w := c.get(next)
		wantStatus(t, w, http.StatusOK)
		p := decode[page](t, w.Body.Bytes())
		all, next = append(all, p.numbers()...), p.Next
	}
	if want := []string{"6", "5", "4", "3", "2", "1"}; !slices.Equal(all, want) || pages != 3 {
		t.Errorf("%v on %d pages", all, pages)
	}
}

func TestListReportsRefuses(t *testing.T) {
	c := filled(t)
	for _, tt := range []struct {
		query      string
		status     int
		rule, at   string
		detailPart string
	}{
		{"limit=0", 400, "parameter", "limit", "from 1 to 1000"},
		{"limit=1001", 400, "parameter", "limit", "from 1 to 1000"},
		{"state=open", 400, "parameter", "state", `unknown state "open": one of reported, assigned, verifying, handling, suspended, checking, closed, evaluated, void, merged`},
		{"matter=1", 400, "parameter", "matter", "2, 4 or 6 digits"},
		{"matter=0a", 400, "parameter", "matter", "2, 4 or 6 digits"},
		{"from=x", 400, "parameter", "from", "RFC 3339 or YYYY-MM-DD"},
		{"from=2026-02-01&to=2026-01-01", 400, "parameter", "to", "ends before"},
		{"bbox=1,2,3", 400, "parameter", "bbox", "minlon,minlat"},
		{"bbox=1,2,0,3", 400, "parameter", "bbox", "empty"},
		{"bbox=1,2,3,100", 400, "parameter", "bbox", "out of range"},
		{"cursor=x", 400, "parameter", "cursor", `"x" is not a cursor here: take the next link`},
		{"sampled=maybe", 400, "parameter", "sampled", `want true or false, not "maybe"`},
		{"who=1", 400, "unknown-parameter", "who", ""},
		{"holder=W7", 404, "not-found", "", "no worker W7"},
		{"area=99", 404, "not-found", "", "no area 99"},
	} {
		t.Run(tt.query, func(t *testing.T) {
			wantProblem(t, c.get("/v1/reports?"+tt.query), tt.status, tt.rule, tt.at, tt.detailPart)
		})
	}
}

func TestAreas(t *testing.T) {
	c := newCity(t)
	type areas struct {
		Areas []struct{ Code string }
		Next  string
	}
	list := func(token, query string) (out []string, next string) {
		w := c.ask(http.MethodGet, token, "/v1/areas"+query, "")
		wantStatus(t, w, http.StatusOK)
		v := decode[areas](t, w.Body.Bytes())
		for _, a := range v.Areas {
			out = append(out, a.Code)
		}
		return out, v.Next
	}
	for _, tt := range []struct {
		token, query string
		want         []string
	}{
		{"admin", "?level=county", []string{"320602", "320612"}},
		{"north", "", []string{"320612", north}},
		{"admin", "?parent=320602001001001", []string{micro1, micro2}},
		{"admin", "?q=微网格", []string{micro1, micro2}},
		{"admin", "?q=32061", []string{"320612", north}},
		{"admin", "?level=village", nil},
	} {
		if got, next := list(tt.token, tt.query); !slices.Equal(got, tt.want) || next != "" {
			t.Errorf("%s %s: %v, next %q", tt.token, tt.query, got, next)
		}
	}
	var all []string
	for next := "?limit=4"; next != ""; {
		var some []string
		some, next = list("admin", next)
		all, next = append(all, some...), strings.TrimPrefix(next, "/v1/areas")
	}
	if len(all) != 9 {
		t.Errorf("%v on all pages", all)
	}
	wantProblem(t, c.get("/v1/areas?cursor=7"), 400, "parameter", "cursor", `"7" is not a cursor here: take the next link`)
	wantProblem(t, c.get("/v1/areas/3206?geometry=maybe"), 400, "parameter", "geometry", "want true or false")
	wantProblem(t, c.get("/v1/areas?parent=7"), 404, "not-found", "", "no area 7")
	wantProblem(t, c.get("/v1/areas?level=street"), 400, "parameter", "level", "unknown level")
}

func TestArea(t *testing.T) {
	c := newCity(t)
	for _, tt := range []struct{ name, target string }{
		{"area-grid", "/v1/areas/320602001001001?geometry=true"},
		{"area-microgrid", "/v1/areas/" + micro1},
		{"area-city", "/v1/areas/3206"},
	} {
		w := c.get(tt.target)
		wantStatus(t, w, http.StatusOK)
		golden(t, tt.name, w)
	}
	wantProblem(t, c.get("/v1/areas/7"), 404, "not-found", "", "no area 7")
	wantProblem(t, c.get("/v1/areas/3206?geometry=maybe"), 400, "parameter", "geometry", "")
}

func TestFigures(t *testing.T) {
	c := newCity(t)
	for _, tt := range []struct{ name, target string }{
		{"matters", "/v1/matters"},
		{"calendar", "/v1/calendar"},
		{"limits", "/v1/limits"},
		{"stats", "/v1/stats"},
		{"stats-level", "/v1/stats?by=level&area=320602"},
		{"stats-category", "/v1/stats?by=matter"},
		{"stats-item", "/v1/stats?by=matter&matter=01"},
		{"stats-matter", "/v1/stats?by=matter&matter=0101&from=2026-04-30&to=2026-05-01"},
		{"density-county", "/v1/density?level=county"},
		{"density-default", "/v1/density?area=320602001001001"},
		{"density-microgrid", "/v1/density?level=microgrid&matter=01&from=2026-04-30"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := c.get(tt.target)
			wantStatus(t, w, http.StatusOK)
			golden(t, tt.name, w)
		})
	}
	wantProblem(t, c.get("/v1/stats?by=month"), 400, "parameter", "by", "not level or matter")
	wantProblem(t, c.get("/v1/density?level=x"), 400, "parameter", "level", "unknown level")
}
