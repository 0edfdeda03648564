package api_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"jingwei/api"
	"jingwei/grid"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
)

// hookMemory keeps webhooks as the database would.
type hookMemory struct {
	mu      sync.Mutex
	hooks   []grid.Webhook
	letters []grid.DeadLetter // of every webhook
	resent  []grid.Cursor
}

func (m *hookMemory) AddWebhook(_ context.Context, w grid.Webhook) (grid.Webhook, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	w.ID, w.Created, w.Cursor = int64(len(m.hooks)+1), noon, grid.Cursor{XID: 700, Seq: 1}
	m.hooks = append(m.hooks, w)
	return w, nil
}

func (m *hookMemory) Webhooks(context.Context) ([]grid.Webhook, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.hooks), nil
}

func (m *hookMemory) SwitchWebhook(_ context.Context, id int64, on bool, by grid.Caller) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	w := &m.hooks[slices.IndexFunc(m.hooks, func(w grid.Webhook) bool { return w.ID == id })]
	w.Disabled, w.DisabledWhy = noon, "by "+by.Actor()
	if on {
		*w = grid.Webhook{ID: w.ID, URL: w.URL, Interest: w.Interest, Created: w.Created, Cursor: w.Cursor, By: w.By, Token: by.Token}
	}
	return nil
}

func (m *hookMemory) DeleteWebhook(_ context.Context, id int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.hooks = slices.DeleteFunc(m.hooks, func(w grid.Webhook) bool { return w.ID == id })
	return nil
}

func (m *hookMemory) DeadLetters(_ context.Context, _ int64, after grid.Cursor, limit int) (out []grid.DeadLetter, err error) {
	for _, l := range m.letters {
		if l.Cursor.Compare(after) > 0 && len(out) < limit {
			out = append(out, l)
		}
	}
	return out, nil
}

func (m *hookMemory) Resend(_ context.Context, _ int64, letters []grid.Cursor) (int, error) {
	m.resent = letters
	return len(letters), nil
}

func hookCity(t *testing.T) (*city, *hookMemory) {
	m := &hookMemory{}
	return newCity(t, func(c *api.Config) { c.Webhooks = m }), m
}

func TestWebhook(t *testing.T) {
	c, m := hookCity(t)
	made := c.ask("POST", "dispatcher", "/v1/webhooks", `{"url":"https://example.com/hook","area":"320602","matter":"0201,01","state":"assigned,closed","holder":"L001"}`)
	wantStatus(t, made, http.StatusCreated)
	v := decode[map[string]any](t, made.Body.Bytes())
	secret := fmt.Sprint(v["secret"])
	if !strings.HasPrefix(secret, "whsec_") || made.Header().Get("Location") != "/v1/webhooks/1" {
		t.Errorf("%v, %v", v, made.Header())
	}
	want := grid.Interest{Area: 2, Matter: "01,0201", States: grid.StateSetOf(grid.Assigned, grid.Closed), Holder: 11}
	if diff := gocmp.Diff(want, m.hooks[0].Interest); diff != "" {
		t.Error(diff)
	}
	wantStatus(t, c.ask("POST", "north", "/v1/webhooks", `{"url":"https://example.com/north"}`), http.StatusCreated)
	if in := m.hooks[1].Interest; in != (grid.Interest{Sight: grid.Sight{Root: 8}}) {
		t.Errorf("made by one with a root area: %+v", in)
	}
	list := c.get("/v1/webhooks")
	golden(t, "webhooks", list)
	if strings.Contains(list.Body.String(), "whsec_") {
		t.Error("a secret is shown again")
	}
	if got := decode[struct{ Webhooks []struct{ ID int } }](t, c.ask("GET", "north", "/v1/webhooks", "").Body.Bytes()).Webhooks; len(got) != 1 || got[0].ID != 2 {
		t.Errorf("one with a root area sees %+v", got)
	}
	wantStatus(t, c.ask("GET", "north", "/v1/webhooks/1", ""), http.StatusNotFound)
	wantStatus(t, c.ask("DELETE", "north", "/v1/webhooks/1", ""), http.StatusNotFound)

	off := c.ask("PATCH", "admin", "/v1/webhooks/1", `{"disabled":true}`)
	wantStatus(t, off, http.StatusOK)
	if v := decode[map[string]any](t, off.Body.Bytes()); v["disabled"] == nil || v["disabled_why"] != "by root#1" {
		t.Errorf("disabled: %v", v)
	}
	on := c.ask("PATCH", "admin", "/v1/webhooks/1", `{"disabled":false}`)
	if v := decode[map[string]any](t, on.Body.Bytes()); v["disabled"] != nil || v["cursor"] != "700-1" {
		t.Errorf("on again: %v", v)
	}
	if m.hooks[0].Token != 1 || m.hooks[1].Token != 9 {
		t.Errorf("in the names of the tokens %d and %d, not of who had it go on and who made it", m.hooks[0].Token, m.hooks[1].Token)
	}
	wantStatus(t, c.ask("DELETE", "admin", "/v1/webhooks/1", ""), http.StatusNoContent)
	wantStatus(t, c.get("/v1/webhooks/1"), http.StatusNotFound)
}

