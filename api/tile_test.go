package api_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"jingwei/api"
	"jingwei/tiles/mvt"

	gocmp "github.com/google/go-cmp/cmp"
)

// A tile in the middle of the city, at a zoom that holds all of it.
const (
	placeOfCity = "/10/855/415.mvt"
	tileOfCity  = "/tiles/areas" + placeOfCity
)

var layers = []string{"areas", "bins", "reports"}

// layersOf returns the layers of a tile that was answered, by name.
func layersOf(t testing.TB, w *httptest.ResponseRecorder) map[string]mvt.DecodedLayer {
	t.Helper()
	wantStatus(t, w, http.StatusOK)
	list, err := mvt.Decode(unzip(t, w.Body))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]mvt.DecodedLayer{}
	for _, l := range list {
		out[l.Name] = l
	}
	return out
}

func unzip(t testing.TB, r io.Reader) []byte {
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

// sums adds up count, open and overdue over features.
func sums(l mvt.DecodedLayer) (n [3]uint64) {
	for _, f := range l.Features {
		for i, key := range []string{"count", "open", "overdue"} {
			v, _ := f.Value(key).(uint64)
			n[i] += v
		}
	}
	return n
}

func TestTile(t *testing.T) {
	c := newCity(t)
	w := c.get(tileOfCity + "?level=county")
	wantStatus(t, w, http.StatusOK)
	h := w.Header()
	if h.Get("Content-Type") != "application/vnd.mapbox-vector-tile" || h.Get("Content-Encoding") != "gzip" {
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

// Every layer counts the same reports under the same filter, and so do the numbers.
func TestFilters(t *testing.T) {
	c := newCity(t)
	for query, want := range map[string][3]uint64{ // count, open, overdue
		"":                               {3, 2, 1},
		"?from=2026-04-30":               {2, 1, 0},
		"?to=2026-04-30T12:00:00Z":       {1, 1, 1},
		"?matter=01":                     {2, 1, 0},
		"?matter=010101,020101":          {2, 2, 1},
		"?matter=0101,01":                {2, 1, 0},
		"?matter=03":                     {0, 0, 0},
		"?state=open":                    {2, 2, 1},
		"?state=closed":                  {1, 0, 0},
		"?state=overdue":                 {1, 1, 1},
		"?state=open&matter=01":          {1, 1, 0},
		"?from=2026-04-30&state=closed":  {1, 0, 0},
		"?edition=3&from=&matter=&state": {3, 2, 1},
	} {
		d := decode[struct{ Total, Open, Overdue uint64 }](t, c.get("/v1/density"+strings.Replace(query, "edition=3&", "", 1)).Body.Bytes())
		if got := [3]uint64{d.Total, d.Open, d.Overdue}; got != want {
			t.Errorf("/v1/density%s: %v, want %v", query, got, want)
		}
		for _, layer := range layers {
			w := c.get("/tiles/" + layer + placeOfCity + query)
			if want[0] == 0 && layer != "areas" {
				wantStatus(t, w, http.StatusNoContent)
				continue
			}
			in := layersOf(t, w)
			if got := sums(in[layer]); got != want {
				t.Errorf("%s%s: %v, want %v", layer, query, got, want)
			}
			meta := in["meta"].Features[0]
			if got := [3]any{meta.Value("total"), meta.Value("open"), meta.Value("overdue")}; got != [3]any{want[0], want[1], want[2]} {
				t.Errorf("%s%s: in all %v, want %v", layer, query, got, want)
			}
		}
	}
}

// Callers with different roots never get each other's tiles, whoever asks first.
func TestRootsNeverShareTiles(t *testing.T) {
	see := map[string]map[string][]string{ // token, layer: what may be read in a tile
		"admin": {"areas": {micro1, micro2, park, north}, "reports": {"010101", "010102", "020101"}},
		"north": {"areas": {north}, "reports": {"020101"}},
		"park":  {"areas": {park}, "reports": {}},
	}
	total := map[string]uint64{"admin": 3, "north": 1, "park": 0}
	for _, order := range [][]string{{"admin", "north", "park"}, {"park", "north", "admin"}} {
		c := newCity(t)
		for _, layer := range layers {
			tags := map[string]string{}
			for _, token := range order {
				for range 2 { // made, and kept
					target := "/tiles/" + layer + "/12/3422/1663.mvt?" + map[string]string{"areas": "level=microgrid"}[layer]
					for other, tag := range tags {
						w := c.ask("GET", token, target, "", "If-None-Match", tag)
						if other != token && w.Code == http.StatusNotModified {
							t.Errorf("%s: %s is told that it has what %s has", layer, token, other)
						}
					}
					w := c.ask("GET", token, target, "")
					tags[token] = w.Header().Get("ETag")
					if total[token] == 0 && layer != "areas" {
						wantStatus(t, w, http.StatusNoContent)
						continue
					}
					in := layersOf(t, w)
					if got := sums(in[layer])[0]; got != total[token] || in["meta"].Features[0].Value("total") != total[token] {
						t.Errorf("%s: %s sees %d reports, want %d", layer, token, got, total[token])
					}
					if diff := gocmp.Diff(see[token][layer], texts(in[layer])); diff != "" && layer != "bins" {
						t.Errorf("%s, as %s (-want +got):\n%s", layer, token, diff)
					}
					if diff := gocmp.Diff(see[token]["areas"], texts(in["labels"])); diff != "" && layer == "areas" {
						t.Errorf("labels, as %s (-want +got):\n%s", token, diff)
					}
				}
			}
		}
	}
}

// texts returns the codes, or matters, of features, sorted.
func texts(l mvt.DecodedLayer) []string {
	found := map[string]bool{}
	for _, f := range l.Features {
		for _, key := range []string{"code", "matter"} {
			if s, ok := f.Value(key).(string); ok {
				found[s] = true
			}
		}
	}
	return append([]string{}, slices.Sorted(maps.Keys(found))...)
}

func TestTileTag(t *testing.T) {
	for _, layer := range layers {
		c := newCity(t)
		target := "/tiles/" + layer + placeOfCity
		first := c.get(target)
		tag := first.Header().Get("ETag")
		for _, have := range []string{tag, "W/" + tag, `"x", ` + tag, "*"} {
			w := c.ask("GET", "admin", target, "", "If-None-Match", have)
			wantStatus(t, w, http.StatusNotModified)
			if w.Body.Len() != 0 || w.Header().Get("ETag") != tag {
				t.Errorf("ETag %s and %d bytes", w.Header().Get("ETag"), w.Body.Len())
			}
		}
		for _, other := range []string{target + "?matter=02", target + "?to=2026-04-30", target + "?state=open", "/tiles/" + layer + "/11/1711/831.mvt"} {
			w := c.ask("GET", "admin", other, "", "If-None-Match", tag)
			if w.Code == http.StatusNotModified {
				t.Errorf("%s is taken for %s", other, target)
			}
		}
		wantStatus(t, c.ask("GET", "north", target, "", "If-None-Match", tag), http.StatusOK)
	}
}

// A tile is gzip but for those who do not take that, and has a tag for each, so that
// nobody takes one for the other.
func TestTileAsItIsTaken(t *testing.T) {
	c := newCity(t)
	for _, layer := range layers {
		target := "/tiles/" + layer + placeOfCity
		zipped := c.get(target)
		data, tag := unzip(t, zipped.Body), zipped.Header().Get("ETag")
		for taken, plain := range map[string]bool{
			"gzip": false, "GZIP": false, "deflate, gzip;q=0.5": false, "br,gzip": false, "x-gzip": false, "*": false, "*;q=0, gzip": false,
			"": true, "identity": true, "br, deflate": true, "gzip;q=0": true, "gzip; q=0.000, *": true, "*;q=0": true,
		} {
			w := c.ask("GET", "admin", target, "", "Accept-Encoding", taken)
			wantStatus(t, w, http.StatusOK)
			encoding, own := w.Header().Get("Content-Encoding"), w.Header().Get("ETag")
			if plain != (encoding == "") || plain != (own != tag) {
				t.Errorf("%s, %q: encoding %q and tag %s; gzip has %s", layer, taken, encoding, own, tag)
			}
			if plain && !bytes.Equal(w.Body.Bytes(), data) || !plain && !bytes.Equal(unzip(t, w.Body), data) {
				t.Errorf("%s, %q: another tile", layer, taken)
			}
			again := c.ask("GET", "admin", target, "", "Accept-Encoding", taken, "If-None-Match", own)
			if wantStatus(t, again, http.StatusNotModified); again.Header().Get("ETag") != own {
				t.Errorf("%s, %q: tag %s, want %s", layer, taken, again.Header().Get("ETag"), own)
			}
			if plain {
				wantStatus(t, c.ask("GET", "admin", target, "", "Accept-Encoding", taken, "If-None-Match", tag), http.StatusOK)
				wantStatus(t, c.ask("GET", "admin", target, "", "If-None-Match", own), http.StatusOK)
			}
		}
		empty := c.ask("GET", "admin", "/tiles/"+layer+"/10/0/0.mvt", "", "Accept-Encoding", "identity")
		wantStatus(t, empty, http.StatusNoContent)
	}
}

// Whoever has a tile already is told so before it is made.
func TestTileIsNotMadeInVain(t *testing.T) {
	for _, layer := range layers {
		target := "/tiles/" + layer + placeOfCity
		tag := newCity(t).get(target).Header().Get("ETag")
		var holder *atomic.Pointer[api.Picture]
		c := newCity(t, func(c *api.Config) { holder = c.Picture })
		wantStatus(t, c.ask("GET", "admin", target, "", "If-None-Match", tag), http.StatusNotModified)
		if made := holder.Load().Tiles.Made(); made != 0 {
			t.Errorf("%s: %d tiles were made", layer, made)
		}
		wantStatus(t, c.get(target), http.StatusOK)
		if made := holder.Load().Tiles.Made(); made != 1 {
			t.Errorf("%s: %d tiles were made, want 1", layer, made)
		}
	}
}

// No cache between may keep a tile, or give it to another caller.
func TestTileIsPrivate(t *testing.T) {
	c := newCity(t)
	tag := c.get(tileOfCity).Header().Get("ETag")
	for status, w := range map[int]*httptest.ResponseRecorder{
		http.StatusOK:          c.get(tileOfCity),
		http.StatusNotModified: c.ask("GET", "admin", tileOfCity, "", "If-None-Match", tag),
		http.StatusNoContent:   c.get("/tiles/areas/10/0/0.mvt"),
	} {
		wantStatus(t, w, status)
		h := w.Header()
		if h.Get("Cache-Control") != "private, no-cache" || h.Get("Vary") != "Authorization, Cookie, Accept-Encoding" {
			t.Errorf("status %d: %v", status, h)
		}
	}
}

func TestTileRefuses(t *testing.T) {
	c := newCity(t)
	for _, layer := range layers {
		base := "/tiles/" + layer
		wantStatus(t, c.get(base+"/10/0/0.mvt"), http.StatusNoContent)
		for _, place := range []string{"/10/1024/0.mvt", "/10/0/1024.mvt", "/30/0/0.mvt", "/-1/0/0.mvt", "/1/a/0.mvt", "/1/0/1.5.mvt"} {
			w := c.get(base + place)
			wantStatus(t, w, http.StatusNotFound)
			if ct := w.Header().Get("Content-Type"); ct != "application/problem+json" {
				t.Errorf("%s: %s", place, ct)
			}
		}
		for _, target := range []string{base + placeOfCity, base + ".json", "/collections/" + layer + "/tiles/WebMercatorQuad/10/415/855"} {
			wantProblem(t, c.get(target+"?matter=1"), 400, "parameter", "matter", "2, 4 or 6 digits")
			wantProblem(t, c.get(target+"?matter=01,"), 400, "parameter", "matter", "2, 4 or 6 digits")
			wantProblem(t, c.get(target+"?from=soon"), 400, "parameter", "from", "not a time")
			wantProblem(t, c.get(target+"?from=2026-05-02&to=2026-05-01"), 400, "parameter", "to", "ends before it begins")
			wantProblem(t, c.get(target+"?state=done"), 400, "parameter", "state", "want open, closed or overdue")
			wantProblem(t, c.get(target+"?edition=2"), 404, "edition", "edition", "only 3 is, the current one")
			wantProblem(t, c.get(target+"?edition=two"), 400, "parameter", "edition", "not the number of an edition")
			wantProblem(t, c.get(target+"?colour=red"), 400, "unknown-parameter", "colour", "")
		}
	}
	wantProblem(t, c.get(tileOfCity+"?level=street"), 400, "parameter", "level", "unknown level")
	wantProblem(t, c.get("/tiles/bins"+placeOfCity+"?level=county"), 400, "unknown-parameter", "level", "")
	wantProblem(t, c.get("/tiles/roads"+placeOfCity), 404, "not-found", "", "no layer roads")
	wantProblem(t, c.get("/tiles/roads.json"), 404, "not-found", "", "no layer roads")
	wantProblem(t, c.get(tileOfCity+"?matter="+strings.Repeat("01,", 1000)+"01"), 400, "parameter", "matter", "at most 1000")
	wantProblem(t, c.ask("GET", "reporter", tileOfCity, ""), 403, "role", "", "")
	wantProblem(t, c.ask("GET", "", tileOfCity, ""), 401, "token", "", "")
}

func TestTileJSONAndStyle(t *testing.T) {
	c := newCity(t)
	golden(t, "tilejson", c.get("/tiles/areas.json?to=2026-05-01&matter=01,02&state=open&level=county"))
	golden(t, "tilejson-north", c.ask("GET", "north", "/tiles/areas.json", "", "X-Forwarded-Proto", "https"))
	golden(t, "tilejson-bins", c.get("/tiles/bins.json"))
	golden(t, "tilejson-reports", c.get("/tiles/reports.json"))
	for name, source := range map[string]string{"density": "areas", "bins": "bins", "reports": "reports"} {
		w := c.get("/styles/" + name + ".json")
		golden(t, "style-"+name, w)
		style := decode[struct {
			Version int
			Sources map[string]struct{ Type, URL string }
		}](t, w.Body.Bytes())
		if s := style.Sources[source]; style.Version != 8 || s.Type != "vector" || s.URL != "http://example.com/tiles/"+source+".json" {
			t.Errorf("style %+v", style)
		}
	}
	wantProblem(t, c.get("/styles/satellite.json"), 404, "not-found", "", "no style satellite")
}
