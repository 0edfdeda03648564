package api

import (
	"slices"
	"sync"

	"jingwei/grid"
)

// hub keeps the latest events at hand for the open streams. Streams with the same
// interest share a view; each only remembers how far it has read. So a slow reader
// costs nothing and nobody waits for it, and an event is written once for all.
type hub struct {
	most   int // events at hand
	mu     sync.Mutex
	ended  bool
	since  grid.Cursor // events holds all behind this
	upto   grid.Cursor // up to this
	events []*event
	views  map[grid.Interest]*view
}

// event is one about a report, and what is sent of it, made when first asked for.
type event struct {
	grid.Event
	name   string       // of what is sent
	before *grid.Report // as it stood before the step, if it is about one
	gone   *event       // the same event for who wanted that, and does not want it any more
	once   sync.Once
	text   []byte
}

func newEvent(e grid.Event) *event {
	out := &event{Event: e, name: grid.ToldReport, before: e.Before()}
	if out.before != nil {
		out.gone = &event{Event: e, name: grid.ToldGone}
	}
	return out
}

// to returns the event as it is sent to who wants some reports; nil when it is not.
func (e *event) to(wanted func(*grid.Report) bool) *event {
	switch grid.Told(e.Report, e.before, wanted) {
	case grid.ToldReport:
		return e
	case grid.ToldGone:
		return e.gone
	}
	return nil
}

// view is the hub's events of one interest.
type view struct {
	interest grid.Interest
	since    grid.Cursor // events holds all that are wanted behind this
	events   []*event
	more     chan struct{} // closed when there are more, or the hub has ended
	readers  int
}

// atHand is how many events a node keeps at hand: who is farther behind is cut, and
// who resumes within them needs no database. They are more than a few batches of lines,
// for what a held horizon lets go comes at once.
const atHand = 1 << 15

func newHub(most int) *hub { return &hub{most: most, views: map[grid.Interest]*view{}} }

// join returns the view of an interest and up to where events are at hand.
func (h *hub) join(in grid.Interest, s *grid.Snapshot) (*view, grid.Cursor) {
	h.mu.Lock()
	defer h.mu.Unlock()
	v, ok := h.views[in]
	if !ok {
		v = &view{interest: in, since: h.since, more: make(chan struct{})}
		v.add(h.events, s)
		h.views[in] = v
	}
	v.readers++
	return v, h.upto
}

func (h *hub) leave(v *view) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if v.readers--; v.readers == 0 {
		delete(h.views, v.interest)
	}
}

// next returns the events of a view behind a cursor, up to where that reaches, and
// what is closed when there may be more: nil when there will be none. It fails when
// some are not at hand any more.
func (h *hub) next(v *view, after grid.Cursor) (events []*event, upto grid.Cursor, more <-chan struct{}, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	i, found := slices.BinarySearchFunc(v.events, after, func(e *event, c grid.Cursor) int { return e.Cursor.Compare(c) })
	if found {
		i++
	}
	if !h.ended {
		more = v.more
	}
	return v.events[i:], h.upto.Later(after), more, v.since.Compare(after) <= 0
}

// reach returns the span of cursors of which all that a view wants is at hand.
func (h *hub) reach(v *view) (since, upto grid.Cursor) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return v.since, h.upto
}

// publish adds events; with those from before they are all of the feed up to a
// cursor. What was there already is left out.
func (h *hub) publish(s *grid.Snapshot, upto grid.Cursor, events []*event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.upto == (grid.Cursor{}) { // nothing is known of what was before
		h.since = upto
	}
	events = slices.DeleteFunc(events, func(e *event) bool { return e.Cursor.Compare(h.upto) <= 0 })
	h.upto = h.upto.Later(upto)
	h.events = append(h.events, events...)
	if over := len(h.events) - h.most; over > 0 {
		h.since, h.events = h.events[over-1].Cursor, h.events[over:]
	}
	for _, v := range h.views {
		v.add(events, s)
		v.trim(h.since)
	}
}

// add appends the events that are wanted and wakes who waits for them.
func (v *view) add(events []*event, s *grid.Snapshot) {
	wanted, before := v.interest.In(s), len(v.events)
	for _, e := range events {
		if e := e.to(wanted); e != nil {
			v.events = append(v.events, e)
		}
	}
	if len(v.events) > before {
		v.wake()
	}
}

func (v *view) wake() {
	close(v.more)
	v.more = make(chan struct{})
}

// trim lets go of what is not behind a cursor.
func (v *view) trim(since grid.Cursor) {
	old := 0
	for old < len(v.events) && v.events[old].Cursor.Compare(since) <= 0 {
		v.since = v.events[old].Cursor
		old++
	}
	v.events = v.events[old:]
}

// close lets every reader end once it has what is at hand.
func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ended = true
	for _, v := range h.views {
		v.wake()
	}
}
