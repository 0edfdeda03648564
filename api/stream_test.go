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

	"github.com/google/uuid"
)

// listener reads the lines of an open stream.
type listener struct {
	t testing.TB
	*bufio.Scanner
	end context.CancelFunc
}

func listen(t testing.TB, server *httptest.Server, token, query, last string) *listener {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	r, _ := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/v1/stream"+query, nil)
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
	l.want("retry: 2000", "id: 700-", "")
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
	c.Publish(e.Cursor, []grid.Event{e})
}

func serve(t testing.TB, c *city) *httptest.Server {
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	t.Cleanup(c.Close)
	c.Publish(grid.Cursor{XID: 700}, nil)
	return server
}

func TestStream(t *testing.T) {
	c := newCity(t)
	server := serve(t, c)
	c.file(1, inMicro1)
	all, north := listen(t, server, "viewer", "", ""), listen(t, server, "north", "", "")
	queue := listen(t, server, "viewer", "?state=reported", "")
	edition := grid.Event{Cursor: grid.Cursor{XID: 700, Seq: 1}, What: grid.EventEdition, ID: "4"}
	c.Publish(edition.Cursor, []grid.Event{edition})
	c.file(2, inMicro2)
	c.file(3, inNorth)
	c.file(4, atSea)
	all.wantReport(2)
	all.wantReport(3)
	all.wantReport(4)
	north.wantReport(3)
	queue.wantReport(3) // which nobody answers for
	queue.wantReport(4)
	c.Close()
	if all.Scan() || north.Scan() || queue.Scan() {
		t.Error("the streams go on after the end")
	}
}

// What is no longer as a listener asks for is told to be gone, once, also to who
// resumes, and to an officer whose department has done what it owed; to who never asked
// for it, nothing is said.
func TestStreamTellsWhatIsGone(t *testing.T) {
	c := newCity(t)
	server := serve(t, c)
	c.file(1, inMicro1)
	his, others := listen(t, server, "viewer", "?holder=L001", ""), listen(t, server, "viewer", "?holder=L002", "")
	assigned, north := listen(t, server, "viewer", "?state=assigned", ""), listen(t, server, "north", "?state=assigned,reported", "")
	officer, handling := listen(t, server, "w15north", "", ""), listen(t, server, "w15north", "?state=handling", "")
	step := func(state grid.State, holder grid.WorkerID, called ...string) {
		c.memory.mu.Lock()
		last := c.memory.events[len(c.memory.events)-1]
		r := *last.Report
		r.State, r.Holder.Worker, r.Version, r.Tasks = state, holder, r.Version+1, nil
		for _, department := range called {
			r.Tasks = append(r.Tasks, grid.Task{Department: department, State: grid.Called})
		}
		e := grid.Event{
			Cursor: grid.Cursor{XID: 700, Seq: last.Cursor.Seq + 1}, What: last.What, ID: last.ID, Report: &r,
			From: last.Report.State, Had: last.Report.Holder.Worker, Owed: last.Report.Owing(),
		}
		c.memory.events = append(c.memory.events, e)
		c.memory.mu.Unlock()
		c.Publish(e.Cursor, []grid.Event{e})
	}
	gone := func(l *listener, n int, state string) {
		t.Helper()
		l.want("event: gone", fmt.Sprintf("id: 700-%d", n), `data: {"id":"`+id(1)+`"`)
		if !strings.Contains(l.Text(), `"state":"`+state+`"`) {
			t.Error(l.Text())
		}
		l.want("")
	}
	told := func(l *listener, n int) {
		t.Helper()
		l.want("event: report", fmt.Sprintf("id: 700-%d", n), `data: {"id":"`+id(1)+`"`, "")
	}
	const liaison, deputy, leader = 11, 12, 13
	step(grid.Assigned, deputy)
	step(grid.Verifying, deputy)
	step(grid.Handling, deputy, "消防", "城管")
	step(grid.Assigned, leader, "城管")
	step(grid.Assigned, leader)
	gone(his, 2, "assigned")
	told(others, 2)
	told(others, 3)
	told(others, 4)
	gone(others, 5, "assigned")
	told(assigned, 2)
	gone(assigned, 3, "verifying")
	told(assigned, 5)
	told(assigned, 6)
	for _, l := range []*listener{officer, handling} {
		told(l, 4)
	}
	told(officer, 5)
	gone(officer, 6, "assigned")
	gone(handling, 5, "assigned")
	c.file(7, inNorth)
	north.wantReport(7) // and of the others nothing
	later := newCity(t, func(config *api.Config) { config.Feed = c.memory })
	later.Publish(grid.Cursor{XID: 700, Seq: 7}, nil) // it knows nothing of what was before
	again := httptest.NewServer(later)
	t.Cleanup(again.Close)
	t.Cleanup(later.Close)
	resumed := listen(t, again, "viewer", "?holder=L001", "700-1")
	gone(resumed, 2, "assigned")
	gone(listen(t, again, "w15north", "", "700-5"), 6, "assigned")
}

