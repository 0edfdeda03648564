package api

import (
	"encoding/json"
	"sync"

	"jingwei/grid"
)

// message is an event ready to be sent: made once, for all listeners.
type message struct {
	cursor grid.Cursor
	cell   grid.AreaID
	data   []byte // one line of JSON
}

// hub hands messages to the open streams.
type hub struct {
	mu        sync.Mutex
	closed    bool
	listeners map[chan message]bool
}

// backlog is how many messages a stream may be behind before it is cut.
const backlog = 256

func newHub() *hub { return &hub{listeners: map[chan message]bool{}} }

// listen returns a channel of all messages from now on. It is closed when the
// reader falls behind or the hub is closed.
func (h *hub) listen() chan message {
	h.mu.Lock()
	defer h.mu.Unlock()
	ch := make(chan message, backlog)
	if h.closed {
		close(ch)
		return ch
	}
	h.listeners[ch] = true
	return ch
}

func (h *hub) leave(ch chan message) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.listeners, ch)
}

// send hands m to all listeners and returns how many it cut.
func (h *hub) send(m message) (cut int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for ch := range h.listeners {
		select {
		case ch <- m:
		default:
			delete(h.listeners, ch)
			close(ch)
			cut++
		}
	}
	return cut
}

func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for ch := range h.listeners {
		delete(h.listeners, ch)
		close(ch)
	}
}

// publish makes an event into a message. Only events about reports are shown.
func (a *API) publish(e grid.Event) {
	m, ok := a.message(e)
	if ok {
		a.meter.dropped.Add(float64(a.hub.send(m)))
	}
}

func (a *API) message(e grid.Event) (message, bool) {
	s := a.Snapshots.Load()
	if s == nil || e.What != grid.EventReport || e.Report == nil {
		return message{}, false
	}
	data, err := json.Marshal(viewReport(s, *e.Report))
	if err != nil {
		a.Log.Error("encode an event", "event", e.Cursor, "error", err)
		return message{}, false
	}
	return message{e.Cursor, e.Report.Cell, data}, true
}
