package api_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"jingwei/api"
	"jingwei/grid"

	gocmp "github.com/google/go-cmp/cmp"
)

const full = `{"id":"019de300-0000-7000-8000-000000000001","position":[120.805,32.005],"datum":"wgs84",` +
	`"accuracy":12.5,"matter":"010101","text":"占道经营","at":"2026-05-01T19:30:00.123456+08:00","reporter":"张三"}`

func TestPostReport(t *testing.T) {
	for _, tt := range []struct{ name, body string }{
		{"report-full", full},
		{"report-deputy", `{"id":"` + id(2) + `",` + inMicro1 + `,"at":"2026-03-01T00:00:00Z"}`},
		{"report-vacant", `{"id":"` + id(3) + `",` + inMicro2 + `}`},
		{"report-dedicated", `{"id":"` + id(4) + `",` + inPark + `}`},
		{"report-unrouted", `{"id":"` + id(5) + `",` + inNorth + `}`},
		{"report-outside", `{"id":"` + id(6) + `",` + atSea + `}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newCity(t)
			if tt.name == "report-deputy" { // before the primary begins
				c.now.Store(time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC).Unix())
			}
			w := c.post(tt.body)
			wantStatus(t, w, http.StatusCreated)
			golden(t, tt.name, w)
			address := w.Header().Get("Location")
			again := c.get(address)
			wantStatus(t, again, http.StatusOK)
			if diff := gocmp.Diff(w.Body.String(), again.Body.String()); diff != "" {
				t.Errorf("%s differs from what was answered when it was reported:\n%s", address, diff)
			}
			for _, answer := range []http.Header{w.Header(), again.Header()} {
				if answer.Get("ETag") != `"1"` {
					t.Errorf("ETag %s", answer.Get("ETag"))
				}
			}
		})
	}
}

// A report without an id gets one of version 7, made anew for each.
func TestPostReportMakesID(t *testing.T) {
	c := newCity(t)
	a := decode[struct{ ID string }](t, c.post(`{`+inMicro1+`}`).Body.Bytes()).ID
	b := decode[struct{ ID string }](t, c.post(`{`+inMicro1+`}`).Body.Bytes()).ID
	if a == b || len(a) != 36 || a[14] != '7' || b[14] != '7' {
		t.Errorf("ids %q and %q", a, b)
	}
}

func TestSameReportTwice(t *testing.T) {
	c := newCity(t)
	first := c.post(full)
	wantStatus(t, first, http.StatusCreated)
	c.now.Add(3600)
	for _, again := range []struct{ name, method, target, body string }{
		{"post", http.MethodPost, "/v1/reports", full},
		{"put", http.MethodPut, "/v1/reports/" + id(1), full},
		{"put without id", http.MethodPut, "/v1/reports/" + id(1), strings.Replace(full, `"id":"`+id(1)+`",`, "", 1)},
		{"without time", http.MethodPost, "/v1/reports", strings.Replace(full, `"at":"2026-05-01T19:30:00.123456+08:00",`, "", 1)},
	} {
		t.Run(again.name, func(t *testing.T) {
			w := c.ask(again.method, "admin", again.target, again.body)
			wantStatus(t, w, http.StatusOK)
			if diff := gocmp.Diff(first.Body.String(), w.Body.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
	for _, other := range []string{
		strings.Replace(full, "120.805", "120.8050001", 1), strings.Replace(full, "张三", "李四", 1),
		strings.Replace(full, "12.5", "12.6", 1), strings.Replace(full, "010101", "010102", 1),
		strings.Replace(full, "占道", "占路", 1), strings.Replace(full, "19:30", "19:31", 1),
	} {
		wantProblem(t, c.post(other), http.StatusConflict, "id-taken", "id", "another report has the id")
	}
	if c.memory.appends != 1 {
		t.Errorf("%d reports were kept, want 1", c.memory.appends)
	}
}

// However many send the same report at once, one creates it and all get it.
func TestSameReportAtOnce(t *testing.T) {
	c := newCity(t)
	const n = 32
	codes, bodies := make([]int, n), make([]string, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			w := c.ask(http.MethodPut, "admin", "/v1/reports/"+id(1), full)
			codes[i], bodies[i] = w.Code, w.Body.String()
		})
	}
	wg.Wait()
	created := 0
	for i := range n {
		if codes[i] == http.StatusCreated {
			created++
		} else if codes[i] != http.StatusOK {
			t.Errorf("status %d: %s", codes[i], bodies[i])
		}
		if bodies[i] != bodies[0] {
			t.Errorf("answer %d differs", i)
		}
	}
	if created != 1 {
		t.Errorf("created %d times", created)
	}
}

func TestPostReportRefuses(t *testing.T) {
	c := newCity(t)
	for _, tt := range []struct{ name, body, rule, at, detail string }{
		{"empty", ` `, "json", "", "the body is empty"},
		{"cut off", `{"lon":1`, "json", "", "cut off"},
		{"no JSON", `lon=1`, "json", "", "not JSON at byte 1"},
		{"array", `[1,2]`, "type", "", "want a JSON object, not array"},
		{"two values", `{` + inMicro1 + `}{}`, "json", "", "more after the first"},
		{"not UTF-8", "{\"text\":\"\xff\"," + inMicro1 + "}", "json", "", "not UTF-8"},
		{"unknown field", `{"lng":1}`, "unknown-field", "lng", "no such field"},
		{"type of lon", `{"lon":"1","lat":2}`, "type", "lon", "want a number, not string"},
		{"type of text", `{"text":1}`, "type", "text", "want a string, not number"},
		{"type of position", `{"position":{"lon":1}}`, "type", "position", "want an array of numbers, not object"},
		{"too large a number", `{"lon":1e999,"lat":1}`, "type", "lon", "want a number, not number 1e999"},
		{"no place", `{}`, "place", "lon", "needed"},
		{"no lat", `{"lon":1}`, "place", "lat", "needed"},
		{"null lat", `{"lon":1,"lat":null}`, "place", "lat", "needed"},
		{"two places", `{"position":[1,2],"lon":1}`, "place", "position", "not both"},
		{"one number", `{"position":[1]}`, "place", "position", "got 1 numbers"},
		{"lon out of range", `{"lon":181,"lat":2}`, "range", "lon", "out of range"},
		{"swapped", `{"lon":32.005,"lat":120.805}`, "range", "lat", "look swapped"},
		{"datum", `{"datum":"mars",` + inMicro1 + `}`, "datum", "datum", `unknown datum "mars"`},
		{"accuracy", `{"accuracy":-1,` + inMicro1 + `}`, "range", "accuracy", "from 0 to 100000"},
		{"matter", `{"matter":"999999",` + inMicro1 + `}`, "matter", "matter", "not in the catalogue"},
		{"matter prefix", `{"matter":"01",` + inMicro1 + `}`, "matter", "matter", "not in the catalogue"},
		{"text", `{"text":"` + strings.Repeat("长", 4001) + `",` + inMicro1 + `}`, "length", "text", "4001 characters"},
		{"NUL", `{"text":"\u0000",` + inMicro1 + `}`, "text", "text", "NUL"},
		{"reporter", `{"reporter":"` + strings.Repeat("长", 201) + `",` + inMicro1 + `}`, "length", "reporter", "201 characters"},
		{"id", `{"id":"7",` + inMicro1 + `}`, "id", "id", "not a UUID"},
		{"id in braces", `{"id":"{` + id(1) + `}",` + inMicro1 + `}`, "id", "id", "not a UUID"},
		{"nil id", `{"id":"00000000-0000-0000-0000-000000000000",` + inMicro1 + `}`, "id", "id", "not a UUID"},
		{"time", `{"at":"2026-05-01",` + inMicro1 + `}`, "time", "at", "RFC 3339"},
		{"future", `{"at":"2026-05-02T12:00:01Z",` + inMicro1 + `}`, "time", "at", "more than 24h0m0s in the future"},
		{"past", `{"at":"1969-12-31T23:59:59Z",` + inMicro1 + `}`, "time", "at", "before 1970"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			wantProblem(t, c.post(tt.body), http.StatusBadRequest, tt.rule, tt.at, tt.detail)
		})
	}
	if n := len(c.memory.reports); n != 0 {
		t.Errorf("%d refused reports were kept", n)
	}
}

func TestPostReportAtTheLimits(t *testing.T) {
	c := newCity(t)
	wantStatus(t, c.post(`{"text":"`+strings.Repeat("长", 4000)+`",`+inMicro1+`,"at":"2026-05-02T12:00:00Z"}`), http.StatusCreated)
}

func TestPostReportRefusesTheRequest(t *testing.T) {
	c := newCity(t)
	large := c.post(`{"text":"` + strings.Repeat("a", 1<<20) + `"}`)
	wantProblem(t, large, http.StatusRequestEntityTooLarge, "size", "", "larger than 1048576 bytes")
	form := c.ask(http.MethodPost, "admin", "/v1/reports", full, "Content-Type", "application/x-www-form-urlencoded")
	wantProblem(t, form, http.StatusUnsupportedMediaType, "content-type", "Content-Type", "want application/json or application/x-ndjson")
	many := c.ask(http.MethodPut, "admin", "/v1/reports/"+id(1), full, "Content-Type", "application/x-ndjson")
	wantProblem(t, many, http.StatusUnsupportedMediaType, "content-type", "Content-Type", "want application/json")
	wantProblem(t, c.ask(http.MethodPut, "admin", "/v1/reports/7", full), http.StatusBadRequest, "id", "id", "not a UUID")
	wantProblem(t, c.ask(http.MethodPut, "admin", "/v1/reports/"+id(2), full), http.StatusBadRequest, "id", "id", "differs from the one in the address")
	wantProblem(t, c.ask(http.MethodPost, "admin", "/v1/reports?dry=1", full), http.StatusBadRequest, "unknown-parameter", "dry", "")
}

// A place outside that would be inside with its numbers swapped is kept as it
// was sent, with a warning. Near 32° E and N both orders are in range.
func TestSwappedWithinRange(t *testing.T) {
	c := newCity(t, func(config *api.Config) { config.Snapshots.Store(turned(t)) })
	w := c.post(`{"lon":32.5,"lat":40.5,"id":"` + id(1) + `"}`)
	wantStatus(t, w, http.StatusCreated)
	v := decode[struct {
		Position [2]float64
		Warning  string
	}](t, w.Body.Bytes())
	if v.Position != [2]float64{32.5, 40.5} || !strings.Contains(v.Warning, "with lon and lat swapped it would be in 单元 (9)") {
		t.Errorf("position %v, warning %q", v.Position, v.Warning)
	}
	lines := c.ask(http.MethodPost, "admin", "/v1/reports", `{"lon":32.5,"lat":40.5}`, "Content-Type", "application/x-ndjson")
	if !strings.Contains(lines.Body.String(), `"warning":"the place is outside`) {
		t.Error(lines.Body)
	}
}

func TestStoreFailures(t *testing.T) {
	for _, tt := range []struct {
		err    error
		status int
		rule   string
	}{
		{grid.ErrBusy, http.StatusServiceUnavailable, "busy"},
		{fmt.Errorf("query: %w", grid.ErrBusy), http.StatusServiceUnavailable, "busy"},
		{fmt.Errorf("query: %w: hunter2", grid.ErrUnavailable), http.StatusServiceUnavailable, "unavailable"},
		{errors.New("password of the database is hunter2"), http.StatusInternalServerError, "internal"},
	} {
		c := newCity(t)
		wantStatus(t, c.get("/v1/matters"), http.StatusOK) // the token is known now
		c.memory.fail = tt.err
		for _, w := range []*httptest.ResponseRecorder{c.post(full), c.get("/v1/reports"), c.get("/v1/reports/" + id(1))} {
			wantProblem(t, w, tt.status, tt.rule, "", "")
			if strings.Contains(w.Body.String(), "hunter2") {
				t.Errorf("the caller is told %s", w.Body)
			}
			if tt.status == http.StatusServiceUnavailable && w.Header().Get("Retry-After") == "" {
				t.Error("no Retry-After")
			}
		}
		if strings.Contains(tt.err.Error(), "hunter2") && !strings.Contains(c.log.String(), "hunter2") {
			t.Error("the log does not tell the cause")
		}
	}
}

func TestHistory(t *testing.T) {
	c := newCity(t)
	wantStatus(t, c.post(full), http.StatusCreated)
	w := c.get("/v1/reports/" + id(1) + "/history")
	wantStatus(t, w, http.StatusOK)
	golden(t, "history", w)
	wantProblem(t, c.get("/v1/reports/"+id(9)), http.StatusNotFound, "not-found", "", "no report "+id(9))
	wantProblem(t, c.get("/v1/reports/"+id(9)+"/history"), http.StatusNotFound, "not-found", "", "no report "+id(9))
	wantProblem(t, c.get("/v1/reports/seven"), http.StatusBadRequest, "id", "id", "not a UUID")
}

// A step's time is that of the arrival, also for a report of long ago.
func TestStepIsOfTheArrival(t *testing.T) {
	c := newCity(t)
	wantStatus(t, c.post(`{"id":"`+id(1)+`",`+inMicro1+`,"at":"2026-01-02T00:00:00Z"}`), http.StatusCreated)
	for _, steps := range c.memory.steps {
		if got := steps[0].At; !got.Equal(noon.Truncate(time.Microsecond)) || steps[0].Actor != "root#1" || steps[0].AsWhom != "admin" {
			t.Errorf("step %+v", steps[0])
		}
	}
}

// Who sends what somebody else has filed learns that it is there, and no more.
func TestPutAgainByAnother(t *testing.T) {
	c := newCity(t)
	address, body := "/v1/reports/"+id(1), `{`+inMicro1+`}`
	wantStatus(t, c.ask(http.MethodPut, "reporter", address, body), http.StatusCreated)
	w := c.ask(http.MethodPut, "reporter2", address, body)
	wantStatus(t, w, http.StatusOK)
	if got, want := strings.TrimSpace(w.Body.String()), `{"id":"`+id(1)+`"}`; got != want {
		t.Errorf("answered %s, want %s", got, want)
	}
	if h := w.Header(); h.Get("ETag") != "" || h.Get("Location") != "" {
		t.Errorf("headers %v", h)
	}
	known := decode[struct {
		Components struct {
			Schemas map[string]struct {
				Required             []string
				AdditionalProperties *bool
			}
		}
	}](t, c.get("/api").Body.Bytes()).Components.Schemas["KnownReport"]
	if !slices.Equal(known.Required, []string{"id"}) || known.AdditionalProperties == nil || *known.AdditionalProperties {
		t.Errorf("the document says %+v", known)
	}
}
