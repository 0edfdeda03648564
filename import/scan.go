package importer

import (
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// Bounds on what the scanner keeps in memory, in bytes.
const (
	scanBuffer = 256 << 10 // read at once
	maxToken   = 64 << 10  // of a number or a string that is kept
	maxNesting = 200       // levels of arrays and objects, not bytes
)

// scanner reads JSON from a stream byte by byte and keeps no more of it than the
// buffer. A token is a slice of the buffer, good until the next call.
type scanner struct {
	r    io.Reader
	buf  []byte
	i, n int   // the unread bytes are buf[i:n]
	base int64 // offset of buf[0] in the stream, in bytes
	err  error // of r; io.EOF at the end
}

func newScanner(r io.Reader) *scanner {
	return &scanner{r: r, buf: make([]byte, scanBuffer)}
}

func (s *scanner) offset() int64 { return s.base + int64(s.i) }

func (s *scanner) fail(format string, args ...any) error {
	return &Problem{Byte: s.offset() + 1, Text: fmt.Sprintf(format, args...)}
}

// more makes room behind the unread bytes and reads on. It reports false at the
// end of the stream, on an error, and when the buffer is full.
func (s *scanner) more() bool {
	if s.i > 0 {
		copy(s.buf, s.buf[s.i:s.n])
		s.base += int64(s.i)
		s.n -= s.i
		s.i = 0
	}
	if s.err != nil || s.n == len(s.buf) {
		return false
	}
	for tries := 0; tries < 100 && s.err == nil; tries++ {
		var k int
		k, s.err = s.r.Read(s.buf[s.n:])
		s.n += k
		if k > 0 {
			return true
		}
	}
	if s.err == nil {
		s.err = io.ErrNoProgress
	}
	return false
}

// end is why there is no next byte.
func (s *scanner) end() error {
	if s.err == nil || errors.Is(s.err, io.EOF) {
		s.i = s.n
		return s.fail("the file is cut off here")
	}
	return s.err
}

// done reports whether only white space is left.
func (s *scanner) done() bool {
	_, err := s.next()
	return err != nil && s.i == s.n && errors.Is(s.err, io.EOF)
}

// peek returns the next byte and leaves it there.
func (s *scanner) peek() (byte, error) {
	if s.i < s.n || s.more() {
		return s.buf[s.i], nil
	}
	return 0, s.end()
}

// next skips white space and returns the byte after it, leaving it there.
func (s *scanner) next() (byte, error) {
	for {
		c, err := s.peek()
		if err != nil || c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return c, err
		}
		s.i++
	}
}

// expect skips white space and reads c.
func (s *scanner) expect(c byte) error {
	got, err := s.next()
	if err != nil {
		return err
	}
	if got != c {
		return s.fail("%s where %q should be", show(got), c)
	}
	s.i++
	return nil
}

// list reads what stands between open and end, separated by commas.
func (s *scanner) list(open, end byte, item func() error) error {
	if err := s.expect(open); err != nil {
		return err
	}
	c, err := s.next()
	if err == nil && c == end {
		s.i++
		return nil
	}
	for err == nil {
		if err = item(); err != nil {
			return err
		}
		if c, err = s.next(); err != nil {
			return err
		}
		if c != ',' && c != end {
			return s.fail("%s where a comma or %q should be", show(c), end)
		}
		s.i++
		if c == end {
			return nil
		}
	}
	return err
}

// object reads an object; member is called with each key and reads its value.
// The key must not be kept.
func (s *scanner) object(member func(key string) error) error {
	return s.list('{', '}', func() error {
		key, err := s.text()
		if err != nil {
			return err
		}
		if err := s.expect(':'); err != nil {
			return err
		}
		return member(key)
	})
}

// number reads a number and returns it as it is written.
func (s *scanner) number() ([]byte, error) {
	if _, err := s.next(); err != nil {
		return nil, err
	}
	k := 0
	for s.i+k < s.n || s.more() {
		if !numeric[s.buf[s.i+k]] {
			break
		}
		if k++; k > maxToken {
			return nil, s.fail("a number of more than %d digits", maxToken)
		}
	}
	tok := s.buf[s.i : s.i+k]
	if !validNumber(tok) {
		return nil, s.badNumber(k)
	}
	s.i += k
	return tok, nil
}

func (s *scanner) badNumber(k int) error {
	if k > 0 {
		return s.fail("%.40q is not a number", s.buf[s.i:s.i+k])
	}
	c, err := s.peek()
	if err != nil {
		return err
	}
	return s.fail("%s where a number should be", show(c))
}

// word reads one of the words true, false and null.
func (s *scanner) word() (string, error) {
	for _, w := range [...]string{"true", "false", "null"} {
		if c, err := s.next(); err != nil {
			return "", err
		} else if c != w[0] {
			continue
		}
		for s.n-s.i < len(w) && s.more() {
		}
		if s.n-s.i < len(w) {
			return "", s.end()
		}
		if string(s.buf[s.i:s.i+len(w)]) == w {
			s.i += len(w)
			return w, nil
		}
	}
	c, err := s.peek()
	if err != nil {
		return "", err
	}
	return "", s.fail("%s where a value should be", show(c))
}

// skip reads a value of any kind and forgets it.
func (s *scanner) skip(depth int) error {
	if depth > maxNesting {
		return s.fail("nested deeper than %d levels", maxNesting)
	}
	c, err := s.next()
	if err != nil {
		return err
	}
	switch {
	case c == '{':
		return s.object(func(string) error { return s.skip(depth + 1) })
	case c == '[':
		return s.list('[', ']', func() error { return s.skip(depth + 1) })
	case c == '"':
		return s.skipString()
	case numeric[c]:
		_, err = s.number()
	default:
		_, err = s.word()
	}
	return err
}

// show writes a byte for a message.
func show(c byte) string {
	if c < utf8.RuneSelf {
		return fmt.Sprintf("%q", rune(c))
	}
	return fmt.Sprintf("the byte 0x%02X", c)
}
