package api_test

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"jingwei/api"
	"jingwei/geo"
	"jingwei/geo/datum"
	"jingwei/grid"
)

// Whatever is sent, a report is kept and answered as it was kept, or refused
// with a problem and not kept.
func FuzzPostReport(f *testing.F) {
	for _, seed := range []string{
		full, `{`, `[]`, `null`, `{` + inMicro1 + `}`, `{` + atSea + `}`, `{"position":[1,2,3]}`, `{"position":null,` + inPark + `}`,
		`{"lon":1e308,"lat":-0}`, `{"LON":120.805,"lat":32.005}`, `{"datum":"bd09",` + inMicro1 + `}`, `{"text":"\ud800",` + inMicro1 + `}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		c := newCity(t)
		w := c.post(string(body))
		switch kept := len(c.memory.reports); {
		case w.Code == http.StatusCreated && kept == 1:
			v := decode[struct{ ID string }](t, w.Body.Bytes())
			if again := c.get("/v1/reports/" + v.ID); again.Code != http.StatusOK {
				t.Errorf("status %d for the report that was kept: %s", again.Code, again.Body)
			}
		case w.Code == http.StatusBadRequest && kept == 0, w.Code == http.StatusUnsupportedMediaType && len(body) == 0:
			if !json.Valid(w.Body.Bytes()) {
				t.Errorf("problem %q", w.Body)
			}
		default:
			t.Errorf("status %d with %d reports kept: %s", w.Code, kept, w.Body)
		}
	})
}

// Whatever comes, each row that goes in comes out once, with three columns more
// than the header has.
func FuzzLocateCSV(f *testing.F) {
	for _, seed := range []string{
		"lon,lat\n120.805,32.005\n", "lat,lon,accuracy\n32,120,5\n", "lon,lat\n\"1\n2\",3\n", "\ufefflon,lat\r\n1,2\r\n",
		"lon,lat\n1\n1,2,3\n\n,,\n", "lon,lat\nNaN,Inf\n", "lon,lat\n\"", "x", "", "lon,lat", "lon,lon,lat\n1,2,3", "lon,lat\n\"a\"b,1",
	} {
		f.Add([]byte(seed))
	}
	s := snapshot()
	locate := func(p geo.Pos) (grid.Place, string, error) {
		place := s.Locate(p, grid.DefaultTolerance)
		if place.Area < 0 {
			return place, "", nil
		}
		return place, s.Area(place.Area).Code, nil
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		var out strings.Builder
		err := api.LocateCSV(t.Context(), &out, strings.NewReader(string(in)), datum.WGS84, locate)
		read := csv.NewReader(strings.NewReader(string(in)))
		read.FieldsPerRecord, read.LazyQuotes = -1, true
		rows, readErr := read.ReadAll()
		if err != nil || readErr != nil {
			return // no header
		}
		answers, err := csv.NewReader(strings.NewReader(out.String())).ReadAll()
		if err != nil {
			t.Fatalf("the answer is no CSV: %v\n%s", err, out.String())
		}
		if len(answers) != len(rows) || len(answers[0]) != len(rows[0])+3 {
			t.Fatalf("%d rows of %d columns became %d of %d", len(rows), len(rows[0]), len(answers), len(answers[0]))
		}
	})
}
