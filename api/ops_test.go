package api_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"jingwei/api"

	gocmp "github.com/google/go-cmp/cmp"
)

// The document lists exactly the addresses there are, with their methods.
func TestDocumentIsHonest(t *testing.T) {
	c := newCity(t)
	w := c.get("/api")
	wantStatus(t, w, http.StatusOK)
	doc := decode[struct {
		OpenAPI string
		Paths   map[string]map[string]json.RawMessage
	}](t, w.Body.Bytes())
	if !strings.HasPrefix(doc.OpenAPI, "3.1.") {
		t.Errorf("OpenAPI %s", doc.OpenAPI)
	}
	var documented []string
	for path, methods := range doc.Paths {
		for method := range methods {
			documented = append(documented, strings.ToUpper(method)+" "+path)
		}
	}
	slices.Sort(documented)
	if diff := gocmp.Diff(c.Addresses(), documented); diff != "" {
		t.Errorf("addresses (-served +documented):\n%s", diff)
	}
}

// Every reference in the document leads somewhere.
func TestDocumentReferences(t *testing.T) {
	w := newCity(t).get("/api")
	doc := decode[map[string]any](t, w.Body.Bytes())
	refs := regexp.MustCompile(`"\$ref": "#/([^"]+)"`).FindAllStringSubmatch(w.Body.String(), -1)
	if len(refs) == 0 {
		t.Fatal("no references")
	}
	for _, ref := range refs {
		at := any(doc)
		for step := range strings.SplitSeq(ref[1], "/") {
			at, _ = at.(map[string]any)[step]
			if at == nil {
				t.Errorf("%s leads nowhere", ref[1])
				break
			}
		}
	}
}

// What the document says an answer has is what it has.
func TestDocumentAgainstAnswers(t *testing.T) {
	c := newCity(t)
	wantStatus(t, c.post(full), http.StatusCreated)
	wantDocumented(t, c, map[string]string{
		"Located": "/v1/locate?lon=120.805&lat=32.005", "FullReport": "/v1/reports/" + id(1), "AreaDetail": "/v1/areas/3206?geometry=true",
		"Density": "/v1/density", "Stats": "/v1/stats?by=level", "Problem": "/v1/areas/7", "Decision": "/v1/route?lon=120.805&lat=32.005",
	})
}

// wantDocumented fails unless what is at each address is as its schema says.
func wantDocumented(t *testing.T, c *city, addresses map[string]string) {
	t.Helper()
	doc := decode[struct {
		Components struct {
			Schemas map[string]struct {
				Required   []string
				Properties map[string]any
			}
		}
	}](t, c.get("/api").Body.Bytes())
	for schema, target := range addresses {
		s, ok := doc.Components.Schemas[schema]
		if !ok {
			t.Errorf("no schema %s", schema)
		}
		answer := decode[map[string]any](t, c.get(target).Body.Bytes())
		for name := range answer {
			if _, ok := s.Properties[name]; !ok {
				t.Errorf("%s: %s is not in the schema %s", target, name, schema)
			}
		}
		for _, name := range s.Required {
			if _, ok := answer[name]; !ok {
				t.Errorf("%s: %s is missing", target, name)
			}
		}
	}
}

// No parameter of the document is unknown to the service.
func TestDocumentedParameters(t *testing.T) {
	type parameter struct{ Ref, Name, In string }
	c := newCity(t)
	var doc struct {
		Paths      map[string]map[string]struct{ Parameters []parameter }
		Components struct{ Parameters map[string]parameter }
	}
	text := bytes.ReplaceAll(c.get("/api").Body.Bytes(), []byte(`"$ref"`), []byte(`"ref"`))
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	place := strings.NewReplacer("{layer}", "areas", "{name}", "density", "{z}", "0", "{x}", "0", "{y}", "0",
		"{tileMatrix}", "0", "{tileRow}", "0", "{tileCol}", "0", "{code}", "3206", "{id}", id(1))
	asked := 0
	for path, methods := range doc.Paths {
		for _, p := range methods["get"].Parameters {
			if p.Ref != "" {
				p = doc.Components.Parameters[strings.TrimPrefix(p.Ref, "#/components/parameters/")]
			}
			if p.In != "query" {
				continue
			}
			asked++
			target := place.Replace(path) + "?" + p.Name + "=0"
			if w := c.get(target); strings.Contains(w.Body.String(), "unknown-parameter") {
				t.Errorf("%s: %s", target, w.Body)
			}
		}
	}
	if asked < 40 {
		t.Errorf("%d parameters", asked)
	}
}

