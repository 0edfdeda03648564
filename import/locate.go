package importer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"

	"jingwei/geo"
	"jingwei/geo/coverage"
	"jingwei/geo/datum"
	"jingwei/grid"
)

// Cells are the cells of an edition with their codes side by side in memory. They
// are made once for any number of streams.
type Cells struct {
	*grid.Snapshot
	codes string
	from  []uint32 // where the code of each face begins, and where the last ends
	plain bool     // no code needs quotes in CSV
}

// NewCells returns the cells of a snapshot.
func NewCells(s *grid.Snapshot) *Cells {
	n := int32(s.Coverage().Len())
	c := &Cells{Snapshot: s, from: make([]uint32, 0, n+1), plain: true}
	var codes []byte
	for f := range n {
		code := s.Area(s.Cell(f)).Code
		c.from, codes = append(c.from, uint32(len(codes))), append(codes, code...)
		c.plain = c.plain && !needsQuotes(code)
	}
	c.from, c.codes = append(c.from, uint32(len(codes))), string(codes)
	return c
}

func (c *Cells) code(face int32) string { return c.codes[c.from[face]:c.from[face+1]] }

// LocateOptions say where rows are to be found and what may be told of it.
type LocateOptions struct {
	Cells    *Cells
	Datum    datum.Datum            // of lon and lat
	Refuse   func(area int32) error // why the cell of a row may not be told, nil if it may; called from several goroutines; may be nil
	Sample   func(geo.Pos)          // gets the first SampleSize positions, in order; may be nil
	Progress Progress               // of the bytes read; may be nil
}

// SampleSize is how many positions are looked at to guess what datum they are in.
const SampleSize = 10_000

// LocateResult counts rows. The header and empty lines are none.
type LocateResult struct {
	Rows int64
	Bad  int64 // rows that could not be read or were refused
}

// MaxRow is how large a row may be, in bytes, with the line ending.
const MaxRow = 1 << 20

// ErrLongRow is the error of a row larger than MaxRow.
var ErrLongRow = fmt.Errorf("a row is larger than %d bytes: is a quote left open?", MaxRow)

// rowFormat is how rows are written and answered.
type rowFormat interface {
	// parse finds the rows of b.in and appends to b.rows, b.at and b.wrong.
	parse(b *block)
	// answer appends a row, of which text is what was given, with its answer.
	answer(out, text []byte, r row, a cellAnswer) []byte
	// ending ends a line whose sender left that out.
	ending() string
}

// block is a run of whole rows on their way through.
type block struct {
	in    []byte
	rows  []row
	at    []geo.Pos // of each row
	faces []int32   // of each row
	wrong []string  // what is wrong with bad rows
	out   []byte

	LocateResult
	err   error         // why no block follows; io.EOF at the end
	fault any           // of a panic
	done  chan struct{} // closed when out is there
}

// row is a row in a block.
type row struct {
	end, next int32   // behind its last byte and behind its line ending
	fill      int32   // fields that it has less than the header; or blank or noObject
	wrong     int32   // 1 + index in wrong; 0: nothing
	accuracy  float64 // metres; 0 when unknown
}

// Rows of other kinds, in place of fill.
const (
	blank    = -1 // an empty line
	noObject = -2 // a line that is not a JSON object
)

// cellAnswer is what a row is answered with. When wrong is set, nothing was found.
type cellAnswer struct {
	code  string
	place grid.Place
	wrong string
}

var blocks = sync.Pool{New: func() any { return new(block) }}

// locating is one stream of rows.
type locating struct {
	LocateOptions
	format rowFormat
}

// run sends blocks of rows through as many goroutines as there are processors and
// writes them in their order. What has come is answered without waiting for more.
// It may return while a Read of src is under way.
func (l *locating) run(ctx context.Context, dst io.Writer, first *block, src *splitter) (sum LocateResult, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	queue := make(chan *block, 2*runtime.GOMAXPROCS(0))
	go l.read(ctx, first, src, queue)
	read, sampled := int64(0), 0
	for {
		var b *block
		select {
		case b = <-queue:
		case <-ctx.Done():
			return sum, ctx.Err()
		}
		<-b.done
		if err := ctx.Err(); err != nil { // and so the block may not be done
			return sum, err
		}
		if b.fault != nil {
			panic(b.fault) // in the caller's goroutine, who may know what to do
		}
		if l.Sample != nil {
			sampled += b.sample(SampleSize-sampled, l.Sample)
		}
		if _, err := dst.Write(b.out); err != nil {
			return sum, fmt.Errorf("write the answer: %w", err)
		}
		sum.Rows, sum.Bad, read = sum.Rows+b.Rows, sum.Bad+b.Bad, read+int64(len(b.in))
		if l.Progress != nil {
			l.Progress(read, 0)
		}
		switch {
		case b.err == nil:
			blocks.Put(b)
		case errors.Is(b.err, io.EOF):
			return sum, nil
		default:
			return sum, fmt.Errorf("after %d rows: %w", sum.Rows, b.err)
		}
	}
}

