package webhook_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"jingwei/geo"
	"jingwei/geo/coverage"
	"jingwei/grid"
	"jingwei/webhook"

	"github.com/google/uuid"
)

// memory keeps webhooks as the database would.
type memory struct {
	mu      sync.Mutex
	hooks   map[int64]grid.Webhook
	letters map[int64][]grid.DeadLetter
	events  []grid.Event
}

func (m *memory) Lead(ctx context.Context, run func(context.Context)) error {
	run(ctx)
	return ctx.Err()
}

func (m *memory) ActiveWebhooks(context.Context) (out []grid.Webhook, latest grid.Cursor, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, w := range m.hooks {
		for _, l := range m.letters[w.ID] {
			if l.Resend {
				w.Resend++
			}
		}
		if w.Disabled.IsZero() {
			out = append(out, w)
		}
	}
	if len(m.events) > 0 {
		latest = m.events[len(m.events)-1].Cursor
	}
	return out, latest, nil
}

func (m *memory) Since(_ context.Context, after grid.Cursor, limit int) ([]grid.Event, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	i := slices.IndexFunc(m.events, func(e grid.Event) bool { return e.Cursor.Compare(after) > 0 })
	if i < 0 {
		return nil, nil
	}
	return slices.Clone(m.events[i:min(len(m.events), i+limit)]), nil
}

func (m *memory) MoveWebhook(_ context.Context, from grid.Cursor, w grid.Webhook, dead *grid.DeadLetter) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if there, ok := m.hooks[w.ID]; !ok || there.Cursor != from || !there.Disabled.IsZero() {
		return grid.ErrVersion
	}
	m.hooks[w.ID] = w
	if dead != nil {
		m.letters[w.ID] = append(m.letters[w.ID], *dead)
	}
	return nil
}

func (m *memory) LettersToResend(_ context.Context, id int64, _ int) (out []grid.Event, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, l := range m.letters[id] {
		if l.Resend {
			i := slices.IndexFunc(m.events, func(e grid.Event) bool { return e.Cursor == l.Cursor })
			out = append(out, m.events[i])
		}
	}
	return out, nil
}

func (m *memory) ResentLetter(_ context.Context, id int64, at grid.Cursor, failed string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	i := slices.IndexFunc(m.letters[id], func(l grid.DeadLetter) bool { return l.Cursor == at })
	if failed == "" {
		m.letters[id] = slices.Delete(m.letters[id], i, i+1)
		return nil
	}
	l := &m.letters[id][i]
	l.Resend, l.Attempts, l.Error = false, l.Attempts+1, failed
	return nil
}

// office is a deliverer over a memory, with a clock that is set by hand.
type office struct {
	*memory
	t   *testing.T
	now atomic.Int64 // Unix seconds
}

func newOffice(t *testing.T, private bool) *office {
	t.Helper()
	o := &office{memory: &memory{hooks: map[int64]grid.Webhook{}, letters: map[int64][]grid.DeadLetter{}}, t: t}
	o.now.Store(1_780_000_000)
	current := &grid.Current{}
	current.Store(twoGrids(t))
	d := webhook.New(webhook.Config{
		Store: o, Snapshots: current, Private: private, Log: slog.New(slog.DiscardHandler),
		Render: func(r grid.Report) ([]byte, error) { return fmt.Appendf(nil, `{"id":%q}`, r.ID), nil },
		Now:    func() time.Time { return time.Unix(o.now.Load(), 0) },
	})
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- d.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("run: %v", err)
		}
	})
	return o
}