func TestWebhookDeadLetters(t *testing.T) {
	c, m := hookCity(t)
	wantStatus(t, c.ask("POST", "admin", "/v1/webhooks", `{"url":"https://example.com/"}`), http.StatusCreated)
	for n := range 3 {
		m.letters = append(m.letters, grid.DeadLetter{Cursor: grid.Cursor{XID: 700, Seq: int64(n + 1)}, Report: uuid.MustParse(id(n)), At: noon, Attempts: 12, Error: "answered 500"})
	}
	first := c.get("/v1/webhooks/1/dead-letters?limit=2")
	golden(t, "dead-letters", first)
	next := decode[struct{ Next string }](t, first.Body.Bytes()).Next
	if got := decode[struct {
		Letters []struct{ ID string } `json:"dead_letters"`
	}](t, c.get(next).Body.Bytes()).Letters; len(got) != 1 || got[0].ID != "700-3" {
		t.Errorf("page 2: %+v", got)
	}
	resend := c.ask("POST", "admin", "/v1/webhooks/1/dead-letters/resend", `{"ids":"700-1,700-3"}`)
	wantStatus(t, resend, http.StatusAccepted)
	if want := []grid.Cursor{{XID: 700, Seq: 1}, {XID: 700, Seq: 3}}; !slices.Equal(m.resent, want) || strings.TrimSpace(resend.Body.String()) != `{"resent":2}` {
		t.Errorf("%v, %s", m.resent, resend.Body)
	}
	wantStatus(t, c.ask("POST", "admin", "/v1/webhooks/1/dead-letters/resend", `{}`), http.StatusAccepted)
	if m.resent != nil {
		t.Errorf("all: %v", m.resent)
	}
}

func TestWebhookRefuses(t *testing.T) {
	c, _ := hookCity(t)
	for _, tt := range []struct {
		token, method, target, body string
		status                      int
		rule, at, detail            string
	}{
		{"admin", "POST", "", `{"url":"http://example.com/"}`, 400, "url", "url", "not https"},
		{"admin", "POST", "", `{"url":"https://127.0.0.1/"}`, 400, "url", "url", "private network"},
		{"admin", "POST", "", `{}`, 400, "url", "url", "not an address"},
		{"admin", "POST", "", `{"url":"https://example.com/","area":"99"}`, 404, "not-found", "", "no area 99"},
		{"north", "POST", "", `{"url":"https://example.com/","area":"320602"}`, 403, "root-area", "", "outside"},
		{"admin", "POST", "", `{"url":"https://example.com/","state":"open"}`, 400, "parameter", "state", "unknown state"},
		{"admin", "POST", "", `{"url":"https://example.com/","holder":"W7"}`, 404, "not-found", "", "no worker W7"},
		{"admin", "POST", "", `{"url":"https://example.com/","why":"x"}`, 400, "unknown-field", "why", ""},
		{"viewer", "POST", "", `{"url":"https://example.com/"}`, 403, "role", "", "viewer"},
		{"leader", "GET", "", "", 403, "role", "", "leader"},
		{"admin", "GET", "/7", "", 404, "not-found", "", "no webhook 7"},
		{"admin", "GET", "/x", "", 404, "not-found", "", "no webhook x"},
		{"admin", "PATCH", "/7", `{"disabled":"yes"}`, 400, "type", "disabled", "want true or false"},
		{"admin", "PATCH", "/7", `{}`, 400, "missing-field", "disabled", ""},
		{"admin", "POST", "/7/dead-letters/resend", `{"ids":"7"}`, 400, "id", "ids", "want xid-seq"},
		{"admin", "GET", "/7/dead-letters?cursor=x", "", 400, "parameter", "cursor", `"x" is not a cursor here: take the next link`},
	} {
		t.Run(tt.method+tt.target+tt.body, func(t *testing.T) {
			wantProblem(t, c.ask(tt.method, tt.token, "/v1/webhooks"+tt.target, tt.body), tt.status, tt.rule, tt.at, tt.detail)
		})
	}
}
