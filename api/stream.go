package api

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"time"

	"jingwei/grid"
)

// stream sends reports as they come, after those since Last-Event-ID.
func (a *API) stream(c *call) error {
	after, resume, err := a.resumeAt(c)
	if err != nil {
		return err
	}
	live := a.hub.listen() // before the past is read, so that nothing falls between
	defer a.hub.leave(live)
	a.meter.streams.Inc()
	defer a.meter.streams.Dec()
	out := stream{call: c, api: a}
	var missed []grid.Event
	if resume { // before the stream begins, while it can still be refused
		if missed, err = out.since(after); err != nil {
			return err
		}
	}
	if err := out.begin(); err != nil {
		return gone(err)
	}
	if resume {
		if after, err = out.past(after, missed); err != nil {
			return err
		}
	}
	return gone(out.follow(live, after))
}

// resumeAt reads where a stream that was broken off shall go on.
func (a *API) resumeAt(c *call) (after grid.Cursor, resume bool, err error) {
	if err := newParams(c.r.URL).end(); err != nil {
		return after, false, err
	}
	id := c.r.Header.Get("Last-Event-ID")
	if id == "" {
		return after, false, nil
	}
	if after, err = grid.ParseCursor(id); err != nil {
		return after, false, bad("cursor", "Last-Event-ID", "%v", err)
	}
	return after, true, nil
}

// stream is an open event stream.
type stream struct {
	*call
	api *API
}

// patience is how long a reader may take to accept what is sent.
const patience = 30 * time.Second

// resumePage is how many events of the past are read at a time.
const resumePage = 500

func (s stream) begin() error {
	h := s.w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would collect events
	s.w.WriteHeader(http.StatusOK)
	return s.send("retry: 2000\n\n")
}

// since reads a page of the past. A cursor that the feed does not know, as of
// another database, is refused for good.
func (s stream) since(after grid.Cursor) ([]grid.Event, error) {
	events, err := s.api.Feed.Since(s.r.Context(), after, resumePage)
	if errors.Is(err, grid.ErrNotFound) {
		return nil, problem(http.StatusGone, "cursor", "Last-Event-ID", "%v is not in this feed; connect without it and read the reports anew", after)
	}
	if err != nil {
		return nil, fmt.Errorf("events since %v: %w", after, err)
	}
	return events, nil
}

// past sends the events since a cursor, of which the first page is read, and
// returns the cursor of the last.
func (s stream) past(after grid.Cursor, events []grid.Event) (grid.Cursor, error) {
	for {
		for _, e := range events {
			after = e.Cursor
			if m, ok := s.api.message(e); ok {
				if err := s.event(m); err != nil {
					return after, gone(err)
				}
			}
		}
		if len(events) < resumePage {
			return after, nil
		}
		var err error
		if events, err = s.since(after); err != nil {
			return after, err
		}
	}
}

// follow sends live messages that are behind a cursor, and heartbeats, until
// either side ends it.
func (s stream) follow(live <-chan message, after grid.Cursor) error {
	beat := time.NewTicker(s.api.Heartbeat)
	defer beat.Stop()
	for {
		select {
		case <-s.r.Context().Done():
			return nil
		case <-beat.C:
			if err := s.send(": heartbeat\n\n"); err != nil {
				return err
			}
		case m, open := <-live:
			if !open {
				return nil
			}
			if m.cursor.Compare(after) <= 0 {
				continue
			}
			if err := s.event(m); err != nil {
				return err
			}
		}
	}
}

// event sends a message if the caller may see it.
func (s stream) event(m message) error {
	snapshot := s.api.Snapshots.Load() // a stream outlives editions
	root := areaOf(snapshot, s.caller.Area)
	if s.caller.Area != 0 && (root < 0 || !snapshot.Within(areaOf(snapshot, m.cell), root)) {
		return nil
	}
	return s.send(fmt.Sprintf("event: report\nid: %v\ndata: %s\n\n", m.cursor, m.data))
}

func (s stream) send(text string) error {
	control := http.NewResponseController(s.w)
	if err := control.SetWriteDeadline(time.Now().Add(patience)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	_, err := s.w.Write([]byte(text))
	return cmp.Or(err, control.Flush())
}