// twoGrids is a town with grids 2 and 3.
func twoGrids(t *testing.T) *grid.Snapshot {
	t.Helper()
	square := func(x int32) geo.MultiPolygon {
		return geo.MultiPolygon{{{{X: x, Y: 0}, {X: x + 100, Y: 0}, {X: x + 100, Y: 100}, {X: x, Y: 100}}}}
	}
	cover, err := coverage.Build([]coverage.Face{{Name: "2", Shape: square(0)}, {Name: "3", Shape: square(100)}})
	if err != nil {
		t.Fatal(err)
	}
	s, err := grid.NewSnapshot(1, time.Time{}, []grid.Area{
		{ID: 1, Code: "1", Level: grid.Town},
		{ID: 2, Code: "2", Level: grid.Grid, Parent: 1, Cell: true},
		{ID: 3, Code: "3", Level: grid.Grid, Parent: 1, Cell: true},
	}, cover, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var secret = []byte("a secret of twenty-four…")

func (o *office) add(id int64, url string, in grid.Interest) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.hooks[id] = grid.Webhook{ID: id, URL: url, Secret: secret, Interest: in}
}

// report adds an event of a report in a cell to the feed.
func (o *office) report(n int, cell grid.AreaID) {
	o.mu.Lock()
	defer o.mu.Unlock()
	r := grid.Report{ID: uuid.UUID{15: byte(n)}, Cell: cell, State: grid.Assigned}
	o.events = append(o.events, grid.Event{Cursor: grid.Cursor{XID: 7, Seq: int64(n)}, What: grid.EventReport, ID: r.ID.String(), Report: &r})
}

func (o *office) hook(id int64) grid.Webhook {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.hooks[id]
}

// until waits for what must come.
func (o *office) until(what string, holds func() bool) {
	o.t.Helper()
	for range 3000 {
		if holds() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	o.t.Fatalf("in vain: %s; %+v", what, o.hook(1))
}

func (o *office) untilAttempts(id int64, n int) {
	o.t.Helper()
	o.until(fmt.Sprint(n, " attempts"), func() bool { return o.hook(id).Attempts == n })
}

// receiver is another system, which answers as it is told and keeps what it takes.
type receiver struct {
	*httptest.Server
	status atomic.Int64
	mu     sync.Mutex
	taken  []string // ids of messages, and of those that tell what is gone that they do
	wrong  []string
}

func newReceiver(t *testing.T, status int64) *receiver {
	r := &receiver{}
	r.status.Store(status)
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		r.mu.Lock()
		defer r.mu.Unlock()
		id := req.Header.Get("webhook-id")
		said, ok := strings.CutPrefix(string(body), `{"id":"`+id+`","type":"`)
		name, said, _ := strings.Cut(said, `"`)
		if err != nil || !signed(req, body) || !ok || name != "report" && name != "gone" || !strings.HasPrefix(said, `,"data":{"id":"`) {
			r.wrong = append(r.wrong, string(body))
		}
		if name == "gone" {
			id += " gone"
		}
		if status := int(r.status.Load()); status != http.StatusOK {
			w.Header().Set("Location", r.URL)
			w.WriteHeader(status)
			return
		}
		r.taken = append(r.taken, id)
	}))
	t.Cleanup(func() {
		r.Close()
		if len(r.wrong) > 0 {
			t.Errorf("messages that are not as they should be: %q", r.wrong)
		}
	})
	return r
}

func signed(req *http.Request, body []byte) bool {
	sec, err := strconv.ParseInt(req.Header.Get("webhook-timestamp"), 10, 64)
	return err == nil && req.Header.Get("webhook-signature") == webhook.Sign(secret, req.Header.Get("webhook-id"), time.Unix(sec, 0), body)
}

func (r *receiver) has(ids ...string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Equal(r.taken, ids)
}

