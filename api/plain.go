package api

import (
	"strconv"
	"unicode/utf8"
)

// plainReport reads a report as most are sent: an object that names fields of reportIn,
// each once, with strings that escape nothing, numbers, and a position of two. Of all
// else it says only that it is not that; [decode] reads it, or tells what is wrong.
func plainReport(body []byte) (in reportIn, plain bool) {
	p := plainReader{rest: body}
	seen := 0
	if !p.skip('{') {
		return in, false
	}
	for more := true; more; more = p.skip(',') {
		field := p.field(&in)
		if field < 0 || seen>>field&1 == 1 {
			return reportIn{}, false
		}
		seen |= 1 << field
	}
	if !p.skip('}') || !p.ended() {
		return reportIn{}, false
	}
	return in, true
}

// plainReader reads what is plain of JSON. It stays where it cannot go on.
type plainReader struct{ rest []byte }

// field reads a field with its value into a report, and tells which it is: -1 if none.
func (p *plainReader) field(in *reportIn) int {
	name, ok := p.text()
	if !ok || !p.skip(':') {
		return -1
	}
	field, ok := -1, false
	switch string(name) {
	case "id":
		field, ok = 0, p.string(&in.ID)
	case "lon":
		in.Lon = new(float64)
		field, ok = 1, p.number(in.Lon)
	case "lat":
		in.Lat = new(float64)
		field, ok = 2, p.number(in.Lat)
	case "position":
		in.Position = make([]float64, 2)
		field, ok = 3, p.skip('[') && p.number(&in.Position[0]) && p.skip(',') && p.number(&in.Position[1]) && p.skip(']')
	case "datum":
		field, ok = 4, p.string(&in.Datum)
	case "accuracy":
		field, ok = 5, p.number(&in.Accuracy)
	case "matter":
		field, ok = 6, p.string(&in.Matter)
	case "urgency":
		field, ok = 7, p.string(&in.Urgency)
	case "text":
		field, ok = 8, p.string(&in.Text)
	case "at":
		field, ok = 9, p.string(&in.At)
	case "reporter":
		field, ok = 10, p.string(&in.Reporter)
	}
	if !ok {
		return -1
	}
	return field
}

// space skips what may stand between the parts.
func (p *plainReader) space() {
	for len(p.rest) > 0 && (p.rest[0] == ' ' || p.rest[0] == '\n' || p.rest[0] == '\r' || p.rest[0] == '\t') {
		p.rest = p.rest[1:]
	}
}

func (p *plainReader) ended() bool {
	p.space()
	return len(p.rest) == 0
}

// skip skips one character.
func (p *plainReader) skip(c byte) bool {
	p.space()
	if len(p.rest) == 0 || p.rest[0] != c {
		return false
	}
	p.rest = p.rest[1:]
	return true
}

// text reads a string that is in UTF-8 and escapes nothing.
func (p *plainReader) text() ([]byte, bool) {
	if !p.skip('"') {
		return nil, false
	}
	for i, c := range p.rest {
		switch {
		case c == '"':
			text := p.rest[:i]
			p.rest = p.rest[i+1:]
			return text, utf8.Valid(text)
		case c == '\\' || c < ' ':
			return nil, false
		}
	}
	return nil, false
}

func (p *plainReader) string(into *string) bool {
	text, ok := p.text()
	*into = string(text)
	return ok
}

// number reads a number without an exponent.
func (p *plainReader) number(into *float64) bool {
	p.space()
	i := 0
	digits := func() int {
		from := i
		for i < len(p.rest) && '0' <= p.rest[i] && p.rest[i] <= '9' {
			i++
		}
		return i - from
	}
	if i < len(p.rest) && p.rest[i] == '-' {
		i++
	}
	if whole := i; digits() == 0 || p.rest[whole] == '0' && i > whole+1 {
		return false
	}
	if i < len(p.rest) && p.rest[i] == '.' {
		if i++; digits() == 0 {
			return false
		}
	}
	v, err := strconv.ParseFloat(string(p.rest[:i]), 64)
	*into, p.rest = v, p.rest[i:]
	return err == nil
}