// A stream that resumes gets what it missed, and then goes on, each once.
func TestStreamResumes(t *testing.T) {
	c := newCity(t)
	for n := 1; n <= 1203; n++ { // more than a page of the past, before this node began
		wantStatus(t, c.post(fmt.Sprintf(`{"id":%q,%s}`, id(n), inMicro1)), http.StatusCreated)
	}
	c.Publish(grid.Cursor{XID: 700, Seq: 1203}, nil)
	server := serve(t, c)
	l := listen(t, server, "viewer", "", "700-1")
	c.file(1204, inMicro1)
	for n := 2; n <= 1204; n++ {
		l.wantReport(n)
	}
	c.Publish(c.memory.events[0].Cursor, c.memory.events[:1]) // late news of what was shown already
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
	listen(t, serve(t, c), "viewer", "", "").want(": heartbeat", "id: 700-0", "", ": heartbeat", "id: 700-0", "")
}

// tell hands events of reports in micro-grid 5 to the streams, from one number to
// another, that no database knows of.
func (c *city) tell(from, to int) {
	var events []grid.Event
	for n := from; n <= to; n++ {
		r := grid.Report{ID: uuid.MustParse(id(n)), Cell: 5, State: grid.Assigned, Holder: grid.Holder{Level: grid.Microgrid, Area: 5, Worker: 11}}
		events = append(events, grid.Event{Cursor: grid.Cursor{XID: 700, Seq: int64(n)}, What: grid.EventReport, ID: id(n), Report: &r})
	}
	c.Publish(events[len(events)-1].Cursor, events)
}

// stuck is a reader that accepts nothing more once it was sent an event.
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
	return s.ResponseRecorder.Write(b)
}

// A reader that does not keep up is told so and cut off; nobody waits for it. It
// goes on where it was.
func TestStreamDropsSlowReaders(t *testing.T) {
	c := newCity(t)
	server := serve(t, c)
	quick := listen(t, server, "viewer", "", "")
	slow := &stuck{httptest.NewRecorder(), make(chan struct{}), make(chan struct{})}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		r := httptest.NewRequest(http.MethodGet, "/v1/stream", nil)
		r.Header.Set("Authorization", "Bearer viewer")
		r.Header.Set("Last-Event-ID", "700-0")
		c.ServeHTTP(slow, r)
	}()
	c.file(1, inMicro1)
	quick.wantReport(1)
	<-slow.open
	const all = api.AtHand + 2 // one more than are at hand
	for n := 2; n <= all; n += 64 {
		c.tell(n, min(n+63, all))
		for i := n; i <= min(n+63, all); i++ {
			quick.wantReport(i)
		}
	}
	close(slow.wait)
	<-ended
	if got := slow.Body.String(); !strings.HasSuffix(got, "\n\n: too slow: connect again to go on\n\n") || strings.Count(got, "event:") != 1 {
		t.Errorf("the reader was told %q", got)
	}
	if got := c.metrics(); !strings.Contains(got, "jingwei_streams_dropped_total 1") {
		t.Error("the metrics do not tell of the reader that was cut off")
	}
}

func (c *city) metrics() string {
	w := httptest.NewRecorder()
	c.MetricsHandler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	return w.Body.String()
}

