package api_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
)

// What is sent has to come as it is, and whoever compresses it is told so.
func TestBodiesAreNotEncoded(t *testing.T) {
	c := newCity(t)
	for target, body := range map[string]struct{ content, text string }{
		"/v1/reports":                       {"application/json", `{` + inMicro1 + `}`},
		"/v1/reports?":                      {"application/x-ndjson", `{` + inMicro1 + `}`},
		"/v1/locate":                        {"text/csv", "lon,lat\n"},
		"/v1/posts":                         {"application/json", `{}`},
		"/v1/reports/" + id(1) + "/actions": {"application/json", `{}`},
	} {
		for _, encoding := range []string{"gzip", "x-gzip", "br", "identity, gzip"} {
			w := c.ask("POST", "admin", target, body.text, "Content-Type", body.content, "Content-Encoding", encoding)
			wantProblem(t, w, http.StatusUnsupportedMediaType, "content-encoding", "Content-Encoding", "not "+encoding)
			if got := w.Header().Get("Accept-Encoding"); got != "identity" {
				t.Errorf("%s: Accept-Encoding: %s", target, got)
			}
		}
		other := c.ask("POST", "admin", target, body.text, "Content-Type", "text/html", "Content-Encoding", "Identity")
		wantProblem(t, other, http.StatusUnsupportedMediaType, "content-type", "Content-Type", "want")
		if got := other.Header().Get("Accept-Encoding"); got != "" {
			t.Errorf("%s: Accept-Encoding: %s, though it is the type", target, got)
		}
	}
	wantStatus(t, c.ask("POST", "admin", "/v1/reports", `{`+inMicro1+`}`, "Content-Encoding", "identity"), http.StatusCreated)
	if n := len(c.memory.reports); n != 1 {
		t.Errorf("%d reports were kept", n)
	}
}

// Large JSON is compressed for those who say that they take gzip, and tells caches that
// it depends on that; the rest is as it was.
func TestLargeJSONIsZipped(t *testing.T) {
	c := newCity(t)
	long := `{"id":"` + id(1) + `",` + inMicro1 + `,"text":"` + strings.Repeat("<", 4000) + `"}` // six bytes each as JSON
	wantStatus(t, c.post(long), http.StatusCreated)
	for target, large := range map[string]bool{
		"/api":                 true,
		"/v1/reports":          true,
		"/v1/matters":          false,
		"/v1/reports/" + id(1): false, // it has a tag, which says the version
	} {
		plain := c.get(target)
		wantStatus(t, plain, http.StatusOK)
		for taken, zipped := range map[string]bool{"gzip, br": true, "*;q=0.1": true, "gzip;q=0": false, "identity": false, "": false} {
			w := c.ask("GET", "admin", target, "", "Accept-Encoding", taken)
			wantStatus(t, w, http.StatusOK)
			h := w.Header()
			if vary := h.Get("Vary"); large != (vary == "Accept-Encoding") {
				t.Errorf("%s, %q: Vary: %s", target, taken, vary)
			}
			if zipped = zipped && large; zipped != (h.Get("Content-Encoding") == "gzip") || zipped != (w.Body.Len() < plain.Body.Len()) {
				t.Errorf("%s, %q: %d bytes, encoding %q", target, taken, w.Body.Len(), h.Get("Content-Encoding"))
			}
			body := w.Body.Bytes()
			if zipped {
				body = unzip(t, w.Body)
			}
			if !bytes.Equal(body, plain.Body.Bytes()) {
				t.Errorf("%s, %q: another answer", target, taken)
			}
		}
		if plain.Header().Get("Content-Encoding") != "" {
			t.Errorf("%s is compressed for who did not ask for it", target)
		}
	}
	if got := c.ask("GET", "admin", "/v1/reports/"+id(1), "", "Accept-Encoding", "gzip"); got.Body.Len() < 16<<10 || got.Header().Get("ETag") != `"1"` {
		t.Errorf("%d bytes with the tag %s", got.Body.Len(), got.Header().Get("ETag"))
	}
}
