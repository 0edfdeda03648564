package webhook

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"jingwei/grid"
)

// Store keeps webhooks and remembers events.
type Store interface {
	// Lead runs a function while this node and no other leads, again and again until
	// ctx ends. The function's context ends when this node leads no more.
	Lead(ctx context.Context, run func(context.Context)) error
	// ActiveWebhooks returns those that are not disabled, and the cursor of the last
	// event that can be seen.
	ActiveWebhooks(ctx context.Context) ([]grid.Webhook, grid.Cursor, error)
	// Since returns at most limit events after a cursor, in the order of the feed.
	Since(ctx context.Context, after grid.Cursor, limit int) ([]grid.Event, error)
	// MoveWebhook writes how a webhook stands, and a dead letter if there is one. It
	// fails with grid.ErrVersion when it does not stand at the cursor from any more,
	// or was disabled or deleted.
	MoveWebhook(ctx context.Context, from grid.Cursor, w grid.Webhook, dead *grid.DeadLetter) error
	// LettersToResend returns dead letters of a webhook that are to be sent again,
	// with the reports as they stand now.
	LettersToResend(ctx context.Context, webhook int64, limit int) ([]grid.Event, error)
	// ResentLetter deletes a dead letter that was delivered, or keeps it with the
	// error of the attempt.
	ResentLetter(ctx context.Context, webhook int64, at grid.Cursor, failed string) error
}

// Config is what a Deliverer is made of.
type Config struct {
	Store     Store
	Snapshots *grid.Current
	Render    func(grid.Report) ([]byte, error) // the report as JSON
	Private   bool                              // allows the own machine and private networks
	Log       *slog.Logger
	Now       func() time.Time
}

// Deliverer sends what webhooks want.
type Deliverer struct {
	Config
	client *http.Client

	mu   sync.Mutex
	busy map[int64]bool // webhooks that are being sent to
}

// New returns a deliverer.
func New(c Config) *Deliverer {
	return &Deliverer{Config: c, client: newClient(c.Private), busy: map[int64]bool{}}
}

const (
	lookEvery = 250 * time.Millisecond // at what is to be sent
	page      = 100                    // events that are read at a time

	keepEvery   = 200 * time.Millisecond // deliveries are written down
	keepTimeout = 5 * time.Second        // for that
)

// Run delivers, while this node leads, until ctx ends.
func (d *Deliverer) Run(ctx context.Context) error { return d.Store.Lead(ctx, d.lead) }

// lead looks again and again for webhooks that are behind, and has each brought up
// to date on its own.
func (d *Deliverer) lead(ctx context.Context) {
	var passes sync.WaitGroup
	defer passes.Wait()
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for ; ctx.Err() == nil; await(ctx, tick) {
		hooks, latest, err := d.Store.ActiveWebhooks(ctx)
		if err != nil {
			d.complain(ctx, "webhooks: look for work", err)
			continue
		}
		for _, w := range hooks {
			if d.due(w, latest) && d.take(w.ID) {
				passes.Go(func() { defer d.leave(w.ID); d.pass(ctx, w) })
			}
		}
	}
}

func await(ctx context.Context, tick *time.Ticker) {
	select {
	case <-ctx.Done():
	case <-tick.C:
	}
}

func (d *Deliverer) due(w grid.Webhook, latest grid.Cursor) bool {
	behind := w.Cursor.Compare(latest) < 0 && !d.Now().Before(w.RetryAt)
	return behind || w.Resend > 0
}

// take reports whether nobody is sending to a webhook, and now somebody is.
func (d *Deliverer) take(id int64) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	free := !d.busy[id]
	d.busy[id] = true
	return free
}

func (d *Deliverer) leave(id int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.busy, id)
}

func (d *Deliverer) complain(ctx context.Context, what string, err error, args ...any) {
	if ctx.Err() == nil {
		d.Log.WarnContext(ctx, what, append(args, "error", err)...)
	}
}

// pass sends what a webhook is to be sent until it is up to date or fails.
func (d *Deliverer) pass(ctx context.Context, w grid.Webhook) {
	err := d.resend(ctx, w)
	for more := true; err == nil && more; {
		if d.Now().Before(w.RetryAt) {
			return
		}
		w, more, err = d.deliverPage(ctx, w)
	}
	if err != nil && !errors.Is(err, grid.ErrVersion) { // which others will have made
		d.complain(ctx, "webhook: tell", err, "webhook", w.ID)
	}
}

