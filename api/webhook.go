package api

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"jingwei/grid"
	"jingwei/webhook"

	"github.com/google/uuid"
)

// Webhooks keeps webhooks.
type Webhooks interface {
	// AddWebhook makes a webhook, which is told of what happens from now on.
	AddWebhook(ctx context.Context, w grid.Webhook) (grid.Webhook, error)
	// Webhooks returns all webhooks by id.
	Webhooks(ctx context.Context) ([]grid.Webhook, error)
	// SwitchWebhook disables a webhook, or has it go on where it stands, from then on in
	// the name of who says so. Like DeleteWebhook it fails with grid.ErrNotFound when
	// there is none.
	SwitchWebhook(ctx context.Context, id int64, on bool, by grid.Caller) error
	DeleteWebhook(ctx context.Context, id int64) error
	// DeadLetters returns at most limit dead letters of a webhook behind a cursor,
	// in the order of the feed.
	DeadLetters(ctx context.Context, webhook int64, after grid.Cursor, limit int) ([]grid.DeadLetter, error)
	// Resend has dead letters of a webhook sent again, all when none is named, and
	// returns how many.
	Resend(ctx context.Context, webhook int64, letters []grid.Cursor) (int, error)
}

// webhookIn is a webhook as it is sent. What it wants is written as the parameters
// of the stream are.
type webhookIn struct {
	URL    string `json:"url"`
	Area   string `json:"area"`
	Matter string `json:"matter"`
	State  string `json:"state"`
	Holder string `json:"holder"`
}

type webhookView struct {
	ID           int64      `json:"id"`
	URL          string     `json:"url"`
	Root         string     `json:"root"` // code; "" for everything
	Area         string     `json:"area"` // code; "" for all within the root
	Matter       string     `json:"matter"`
	State        string     `json:"state"`
	Holder       string     `json:"holder"`
	Created      time.Time  `json:"created"`
	By           string     `json:"by"`
	Cursor       string     `json:"cursor"`
	Attempts     int        `json:"attempts"`
	FailingSince *time.Time `json:"failing_since"`
	RetryAt      *time.Time `json:"retry_at"`
	Error        string     `json:"error"`
	Delivered    *time.Time `json:"delivered"`
	Disabled     *time.Time `json:"disabled"`
	DisabledWhy  string     `json:"disabled_why"`
	Secret       string     `json:"secret,omitempty"` // once, when it is made
}

type letterView struct {
	ID       string    `json:"id"` // of the event
	Report   uuid.UUID `json:"report"`
	At       time.Time `json:"at"`
	Attempts int       `json:"attempts"`
	Error    string    `json:"error"`
	Resend   bool      `json:"resend"`
}

func viewWebhook(s *grid.Snapshot, w grid.Webhook) webhookView {
	v := webhookView{
		ID: w.ID, URL: w.URL, Root: codeOf(s, w.Root), Area: codeOf(s, w.Area), Matter: string(w.Matter), State: stateList(w.States),
		Created: w.Created, By: w.By, Cursor: w.Cursor.String(), Attempts: w.Attempts, FailingSince: orNull(w.FailingSince), RetryAt: orNull(w.RetryAt),
		Error: w.Error, Delivered: orNull(w.Delivered), Disabled: orNull(w.Disabled), DisabledWhy: w.DisabledWhy,
	}
	if h, ok := s.Roster().Worker(w.Holder); ok {
		v.Holder = h.Code
	}
	return v
}

func stateList(set grid.StateSet) string {
	var names []string
	for _, s := range set.States() {
		names = append(names, s.String())
	}
	return strings.Join(names, ",")
}

// interest reads what is wanted, as the stream does. A webhook is nobody in
// particular: it is bounded by the root of who makes it alone.
func (in webhookIn) interest(c *call) (grid.Interest, error) {
	q := url.Values{}
	for name, value := range map[string]string{"area": in.Area, "matter": in.Matter, "state": in.State, "holder": in.Holder} {
		if value != "" {
			q.Set(name, value)
		}
	}
	interest, err := c.interest(&params{values: q, known: map[string]bool{}})
	interest.Sight = grid.Sight{Root: c.caller.Area}
	return interest, err
}

// postWebhook makes a webhook and answers its secret, this once.
func (a *API) postWebhook(c *call) error {
	var in webhookIn
	if err := c.body(&in); err != nil {
		return err
	}
	if err := checkText("url", in.URL, maxURL); err != nil {
		return err
	}
	if err := webhook.CheckURL(in.URL, a.PrivateWebhooks); err != nil {
		return bad("url", "url", "%v", err)
	}
	interest, err := in.interest(c)
	if err != nil {
		return err
	}
	w, err := a.Webhooks.AddWebhook(c.r.Context(), grid.Webhook{URL: in.URL, Secret: webhook.NewSecret(), Interest: interest, By: c.caller.Actor(), Token: c.caller.Token})
	if err != nil {
		return err
	}
	v := viewWebhook(c.s, w)
	v.Secret = webhook.SecretText(w.Secret)
	c.w.Header().Set("Location", "/v1/webhooks/"+strconv.FormatInt(w.ID, 10))
	return c.json(http.StatusCreated, v)
}

