package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"jingwei/dispatch"
	"jingwei/grid"
)

// Problem is an error in the words of the caller, as RFC 9457 writes it.
type Problem struct {
	Status int    // of the HTTP answer
	Rule   string // the rule that was broken, in a few-words-with-hyphens
	At     string // where: a parameter, a field, a line; may be empty
	Detail string // one sentence
	Allow  string // the methods there are, with status 405
	ETag   string // of what is there now, with status 412
}

// Error returns the sentence, with the place in front.
func (p *Problem) Error() string {
	if p.At == "" {
		return p.Detail
	}
	return p.At + ": " + p.Detail
}

func problem(status int, rule, at, format string, args ...any) *Problem {
	return &Problem{Status: status, Rule: rule, At: at, Detail: fmt.Sprintf(format, args...)}
}

func bad(rule, at, format string, args ...any) *Problem {
	return problem(http.StatusBadRequest, rule, at, format, args...)
}

func missing(what, key string) *Problem {
	return problem(http.StatusNotFound, "not-found", "", "there is no %s %s", what, key)
}

// isMissing reports whether something was not there, or not for the caller.
func isMissing(err error) bool {
	var p *Problem
	return errors.As(err, &p) && p.Status == http.StatusNotFound
}

// found names the thing that was not there.
func found(err error, what, key string) error {
	if errors.Is(err, grid.ErrNotFound) {
		return missing(what, key)
	}
	return err
}

// asProblem finds what an error means to the caller. What it does not know is
// a fault of ours, whose details go to the log and not to the caller.
func asProblem(err error) *Problem {
	var p *Problem
	var size *http.MaxBytesError
	var refusal *dispatch.Refusal
	var clash *grid.Clash
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &refusal):
		return problem(refusedStatus(refusal.Rule), string(refusal.Rule), refusal.At, "%s", refusal.Detail)
	case errors.As(err, &clash):
		return problem(http.StatusConflict, clash.Rule, "", "%s", clash.With)
	case errors.As(err, &size):
		return problem(http.StatusRequestEntityTooLarge, "size", "", "the body is larger than %d bytes", size.Limit)
	case errors.Is(err, grid.ErrNotFound):
		return problem(http.StatusNotFound, "not-found", "", "there is no such thing")
	case errors.Is(err, grid.ErrBusy):
		return problem(http.StatusServiceUnavailable, "busy", "", "%v", grid.ErrBusy)
	case errors.Is(err, grid.ErrUnavailable):
		return problem(http.StatusServiceUnavailable, "unavailable", "", "%v", grid.ErrUnavailable)
	case errors.Is(err, context.DeadlineExceeded):
		return problem(http.StatusServiceUnavailable, "deadline", "", "the answer was not ready in time")
	case errors.Is(err, context.Canceled):
		return problem(http.StatusServiceUnavailable, "canceled", "", "the request was given up")
	}
	return problem(http.StatusInternalServerError, "internal", "", "something went wrong here; the log tells what under this request's id")
}

// isFault reports whether the log has to tell what is behind an error, because
// the caller is not told.
func isFault(err error) bool {
	return asProblem(err).Status == http.StatusInternalServerError || errors.Is(err, grid.ErrUnavailable)
}

// fail answers an error. It is the only place where one becomes an HTTP answer.
// When the answer has begun, the connection is cut, so that a part is never
// taken for the whole.
func (a *API) fail(w *recorder, r *http.Request, err error) {
	p := asProblem(err)
	if isFault(err) {
		a.Log.ErrorContext(r.Context(), "request failed", "request", w.Header().Get(requestID), "path", r.URL.Path, "error", err)
	}
	if w.status != 0 {
		panic(http.ErrAbortHandler)
	}
	p.write(w)
}

func (p *Problem) write(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	h.Del("ETag")
	if p.ETag != "" {
		h.Set("ETag", p.ETag)
	}
	h.Del("Content-Encoding")
	h.Del("Trailer")
	switch p.Status {
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", `Bearer realm="jingwei"`)
	case http.StatusMethodNotAllowed:
		h.Set("Allow", p.Allow)
	case http.StatusUnsupportedMediaType:
		if p.Rule == ruleEncoding { // and for no other reason (RFC 9110, 12.5.3)
			h.Set("Accept-Encoding", "identity")
		}
	case http.StatusServiceUnavailable:
		h.Set("Retry-After", "1")
	}
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // an error here is the connection's
}

// MarshalJSON writes the members of RFC 9457 and, where known, rule and at.
func (p *Problem) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Type   string `json:"type"`
		Title  string `json:"title"`
		Status int    `json:"status"`
		Detail string `json:"detail"`
		Rule   string `json:"rule,omitempty"`
		At     string `json:"at,omitempty"`
	}{"about:blank", http.StatusText(p.Status), p.Status, p.Error(), p.Rule, p.At})
}

// bodyProblem says why a body could not be read to its end.
func bodyProblem(err error) error {
	var size *http.MaxBytesError
	if errors.As(err, &size) {
		return err
	}
	return bad("body", "", "the body cannot be read: %v", err)
}

func notAllowed(method string, allowed []string) *Problem {
	allow := strings.Join(allowed, ", ")
	p := problem(http.StatusMethodNotAllowed, "method", "", "%s is not possible here, only %s", method, allow)
	p.Allow = allow
	return p
}