// Each stream has what it asks for, and no more.
func TestStreamFilters(t *testing.T) {
	c := newCity(t)
	server := serve(t, c)
	type heard struct {
		token, query string
		reports      []int
	}
	all := []heard{
		{"viewer", "?area=320602", []int{1, 2, 3, 5}},
		{"viewer", "?area=" + micro1, []int{1, 5}},
		{"viewer", "?area=3206", []int{1, 2, 3, 4, 5}},
		{"viewer", "?matter=01", []int{1, 2}},
		{"viewer", "?matter=0201,010102", []int{2, 3}},
		{"viewer", "?state=assigned", []int{1, 2, 3, 5}},
		{"viewer", "?state=reported,closed", []int{4, 6}},
		{"viewer", "?holder=L001", []int{5}},
		{"viewer", "?holder=W001&area=" + micro2 + "&matter=01&state=assigned", []int{2}},
		{"viewer", "?holder=L001&area=320612", nil},
		{"north", "?area=320612", []int{4}},
		{"north", "?state=reported", []int{4}},
		{"viewer", "", []int{1, 2, 3, 4, 5, 6}},
	}
	var streams []*listener
	for _, h := range all {
		streams = append(streams, listen(t, server, h.token, h.query, ""))
	}
	for i, body := range []string{
		inMicro1 + `,"matter":"010101"`, inMicro2 + `,"matter":"010102"`, inPark + `,"matter":"020101"`, inNorth, inMicro1, atSea,
	} {
		c.file(i+1, body)
	}
	last := listen(t, server, "viewer", "?holder=L001", "700-1") // of what is at hand
	last.wantReport(5)
	c.Close()
	for i, h := range all {
		for _, n := range h.reports {
			streams[i].wantReport(n)
		}
		if streams[i].Scan() {
			t.Errorf("%s as %s: %q after the last", h.query, h.token, streams[i].Text())
		}
	}
	for _, tt := range []struct {
		query      string
		status     int
		rule, at   string
		detailPart string
	}{
		{"area=99", 404, "not-found", "", "no area 99"},
		{"holder=W7", 404, "not-found", "", "no worker W7"},
		{"state=open", 400, "parameter", "state", "unknown state"},
		{"matter=0a", 400, "parameter", "matter", "2, 4 or 6 digits"},
	} {
		wantProblem(t, c.get("/v1/stream?"+tt.query), tt.status, tt.rule, tt.at, tt.detailPart)
	}
	wantProblem(t, c.ask("GET", "north", "/v1/stream?area=320602", ""), 403, "root-area", "", "outside")
}

// HEAD tells what GET would begin with, and ends.
func TestHeadOfAStream(t *testing.T) {
	server := serve(t, newCity(t))
	r, err := http.NewRequestWithContext(t.Context(), http.MethodHead, server.URL+"/v1/stream", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer viewer")
	for range 2 { // on one connection
		got, err := server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		got.Body.Close()
		if got.StatusCode != http.StatusOK || got.Header.Get("Content-Type") != "text/event-stream; charset=utf-8" {
			t.Errorf("%s, %v", got.Status, got.Header)
		}
	}
}

// The place of a stream moves on past events that it does not want, so that it need
// not read them again; and what is at hand is resumed without the database.
func TestStreamTellsItsPlace(t *testing.T) {
	c := newCity(t, func(config *api.Config) { config.Heartbeat = time.Millisecond })
	server := serve(t, c)
	l := listen(t, server, "viewer", "?area=320612", "")
	c.file(1, inMicro1)
	for l.Scan() && l.Text() != "id: 700-1" { // heartbeats
		if l.Text() != ": heartbeat" && l.Text() != "id: 700-0" && l.Text() != "" {
			t.Fatalf("line %q", l.Text())
		}
	}
	c.memory.mu.Lock()
	c.memory.events = nil
	c.memory.mu.Unlock()
	listen(t, server, "viewer", "", "700-0").wantReport(1)
}

// A stream ends when its token does.
func TestStreamEndsWithItsToken(t *testing.T) {
	c := newCity(t, func(config *api.Config) { config.Heartbeat = time.Millisecond })
	l := listen(t, serve(t, c), "viewer", "", "")
	c.memory.mu.Lock()
	c.memory.fail = fmt.Errorf("revoked: %w", grid.ErrNotFound)
	c.memory.mu.Unlock()
	c.now.Add(2) // what was known of the token is old
	for l.Scan() {
		if l.Text() != ": heartbeat" && l.Text() != "id: 700-0" && l.Text() != "" {
			t.Fatalf("line %q", l.Text())
		}
	}
}
