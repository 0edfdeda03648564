// Package api is the service's HTTP side: addresses, who may do what, decoding
// of what strangers send, and the way from an error to an answer. It decides
// nothing and stores nothing itself; it declares the interfaces of what does.
//
// # Laws
//
//   - One request, one snapshot: a handler loads the current snapshot once.
//   - Nothing is acknowledged before it is committed: a report is answered with
//     success after [Reports.Append] has returned its receipt.
//   - An error becomes an answer in one function, [API.fail], and names the rule
//     that was broken and where.
package api

import (
	"context"
	"io/fs"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"jingwei/density"
	"jingwei/grid"
	importer "jingwei/import"
	"jingwei/tiles"

	"github.com/google/uuid"
	"github.com/gorilla/mux"
	"github.com/prometheus/client_golang/prometheus"
)

// Reports keeps reports.
type Reports interface {
	// Append keeps an entry and returns after it is committed. Under an id that
	// is taken nothing changes, and the receipt tells whether the report there is
	// the same (see [grid.Report.Retells]). It fails with grid.ErrBusy when too
	// many entries are waiting.
	Append(ctx context.Context, e grid.Entry) (grid.Receipt, error)
	// AppendAll does the same with many entries, in order, and answers each. It
	// waits while too much is being committed.
	AppendAll(ctx context.Context, entries []grid.Entry) []grid.Answer
	// Report fails with grid.ErrNotFound when there is none.
	Report(ctx context.Context, id uuid.UUID) (grid.Report, error)
	// History returns the steps of a report in order; it fails with
	// grid.ErrNotFound when there is no such report.
	History(ctx context.Context, id uuid.UUID) ([]grid.Step, error)
	// Act takes a step on a report, if it is at a version, and returns the report
	// after the commit. It fails with grid.ErrNotFound when there is no such report
	// or lead, with grid.ErrVersion and the report as it stands when that is at
	// another version, and with the error of decide.
	Act(ctx context.Context, id uuid.UUID, version int64, lead uuid.UUID, decide grid.Decide) (grid.Report, error)
	// Reports returns the reports that q selects, newest id first.
	Reports(ctx context.Context, q grid.ReportQuery) ([]grid.Report, error)
}

// Tokens knows the callers.
type Tokens interface {
	// Caller returns who a secret belongs to; it fails with grid.ErrNotFound when
	// there is no such token or it is revoked.
	Caller(ctx context.Context, secret string) (grid.Caller, error)
}

// Feed remembers the events of the past.
type Feed interface {
	// Since returns at most limit events after a cursor, in the order of the feed.
	// It fails with grid.ErrNotFound on a cursor that the feed has not reached yet.
	Since(ctx context.Context, after grid.Cursor, limit int) ([]grid.Event, error)
}

// Picture is what maps are made of: the reports as they are counted on a snapshot,
// and the tiles of the same edition.
type Picture struct {
	Columns *density.Columns
	Tiles   *tiles.Pyramid
}

// Config is what an API is made of. Everything without a default is needed.
type Config struct {
	Snapshots *grid.Current
	Reports   Reports
	Tokens    Tokens
	Feed      Feed
	Editions  Editions
	People    func(actor string) People // who makes the changes
	Picture   *atomic.Pointer[Picture]  // nil inside until the reports are counted
	Webhooks  Webhooks
	Pages     fs.FS                           // the console's build
	Ready     func(ctx context.Context) error // nil error: PostgreSQL answers

	PrivateWebhooks bool // they may be on the own machine and in private networks

	Log       *slog.Logger         // default: slog.Default()
	Metrics   *prometheus.Registry // default: a new one
	Now       func() time.Time     // default: time.Now
	Heartbeat time.Duration        // of event streams; default: 15 s
	Deadline  time.Duration        // of all other requests but bulk ones; default: 30 s
}

// API answers HTTP requests. It is safe for concurrent use.
type API struct {
	Config
	router  *mux.Router
	hub     *hub
	shelf   *shelf
	callers *callers
	figures figures
	cells   atomic.Pointer[importer.Cells] // of the last snapshot that rows were located in
	page    console
	meter   meter
}

// New returns an API.
func New(c Config) *API {
	c.setDefaults()
	a := &API{Config: c, router: mux.NewRouter(), hub: newHub(atHand), shelf: newShelf(c.Editions), page: newConsole(c.Pages), meter: newMeter(c.Metrics)}
	a.callers = newCallers(c.Tokens, c.Now)
	a.router.NotFoundHandler = a.handler(nowhere)
	for _, r := range a.routes() {
		a.router.Path(r.path).Handler(a.handler(r))
	}
	return a
}

func (c *Config) setDefaults() {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Metrics == nil {
		c.Metrics = prometheus.NewRegistry()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Heartbeat == 0 {
		c.Heartbeat = 15 * time.Second
	}
	if c.Deadline == 0 {
		c.Deadline = 30 * time.Second
	}
}

// ServeHTTP answers a request.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.router.ServeHTTP(w, r) }
