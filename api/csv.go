package api

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"sync"
	"time"

	"jingwei/grid"
	importer "jingwei/import"
)

// typeCSV is the type of CSV.
const typeCSV = "text/csv"

// locateMany answers a stream of places, CSV or NDJSON, with the same rows and
// their cells.
func (a *API) locateMany(c *call) error {
	p := newParams(c.r.URL)
	o := importer.LocateOptions{Datum: p.datum()}
	if err := cmp.Or(p.end(), wantContent(c.r, typeCSV, typeNDJSON)); err != nil {
		return err
	}
	if o.Cells = a.cellsOf(c.s); c.root >= 0 {
		o.Refuse = c.within
	}
	locate, answer := importer.LocateCSV, typeCSV+"; charset=utf-8"
	if t, _, _ := mime.ParseMediaType(c.r.Header.Get("Content-Type")); t == typeNDJSON {
		locate, answer = importer.LocateNDJSON, typeNDJSON
	}
	duplex(c.w)
	c.w.Header().Set("Content-Type", answer)
	c.w.Header().Set("Cache-Control", "no-store")
	c.w.Header().Set("Trailer", "Jingwei-Rows, Jingwei-Bad-Rows, Jingwei-Warning")
	sample := importer.NewSample(o.Datum)
	o.Sample = sample.Add
	out := holdBack(c)
	defer out.end()
	sum, err := locate(c.r.Context(), out, c.r.Body, o)
	if out.end(); err == nil { // from here on nobody else writes
		c.sumUp(sum, sample)
	}
	return out.close(rowsProblem(err))
}

// sumUp tells behind the rows, as trailers, how many there were and how many were
// bad, and, with the evidence, that they look as if they came in another datum.
func (c *call) sumUp(sum importer.LocateResult, sample *importer.Sample) {
	h := c.w.Header()
	h.Set(http.TrailerPrefix+"Jingwei-Rows", strconv.FormatInt(sum.Rows, 10))
	h.Set(http.TrailerPrefix+"Jingwei-Bad-Rows", strconv.FormatInt(sum.Bad, 10))
	if guess, ok := sample.Guess(c.s); ok {
		h.Set(http.TrailerPrefix+"Jingwei-Warning", guess.String())
	}
}

// cellsOf returns the cells of a snapshot, which are kept until there is another.
func (a *API) cellsOf(s *grid.Snapshot) *importer.Cells {
	cells := a.cells.Load()
	if cells == nil || cells.Snapshot != s {
		cells = importer.NewCells(s)
		a.cells.Store(cells)
	}
	return cells
}

// rowsProblem says why rows could not be read to their end.
func rowsProblem(err error) error {
	var header *importer.Problem
	switch {
	case err == nil, errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, importer.ErrLongRow):
		return problem(http.StatusRequestEntityTooLarge, "size", "", "%v", err)
	case errors.As(err, &header) && header.Line > 0:
		return bad("csv", fmt.Sprintf("line %d", header.Line), "%s", header.Text)
	case errors.As(err, &header):
		return bad("csv", "", "%s", header.Text)
	}
	return bodyProblem(err)
}

// duplex lets the answer begin before the request has ended. It fails only where
// that is possible anyway.
func duplex(w http.ResponseWriter) {
	_ = http.NewResponseController(w).EnableFullDuplex()
}

// Limits of an answer that streams while the request is read.
const (
	csvBuffer = 1 << 20               // bytes of answer held back: clients that send all before they read any are served up to there
	pause     = 10 * time.Millisecond // without anything to answer, after which what is held back is sent
)

// errGone is the error of writing to a client who has gone.
var errGone = errors.New("the client has gone")

// heldBack is an answer that is sent whenever it is large or the client pauses.
type heldBack struct {
	mu    sync.Mutex
	call  *call
	out   *bufio.Writer
	timer *time.Timer
	over  bool
	err   error
}

func holdBack(c *call) *heldBack {
	h := &heldBack{call: c, out: bufio.NewWriterSize(c.w, csvBuffer)}
	h.timer = time.AfterFunc(pause, h.send)
	return h
}

// Write fails with errGone once the client has gone.
func (h *heldBack) Write(b []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.err == nil {
		_, h.err = h.out.Write(b)
	}
	if h.err != nil {
		return 0, errGone
	}
	h.timer.Reset(pause)
	return len(b), nil
}

// send sends what is held back.
func (h *heldBack) send() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.over && h.err == nil && h.out.Buffered() > 0 {
		h.err = cmp.Or(h.out.Flush(), h.call.flush())
	}
}

// end lets nothing more be sent.
func (h *heldBack) end() {
	h.timer.Stop()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.over = true
}

// close ends the answer, with an error if there was one. What is held back is
// dropped then, so that an answer that has not begun can tell the error.
func (h *heldBack) close(err error) error {
	h.end()
	switch {
	case h.err != nil:
		return gone(h.err)
	case err != nil:
		return err
	}
	return gone(h.out.Flush())
}
