package api_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"jingwei/api"
)

// The table of who may do what, spelled out: each token against each address.
func TestWhoMayDoWhat(t *testing.T) {
	c := newCity(t)
	filed := c.ask(http.MethodPut, "reporter", "/v1/reports/"+id(1), full)
	wantStatus(t, filed, http.StatusCreated)
	const all = "admin dispatcher officer leader liaison "
	for _, tt := range []struct{ method, target, body, contentType, who string }{
		{"GET", "/v1/locate?lon=120.805&lat=32.005", "", "", all + "reporter reporter2 viewer"},
		{"POST", "/v1/locate", "lon,lat\n", "text/csv", all + "reporter reporter2 viewer"},
		{"GET", "/v1/matters", "", "", all + "reporter reporter2 viewer"},
		{"POST", "/v1/reports", `{` + inMicro1 + `}`, "application/json", all + "reporter reporter2"},
		{"POST", "/v1/reports", `{` + inMicro1 + `}`, "application/x-ndjson", all + "reporter reporter2"},
		{"PUT", "/v1/reports/" + id(1), full, "application/json", all + "reporter reporter2"},
		{"GET", "/v1/reports/" + id(1), "", "", all + "viewer reporter"},
		{"GET", "/v1/reports/" + id(1) + "/history", "", "", all + "viewer reporter"},
		{"POST", "/v1/reports/" + id(1) + "/actions", `{}`, "application/json", all + "reporter reporter2"}, // 428
		{"GET", "/v1/reports", "", "", all + "viewer"},
		{"GET", "/v1/areas", "", "", all + "viewer"},
		{"GET", "/v1/areas/3206", "", "", all + "viewer"},
		{"GET", "/v1/stats", "", "", all + "viewer"},
		{"GET", "/v1/density", "", "", all + "viewer"},
		{"GET", "/tiles/areas/0/0/0.mvt", "", "", all + "viewer"},
		{"GET", "/tiles/areas.json", "", "", all + "viewer"},
		{"GET", "/styles/density.json", "", "", all + "viewer"},
	} {
		for token, caller := range tokens {
			if caller.Area != 0 || caller.Worker != 0 {
				continue
			}
			t.Run(fmt.Sprint(token, " ", tt.method, " ", tt.target), func(t *testing.T) {
				w := c.ask(tt.method, token, tt.target, tt.body, "Content-Type", tt.contentType)
				may := strings.Contains(" "+tt.who+" ", " "+token+" ")
				if refused := w.Code == 403 || w.Code == 404; refused == may || w.Code == 401 || w.Code >= 500 {
					t.Errorf("status %d, allowed %v: %s", w.Code, may, w.Body)
				}
			})
		}
		t.Run(fmt.Sprint("nobody ", tt.method, " ", tt.target), func(t *testing.T) {
			for _, token := range []string{"", "unknown"} {
				w := c.ask(tt.method, token, tt.target, tt.body, "Content-Type", tt.contentType)
				wantProblem(t, w, http.StatusUnauthorized, "token", "", "token")
				if w.Header().Get("WWW-Authenticate") == "" {
					t.Error("no WWW-Authenticate")
				}
			}
		})
	}
}

// A token with a root area sees that area and no other.
func TestRootArea(t *testing.T) {
	c := newCity(t)
	wantStatus(t, c.post(full), http.StatusCreated)
	wantStatus(t, c.post(`{"id":"`+id(2)+`",`+inNorth+`}`), http.StatusCreated)
	for _, tt := range []struct {
		method, target, body string
		status               int
	}{
		{"GET", "/v1/locate?lon=120.825&lat=32.005", "", 200},
		{"GET", "/v1/locate?lon=122.5&lat=32.005", "", 200},
		{"GET", "/v1/locate?lon=120.805&lat=32.005", "", 403},
		{"GET", "/v1/reports?area=320612", "", 200},
		{"GET", "/v1/reports?area=320602", "", 403},
		{"GET", "/v1/reports?area=3206", "", 403},
		{"GET", "/v1/reports/" + id(2), "", 200},
		{"GET", "/v1/reports/" + id(1), "", 404},
		{"GET", "/v1/reports/" + id(1) + "/history", "", 404},
		{"POST", "/v1/reports", `{` + inNorth + `}`, 201},
		{"POST", "/v1/reports", `{` + inMicro1 + `}`, 201},
		{"POST", "/v1/reports", `{` + atSea + `}`, 201},
		{"PUT", "/v1/reports/" + id(1), strings.Replace(full, "张三", "李四", 1), 409},
		{"GET", "/v1/areas/320612", "", 200},
		{"GET", "/v1/areas/3206", "", 403},
		{"GET", "/v1/areas/" + micro1, "", 403},
		{"GET", "/v1/stats?area=320602", "", 403},
		{"GET", "/v1/density?area=3206", "", 403},
	} {
		t.Run(tt.method+" "+tt.target, func(t *testing.T) {
			w := c.ask(tt.method, "north", tt.target, tt.body)
			wantStatus(t, w, tt.status)
			if tt.status == 403 {
				wantProblem(t, w, 403, "root-area", "", "outside 通州区 (320612)")
			}
		})
	}
	stats := c.ask("GET", "north", "/v1/stats?by=level", "")
	golden(t, "stats-north", stats)
	golden(t, "density-north", c.ask("GET", "north", "/v1/density", ""))
	wantProblem(t, c.ask("GET", "elsewhere", "/v1/matters", ""), 403, "root-area", "", "not in edition 3")
}

