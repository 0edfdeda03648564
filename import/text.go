package importer

import (
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// text reads a string and returns its characters. It fails on what cannot be
// written as UTF-8: bytes of another encoding and halves of surrogate pairs.
func (s *scanner) text() (string, error) {
	if err := s.expect('"'); err != nil {
		return "", err
	}
	var out []byte
	for {
		c, err := s.peek()
		switch {
		case err != nil:
			return "", err
		case c == '"':
			s.i++
			return string(out), nil
		case c < ' ':
			return "", s.fail("the control character %q inside a string", c)
		case len(out) > maxToken:
			return "", s.fail("a string of more than %d bytes", maxToken)
		case c == '\\':
			out, err = s.escape(out)
		case c < utf8.RuneSelf:
			out = append(out, c)
			s.i++
		default:
			out, err = s.rune(out)
		}
		if err != nil {
			return "", err
		}
	}
}

// rune reads a character of two to four bytes.
func (s *scanner) rune(out []byte) ([]byte, error) {
	for !utf8.FullRune(s.buf[s.i:s.n]) && s.more() {
	}
	r, k := utf8.DecodeRune(s.buf[s.i:s.n])
	if r == utf8.RuneError && k <= 1 {
		return nil, s.fail("%s is not UTF-8: convert the file to UTF-8 first", show(s.buf[s.i]))
	}
	s.i += k
	return utf8.AppendRune(out, r), nil
}

// escape reads an escape sequence.
func (s *scanner) escape(out []byte) ([]byte, error) {
	s.i++
	c, err := s.peek()
	if err != nil {
		return nil, err
	}
	const from, to = `"\/bfnrt`, "\"\\/\b\f\n\r\t"
	for k := range len(from) {
		if c == from[k] {
			s.i++
			return append(out, to[k]), nil
		}
	}
	if c != 'u' {
		return nil, s.fail("the unknown escape \\%c", c)
	}
	return s.unicode(out)
}

// unicode reads an escape of four hexadecimal digits, or two of them when the
// first is the high half of a surrogate pair.
func (s *scanner) unicode(out []byte) ([]byte, error) {
	r, err := s.hex()
	if err != nil {
		return nil, err
	}
	if utf16.IsSurrogate(r) {
		if err := s.literal('\\'); err != nil {
			return nil, err
		}
		low, err := s.hex()
		if err != nil {
			return nil, err
		}
		if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
			return nil, s.fail("half of a surrogate pair")
		}
	}
	return utf8.AppendRune(out, r), nil
}

// hex reads u and four hexadecimal digits.
func (s *scanner) hex() (rune, error) {
	if err := s.literal('u'); err != nil {
		return 0, err
	}
	for s.n-s.i < 4 && s.more() {
	}
	if s.n-s.i < 4 {
		return 0, s.end()
	}
	v, err := strconv.ParseUint(string(s.buf[s.i:s.i+4]), 16, 16)
	if err != nil {
		return 0, s.fail("%q is not four hexadecimal digits", s.buf[s.i:s.i+4])
	}
	s.i += 4
	return rune(v), nil
}

// literal reads exactly c.
func (s *scanner) literal(c byte) error {
	got, err := s.peek()
	if err != nil {
		return err
	}
	if got != c {
		return s.fail("half of a surrogate pair: %s where %q should be", show(got), c)
	}
	s.i++
	return nil
}

// skipString reads a string of any length and forgets it.
func (s *scanner) skipString() error {
	if err := s.expect('"'); err != nil {
		return err
	}
	for {
		c, err := s.peek()
		if err != nil {
			return err
		}
		switch {
		case c < ' ':
			return s.fail("the control character %q inside a string", c)
		case c == '\\':
			if _, err := s.escape(nil); err != nil {
				return err
			}
			continue
		}
		s.i++
		if c == '"' {
			return nil
		}
	}
}
