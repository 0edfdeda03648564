package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"jingwei/dispatch"
	"jingwei/geo"
	"jingwei/grid"

	"github.com/google/uuid"
)

// stormClients is how many phones report at a time.
const stormClients = 64

// TestStorm has many phones report around one town at once, as fast as they are
// answered, some twice, late and out of order: each report is located, routed and
// there exactly once, and a stream and a webhook tell of each. JINGWEI_STORM is how many; 60000 is
// what a typhoon brought in ten minutes.
func TestStorm(t *testing.T) {
	n := 6000
	if text := os.Getenv("JINGWEI_STORM"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	s := newStorm(t, n)
	s.rage()
	s.judge()
}

// TestStormOfKills is a storm in which the service and its database server are
// killed again and again, while steps are taken on the reports: whatever was
// acknowledged is there, exactly once.
func TestStormOfKills(t *testing.T) {
	s := newStorm(t, 4000)
	s.pace = 100 * time.Millisecond // or it would be over too soon
	calm := make(chan struct{})
	go func() { defer close(calm); s.rage() }()
	kills := 0
	for {
		select {
		case <-calm:
			if kills < 4 {
				t.Errorf("only %d kills in the storm", kills)
			}
			s.judge()
			return
		case <-time.After(500 * time.Millisecond):
		}
		if kills++; kills%2 == 1 {
			s.kill()
		} else {
			s.killDatabase()
		}
		s.awaitReady(t)
	}
}

// storm is reports on their way into a service that runs in a process of its own.
type storm struct {
	site
	*program
	east  float64 // of the town, in degrees
	north float64

	reports []*stormReport
	took    []time.Duration // until each was acknowledged, from its first attempt
	seen    sync.Map        // ids that the stream has told of
	hooked  sync.Map        // ids that the webhook was told of
	pace    time.Duration   // that a phone lets go by between its reports
	again   atomic.Int64    // attempts that were not acknowledged
}

// stormReport is what a phone knows of its report.
type stormReport struct {
	id    string
	pos   geo.Pos
	body  string
	state string
	steps []string // reasons of the steps that were acknowledged
}

func newStorm(t *testing.T, n int) *storm {
	t.Helper()
	files := t.TempDir()
	s := &storm{program: &program{t: t, data: dataFolder(t), addr: freeAddr(t), args: []string{"--private-webhooks"}}}
	succeed(t, "synth", "--out", files, "--scale", "0.02", "--reports", "1")
	parents(t, s.data, files)
	succeed(t, "--data", s.data, "import", "boundaries", filepath.Join(files, "microgrids.geojson"), "--level", "microgrid", "--parent", "parent")
	for _, table := range []string{"workers", "posts", "matters"} {
		succeed(t, "--data", s.data, "import", table, filepath.Join(files, table+".csv"))
	}
	s.place(filepath.Join(files, "reports.csv"))
	s.site = site{"http://" + s.addr, strings.TrimSpace(succeed(t, "--data", s.data, "token", "create", "--role", "dispatcher").out)}
	s.start()
	t.Cleanup(s.stop)
	s.awaitReady(t)
	s.hook()
	random := rand.New(rand.NewPCG(1, uint64(n)))
	for range n {
		s.reports = append(s.reports, s.invent(random))
	}
	s.took = make([]time.Duration, n)
	return s
}

// place finds the town: where the one report of a table is.
func (s *storm) place(file string) {
	s.t.Helper()
	f, err := os.Open(file)
	if err != nil {
		s.t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err == nil {
		_, err = fmt.Sscan(rows[1][3]+" "+rows[1][4], &s.east, &s.north)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// invent makes a report within some hundred metres of the town, part of them of the
// last hour.
func (s *storm) invent(random *rand.Rand) *stormReport {
	lon, lat := s.east+random.NormFloat64()*0.004, s.north+random.NormFloat64()*0.004
	at := time.Now().Add(-time.Duration(random.ExpFloat64() * float64(10*time.Minute))).UTC()
	pos, err := geo.FromDegrees(lon, lat)
	if err != nil {
		s.t.Fatal(err)
	}
	return &stormReport{
		id: uuid.Must(uuid.NewV7()).String(), pos: pos,
		body: fmt.Sprintf(`{"position":[%.7f,%.7f],"accuracy":12,"matter":"010101","text":"积水","at":%q}`, pos.Lon(), pos.Lat(), at.Format(time.RFC3339Nano)),
	}
}

// hook has another system told of all reports, which fails now and then.
func (s *storm) hook() {
	s.t.Helper()
	var n atomic.Int64
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var m struct{ Data struct{ ID string } }
		if err := json.NewDecoder(r.Body).Decode(&m); err != nil || n.Add(1)%1000 == 0 {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		s.hooked.Store(m.Data.ID, true)
	}))
	s.t.Cleanup(receiver.Close)
	if status, body := s.call(s.t, http.MethodPost, "/v1/webhooks", "application/json", strings.NewReader(`{"url":"`+receiver.URL+`"}`)); status != http.StatusCreated {
		s.t.Fatalf("webhook: %d %s", status, body)
	}
}

// rage lets all clients report, and waits until every report is acknowledged and on
// the stream.
func (s *storm) rage() {
	s.t.Helper()
	ctx, end := context.WithTimeout(s.t.Context(), 5*time.Minute)
	defer end()
	var listening sync.WaitGroup
	ready := make(chan struct{})
	listening.Go(func() { s.listen(ctx, ready) })
	<-ready
	began := time.Now()
	var next atomic.Int64
	var clients sync.WaitGroup
	for c := range stormClients {
		clients.Go(func() {
			random := rand.New(rand.NewPCG(uint64(c), 1))
			for i := next.Add(1) - 1; i < int64(len(s.reports)); i = next.Add(1) - 1 {
				s.client(ctx, int(i), random)
				time.Sleep(s.pace)
			}
		})
	}
	clients.Wait()
	rate := float64(len(s.reports)) / time.Since(began).Seconds()
	slices.Sort(s.took)
	at := func(share float64) time.Duration { return s.took[int(share*float64(len(s.took)-1))] }
	s.t.Logf("%d reports by %d clients, %.0f a second, %d attempts in vain; acknowledged after 50 %% %v, 99 %% %v, at most %v",
		len(s.reports), stormClients, rate, s.again.Load(), at(0.5), at(0.99), at(1))
	for ctx.Err() == nil && min(size(&s.seen), size(&s.hooked)) < len(s.reports) {
		time.Sleep(20 * time.Millisecond)
	}
	s.t.Logf("all on the stream and at the webhook after %v", time.Since(began))
	end()
	listening.Wait()
}

// client brings in a report until it is acknowledged, some again afterwards, and
// takes a step on every tenth.
func (s *storm) client(ctx context.Context, i int, random *rand.Rand) {
	r, began := s.reports[i], time.Now()
	times := 1
	if random.IntN(20) == 0 {
		times = 2
	}
	for range times {
		var v struct{ State string }
		if !s.report(ctx, r, &v) {
			s.t.Errorf("report %s was not acknowledged", r.id)
			return
		}
		r.state = v.State
	}
	s.took[i] = time.Since(began)
	if i%10 == 0 {
		s.urge(ctx, r)
	}
}

// report sends a report until it is acknowledged.
func (s *storm) report(ctx context.Context, r *stormReport, v any) bool {
	for ctx.Err() == nil {
		status, body, err := s.try(ctx, http.MethodPut, "/v1/reports/"+r.id, r.body, "")
		switch {
		case err == nil && (status == http.StatusCreated || status == http.StatusOK):
			return json.Unmarshal(body, v) == nil
		case err == nil && status < 500 && status != http.StatusTooManyRequests:
			s.t.Errorf("report %s: %d %s", r.id, status, body)
			return false
		}
		s.again.Add(1)
		time.Sleep(50 * time.Millisecond)
	}
	return false
}

// urge takes a step at a version until that is acknowledged or the version is
// another, which is when an answer got lost.
func (s *storm) urge(ctx context.Context, r *stormReport) {
	for n := 0; ctx.Err() == nil; n++ {
		reason := fmt.Sprintf("%s/%d", r.id, n)
		status, _, err := s.try(ctx, http.MethodPost, "/v1/reports/"+r.id+"/actions", fmt.Sprintf(`{"action":"urge","reason":%q}`, reason), `"1"`)
		switch {
		case err == nil && status == http.StatusOK:
			r.steps = append(r.steps, reason)
			return
		case err == nil && status == http.StatusPreconditionFailed && n > 0:
			return
		case err == nil && status < 500:
			s.t.Errorf("a step on %s: %d", r.id, status)
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func (s *storm) try(ctx context.Context, method, path, body, match string) (int, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, s.url+path, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Authorization", "Bearer "+s.token)
	req.Header.Set("Content-Type", "application/json")
	if match != "" {
		req.Header.Set("If-Match", match)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return resp.StatusCode, text, err
}

// listen keeps the ids of the reports that the stream tells of, going on where it
// broke off, until ctx ends. ready is closed when it is open for the first time.
func (s *storm) listen(ctx context.Context, ready chan<- struct{}) {
	last := ""
	for ctx.Err() == nil {
		s.listenOnce(ctx, &last, func() {
			if ready != nil {
				close(ready)
				ready = nil
			}
		})
		time.Sleep(20 * time.Millisecond)
	}
}

func (s *storm) listenOnce(ctx context.Context, last *string, open func()) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/v1/stream", nil)
	if err != nil {
		s.t.Error(err)
		return
	}
	req.Header.Set("Authorization", "Bearer "+s.token)
	if *last != "" {
		req.Header.Set("Last-Event-ID", *last)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return // it is down
	}
	defer resp.Body.Close()
	id := ""
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		switch name, value, _ := strings.Cut(lines.Text(), ": "); {
		case name == "id":
			id = value
		case name == "data":
			s.seen.Store(strings.Split(value, `"`)[3], true) // {"id":"…
		case name == "" && id != "": // the end of a block: only then its id counts
			*last = id
			open()
		}
	}
}

func size(m *sync.Map) (n int) {
	m.Range(func(any, any) bool { n++; return true })
	return n
}

// kept is a report as the service tells of it.
type kept struct {
	ID, State string
	Received  time.Time
	Cell      *struct{ Code string }
	Holder    *struct {
		Area   struct{ Code string }
		Worker struct{ Code string }
	}
}

// where is the cell, the area of the holder and the holder of a report.
func (k kept) where() (w [3]string) {
	if k.Cell != nil {
		w[0] = k.Cell.Code
	}
	if k.Holder != nil {
		w[1], w[2] = k.Holder.Area.Code, k.Holder.Worker.Code
	}
	return w
}

// judge compares what is there with what was acknowledged, and with what the places and
// the people say.
func (s *storm) judge() {
	s.t.Helper()
	city := s.snapshot()
	there := map[string]kept{}
	for next := "/v1/reports?limit=1000"; next != ""; {
		var page struct {
			Reports []kept
			Next    string
		}
		s.getJSON(s.t, next, &page)
		for _, r := range page.Reports {
			if _, twice := there[r.ID]; twice {
				s.t.Errorf("report %s is there twice", r.ID)
			}
			there[r.ID] = r
		}
		next = page.Next
	}
	queued := 0 // outside every cell, or in several as far as a phone can tell
	for _, r := range s.reports {
		k, ok := there[r.id]
		if k.State == "reported" {
			queued++
		}
		if state, want := expected(city, r.pos, k.Received); !ok || k.State != r.state || k.State != state || k.where() != want {
			s.t.Errorf("report %s: acknowledged as %s, is %s with %v, want %s with %v", r.id, r.state, k.State, k.where(), state, want)
		}
		if _, told := s.seen.Load(r.id); !told {
			s.t.Errorf("report %s was not on the stream", r.id)
		}
		if _, told := s.hooked.Load(r.id); !told {
			s.t.Errorf("the webhook was not told of report %s", r.id)
		}
		s.judgeSteps(r)
	}
	if len(there) != len(s.reports) || queued > len(s.reports)/5 {
		s.t.Errorf("%d reports are there of %d, %d in the dispatcher's queue", len(there), len(s.reports), queued)
	}
	s.t.Logf("%d in the dispatcher's queue", queued)
}

// snapshot loads what the service goes by, beside it.
func (s *storm) snapshot() *grid.Snapshot {
	s.t.Helper()
	db, done, err := (&database{Data: s.data}).open(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	defer done()
	city, err := db.Load(s.t.Context(), 0)
	if err != nil {
		s.t.Fatal(err)
	}
	return city
}

// expected is the state that a report of the storm comes to, and where that is.
func expected(s *grid.Snapshot, pos geo.Pos, received time.Time) (state string, where [3]string) {
	place, candidates := s.LocateWithin(pos, 12, grid.DefaultTolerance)
	if place.Area >= 0 {
		where[0] = s.Area(place.Area).Code
	}
	d := dispatch.Route(s, dispatch.Request{Place: place, Candidates: candidates, Matter: "010101", At: received})
	if i, ok := s.ByID(d.Holder.Area); ok {
		where[1] = s.Area(i).Code
	}
	w, _ := s.Roster().Worker(d.Holder.Worker)
	where[2] = w.Code
	return d.State.String(), where
}

// judgeSteps looks whether the steps of a report that were acknowledged are there
// once.
func (s *storm) judgeSteps(r *stormReport) {
	if len(r.steps) == 0 {
		return
	}
	var v struct{ History []struct{ Reason string } }
	s.getJSON(s.t, "/v1/reports/"+r.id+"/history", &v)
	for _, reason := range r.steps {
		found := 0
		for _, h := range v.History {
			if h.Reason == reason {
				found++
			}
		}
		if found != 1 || len(v.History) != 2 {
			s.t.Errorf("report %s: %d steps, the one that was acknowledged %d times", r.id, len(v.History), found)
		}
	}
}