const maxURL = 2000 // characters

// webhooks returns those that the caller may see: with a root within its own.
func (a *API) webhooks(c *call) ([]grid.Webhook, error) {
	all, err := a.Webhooks.Webhooks(c.r.Context())
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(w grid.Webhook) bool { return !c.sees(areaOf(c.s, w.Root)) }), nil
}

// webhookNamed finds the webhook in the address. To a caller who may not see it, it
// does not exist.
func (a *API) webhookNamed(c *call) (grid.Webhook, error) {
	id, err := c.number("webhook")
	if err != nil {
		return grid.Webhook{}, err
	}
	all, err := a.webhooks(c)
	if err != nil {
		return grid.Webhook{}, err
	}
	i := slices.IndexFunc(all, func(w grid.Webhook) bool { return w.ID == id })
	if i < 0 {
		return grid.Webhook{}, missing("webhook", strconv.FormatInt(id, 10))
	}
	return all[i], nil
}

func (a *API) listWebhooks(c *call) error {
	if err := newParams(c.r.URL).end(); err != nil {
		return err
	}
	all, err := a.webhooks(c)
	if err != nil {
		return err
	}
	views := []webhookView{}
	for _, w := range all {
		views = append(views, viewWebhook(c.s, w))
	}
	return c.json(http.StatusOK, map[string]any{"webhooks": views})
}

func (a *API) getWebhook(c *call) error {
	if err := newParams(c.r.URL).end(); err != nil {
		return err
	}
	w, err := a.webhookNamed(c)
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, viewWebhook(c.s, w))
}

// patchWebhook disables a webhook, or has it go on where it stands, from then on in the
// name of the caller.
func (a *API) patchWebhook(c *call) error {
	var in struct {
		Disabled *bool `json:"disabled"`
	}
	if err := c.body(&in); err != nil {
		return err
	}
	if in.Disabled == nil {
		return bad("missing-field", "disabled", "needed")
	}
	w, err := a.webhookNamed(c)
	if err != nil {
		return err
	}
	if err := a.Webhooks.SwitchWebhook(c.r.Context(), w.ID, !*in.Disabled, c.caller); err != nil {
		return found(err, "webhook", strconv.FormatInt(w.ID, 10))
	}
	if w, err = a.webhookNamed(c); err != nil {
		return err
	}
	return c.json(http.StatusOK, viewWebhook(c.s, w))
}

func (a *API) deleteWebhook(c *call) error {
	if err := newParams(c.r.URL).end(); err != nil {
		return err
	}
	w, err := a.webhookNamed(c)
	if err != nil {
		return err
	}
	if err := a.Webhooks.DeleteWebhook(c.r.Context(), w.ID); err != nil {
		return found(err, "webhook", strconv.FormatInt(w.ID, 10))
	}
	return c.nothing()
}

func (a *API) listDeadLetters(c *call) error {
	p := newParams(c.r.URL)
	after, size := cursor(p, grid.ParseCursor), p.limit()
	if err := p.end(); err != nil {
		return err
	}
	w, err := a.webhookNamed(c)
	if err != nil {
		return err
	}
	letters, err := a.Webhooks.DeadLetters(c.r.Context(), w.ID, after, size+1) // one more tells whether there is a next page
	if err != nil {
		return err
	}
	v := struct {
		Letters []letterView `json:"dead_letters"`
		Next    string       `json:"next,omitempty"`
	}{Letters: []letterView{}}
	for _, l := range letters[:min(size, len(letters))] {
		v.Letters = append(v.Letters, letterView{l.Cursor.String(), l.Report, l.At, l.Attempts, l.Error, l.Resend})
	}
	if len(letters) > size {
		v.Next = nextPage(c.r.URL, v.Letters[size-1].ID)
	}
	return c.json(http.StatusOK, v)
}

// resendDeadLetters has dead letters tried once more: those of the ids in the body,
// or all.
func (a *API) resendDeadLetters(c *call) error {
	var in struct {
		IDs string `json:"ids"`
	}
	if err := c.body(&in); err != nil {
		return err
	}
	var letters []grid.Cursor
	if in.IDs != "" {
		for id := range strings.SplitSeq(in.IDs, ",") {
			at, err := grid.ParseCursor(id)
			if err != nil {
				return bad("id", "ids", "%v", err)
			}
			letters = append(letters, at)
		}
	}
	w, err := a.webhookNamed(c)
	if err != nil {
		return err
	}
	n, err := a.Webhooks.Resend(c.r.Context(), w.ID, letters)
	if err != nil {
		return err
	}
	return c.json(http.StatusAccepted, map[string]int{"resent": n})
}

// Render writes a report as lists, streams and webhooks show it.
func (a *API) Render(r grid.Report) ([]byte, error) {
	return json.Marshal(viewReport(a.Snapshots.Load(), r))
}
