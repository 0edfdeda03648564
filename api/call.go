package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"jingwei/grid"

	"github.com/google/uuid"
)

// call is one request with the snapshot it reads and who it comes from.
type call struct {
	w      *recorder
	r      *http.Request
	s      *grid.Snapshot // nil only where nothing is needed
	now    time.Time      // when it came in
	caller grid.Caller
	root   int32 // area that bounds what the caller sees; -1: everything
}

// requestID is the header that carries a request's id, in both directions.
const requestID = "X-Request-Id"

// handler serves a route: it names the request, keeps its record, and turns an
// error or a panic into an answer.
func (a *API) handler(rt route) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		rec, began := &recorder{ResponseWriter: w}, time.Now()
		rec.Header().Set(requestID, idOf(r))
		rec.Header().Set("X-Content-Type-Options", "nosniff")
		defer func() { a.record(rt, rec, r, time.Since(began)) }()
		defer a.recover(rec, r)
		if err := a.answer(rt, rec, r); err != nil {
			a.fail(rec, r, err)
		}
	}
}

// answer finds the endpoint, the snapshot and the caller, and lets it work.
func (a *API) answer(rt route, w *recorder, r *http.Request) error {
	e, err := rt.endpoint(r.Method)
	if err != nil {
		return err
	}
	if !e.long {
		ctx, cancel := context.WithTimeout(r.Context(), a.Deadline)
		defer cancel()
		r = r.WithContext(ctx)
	}
	c := &call{w: w, r: r, s: a.Snapshots.Load(), now: a.Now(), root: -1}
	if e.need != needNothing {
		if err := a.admit(c, e.need); err != nil {
			return err
		}
	}
	return e.do(c)
}

// recover answers a panic with status 500. http.ErrAbortHandler goes on to the
// server, which cuts the connection.
func (a *API) recover(w *recorder, r *http.Request) {
	switch v := recover(); v {
	case nil:
	case http.ErrAbortHandler:
		panic(v)
	default:
		a.fail(w, r, fmt.Errorf("panic: %v\n%s", v, debug.Stack()))
	}
}

// record writes the request to the metrics and the log: faults of ours as
// errors, refusals as information, the rest for debugging.
func (a *API) record(rt route, w *recorder, r *http.Request, took time.Duration) {
	a.meter.observe(rt.path, r.Method, w.code(), took)
	level := slog.LevelDebug
	switch {
	case w.code() >= http.StatusInternalServerError:
		level = slog.LevelError
	case w.code() >= http.StatusBadRequest:
		level = slog.LevelInfo
	}
	a.Log.LogAttrs(r.Context(), level, "request",
		slog.String("request", w.Header().Get(requestID)), slog.String("method", r.Method),
		slog.String("path", r.URL.Path), slog.Int("status", w.code()), slog.Duration("took", took))
}

// idOf returns the id the client gave its request if it is fit for a log, else a
// new one.
func idOf(r *http.Request) string {
	if id, err := parseID(r.Header.Get(requestID)); err == nil {
		return id.String()
	}
	return uuid.NewString()
}

// json answers with a value.
func (c *call) json(status int, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode the answer: %w", err)
	}
	if c.w.Header().Get("Cache-Control") == "" {
		c.w.Header().Set("Cache-Control", "no-store")
	}
	return c.bytes(status, "application/json", append(b, '\n'))
}

// bytes answers with content. JSON that is large goes out as gzip, if the caller says
// that it takes that; but none with a tag, which says a version and would have to be
// another.
func (c *call) bytes(status int, contentType string, b []byte) error {
	h, write := c.w.Header(), c.w.Write
	h.Set("Content-Type", contentType)
	if len(b) >= largeJSON && strings.Contains(contentType, "json") && h.Get("ETag") == "" {
		h.Add("Vary", "Accept-Encoding")
		if namesGzip(c.r.Header) {
			h.Set("Content-Encoding", "gzip")
			write = c.writeZipped
		}
	}
	c.w.WriteHeader(status)
	_, err := write(b)
	return gone(err)
}

// largeJSON is from where on compressing is worth the time, in bytes.
const largeJSON = 16 << 10

// gone drops the error of a write: the client has gone, and nobody is left to
// be told.
func gone(err error) error {
	if err != nil && !errors.Is(err, http.ErrBodyNotAllowed) {
		panic(http.ErrAbortHandler)
	}
	return nil
}

// flush sends what was written so far on its way.
func (c *call) flush() error { return http.NewResponseController(c.w).Flush() }