// The reference vector of Standard Webhooks.
func TestSign(t *testing.T) {
	key, err := base64.StdEncoding.DecodeString("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		t.Fatal(err)
	}
	got := webhook.Sign(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if text := webhook.SecretText(webhook.NewSecret()); !strings.HasPrefix(text, "whsec_") || len(text) != len("whsec_")+44 {
		t.Errorf("secret %q", text)
	}
}

// Each webhook is told of what it wants, in order, whatever becomes of the others.
func TestDeliver(t *testing.T) {
	o := newOffice(t, true)
	all, south, broken := newReceiver(t, 200), newReceiver(t, 200), newReceiver(t, 500)
	hung := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-hung }))
	t.Cleanup(slow.Close)
	t.Cleanup(func() { close(hung) })
	o.add(1, all.URL, grid.Interest{})
	o.add(2, south.URL, grid.Interest{Sight: grid.Sight{Root: 1}, Area: 3})
	o.add(3, broken.URL, grid.Interest{})
	o.add(4, slow.URL, grid.Interest{})
	o.report(1, 2)
	o.report(2, 3)
	o.report(3, 0)
	o.until("all", func() bool { return all.has("1-7-1", "1-7-2", "1-7-3") })
	o.until("south", func() bool { return south.has("2-7-2") && o.hook(2).Cursor.Seq == 3 })
	o.untilAttempts(3, 1)
	if w := o.hook(3); w.Cursor.Seq != 0 || w.FailingSince.Unix() != o.now.Load() || w.Error != "answered 500 Internal Server Error" {
		t.Errorf("the broken one: %+v", w)
	}
	broken.status.Store(200) // it comes back
	o.now.Add(1)
	o.until("the broken one", func() bool { return broken.has("3-7-1", "3-7-2", "3-7-3") })
	if w := o.hook(3); w.Attempts != 0 || !w.FailingSince.IsZero() || w.Error != "" {
		t.Errorf("back again: %+v", w)
	}
	if w := o.hook(4); w.Cursor.Seq != 0 {
		t.Errorf("the slow one: %+v", w)
	}
}

// step adds an event of a step that was taken on a report in grid 2, from one state to
// another.
func (o *office) step(n int, from, to grid.State) {
	o.report(n, 2)
	o.mu.Lock()
	defer o.mu.Unlock()
	e := &o.events[len(o.events)-1]
	e.From, e.Report.State = from, to
}

// What is no longer as a webhook asks for is told to be gone, and of what never was nothing
// is said. A dead letter is sent again as the report stands then.
func TestTellsWhatIsGone(t *testing.T) {
	o, all, open := newOffice(t, true), newReceiver(t, 200), newReceiver(t, 200)
	deaf := newReceiver(t, 500)
	o.add(1, all.URL, grid.Interest{})
	in := grid.Interest{Area: 2, States: grid.StateSetOf(grid.Assigned, grid.Handling)}
	o.add(2, open.URL, in)
	o.add(3, deaf.URL, in)
	o.step(1, grid.Assigned, grid.Handling)
	o.step(2, grid.Handling, grid.Closed)
	o.step(3, grid.Closed, grid.Evaluated)
	o.step(4, grid.Closed, grid.Handling)
	o.until("all", func() bool { return all.has("1-7-1", "1-7-2", "1-7-3", "1-7-4") })
	o.untilAttempts(3, 1)
	o.until("what is open", func() bool { return open.has("2-7-1", "2-7-2 gone", "2-7-4") })
	o.mu.Lock()
	for _, e := range o.events[:3] {
		o.letters[3] = append(o.letters[3], grid.DeadLetter{Cursor: e.Cursor, Report: e.Report.ID, Attempts: 1, Resend: true})
	}
	w := o.hooks[3]
	w.Cursor, w.RetryAt = o.events[3].Cursor, time.Time{}
	o.hooks[3] = w
	deaf.status.Store(200)
	o.mu.Unlock()
	o.until("the letters", func() bool { return deaf.has("3-7-1", "3-7-2 gone", "3-7-3 gone") })
}

