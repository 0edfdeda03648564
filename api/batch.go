package api

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"jingwei/grid"

	"github.com/google/uuid"
)

// lineView answers one line of NDJSON.
type lineView struct {
	ID      string `json:"id,omitempty"` // absent when the line could not be read that far
	Status  int    `json:"status"`
	Cell    string `json:"cell"` // code; "" when outside or in error
	Warning string `json:"warning,omitempty"`
	Error   string `json:"error,omitempty"`
}

// window is how many lines may be on their way to the database, so that they
// share commits.
const window = 512

// postMany takes one report a line and answers a line for each, in order, each
// after its report is committed. A line in error does not stop those after it.
func (a *API) postMany(c *call) error {
	duplex(c.w)
	c.w.Header().Set("Content-Type", typeNDJSON)
	c.w.Header().Set("Cache-Control", "no-store")
	answers := make(chan chan lineView, window)
	failed := make(chan error, 1)
	go func() {
		defer close(answers)
		failed <- a.readLines(c, answers)
	}()
	out := bufio.NewWriterSize(c.w, csvBuffer)
	enc := json.NewEncoder(out)
	for answer := range answers {
		_ = enc.Encode(<-answer) // shown by Flush
		if len(answers) == 0 {
			_ = cmp.Or(out.Flush(), c.flush())
		}
	}
	return cmp.Or(<-failed, gone(out.Flush()))
}

// readLines starts each line on its way and queues where its answer will come.
func (a *API) readLines(c *call, answers chan<- chan lineView) (err error) {
	defer caught(&err) // a goroutine of ours: nobody above would
	in, turns := bufio.NewReaderSize(c.r.Body, 64<<10), newTurns()
	for c.r.Context().Err() == nil {
		line, err := readLine(in)
		if errors.Is(err, io.EOF) {
			return nil
		}
		var large *http.MaxBytesError
		if err != nil && !errors.As(err, &large) {
			return bodyProblem(err)
		}
		if err == nil && len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		answer := make(chan lineView, 1)
		if taken, err := c.takeLine(line, err, a.Now()); err != nil {
			answer <- failedLine(idIn(line), err)
		} else {
			wait, done := turns.next(taken.report.ID)
			go func() {
				defer done()
				<-wait
				answer <- a.keepLine(c, taken)
			}()
		}
		answers <- answer
	}
	return c.r.Context().Err()
}

// takeLine reads one line. unread is why there is none, if there is none.
func (c *call) takeLine(line []byte, unread error, now time.Time) (intake, error) {
	if unread != nil {
		return intake{}, unread
	}
	return c.take(line, uuid.Nil, now)
}

// keepLine answers one line once it is committed.
func (a *API) keepLine(c *call, in intake) lineView {
	receipt, err := a.keepPatiently(c, in)
	if err != nil {
		if isFault(err) {
			a.Log.ErrorContext(c.r.Context(), "line failed", "request", c.w.Header().Get(requestID), "error", err)
		}
		return failedLine(in.report.ID.String(), err)
	}
	return lineView{
		ID: receipt.Report.ID.String(), Status: filedStatus(receipt.Outcome),
		Cell: codeOf(c.s, receipt.Report.Cell), Warning: in.warning,
	}
}

// keepPatiently waits while too much is waiting already: a stream is slowed down
// rather than refused.
func (a *API) keepPatiently(c *call, in intake) (r grid.Receipt, err error) {
	for pause := time.Millisecond; ; pause = min(2*pause, 100*time.Millisecond) {
		r, err = a.keepCaught(c, in)
		if !errors.Is(err, grid.ErrBusy) || c.r.Context().Err() != nil {
			return r, err
		}
		time.Sleep(pause)
	}
}

func (a *API) keepCaught(c *call, in intake) (r grid.Receipt, err error) {
	defer caught(&err)
	return a.keep(c, in)
}

// caught turns a panic into an error.
func caught(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
	}
}

// turns lets the lines of one stream with the same id take turns in their order,
// so that the first is the one that is kept.
type turns struct {
	mu   sync.Mutex
	last map[uuid.UUID]chan struct{} // closed when the last line with that id is done
}

func newTurns() *turns { return &turns{last: map[uuid.UUID]chan struct{}{}} }

// next returns what to wait for before a line is kept, and what to call after.
func (t *turns) next(id uuid.UUID) (wait <-chan struct{}, done func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	before, ok := t.last[id]
	if !ok {
		before = make(chan struct{})
		close(before)
	}
	mine := make(chan struct{})
	t.last[id] = mine
	return before, func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.last[id] == mine {
			delete(t.last, id)
		}
		close(mine)
	}
}

func failedLine(id string, err error) lineView {
	p := asProblem(err)
	return lineView{ID: id, Status: p.Status, Error: p.Error()}
}

// idIn returns the id a line in error gives, for its sender to find it by.
func idIn(line []byte) string {
	var in struct {
		ID string `json:"id"`
	}
	_ = json.Unmarshal(line, &in) // no id then
	return in.ID
}

func codeOf(s *grid.Snapshot, id grid.AreaID) string {
	if i := areaOf(s, id); i >= 0 {
		return s.Area(i).Code
	}
	return ""
}

// readLine returns the next line, which is the caller's to keep, or io.EOF after
// the last. A line larger than maxBody is skipped and answered with an
// http.MaxBytesError.
func readLine(in *bufio.Reader) ([]byte, error) {
	var line []byte
	large := false
	for {
		part, err := in.ReadSlice('\n')
		if large = large || len(line)+len(part) > maxBody; !large {
			line = append(line, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(line) == 0 && !large:
			return nil, io.EOF
		case err != nil && !errors.Is(err, io.EOF):
			return nil, err
		case large:
			return nil, &http.MaxBytesError{Limit: maxBody}
		}
		return line, nil
	}
}
