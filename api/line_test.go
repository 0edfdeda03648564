package api

import (
	"bufio"
	"bytes"
	"encoding/json"
	"testing"
)

// Law: an answer is written as JSON writes it, also by hand.
func TestLinesAreWrittenAsJSON(t *testing.T) {
	const id = "01976a7c-0000-7000-8000-000000000001"
	for _, v := range []lineView{
		{ID: id, Status: 201, Cell: "320602001001901001"},
		{ID: id, Status: 200},
		{ID: id, Status: 201, Cell: `<"&\>`},
		{ID: id, Status: 201, Cell: "甲1"},
		{ID: id, Status: 201, Cell: "A-1", Warning: "swapped?"},
		{ID: id, Status: 201, Cell: "Az09", Warning: "swapped?"},
		{Status: 400, Line: 3, Rule: "json", Error: "not JSON"},
		{ID: id, Status: 409, Line: 4, Rule: "id-taken", At: "id", Error: "another"},
	} {
		var want, got bytes.Buffer
		if err := json.NewEncoder(&want).Encode(v); err != nil {
			t.Fatal(err)
		}
		out := bufio.NewWriter(&got)
		v.write(out)
		if err := out.Flush(); err != nil || got.String() != want.String() {
			t.Errorf("%s, want %s (%v)", got.String(), want.String(), err)
		}
	}
}
