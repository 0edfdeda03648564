package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"jingwei/geo"
	"jingwei/grid"
	"jingwei/store/storetest"

	"github.com/google/uuid"
)

// TestTwoNodes runs two nodes on one database and reports to both: the streams of
// both tell of all, in the same order under the same ids; one that breaks off at one
// node goes on at the other; and a webhook is told of each once.
func TestTwoNodes(t *testing.T) {
	const reports = 400
	db := storetest.New(t)
	square := geo.MultiPolygon{{{{X: 0, Y: 0}, {X: 10_000_000, Y: 0}, {X: 10_000_000, Y: 10_000_000}, {X: 0, Y: 10_000_000}}}}
	if _, err := db.PublishAreas(t.Context(), 0, []grid.CodedArea{{Code: "1", Name: "网格", Level: grid.Grid, Shape: square}}, ""); err != nil {
		t.Fatal(err)
	}
	nodes := []site{serveOn(t, "--db", db.URL, "--private-webhooks"), serveOn(t, "--db", db.URL, "--private-webhooks")}
	hooked := make(chan string, 2*reports)
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { hooked <- r.Header.Get("webhook-id") }))
	defer receiver.Close()
	if status, body := nodes[0].call(t, http.MethodPost, "/v1/webhooks", "application/json", strings.NewReader(`{"url":"`+receiver.URL+`"}`)); status != http.StatusCreated {
		t.Fatalf("webhook: %d %s", status, body)
	}
	streams := make([]chan told, len(nodes))
	for i, n := range nodes {
		streams[i] = n.listen(t, "", reports)
	}
	var filing sync.WaitGroup
	for i, n := range nodes {
		filing.Go(func() {
			for range reports / len(nodes) {
				if status, body := n.call(t, http.MethodPut, "/v1/reports/"+uuid.Must(uuid.NewV7()).String(), "application/json", strings.NewReader(`{"lon":0.5,"lat":0.5}`)); status != http.StatusCreated {
					t.Errorf("node %d: %d %s", i, status, body)
					return
				}
			}
		})
	}
	filing.Wait()
	first, second := gather(streams[0]), gather(streams[1])
	if len(first) != reports || !slices.Equal(first, second) {
		t.Fatalf("%d events on one node, %d on the other, want the same %d", len(first), len(second), reports)
	}
	half := reports / 2
	if rest := gather(nodes[1].listen(t, first[half-1].event, reports-half)); !slices.Equal(rest, first[half:]) {
		t.Errorf("%d events after going on at the other node, want %d", len(rest), reports-half)
	}
	for i, e := range first {
		if got, want := <-hooked, "1-"+e.event; got != want {
			t.Fatalf("message %d to the webhook is %s, want %s", i, got, want)
		}
	}
	if len(hooked) > 0 {
		t.Errorf("%d messages too many", len(hooked))
	}
}

// told is an event of a stream.
type told struct{ event, report string }

func gather(events <-chan told) (all []told) {
	for e := range events {
		all = append(all, e)
	}
	return all
}

// listen opens a stream behind an event, or from now on, and returns the next n
// events as they come.
func (s site) listen(t *testing.T, last string, n int) chan told {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/v1/stream", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+s.token)
	req.Header.Set("Last-Event-ID", last)
	resp, err := http.DefaultClient.Do(req) //nolint:bodyclose // who reads the events closes it
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatal(err, resp)
	}
	events := make(chan told, n)
	go func() {
		defer stop()
		defer resp.Body.Close()
		defer close(events)
		var e told
		for lines := bufio.NewScanner(resp.Body); n > 0 && lines.Scan(); {
			switch name, value, _ := strings.Cut(lines.Text(), ": "); name {
			case "id":
				e.event = value
			case "data":
				var v struct{ ID string }
				if err := json.Unmarshal([]byte(value), &v); err != nil {
					t.Error(fmt.Errorf("%s: %w", value, err))
				}
				e.report = v.ID
				events <- e
				n--
			}
		}
	}()
	return events
}
