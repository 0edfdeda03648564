package api

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// maxBody is the most one report may take, in bytes.
const maxBody = 1 << 20

// ruleEncoding is broken by a body that is compressed.
const ruleEncoding = "content-encoding"

// wantContent fails when a request's content is of none of the types, or encoded: what
// is compressed may be any size once it is not.
func wantContent(r *http.Request, types ...string) error {
	if coding := strings.Join(r.Header.Values("Content-Encoding"), ", "); coding != "" && !strings.EqualFold(coding, "identity") {
		return problem(http.StatusUnsupportedMediaType, ruleEncoding, "Content-Encoding", "want the body as it is, not %s", coding)
	}
	got, charset, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || !slices.Contains(types, got) {
		return problem(http.StatusUnsupportedMediaType, "content-type", "Content-Type", "want %s", strings.Join(types, " or "))
	}
	if c := strings.ToLower(charset["charset"]); c != "" && c != "utf-8" {
		return problem(http.StatusUnsupportedMediaType, "content-type", "Content-Type", "want UTF-8, not %s", c)
	}
	return nil
}

// decode reads one JSON object into v and refuses what v has no field for, and what
// is given twice. The error names the field.
func decode(b []byte, v any) error {
	if !utf8.Valid(b) {
		return bad("json", "", "the body is not UTF-8")
	}
	if len(bytes.TrimSpace(b)) == 0 {
		return bad("json", "", "the body is empty")
	}
	if err := json.Unmarshal(b, v, json.RejectUnknownMembers(true)); err != nil {
		return jsonProblem(err)
	}
	return nil
}

func jsonProblem(err error) error {
	var wrong *json.SemanticError
	if errors.As(err, &wrong) {
		return valueProblem(wrong)
	}
	var syntax *jsontext.SyntacticError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return bad("json", "", "the JSON is cut off")
	case !errors.As(err, &syntax):
		return bad("json", "", "%v", err)
	case errors.Is(err, jsontext.ErrDuplicateName):
		return bad("duplicate-field", field(syntax.JSONPointer), "is given twice")
	case strings.Contains(syntax.Err.Error(), "after top-level value"): // it has no type of its own
		return bad("json", "", "there is more after the first JSON value")
	}
	return bad("json", "", "not JSON at byte %d: %v", syntax.ByteOffset+1, syntax.Err)
}

// valueProblem says what is wrong with a value that is JSON.
func valueProblem(wrong *json.SemanticError) error {
	name := field(wrong.JSONPointer)
	switch {
	case errors.Is(wrong, json.ErrUnknownName):
		return bad("unknown-field", name, "there is no such field")
	case name == "":
		return bad("type", "", "want a JSON object, not %s", given(wrong))
	case wrong.GoType != nil && (wrong.Err == nil || wrong.JSONKind == jsontext.KindNumber):
		return bad("type", name, "want %s, not %s", kindName(wrong.GoType), given(wrong))
	}
	return bad("type", name, "%v", wrong.Err)
}

// given says what was there instead.
func given(wrong *json.SemanticError) string {
	switch wrong.JSONKind {
	case jsontext.KindBeginObject:
		return "object"
	case jsontext.KindBeginArray:
		return "array"
	case jsontext.KindNumber:
		return strings.TrimSpace("number " + string(wrong.JSONValue))
	}
	return wrong.JSONKind.String()
}

// field names a place in JSON: evidence, or evidence.0 within an array.
func field(p jsontext.Pointer) string { return strings.Join(slices.Collect(p.Tokens()), ".") }

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
