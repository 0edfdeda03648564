package api_test

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"jingwei/grid"
)

// republish draws the micro-grids as one, which has the code of the first, and opens
// a new cell at sea.
func (s *staffedCity) republish(at time.Time) {
	s.t.Helper()
	s.now.Store(at.Unix())
	coded, base, err := s.db.CurrentAreas(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	coded = slices.DeleteFunc(coded, func(a grid.CodedArea) bool { return a.Code == micro2 })
	for i := range coded {
		if coded[i].Code == micro1 {
			coded[i].Shape = ring(0, 0, 1, 0, 2, 0, 2, 1, 1, 1, 0, 1)
		}
	}
	coded = append(coded, grid.CodedArea{Code: "3206129", Name: "风电场", Level: grid.Grid, Kind: grid.Dedicated, Parent: "320612", Shape: square(20, 0, 21, 1)})
	if _, err := s.db.PublishAreas(s.t.Context(), base, coded, ""); err != nil {
		s.t.Fatal(err)
	}
	s.follow()
}

// A place is in the cell that it was in at the time that is asked for, and the answer
// names the edition.
func TestLocateInThePast(t *testing.T) {
	s := newStaffedCity(t)
	s.republish(noon.Add(24 * time.Hour))
	const inWind = "lon=121.005&lat=32.005"
	for _, tt := range []struct {
		token, place, when string
		edition            int64
		cell               string
		people             int // in the cell
	}{
		{"admin", "lon=120.815&lat=32.005", "", 2, micro1, 2},
		{"admin", "lon=120.815&lat=32.005", "&at=2026-05-02T12:00:00Z", 2, micro1, 2},
		{"admin", "lon=120.815&lat=32.005", "&at=2026-05-02T11:59:59Z", 1, micro2, 0},
		{"admin", "lon=120.805&lat=32.005", "&at=2026-01-01T12:00:00Z", 1, micro1, 1},
		{"admin", "lon=120.815&lat=32.005", "&at=2027-01-01T00:00:00Z", 2, micro1, 2},
		{"admin", "lon=120.815&lat=32.005", "&known=2026-05-02T00:00:00Z", 1, micro2, 0},
		{"admin", "lon=120.815&lat=32.005", "&at=2026-05-01T18:00:00Z&known=2026-05-03T00:00:00Z", 1, micro2, 0},
		{"admin", "lon=120.815&lat=32.005", "&at=2027-01-01T00:00:00Z&known=2026-05-02T00:00:00Z", 1, micro2, 0},
		{"admin", inWind, "", 2, "3206129", 0},
		{"admin", inWind, "&at=2026-05-02T00:00:00Z", 1, "", 0},
		{"north", inWind, "&at=2026-05-02T00:00:00Z", 1, "", 0},
		{"north", "lon=120.825&lat=32.005", "&at=2026-05-02T00:00:00Z", 1, north, 0},
	} {
		w := s.ask(http.MethodGet, tt.token, "/v1/locate?"+tt.place+tt.when, "")
		wantStatus(t, w, http.StatusOK)
		got := decode[struct {
			Edition int64
			Cell    struct{ Code string }
			Chain   []struct{ People []struct{ Code string } }
		}](t, w.Body.Bytes())
		routed := decode[struct {
			Edition int64
			Cell    struct{ Code string }
		}](t, s.ask(http.MethodGet, tt.token, "/v1/route?"+tt.place+tt.when, "").Body.Bytes())
		if routed.Edition != tt.edition || routed.Cell.Code != tt.cell {
			t.Errorf("%s%s: routed in edition %d, cell %q; want %d, %q", tt.place, tt.when, routed.Edition, routed.Cell.Code, tt.edition, tt.cell)
		}
		people := 0
		if n := len(got.Chain); n > 0 {
			people = len(got.Chain[n-1].People)
		}
		if got.Edition != tt.edition || got.Cell.Code != tt.cell || people != tt.people {
			t.Errorf("%s%s: edition %d, cell %q with %d people; want %d, %q with %d", tt.place, tt.when, got.Edition, got.Cell.Code, people, tt.edition, tt.cell, tt.people)
		}
	}
	for _, address := range []string{"/v1/locate", "/v1/route"} {
		old := address + "?lon=120.805&lat=32.005"
		wantProblem(t, s.ask(http.MethodGet, "north", old+"&at=2026-05-02T00:00:00Z", ""), http.StatusForbidden, "root-area", "", "outside 通州区")
		wantProblem(t, s.get(old+"&at=2026-01-01T11:59:59Z"), http.StatusNotFound, "edition", "at", "before 2026-01-01T11:59:59Z")
		wantProblem(t, s.get(old+"&known=2025-12-31"), http.StatusNotFound, "edition", "known", "before 2025-12-31")
		wantProblem(t, s.get(old+"&at=2026-05-03&known=2025-12-31"), http.StatusNotFound, "edition", "known", "before 2025-12-31")
	}
}

// However many ask for an edition of the past at once, it is read once; only the
// last few are kept.
func TestEditionsAreKept(t *testing.T) {
	c := newCity(t)
	ask := func(year int) {
		w := c.get(fmt.Sprintf("/v1/locate?lon=120.805&lat=32.005&at=%d-03-01", year))
		if w.Code != http.StatusOK {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	}
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() { ask(2026) })
	}
	wg.Wait()
	for _, year := range []int{2025, 2024, 2026, 2023, 2024, 2026, 2025} {
		ask(year)
	}
	if got := fmt.Sprint(c.memory.editions); got != "[2026 2025 2024 2023 2025]" {
		t.Errorf("editions %s were read", got)
	}
}
