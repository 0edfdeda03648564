package api

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"time"

	"jingwei/grid"
)

// stream sends the reports that are wanted as they come, after those since
// Last-Event-ID, and tells which are so no longer.
func (a *API) stream(c *call) error {
	interest, err := c.interest(newParams(c.r.URL))
	if err != nil {
		return err
	}
	after, resume, err := resumeAt(c.r)
	if err != nil {
		return err
	}
	s := stream{call: c, api: a}
	s.view, s.after = a.hub.join(interest, c.s)
	defer a.hub.leave(s.view)
	a.meter.streams.Inc()
	defer a.meter.streams.Dec()
	var missed []*event
	more := resume
	if resume { // before the stream begins, while it can still be refused
		s.after = after
		if missed, more, err = s.past(); err != nil {
			return err
		}
	}
	if err := cmp.Or(s.begin(), s.write(missed)); err != nil || c.r.Method == http.MethodHead {
		return gone(err)
	}
	for more {
		if missed, more, err = s.past(); err != nil {
			return err
		}
		if err := s.write(missed); err != nil {
			return gone(err)
		}
	}
	return gone(s.follow())
}

// interest reads what a caller wants to hear of.
func (c *call) interest(p *params) (grid.Interest, error) {
	in := grid.Interest{
		Sight: c.sight(), Matter: grid.MatterSetOf(p.matters()...),
		States: grid.StateSetOf(p.states()...), Holder: p.worker(c, "holder"),
	}
	if i := p.area(c); p.given("area") && i >= 0 {
		in.Area = c.s.Area(i).ID
	}
	return in, p.end()
}

// lastEventID is the header that carries where a stream was broken off.
const lastEventID = "Last-Event-ID"

// resumeAt reads where a stream that was broken off shall go on.
func resumeAt(r *http.Request) (after grid.Cursor, resume bool, err error) {
	id := r.Header.Get(lastEventID)
	if id == "" {
		return after, false, nil
	}
	if after, err = grid.ParseCursor(id); err != nil {
		return after, false, bad("cursor", lastEventID, "%v", err)
	}
	return after, true, nil
}

// stream is an open event stream.
type stream struct {
	*call
	api   *API
	view  *view
	after grid.Cursor // what is wanted up to here was sent
}

// patience is how long a reader may take to accept what is sent.
const patience = 30 * time.Second

// resumePage is how many events of the past are read at a time.
const resumePage = 500

func (s *stream) begin() error {
	h := s.w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would collect events
	s.w.WriteHeader(http.StatusOK)
	return s.send([]byte("retry: 2000\n" + s.place()))
}

// place tells a reader where it is, with or without an event: EventSource takes the
// id of a block without data as the last one, and is told of no event.
func (s *stream) place() string {
	if s.after == (grid.Cursor{}) {
		return "\n"
	}
	return "id: " + s.after.String() + "\n\n"
}

// past reads a page of what is behind the place of a stream and not at hand, and
// moves on behind it. It reports whether there is more. A cursor that the feed does
// not know, as of another database, is refused for good.
func (s *stream) past() (wanted []*event, more bool, err error) {
	since, upto := s.api.hub.reach(s.view)
	if since.Compare(s.after) <= 0 && s.after.Compare(upto) <= 0 {
		return nil, false, nil
	}
	page, err := s.api.Feed.Since(s.r.Context(), s.after, resumePage)
	if errors.Is(err, grid.ErrNotFound) {
		return nil, false, problem(http.StatusGone, "cursor", lastEventID, "%v is not in this feed, or so old that what came after it was forgotten; connect without it and read the reports anew", s.after)
	}
	if err != nil {
		return nil, false, fmt.Errorf("events since %v: %w", s.after, err)
	}
	want := s.view.interest.In(s.api.Snapshots.Load())
	for _, e := range page {
		if s.after = e.Cursor; !shown(e) {
			continue
		}
		if e := newEvent(e).to(want); e != nil {
			wanted = append(wanted, e)
		}
	}
	if len(page) == resumePage {
		return wanted, true, nil
	}
	s.after = s.after.Later(upto) // the page was read after all up to there could be seen
	since, _ = s.api.hub.reach(s.view)
	return wanted, since.Compare(s.after) > 0, nil
}

// follow sends what comes, and heartbeats, until either side ends it.
func (s *stream) follow() error {
	beat := time.NewTicker(s.api.Heartbeat)
	defer beat.Stop()
	for {
		events, upto, more, ok := s.api.hub.next(s.view, s.after)
		if !ok {
			s.api.meter.dropped.Inc()
			return s.send([]byte(": too slow: connect again to go on\n\n"))
		}
		if err := s.write(events); err != nil {
			return err
		}
		if s.after = upto; more == nil {
			return nil
		}
		if len(events) > 0 {
			continue
		}
		select {
		case <-s.r.Context().Done():
			return nil
		case <-more:
		case <-beat.C:
			if !s.api.welcome(s.call) {
				return nil
			}
			if err := s.send([]byte(": heartbeat\n" + s.place())); err != nil {
				return err
			}
		}
	}
}

// welcome reports whether a caller may still listen: a stream outlives its token.
func (a *API) welcome(c *call) bool {
	_, err := a.callers.find(c.r.Context(), secretOf(c.r))
	return !errors.Is(err, grid.ErrNotFound)
}

// write sends events in one piece.
func (s *stream) write(events []*event) error {
	switch len(events) {
	case 0:
		return nil
	case 1:
		return s.send(s.api.textOf(events[0]))
	}
	var b bytes.Buffer
	for _, e := range events {
		b.Write(s.api.textOf(e))
	}
	return s.send(b.Bytes())
}

func (s *stream) send(text []byte) error {
	control := http.NewResponseController(s.w)
	if err := control.SetWriteDeadline(time.Now().Add(patience)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	_, err := s.w.Write(text)
	return cmp.Or(err, control.Flush())
}

// shown reports whether streams tell of an event: if it is about a report.
func shown(e grid.Event) bool { return e.What == grid.EventReport && e.Report != nil }

// textOf returns what is sent of an event.
func (a *API) textOf(e *event) []byte {
	e.once.Do(func() {
		data, err := a.Render(*e.Report)
		if err != nil {
			a.Log.Error("encode an event", "event", e.Cursor, "error", err)
			return // an event without text is none
		}
		e.text = fmt.Appendf(nil, "event: %s\nid: %v\ndata: %s\n\n", e.name, e.Cursor, data)
	})
	return e.text
}

// Publish hands events to the open streams, which are all of the feed up to a
// cursor that were not handed over before. It never waits for a reader.
func (a *API) Publish(upto grid.Cursor, events []grid.Event) {
	s := a.Snapshots.Load()
	if s == nil {
		return
	}
	var out []*event
	for _, e := range events {
		if shown(e) {
			out = append(out, newEvent(e))
		}
	}
	a.hub.publish(s, upto, out)
}

// Close ends the open event streams, so that a server can be shut down.
func (a *API) Close() { a.hub.close() }
