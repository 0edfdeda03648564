package api_test

import (
	"encoding/json"
	"net/http"
	"testing"
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
