package importer

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"jingwei/geo"
	"jingwei/geo/datum"
)

// LocateNDJSON is [LocateCSV] for lines that are JSON objects with lon and lat, or
// position, which is [lon, lat], and if they like accuracy. It writes the same
// objects, byte by byte, with the members code (null where there is none), method
// and distance_m behind. For a line that is no object it writes one with these
// members alone. Empty lines stay empty.
func LocateNDJSON(ctx context.Context, dst io.Writer, src io.Reader, o LocateOptions) (LocateResult, error) {
	split := &splitter{src: src}
	return (&locating{o, jsonFormat{o.Datum}}).run(ctx, dst, split.next(), split)
}

// jsonFormat is one JSON object a line.
type jsonFormat struct{ datum datum.Datum }

// placeLine is what a line says of a place.
type placeLine struct {
	Lon      *float64  `json:"lon"`
	Lat      *float64  `json:"lat"`
	Position []float64 `json:"position"`
	Accuracy float64   `json:"accuracy"`
}

func (jsonFormat) ending() string { return "\n" }

func (f jsonFormat) parse(b *block) {
	for i := 0; i < len(b.in); {
		next := len(b.in)
		if k := bytes.IndexByte(b.in[i:], '\n'); k >= 0 {
			next = i + k + 1
		}
		line := bytes.TrimRight(b.in[i:next], " \t\r\n")
		r := row{end: int32(i + len(line)), next: int32(next)}
		f.line(b, r, line)
		i = next
	}
}

// line reads one line.
func (f jsonFormat) line(b *block, r row, line []byte) {
	if len(line) == 0 {
		r.fill = blank
		b.add(r, geo.Pos{}, "")
		return
	}
	var v placeLine
	err := json.Unmarshal(line, &v)
	if bytes.TrimLeft(line, " \t\r")[0] != '{' || errors.As(err, new(*json.SyntaxError)) {
		r.fill = noObject
		b.add(r, geo.Pos{}, "not a JSON object")
		return
	}
	at, wrong := v.place(err, f.datum)
	r.accuracy = v.Accuracy
	b.add(r, at, wrong)
}

// place returns where a line says it is; err is why not all of it could be read.
func (v *placeLine) place(err error, d datum.Datum) (at geo.Pos, wrong string) {
	if err != nil {
		return at, wrongMember(err)
	}
	lon, lat, wrong := v.lonLat()
	if wrong == "" {
		wrong = wrongAccuracy(v.Accuracy)
	}
	if wrong != "" {
		return at, wrong
	}
	return place(lon, lat, d)
}

func (v *placeLine) lonLat() (lon, lat float64, wrong string) {
	switch given := v.Lon != nil || v.Lat != nil; {
	case v.Position != nil && given:
		return 0, 0, "position: give either this or lon and lat"
	case v.Position != nil && len(v.Position) != 2:
		return 0, 0, fmt.Sprintf("position: want [lon, lat], not %d numbers", len(v.Position))
	case v.Position != nil:
		return v.Position[0], v.Position[1], ""
	case v.Lon == nil:
		return 0, 0, "lon: needed, or position"
	case v.Lat == nil:
		return 0, 0, "lat: needed, or position"
	}
	return *v.Lon, *v.Lat, ""
}

func wrongMember(err error) string {
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return fmt.Sprintf("%s: a %.40s is not what belongs there", kind.Field, kind.Value)
	}
	return err.Error()
}

func (jsonFormat) answer(out, text []byte, r row, a cellAnswer) []byte {
	out = append(openObject(out, text, r), `"code":`...)
	if a.code == "" {
		out = append(out, "null"...)
	} else {
		out = appendText(out, a.code)
	}
	out = append(out, `,"method":`...)
	if a.wrong != "" {
		return append(appendText(out, "invalid: "+a.wrong), `,"distance_m":null}`...)
	}
	out = append(appendText(out, string(a.place.Method)), `,"distance_m":`...)
	return append(appendMetres(out, a.place.DistanceM), '}')
}

// openObject writes an object without its closing brace, ready for a member; in
// place of what is no object, the begin of one.
func openObject(out, text []byte, r row) []byte {
	if r.fill == noObject {
		return append(out, '{')
	}
	open := bytes.TrimRight(text[:len(text)-1], " \t\r")
	out = append(out, open...)
	if open[len(open)-1] == '{' {
		return out
	}
	return append(out, ',')
}

// appendText writes a JSON string.
func appendText(out []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7F || c == '"' || c == '\\' {
			b, _ := json.Marshal(s) // a string has no error
			return append(out, b...)
		}
	}
	return append(append(append(out, '"'), s...), '"')
}