func TestSession(t *testing.T) {
	c := newCity(t)
	opened := c.ask("POST", "viewer", "/v1/session", "")
	wantStatus(t, opened, http.StatusNoContent)
	got := opened.Result().Cookies()
	if len(got) != 1 {
		t.Fatalf("cookies %v", got)
	}
	k := got[0]
	if k.Name != "jingwei_token" || k.Value != "viewer" || !k.HttpOnly || k.SameSite != http.SameSiteStrictMode || k.Path != "/" || k.Secure {
		t.Errorf("cookie %v", k)
	}
	with := func(method, target, body string) *httptest.ResponseRecorder {
		return c.ask(method, "", target, body, "Cookie", k.Name+"="+k.Value)
	}
	wantStatus(t, with("GET", "/v1/areas/3206", ""), http.StatusOK)
	wantStatus(t, with("HEAD", "/v1/areas/3206", ""), http.StatusOK)
	wantProblem(t, with("POST", "/v1/reports", full), http.StatusUnauthorized, "token", "", "")
	wantProblem(t, with("POST", "/v1/session", ""), http.StatusUnauthorized, "token", "", "")
	closed := with("DELETE", "/v1/session", "")
	wantStatus(t, closed, http.StatusNoContent)
	if k := closed.Result().Cookies()[0]; k.Value != "" || k.MaxAge >= 0 {
		t.Errorf("cookie %v", k)
	}
	secure := c.ask("POST", "viewer", "/v1/session", "", "X-Forwarded-Proto", "https")
	if !secure.Result().Cookies()[0].Secure {
		t.Error("behind TLS the cookie is not secure")
	}
}

// A token is looked up once a second at most, and a failed look-up is not kept.
func TestTokensAreRemembered(t *testing.T) {
	c := newCity(t)
	for range 5 {
		wantStatus(t, c.get("/v1/matters"), http.StatusOK)
	}
	if c.memory.lookups != 1 {
		t.Errorf("%d look-ups", c.memory.lookups)
	}
	c.now.Add(1)
	wantStatus(t, c.get("/v1/matters"), http.StatusOK)
	if c.memory.lookups != 2 {
		t.Errorf("%d look-ups", c.memory.lookups)
	}
	for range 2 {
		wantStatus(t, c.ask("GET", "unknown", "/v1/matters", ""), http.StatusUnauthorized)
	}
	if c.memory.lookups != 4 {
		t.Errorf("%d look-ups", c.memory.lookups)
	}
}

func TestNothingLoadedYet(t *testing.T) {
	c := newCity(t, func(config *api.Config) { config.Snapshots.Store(nil); config.Picture.Store(nil) })
	wantProblem(t, c.get("/v1/matters"), http.StatusServiceUnavailable, "not-ready", "", "no edition")
	wantProblem(t, c.get("/readyz"), http.StatusServiceUnavailable, "not-ready", "", "no edition")
	wantStatus(t, c.get("/livez"), http.StatusOK)
	c = newCity(t, func(config *api.Config) { config.Picture.Store(nil) })
	wantProblem(t, c.get("/readyz"), http.StatusServiceUnavailable, "not-ready", "", "not counted")
	wantProblem(t, c.get("/v1/density"), http.StatusServiceUnavailable, "not-ready", "", "not counted yet")
	wantProblem(t, c.get("/tiles/areas/0/0/0.mvt"), http.StatusServiceUnavailable, "not-ready", "", "not counted yet")
	w := c.get("/v1/areas/3206")
	wantStatus(t, w, http.StatusOK)
	if !strings.Contains(w.Body.String(), `"counts":{"reports":0,"open":0}`) {
		t.Error(w.Body)
	}
}