func TestNowhere(t *testing.T) {
	c := newCity(t)
	wantProblem(t, c.get("/v2/reports"), http.StatusNotFound, "not-found", "", "nothing at this address")
	for method, allow := range map[string]string{"PATCH": "GET, HEAD, POST", "OPTIONS": "GET, HEAD, POST"} {
		w := c.ask(method, "admin", "/v1/reports", "")
		wantProblem(t, w, http.StatusMethodNotAllowed, "method", "", method+" is not possible here")
		if w.Header().Get("Allow") != allow {
			t.Errorf("Allow: %s", w.Header().Get("Allow"))
		}
	}
}

func TestReady(t *testing.T) {
	c := newCity(t)
	wantStatus(t, c.ask("GET", "", "/livez", ""), http.StatusOK)
	w := c.ask("GET", "", "/readyz", "")
	wantStatus(t, w, http.StatusOK)
	if got := strings.TrimSpace(w.Body.String()); got != `{"edition":3,"status":"ready"}` {
		t.Error(got)
	}
	c.memory.fail = errors.New("connection refused")
	wantProblem(t, c.ask("GET", "", "/readyz", ""), http.StatusServiceUnavailable, "not-ready", "", "database")
	wantStatus(t, c.ask("GET", "", "/livez", ""), http.StatusOK)
}

func TestRequestID(t *testing.T) {
	c := newCity(t)
	if got := c.ask("GET", "", "/livez", "", "X-Request-Id", id(7)).Header().Get("X-Request-Id"); got != id(7) {
		t.Errorf("id %q", got)
	}
	if got := c.ask("GET", "", "/livez", "", "X-Request-Id", "a\nlog line").Header().Get("X-Request-Id"); len(got) != 36 || got == id(7) {
		t.Errorf("id %q", got)
	}
}

func TestMetrics(t *testing.T) {
	c := newCity(t)
	c.get("/v1/areas/3206")
	c.get("/v1/areas/7")
	c.get("/v1/areas/" + micro1)
	c.get("/nowhere")
	c.ask("BREW", "", "/livez", "")
	c.post(`{` + inNorth + `}`)
	c.post(`{` + inMicro1 + `}`)
	w := httptest.NewRecorder()
	c.MetricsHandler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for _, want := range []string{
		`jingwei_http_request_seconds_count{method="GET",route="/v1/areas/{code}",status="200"} 2`,
		`jingwei_http_request_seconds_count{method="GET",route="/v1/areas/{code}",status="404"} 1`,
		`jingwei_http_request_seconds_count{method="GET",route="nowhere",status="404"} 1`,
		`jingwei_http_request_seconds_count{method="other",route="/livez",status="405"} 1`,
		`jingwei_streams_open 0`,
		`jingwei_reports_unrouted_total 1`,
	} {
		if !strings.Contains(w.Body.String(), want+"\n") {
			t.Errorf("no line %s", want)
		}
	}
}

func TestConsole(t *testing.T) {
	c := newCity(t)
	for _, target := range []string{"/console", "/console/"} {
		w := c.ask("GET", "", target, "")
		wantStatus(t, w, http.StatusOK)
		h := w.Header()
		if !strings.Contains(w.Body.String(), "经纬") || h.Get("Cache-Control") != "no-cache" || h.Get("Content-Type") != "text/html; charset=utf-8" {
			t.Errorf("%v", h)
		}
		for _, part := range []string{"default-src 'none'", "script-src 'self';", "worker-src 'self' blob:", "img-src 'self' data: blob:", "connect-src 'self';", "frame-ancestors 'none'"} {
			if !strings.Contains(h.Get("Content-Security-Policy"), part) {
				t.Errorf("policy %q without %q", h.Get("Content-Security-Policy"), part)
			}
		}
		wantStatus(t, c.ask("GET", "", target, "", "If-None-Match", h.Get("ETag")), http.StatusNotModified)
	}
	asset := c.ask("GET", "", "/console/assets/app-1a.js", "")
	wantStatus(t, asset, http.StatusOK)
	if h := asset.Header(); !strings.HasSuffix(h.Get("Cache-Control"), "immutable") || !strings.HasPrefix(h.Get("Content-Type"), "text/javascript") || h.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%v", h)
	}
	icon := c.ask("GET", "", "/console/favicon.svg", "")
	if h := icon.Header(); h.Get("Cache-Control") != "no-cache" || h.Get("Content-Type") != "image/svg+xml" {
		t.Errorf("%v", h)
	}
	for _, target := range []string{"/console/assets", "/console/assets/old.js"} {
		wantProblem(t, c.ask("GET", "", target, ""), http.StatusNotFound, "not-found", "", "no file")
	}
	for _, pages := range []fstest.MapFS{nil, {".gitkeep": {}}} {
		c = newCity(t, func(config *api.Config) { config.Pages = pages })
		wantProblem(t, c.ask("GET", "", "/console", ""), http.StatusNotFound, "not-built", "", "without its pages")
	}
}
