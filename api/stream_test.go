package api_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"jingwei/api"
	"jingwei/grid"
)

// listener reads the lines of an open stream.
type listener struct {
	t testing.TB
	*bufio.Scanner
	end context.CancelFunc
}

func listen(t testing.TB, server *httptest.Server, token, last string) *listener {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	r, _ := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/v1/stream", nil)
	r.Header.Set("Authorization", "Bearer "+token)
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	answer, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { answer.Body.Close() })
	if answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Type") != "text/event-stream; charset=utf-8" {
		t.Fatalf("status %d, %v", answer.StatusCode, answer.Header)
	}
	l := &listener{t, bufio.NewScanner(answer.Body), cancel}
	l.want("retry: 2000", "")
	return l
}

func (l *listener) want(lines ...string) {
	l.t.Helper()
	for _, want := range lines {
		if !l.Scan() || !strings.HasPrefix(l.Text(), want) {
			l.t.Fatalf("line %q, want %q: %v", l.Text(), want, l.Err())
		}
	}
}

// wantReport reads the event of report n with its id in the feed.
func (l *listener) wantReport(n int) {
	l.t.Helper()
	l.want("event: report", fmt.Sprintf("id: 700-%d", n), `data: {"id":"`+id(n)+`"`, "")
}

// file reports number n and hands its event to the streams.
func (c *city) file(n int, place string) {
	c.t.Helper()
	wantStatus(c.t, c.post(fmt.Sprintf(`{"id":%q,%s}`, id(n), place)), http.StatusCreated)
	c.memory.mu.Lock()
	e := c.memory.events[len(c.memory.events)-1]
	c.memory.mu.Unlock()
	c.Publish(e)
}

func serve(t testing.TB, c *city) *httptest.Server {
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	t.Cleanup(c.Close)
	return server
}

func TestStream(t *testing.T) {
	c := newCity(t)
	server := serve(t, c)
	c.file(1, inMicro1)
	all, north := listen(t, server, "viewer", ""), listen(t, server, "north", "")
	c.Publish(grid.Event{Cursor: grid.Cursor{XID: 700, Seq: 1}, What: grid.EventEdition, ID: "4"})
	c.file(2, inMicro2)
	c.file(3, inNorth)
	c.file(4, atSea)
	all.wantReport(2)
	all.wantReport(3)
	all.wantReport(4)
	north.wantReport(3)
	c.Close()
	if all.Scan() || north.Scan() {
		t.Error("the streams go on after the end")
	}
}

// A stream that resumes gets what it missed, and then goes on, each once.
func TestStreamResumes(t *testing.T) {
	c := newCity(t)
	server := serve(t, c)
	for n := 1; n <= 1203; n++ { // more than a page of the past
		c.file(n, inMicro1)
	}
	l := listen(t, server, "viewer", "700-1")
	c.file(1204, inMicro1)
	for n := 2; n <= 1204; n++ {
		l.wantReport(n)
	}
	c.Publish(c.memory.events[0]) // late news of what was shown already
	c.file(1205, inMicro1)
	l.wantReport(1205)
}

func TestStreamRefuses(t *testing.T) {
	c := newCity(t)
	wantProblem(t, c.ask("GET", "viewer", "/v1/stream", "", "Last-Event-ID", "7"), 400, "cursor", "Last-Event-ID", "want xid-seq")
	wantProblem(t, c.ask("GET", "viewer", "/v1/stream", "", "Last-Event-ID", "999999999-1"), 410, "cursor", "Last-Event-ID", "not in this feed")
	wantProblem(t, c.get("/v1/stream?from=1"), 400, "unknown-parameter", "from", "")
	wantProblem(t, c.ask("GET", "reporter", "/v1/stream", ""), 403, "role", "", "reporter")
}

// A past that cannot be read is a failure, not a stream that ends at once.
func TestStreamWithoutPast(t *testing.T) {
	c := newCity(t)
	wantStatus(t, c.ask("GET", "viewer", "/v1/areas/3206", ""), 200) // the token is known now
	c.memory.fail = grid.ErrUnavailable
	wantProblem(t, c.ask("GET", "viewer", "/v1/stream", "", "Last-Event-ID", "700-1"), 503, "unavailable", "", "")
}

func TestStreamHeartbeat(t *testing.T) {
	c := newCity(t, func(config *api.Config) { config.Heartbeat = time.Millisecond })
	listen(t, serve(t, c), "viewer", "").want(": heartbeat", "", ": heartbeat", "")
}

// stuck is a reader that accepts nothing more once its stream is open.
type stuck struct {
	*httptest.ResponseRecorder
	open, wait chan struct{}
}

func (s *stuck) Write(b []byte) (int, error) {
	if strings.HasPrefix(string(b), "event:") {
		select {
		case <-s.open:
		default:
			close(s.open)
		}
		<-s.wait
	}
	return len(b), nil
}

// A reader that does not keep up is cut off; nobody waits for it.
func TestStreamDropsSlowReaders(t *testing.T) {
	c := newCity(t)
	server := serve(t, c)
	quick := listen(t, server, "viewer", "")
	slow := &stuck{httptest.NewRecorder(), make(chan struct{}), make(chan struct{})}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		r := httptest.NewRequest(http.MethodGet, "/v1/stream", nil)
		r.Header.Set("Authorization", "Bearer viewer")
		c.ServeHTTP(slow, r)
	}()
	n := 0
	for waiting := true; waiting; { // until the slow reader is listening, and stuck
		n++
		c.file(n, inMicro1)
		quick.wantReport(n)
		select {
		case <-slow.open:
			waiting = false
		default:
		}
	}
	for range 300 {
		n++
		c.file(n, inMicro1)
		quick.wantReport(n)
	}
	close(slow.wait)
	<-ended
	metrics := httptest.NewRecorder()
	c.MetricsHandler().ServeHTTP(metrics, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if !strings.Contains(metrics.Body.String(), "jingwei_streams_dropped_total 1") {
		t.Error("the metrics do not tell of the reader that was cut off")
	}
}
