package importer

import (
	"bytes"
	"fmt"
	"strings"
)

// lexer goes through rows of CSV field by field. It sees the same rows as
// splitter does.
type lexer struct {
	in []byte
	i  int // the next byte
}

// field4180 is a field of CSV.
type field4180 struct {
	raw    []byte // without the quotes around it; two inside stand for one
	quoted bool
	broken bool // a quote is left open, or something follows the closing one
}

// stops tells the bytes that end a field without quotes.
var stops = [256]bool{',': true, '\n': true}

// field returns the next field and goes behind the comma that follows. more is
// false when there is none: the row ends here.
func (l *lexer) field() (f field4180, more bool) {
	in, i := l.in, l.i
	if i < len(in) && in[i] == '"' {
		f, i = quotedField(in, i)
	} else {
		for i < len(in) && !stops[in[i]] {
			i++
		}
		f.raw = in[l.i:i]
		if i == len(in) || in[i] == '\n' {
			f.raw = bytes.TrimSuffix(f.raw, []byte("\r"))
		}
	}
	if l.i = i; i < len(in) && in[i] == ',' {
		l.i++
		return f, true
	}
	return f, false
}

// quotedField reads the field that begins with the quote in[i] and returns where
// it ends.
func quotedField(in []byte, i int) (f field4180, end int) {
	from := i + 1
	for i = from; ; i += 2 {
		k := bytes.IndexByte(in[i:], '"')
		if k < 0 {
			return field4180{raw: in[from:], quoted: true, broken: true}, len(in)
		}
		if i += k; i+1 == len(in) || in[i+1] != '"' {
			break
		}
	}
	f = field4180{raw: in[from:i], quoted: true}
	behind := i + 1
	for i = behind; i < len(in) && !stops[in[i]]; i++ {
	}
	rest := in[behind:i]
	f.broken = len(rest) > 0 && (string(rest) != "\r" || i < len(in) && in[i] == ',')
	return f, i
}

// lineEnd goes to the next row and returns where the one before it ends, without
// and with its line ending.
func (l *lexer) lineEnd() (end, next int) {
	end = l.i
	if l.i < len(l.in) {
		l.i++
	}
	if end > 0 && l.in[end-1] == '\r' {
		end--
	}
	return end, l.i
}

// text returns the characters of the field.
func (f field4180) text() string {
	if f.quoted {
		return strings.ReplaceAll(string(f.raw), `""`, `"`)
	}
	return string(f.raw)
}

// units reads degrees as lattice units, if that is quick: the same as
// [geo.FromDegrees] gives, see [units].
func (f field4180) units() (int32, bool) {
	if v, ok := shortUnits(f.raw); ok {
		return v, true
	}
	if !validNumber(f.raw) {
		return 0, false
	}
	return units(f.raw)
}

// number reads a number, and says what is wrong with it by the field's name.
func (f field4180) number(name string) (v float64, wrong string) {
	v, err := Number(string(bytes.TrimSpace(f.raw)))
	if err != nil {
		return 0, fmt.Sprintf("%s: %.40q is not a number", name, strings.TrimSpace(f.text()))
	}
	return v, ""
}
