package importer

import (
	"bytes"
	"errors"
	"io"
	"slices"
)

// blockSize is how many bytes of rows are worked on at a time, while no row is
// larger: small enough for the caches next to a processor.
const blockSize = 64 << 10

// maxIdle is how many Reads in a row may bring nothing.
const maxIdle = 100

// quoteState is where in a row of CSV a byte stands.
type quoteState uint8

const (
	fieldStart quoteState = iota
	unquoted
	quoted
	quoteClosed // or the first of two that stand for one
)

// splitter cuts a stream into blocks of whole rows.
type splitter struct {
	src    io.Reader
	quotes bool       // rows go on behind a line ending in a quoted field
	state  quoteState // behind all that was read
	rest   []byte     // of what was read, the begin of a row
	idle   int        // Reads that brought nothing
}

// next returns what one Read brings, and further ones while there is no whole row.
// b.err is set with the last block.
func (s *splitter) next() *block {
	b := blocks.Get().(*block)
	b.in, b.err = append(b.in[:0], s.rest...), nil
	s.rest = s.rest[:0]
	end := 0
	for end == 0 && b.err == nil {
		end = s.more(b)
	}
	if !errors.Is(b.err, io.EOF) {
		s.rest = append(s.rest, b.in[end:]...)
		b.in = b.in[:end]
	}
	return b
}

// more reads on and returns where the last row ends, 0 if none does.
func (s *splitter) more(b *block) (end int) {
	n := len(b.in)
	if n == MaxRow {
		b.err = ErrLongRow
		return 0
	}
	room := blockSize
	for room <= n {
		room *= 2
	}
	b.in = slices.Grow(b.in, room-n)[:room]
	k, err := s.src.Read(b.in[n:])
	b.in, b.err = b.in[:n+k], err
	if s.idle++; k > 0 {
		s.idle = 0
	} else if s.idle == maxIdle && err == nil {
		b.err = io.ErrNoProgress
	}
	if end = s.scan(b.in[n:]); end > 0 {
		end += n
	}
	return end
}

// scan goes on over b and returns where the last row in it ends, 0 if none does.
func (s *splitter) scan(b []byte) (end int) {
	switch {
	case len(b) == 0:
		return 0
	case s.quotes && bytes.IndexByte(b, '"') >= 0:
		return s.scanQuotes(b)
	case s.state == quoted:
		return 0
	}
	s.state = unquoted
	if last := b[len(b)-1]; last == ',' || last == '\n' {
		s.state = fieldStart
	}
	return bytes.LastIndexByte(b, '\n') + 1
}

func (s *splitter) scanQuotes(b []byte) (end int) {
	state := s.state
	for i := 0; i < len(b); i++ {
		c := b[i]
		switch {
		case state == quoted:
			k := bytes.IndexByte(b[i:], '"')
			if k < 0 {
				i = len(b)
				break
			}
			i += k
			state = quoteClosed
		case c == '\n':
			end, state = i+1, fieldStart
		case c == ',':
			state = fieldStart
		case c == '"' && state != unquoted:
			state = quoted
		default:
			state = unquoted
		}
	}
	s.state = state
	return end
}
