package api

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"slices"
	"strconv"
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

	// Of a line in error: its number in the body, from 1 and counting empty lines, and
	// what a [Problem] tells.
	Line  int    `json:"line,omitempty"`
	Rule  string `json:"rule,omitempty"`
	At    string `json:"at,omitempty"`
	Error string `json:"error,omitempty"`
}

// Sizes of a stream of reports. A batch is one transaction; while it is committed,
// the next is read.
const (
	batchMost   = 6000      // lines in a batch
	batchBuffer = 512 << 10 // bytes of lines that can be there before they are read
)

// lines are lines of NDJSON on their way.
type lines struct {
	answers []lineView   // without a status but with a number, while what becomes of an entry is not known
	entries []grid.Entry // what the lines without an error say, in order
}

// expect makes room for the lines that are there.
func (b *lines) expect(in *lineReader) {
	there, _ := in.Peek(in.Buffered()) // cannot fail
	n := min(bytes.Count(there, []byte("\n")), len(there)/len(`{"lon":0,"lat":0}`), batchMost)
	b.answers, b.entries = slices.Grow(b.answers, n), slices.Grow(b.entries, n)
}

// postMany takes one report a line and answers a line for each, in order, each
// after its report is committed. A line in error does not stop those after it. The
// lines that are there share a commit; none waits for one that is not.
func (a *API) postMany(c *call) error {
	duplex(c.w)
	c.w.Header().Set("Content-Type", typeNDJSON)
	c.w.Header().Set("Cache-Control", "no-store")
	batches := make(chan *lines)
	failed := make(chan error, 1)
	go func() {
		defer close(batches)
		failed <- c.readBatches(a.Now, batches)
	}()
	out := bufio.NewWriterSize(c.w, csvBuffer)
	for b := range batches {
		a.keepLines(c, b)
		for i := range b.answers {
			b.answers[i].write(out)
		}
		_ = cmp.Or(out.Flush(), c.flush())
	}
	return cmp.Or(<-failed, gone(out.Flush()))
}

// readBatches hands over the lines of the body, until its end.
func (c *call) readBatches(now func() time.Time, batches chan<- *lines) (err error) {
	defer caught(&err) // a goroutine of ours: nobody above would
	in := &lineReader{Reader: bufio.NewReaderSize(c.r.Body, batchBuffer)}
	by := c.signature()
	for err == nil {
		b := &lines{}
		err = c.readInto(b, in, by, now())
		for b.expect(in); err == nil && len(b.answers) < batchMost && hasLine(in); {
			err = c.readInto(b, in, by, now())
		}
		if len(b.answers) == 0 {
			continue
		}
		select {
		case batches <- b:
		case <-c.r.Context().Done():
			return c.r.Context().Err()
		}
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	return bodyProblem(err)
}

// hasLine reports whether a whole line can be read without waiting.
func hasLine(in *lineReader) bool {
	there, _ := in.Peek(in.Buffered()) // cannot fail
	return bytes.IndexByte(there, '\n') >= 0
}

// readInto reads a line into b, by who has sent it. It fails when there is none.
func (c *call) readInto(b *lines, in *lineReader, by grid.Entry, now time.Time) error {
	line, err := in.next()
	var large *http.MaxBytesError
	if err != nil && !errors.As(err, &large) {
		return err
	}
	if err == nil && len(bytes.TrimSpace(line)) == 0 {
		return nil
	}
	taken, err := c.takeLine(line, err, now)
	if err != nil {
		b.answers = append(b.answers, failedLine(in.number, idIn(line), err))
		return nil
	}
	b.answers = append(b.answers, lineView{Warning: taken.warning, Line: in.number})
	b.entries = append(b.entries, by)
	e := &b.entries[len(b.entries)-1]
	e.Report, e.Reason = taken.report, taken.reason
	return nil
}

// takeLine reads one line. unread is why there is none, if there is none.
func (c *call) takeLine(line []byte, unread error, now time.Time) (in intake, err error) {
	defer caught(&err)
	if unread != nil {
		return intake{}, unread
	}
	return c.take(line, uuid.Nil, now)
}

// keepLines commits a batch and completes its answers.
func (a *API) keepLines(c *call, b *lines) {
	kept, err := a.keepAll(c, b.entries)
	for i := range b.answers {
		line := &b.answers[i]
		if line.Status != 0 {
			continue
		}
		if err != nil {
			*line = failedLine(line.Line, b.entries[0].Report.ID.String(), err)
		} else {
			a.answerLine(c, line, b.entries[0].Report.ID, &kept[0])
			kept = kept[1:]
		}
		b.entries = b.entries[1:]
	}
}

// keepAll commits entries. It fails when nothing is known of any.
func (a *API) keepAll(c *call, entries []grid.Entry) (kept []grid.Answer, err error) {
	defer func() { a.logFault(c, err) }()
	defer caught(&err)
	ctx, cancel := context.WithTimeout(c.r.Context(), a.Deadline)
	defer cancel()
	return a.Reports.AppendAll(ctx, entries), nil
}

// answerLine completes a line by what became of its report.
func (a *API) answerLine(c *call, line *lineView, id uuid.UUID, kept *grid.Answer) {
	if err := a.judge(id, kept); err != nil {
		a.logFault(c, err)
		*line = failedLine(line.Line, id.String(), err)
		return
	}
	line.Line, line.ID, line.Status, line.Cell = 0, id.String(), filedStatus(kept.Outcome), codeOf(c.s, kept.Report.Cell)
}

func (a *API) logFault(c *call, err error) {
	if err != nil && isFault(err) {
		a.Log.ErrorContext(c.r.Context(), "lines failed", "request", c.w.Header().Get(requestID), "error", err)
	}
}

// caught turns a panic into an error.
func caught(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
	}
}