// deliverPage sends a page of events, up to the first that fails. It reports whether
// there may be more to send.
func (d *Deliverer) deliverPage(ctx context.Context, w grid.Webhook) (_ grid.Webhook, more bool, err error) {
	events, err := d.Store.Since(ctx, w.Cursor, page)
	if err != nil || len(events) == 0 {
		return w, false, err
	}
	kept, wanted := bookmark{d, w.Cursor, d.Now()}, w.In(d.Snapshots.Load())
	for _, e := range events {
		name := ""
		if e.What == grid.EventReport && e.Report != nil {
			name = grid.Told(e.Report, e.Before(), wanted)
		}
		if name == "" {
			w.Cursor = e.Cursor
			continue
		}
		next, dead, err := d.attempt(ctx, w, e, name)
		if err != nil {
			return w, false, errors.Join(err, kept.keep(ctx, w, nil))
		}
		if w = next; w.Error != "" {
			return w, false, kept.keep(ctx, w, dead)
		}
		if d.Now().Sub(kept.at) < keepEvery {
			continue
		}
		if err := kept.keep(ctx, w, nil); err != nil {
			return w, false, err
		}
	}
	return w, len(events) == page, kept.keep(ctx, w, nil)
}

// bookmark is how far a webhook is known to be in the database. It is not written at
// every delivery: a receiver may be told again, under the same ids, of what came
// after it.
type bookmark struct {
	d      *Deliverer
	cursor grid.Cursor
	at     time.Time
}

// keep writes how a webhook stands, also while we are being stopped.
func (b *bookmark) keep(ctx context.Context, w grid.Webhook, dead *grid.DeadLetter) error {
	if w.Cursor == b.cursor && w.Error == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepTimeout)
	defer cancel()
	from := b.cursor
	b.cursor, b.at = w.Cursor, b.d.Now()
	return b.d.Store.MoveWebhook(ctx, from, w, dead)
}

// attempt sends one event under a name and returns how the webhook stands then. It fails
// when nothing can be told of the receiver.
func (d *Deliverer) attempt(ctx context.Context, w grid.Webhook, e grid.Event, name string) (grid.Webhook, *grid.DeadLetter, error) {
	r, err := d.tell(ctx, w, e, name)
	if err != nil {
		return w, nil, err
	}
	next, dead := after(w, e, r, d.Now(), rand.Float64())
	if !next.Disabled.IsZero() {
		d.Log.WarnContext(ctx, "webhook disabled", "webhook", w.ID, "why", next.DisabledWhy)
	}
	return next, dead, nil
}

// tell sends one event under a name.
func (d *Deliverer) tell(ctx context.Context, w grid.Webhook, e grid.Event, name string) (result, error) {
	id := messageID(w, e.Cursor)
	body, err := d.body(id, name, *e.Report)
	if err != nil {
		return result{}, err
	}
	r := send(ctx, d.client, w, id, body, d.Now())
	return r, ctx.Err() // an attempt that we broke off tells nothing
}

// body is a message: its id, its type, which is the name, and the report as it stands.
func (d *Deliverer) body(id, name string, r grid.Report) ([]byte, error) {
	data, err := d.Render(r)
	if err != nil {
		return nil, err
	}
	return append(append([]byte(`{"id":"`+id+`","type":"`+name+`","data":`), data...), '}'), nil
}

// resend tries dead letters once more that somebody asked for, under the name that fits
// the report as it stands now.
func (d *Deliverer) resend(ctx context.Context, w grid.Webhook) error {
	if w.Resend == 0 {
		return nil
	}
	letters, err := d.Store.LettersToResend(ctx, w.ID, page)
	if err != nil {
		return err
	}
	wanted := w.In(d.Snapshots.Load())
	for _, e := range letters {
		failed := "there is no such report any more"
		if e.Report != nil {
			r, err := d.tell(ctx, w, e, cmp.Or(grid.Told(e.Report, nil, wanted), grid.ToldGone))
			if err != nil {
				return err
			}
			if failed = ""; r.err != nil {
				failed = r.err.Error()
			}
		}
		if err := d.Store.ResentLetter(ctx, w.ID, e.Cursor, failed); err != nil {
			return err
		}
	}
	return nil
}