// An event that is refused again and again is a dead letter, which can be sent again.
func TestDeadLetter(t *testing.T) {
	o, r := newOffice(t, true), newReceiver(t, 302) // redirects are not followed
	o.add(1, r.URL, grid.Interest{Area: 1})
	o.report(1, 2)
	o.report(2, 2)
	for n := 1; n < 14; n++ {
		o.untilAttempts(1, n)
		o.now.Store(o.hook(1).RetryAt.Unix() + 1)
	}
	o.until("a dead letter", func() bool { return o.hook(1).Cursor.Seq == 1 })
	letter := o.letters[1][0]
	if letter.Attempts != 14 || letter.Cursor.Seq != 1 || letter.Report != (uuid.UUID{15: 1}) || letter.Error != "answered 302 Found" {
		t.Errorf("%+v", letter)
	}
	r.status.Store(200)
	o.now.Store(o.hook(1).RetryAt.Unix() + 1)
	o.until("the next", func() bool { return r.has("1-7-2") })
	o.mu.Lock()
	o.letters[1][0].Resend = true
	o.mu.Unlock()
	o.until("the letter", func() bool { return r.has("1-7-2", "1-7-1") })
	o.until("no letters", func() bool { o.mu.Lock(); defer o.mu.Unlock(); return len(o.letters[1]) == 0 })
}

// A webhook that fails for three days is disabled, and so is one that wants no more.
func TestDisable(t *testing.T) {
	o, failing, gone := newOffice(t, true), newReceiver(t, 503), newReceiver(t, 410)
	o.add(1, failing.URL, grid.Interest{})
	o.add(2, gone.URL, grid.Interest{})
	o.report(1, 2)
	o.untilAttempts(1, 1)
	o.now.Add(3 * 24 * 3600)
	o.until("disabled", func() bool { return !o.hook(1).Disabled.IsZero() && !o.hook(2).Disabled.IsZero() })
	if w := o.hook(1); w.Cursor.Seq != 0 || w.DisabledWhy != "it has failed for three days: answered 503 Service Unavailable" {
		t.Errorf("%+v", w)
	}
	if w := o.hook(2); w.Attempts != 1 || !strings.Contains(w.DisabledWhy, "410") {
		t.Errorf("%+v", w)
	}
}

// Nothing is sent to this machine, whatever it is called.
func TestPrivateIsRefused(t *testing.T) {
	o, r := newOffice(t, false), newReceiver(t, 200)
	o.add(1, strings.Replace(r.URL, "127.0.0.1", "localhost", 1), grid.Interest{})
	o.report(1, 2)
	o.untilAttempts(1, 1)
	if w := o.hook(1); !strings.Contains(w.Error, "127.0.0.1 is of this machine or a private network") || !r.has() {
		t.Errorf("%+v, taken %v", w, r.taken)
	}
}

func TestCheckURL(t *testing.T) {
	for url, want := range map[string]string{
		"https://example.com/hook":      "",
		"https://8.8.8.8/":              "",
		"https://[2400:3200::1]:8443/x": "",
		"http://example.com/":           "not https",
		"ftp://example.com/":            "not an address",
		"https:///x":                    "not an address",
		"hook":                          "not an address",
		"https://me:pw@example.com/":    "password",
		"https://127.0.0.1/":            "private network",
		"https://10.1.2.3/":             "private network",
		"https://172.16.0.1/":           "private network",
		"https://192.168.1.1/":          "private network",
		"https://169.254.169.254/meta":  "private network",
		"https://100.100.100.200/":      "private network",
		"https://0.0.0.0/":              "private network",
		"https://255.255.255.255/":      "private network",
		"https://224.0.0.1/":            "private network",
		"https://[::1]/":                "private network",
		"https://[::]/":                 "private network",
		"https://[fd00::1]/":            "private network",
		"https://[fe80::1%25eth0]/":     "private network",
		"https://[::ffff:127.0.0.1]/":   "private network",
		"https://[64:ff9b::7f00:1]/":    "private network",
		"https://[2002:7f00:1::]/":      "private network",
	} {
		err := webhook.CheckURL(url, false)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", url, err, want)
		}
	}
	if err := webhook.CheckURL("http://127.0.0.1:9/", true); err != nil {
		t.Errorf("allowed, and yet: %v", err)
	}
}