func failedLine(number int, id string, err error) lineView {
	p := asProblem(err)
	return lineView{ID: id, Status: p.Status, Line: number, Rule: p.Rule, At: p.At, Error: p.Error()}
}

// idIn returns the id a line in error gives, for its sender to find it by.
func idIn(line []byte) string {
	var in struct {
		ID string `json:"id"`
	}
	_ = json.Unmarshal(line, &in) // no id then
	return in.ID
}

// write writes the line, as JSON does; that of a report that was kept is simple.
func (v *lineView) write(out *bufio.Writer) {
	if v.Line != 0 || v.Warning != "" || !isSimple(v.Cell) {
		_ = json.NewEncoder(out).Encode(v) // a failure is shown by Flush
		return
	}
	line := append(out.AvailableBuffer(), `{"id":"`...)
	line = append(line, v.ID...)
	line = append(line, `","status":`...)
	line = strconv.AppendInt(line, int64(v.Status), 10)
	line = append(line, `,"cell":"`...)
	line = append(line, v.Cell...)
	line = append(line, '"', '}', '\n')
	_, _ = out.Write(line)
}

// isSimple reports whether a text stands in JSON as it is.
func isSimple(s string) bool {
	for _, c := range []byte(s) {
		if c < '0' || 'z' < c || '9' < c && c < 'A' || 'Z' < c && c < 'a' {
			return false
		}
	}
	return true
}

func codeOf(s *grid.Snapshot, id grid.AreaID) string {
	if i := areaOf(s, id); i >= 0 {
		return s.Area(i).Code
	}
	return ""
}

// lineReader reads lines and counts them.
type lineReader struct {
	*bufio.Reader
	number int // of the last line, from 1
}

// next returns the next line, good until the one after it is read, or io.EOF after
// the last. A line larger than maxBody is skipped and answered with an
// http.MaxBytesError.
func (in *lineReader) next() ([]byte, error) {
	in.number++
	var line []byte
	large := false
	for {
		part, err := in.ReadSlice('\n')
		if err == nil && line == nil && !large { // the buffer is smaller than maxBody
			return part, nil
		}
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
