package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxBody is the most one report may take, in bytes.
const maxBody = 1 << 20

// wantContent fails when a request's content is of none of the types.
func wantContent(r *http.Request, types ...string) error {
	got, charset, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || !slices.Contains(types, got) {
		return problem(http.StatusUnsupportedMediaType, "content-type", "Content-Type", "want %s", strings.Join(types, " or "))
	}
	if c := strings.ToLower(charset["charset"]); c != "" && c != "utf-8" {
		return problem(http.StatusUnsupportedMediaType, "content-type", "Content-Type", "want UTF-8, not %s", c)
	}
	return nil
}

// decode reads one JSON object into v and refuses what v has no field for. The
// error names the field.
func decode(b []byte, v any) error {
	if !utf8.Valid(b) {
		return bad("json", "", "the body is not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return jsonProblem(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return bad("json", "", "there is more after the first JSON value")
	}
	return nil
}

func jsonProblem(err error) error {
	var wrong *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &wrong):
		if wrong.Field == "" {
			return bad("type", "", "want a JSON object, not %s", wrong.Value)
		}
		return bad("type", wrong.Field, "want %s, not %s", kindName(wrong.Type), wrong.Value)
	case errors.As(err, &syntax):
		return bad("json", "", "not JSON at byte %d: %v", syntax.Offset, err)
	case errors.Is(err, io.EOF):
		return bad("json", "", "the body is empty")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return bad("json", "", "the JSON is cut off")
	}
	// encoding/json has no type for this one.
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return bad("unknown-field", strings.Trim(name, `"`), "there is no such field")
	}
	return bad("json", "", "%v", err)
}

// kindName says a Go type in the words of JSON.
func kindName(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Float64, reflect.Int64:
		return "a number"
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice, reflect.Array:
		return "an array of " + kindNames(t.Elem())
	}
	return "an object"
}

// kindNames says many of a Go type.
func kindNames(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Float64, reflect.Int64:
		return "numbers"
	case reflect.String:
		return "strings"
	}
	return "objects"
}