// read fills blocks, after the first, until there are no more, and sets them to work.
func (l *locating) read(ctx context.Context, b *block, src *splitter, queue chan<- *block) {
	for {
		b.done = make(chan struct{})
		last := b.err != nil
		go l.work(ctx, b)
		select {
		case queue <- b:
		case <-ctx.Done():
			return
		}
		if last {
			return
		}
		b = src.next()
	}
}

// work answers the rows of a block.
func (l *locating) work(ctx context.Context, b *block) {
	defer close(b.done)
	defer func() {
		if p := recover(); p != nil {
			b.fault = fmt.Sprintf("%v\n%s", p, debug.Stack())
		}
	}()
	b.rows, b.at, b.wrong, b.out, b.LocateResult = b.rows[:0], b.at[:0], b.wrong[:0], b.out[:0], LocateResult{}
	l.format.parse(b)
	b.faces = slices.Grow(b.faces[:0], len(b.at))[:len(b.at)]
	l.Cells.Coverage().LocateAll(b.faces, b.at)
	l.fetch(b.faces)
	start := int32(0)
	for k, r := range b.rows {
		l.answer(ctx, b, k, b.in[start:r.end])
		if ending := b.in[r.end:r.next]; bytes.HasSuffix(ending, newline) {
			b.out = append(b.out, ending...)
		} else {
			b.out = append(b.out, l.format.ending()...)
		}
		start = r.next
	}
}

// fetch reads a byte of the codes of all cells, so that the waits for memory
// overlap.
func (l *locating) fetch(faces []int32) {
	touched := byte(0)
	for _, f := range faces {
		if f != coverage.None {
			if code := l.Cells.code(f); code != "" {
				touched ^= code[0]
			}
		}
	}
	l.load(touched)
}

// load keeps the compiler from dropping the loads that its argument stands for.
//
//go:noinline
func (l *locating) load(byte) {}

var newline = []byte{'\n'}

// answer writes row k of a block, but for its line ending.
func (l *locating) answer(ctx context.Context, b *block, k int, text []byte) {
	r := b.rows[k]
	if r.fill == blank {
		b.out = append(b.out, text...)
		return
	}
	a := l.find(ctx, b, k)
	b.Rows++
	if a.wrong != "" {
		b.Bad++
	}
	b.out = l.format.answer(b.out, text, r, a)
}

// find finds what row k of a block is answered with.
func (l *locating) find(ctx context.Context, b *block, k int) (a cellAnswer) {
	r, face := &b.rows[k], b.faces[k]
	if r.wrong > 0 {
		return cellAnswer{wrong: b.wrong[r.wrong-1]}
	}
	if face != coverage.None && r.accuracy == 0 {
		a.code, a.place = l.Cells.code(face), grid.Place{Area: l.Cells.Cell(face), Method: grid.Exact}
	} else if ctx.Err() == nil {
		a = l.findSlowly(b.at[k], r.accuracy)
	}
	if l.Refuse != nil && a.place.Area >= 0 {
		if err := l.Refuse(a.place.Area); err != nil {
			return cellAnswer{wrong: err.Error()}
		}
	}
	return a
}

// findSlowly is for positions with an accuracy and outside every cell.
func (l *locating) findSlowly(p geo.Pos, accuracy float64) (a cellAnswer) {
	a.place = l.Cells.PlaceWithin(p, accuracy, grid.DefaultTolerance)
	if a.place.Area >= 0 {
		a.code = l.Cells.Area(a.place.Area).Code
	}
	return a
}

// add takes a row with its place, or with what is wrong with it.
func (b *block) add(r row, at geo.Pos, wrong string) {
	if wrong != "" {
		b.wrong = append(b.wrong, wrong)
		r.wrong = int32(len(b.wrong))
	}
	b.rows, b.at = append(b.rows, r), append(b.at, at)
}

// sample calls use with at most n positions of a block and returns how many it had.
func (b *block) sample(n int, use func(geo.Pos)) (had int) {
	for k, r := range b.rows {
		if had == n {
			break
		}
		if r.wrong == 0 && r.fill != blank {
			use(b.at[k])
			had++
		}
	}
	return had
}
