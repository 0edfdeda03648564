package api_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"testing"
)

// A tile in the middle of the city, at a zoom that holds all of it.
const tileOfCity = "/tiles/areas/10/855/415.mvt"

func TestTile(t *testing.T) {
	c := newCity(t)
	w := c.get(tileOfCity + "?level=county")
	wantStatus(t, w, http.StatusOK)
	h := w.Header()
	if h.Get("Content-Type") != "application/vnd.mapbox-vector-tile" || h.Get("Content-Encoding") != "gzip" || h.Get("Cache-Control") != "private, no-cache" {
		t.Errorf("headers %v", h)
	}
	if data := unzip(t, w.Body); !bytes.Contains(data, []byte("崇川区")) || !bytes.Contains(data, []byte("通州区")) {
		t.Errorf("tile %q", data)
	}
	limited := c.ask("GET", "north", tileOfCity+"?level=county", "")
	wantStatus(t, limited, http.StatusOK)
	if data := unzip(t, limited.Body); bytes.Contains(data, []byte("崇川区")) || !bytes.Contains(data, []byte("通州区")) {
		t.Errorf("tile %q", data)
	}
}

func unzip(t *testing.T, r io.Reader) []byte {
	t.Helper()
	z, err := gzip.NewReader(r)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestTileTag(t *testing.T) {
	c := newCity(t)
	first := c.get(tileOfCity)
	tag := first.Header().Get("ETag")
	for _, have := range []string{tag, "W/" + tag, `"x", ` + tag, "*"} {
		w := c.ask("GET", "admin", tileOfCity, "", "If-None-Match", have)
		wantStatus(t, w, http.StatusNotModified)
		if w.Body.Len() != 0 || w.Header().Get("ETag") != tag {
			t.Errorf("ETag %s and %d bytes", w.Header().Get("ETag"), w.Body.Len())
		}
	}
	for _, other := range []string{tileOfCity + "?matter=02", tileOfCity + "?to=2026-04-30", "/tiles/areas/11/1711/831.mvt"} {
		w := c.ask("GET", "admin", other, "", "If-None-Match", tag)
		if w.Code == http.StatusNotModified {
			t.Errorf("%s is taken for %s", other, tileOfCity)
		}
	}
	wantStatus(t, c.ask("GET", "north", tileOfCity, "", "If-None-Match", tag), http.StatusOK)
}

func TestTileRefuses(t *testing.T) {
	c := newCity(t)
	empty := c.get("/tiles/areas/10/0/0.mvt")
	wantStatus(t, empty, http.StatusNoContent)
	for _, target := range []string{"/tiles/areas/10/1024/0.mvt", "/tiles/areas/10/0/1024.mvt", "/tiles/areas/30/0/0.mvt", "/tiles/areas/-1/0/0.mvt", "/tiles/areas/1/a/0.mvt"} {
		w := c.get(target)
		wantStatus(t, w, http.StatusNotFound)
		if ct := w.Header().Get("Content-Type"); ct != "application/problem+json" {
			t.Errorf("%s: %s", target, ct)
		}
	}
	wantProblem(t, c.get(tileOfCity+"?matter=1"), 400, "parameter", "matter", "2, 4 or 6 digits")
	wantProblem(t, c.get(tileOfCity+"?from=soon"), 400, "parameter", "from", "not a time")
	wantProblem(t, c.get(tileOfCity+"?level=street"), 400, "parameter", "level", "unknown level")
	wantProblem(t, c.get(tileOfCity+"?state=closed"), 400, "unknown-parameter", "state", "")
}

func TestTileJSONAndStyle(t *testing.T) {
	c := newCity(t)
	golden(t, "tilejson", c.get("/tiles/areas.json?to=2026-05-01&matter=01"))
	golden(t, "tilejson-north", c.ask("GET", "north", "/tiles/areas.json", "", "X-Forwarded-Proto", "https"))
	style := decode[struct {
		Version int
		Sources map[string]struct{ Type, URL string }
	}](t, c.get("/styles/density.json").Body.Bytes())
	if s := style.Sources["areas"]; style.Version != 8 || s.Type != "vector" || s.URL != "http://example.com/tiles/areas.json" {
		t.Errorf("style %+v", style)
	}
}
