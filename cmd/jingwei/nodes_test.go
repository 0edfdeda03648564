package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"jingwei/geo"
	"jingwei/grid"
	"jingwei/store/storetest"

	"github.com/google/uuid"
)

// TestTwoNodes runs two nodes on one database, reports to both and takes steps on what
// came in at the other, sometimes at both at once: the streams of both tell of all, in
// the same order under the same ids; one that breaks off at one node goes on at the
// other; and a webhook is told of each once.
func TestTwoNodes(t *testing.T) {
	const reports, events = 200, 3 * 200 // filed, accepted, verified
	db, tokens := twoLeaders(t)
	nodes := []site{serveOn(t, "--db", db.URL, "--private-webhooks"), serveOn(t, "--db", db.URL, "--private-webhooks")}
	hooked := make(chan string, 2*events)
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { hooked <- r.Header.Get("webhook-id") }))
	defer receiver.Close()
	if status, body := nodes[0].call(t, http.MethodPost, "/v1/webhooks", "application/json", strings.NewReader(`{"url":"`+receiver.URL+`"}`)); status != http.StatusCreated {
		t.Fatalf("webhook: %d %s", status, body)
	}
	streams := make([]chan told, len(nodes))
	for i, n := range nodes {
		streams[i] = n.listen(t, "", events)
	}
	var filing sync.WaitGroup
	for i, n := range nodes {
		filing.Go(func() {
			other := nodes[1-i]
			for range reports / len(nodes) {
				id := uuid.Must(uuid.NewV7()).String()
				if status, body := n.call(t, http.MethodPut, "/v1/reports/"+id, "application/json", strings.NewReader(`{"lon":0.5,"lat":0.5}`)); status != http.StatusCreated {
					t.Errorf("node %d: %d %s", i, status, body)
					return
				}
				if status, _ := other.act(t, tokens[0], id, 1, `{"action":"accept"}`); status != http.StatusOK {
					t.Errorf("node %d accepts what came in at node %d: %d", 1-i, i, status)
					return
				}
				verifyAtBoth(t, nodes, tokens, id)
			}
		})
	}
	filing.Wait()
	first, second := gather(streams[0]), gather(streams[1])
	if len(first) != events || !slices.Equal(first, second) {
		t.Fatalf("%d events on one node, %d on the other, want the same %d", len(first), len(second), events)
	}
	for id, n := range countReports(first) {
		if n != events/reports {
			t.Errorf("%d events about %s", n, id)
		}
	}
	half := events / 2
	if rest := gather(nodes[1].listen(t, first[half-1].event, events-half)); !slices.Equal(rest, first[half:]) {
		t.Errorf("%d events after going on at the other node, want %d", len(rest), events-half)
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

// twoLeaders is a database with one grid, its leader and the deputy, and their tokens.
func twoLeaders(t *testing.T) (db *storetest.Database, tokens []string) {
	t.Helper()
	db = storetest.New(t)
	square := geo.MultiPolygon{{{{X: 0, Y: 0}, {X: 10_000_000, Y: 0}, {X: 10_000_000, Y: 10_000_000}, {X: 0, Y: 10_000_000}}}}
	_, err1 := db.PublishAreas(t.Context(), 0, []grid.CodedArea{{Code: "1", Name: "网格", Level: grid.Grid, Shape: square}}, "")
	_, err2 := db.UpsertWorkers(t.Context(), []grid.Worker{{Code: "W1", Name: "王芳", Role: grid.Leader}, {Code: "W2", Name: "李强", Role: grid.Leader}})
	since := time.Now().AddDate(-1, 0, 0)
	_, err3 := db.UpsertPosts(t.Context(), []grid.CodedPost{{Worker: "W1", Area: "1", Rank: grid.Primary, From: since}, {Worker: "W2", Area: "1", Rank: grid.Deputy, From: since}})
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
	for _, worker := range []string{"W1", "W2"} {
		tokens = append(tokens, strings.TrimSpace(succeed(t, "--db", db.URL, "token", "create", "--role", "leader", "--worker", worker).out))
	}
	return db, tokens
}

// verifyAtBoth has the leader verify a report at one node and the deputy at the other
// at once: one of them does, and the other is told.
func verifyAtBoth(t *testing.T, nodes []site, tokens []string, id string) {
	var at sync.WaitGroup
	statuses := make([]int, len(nodes))
	for k, n := range nodes {
		at.Go(func() {
			statuses[k], _ = n.act(t, tokens[k], id, 2, fmt.Sprintf(`{"action":"verify","reason":"%d"}`, k))
		})
	}
	at.Wait()
	slices.Sort(statuses)
	if !slices.Equal(statuses, []int{http.StatusOK, http.StatusPreconditionFailed}) {
		t.Errorf("verified at both nodes at once: %v", statuses)
	}
}

func countReports(events []told) map[string]int {
	count := map[string]int{}
	for _, e := range events {
		count[e.report]++
	}
	return count
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
