package api_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

type line struct {
	ID     string
	Status int
	Cell   string
	Line   int
	Rule   string
	At     string
	Error  string
}

func TestPostMany(t *testing.T) {
	c := newCity(t)
	in := strings.Join([]string{
		`{"id":"` + id(1) + `",` + inMicro1 + `}`,
		`{"id":"` + id(2) + `",` + inPark + `}`, ``,
		`{"id":"` + id(1) + `",` + inMicro1 + `}`,
		`{"id":"` + id(1) + `",` + inPark + `}`,
		`{"id":"` + id(3) + `","lon":1}`,
		`not JSON`,
		`{"text":"` + strings.Repeat("a", 1<<20) + `"}`,
		`{"id":"` + id(4) + `",` + atSea + `}`,
	}, "\n")
	w := c.ask(http.MethodPost, "admin", "/v1/reports", in, "Content-Type", "application/x-ndjson")
	wantStatus(t, w, http.StatusOK)
	want := []line{
		{ID: id(1), Status: 201, Cell: micro1},
		{ID: id(2), Status: 201, Cell: park},
		{ID: id(1), Status: 200, Cell: micro1},
		{id(1), 409, "", 5, "id-taken", "id", "id: another report"},
		{id(3), 400, "", 6, "place", "lat", "lat: needed"},
		{"", 400, "", 7, "json", "", "not JSON"},
		{"", 413, "", 8, "size", "", "the body is larger than 1048576"},
		{ID: id(4), Status: 201},
	}
	d := json.NewDecoder(w.Body)
	for i, want := range want {
		var got line
		if err := d.Decode(&got); err != nil {
			t.Fatalf("line %d: %v", i, err)
		}
		if !strings.HasPrefix(got.Error, want.Error) || (got.Error == "") != (want.Error == "") {
			t.Errorf("line %d: %q, want %q", i, got.Error, want.Error)
		}
		if got.Error = want.Error; got != want {
			t.Errorf("line %d: %+v, want %+v", i, got, want)
		}
	}
	if d.More() {
		t.Error("more answers than lines")
	}
}

// The answers come in the order of the lines, however many there are, and one in error
// says which it was, whichever batch it was in.
func TestPostManyKeepsOrder(t *testing.T) {
	c := newCity(t)
	const n = 3000
	var in strings.Builder
	for i := range n {
		fmt.Fprintf(&in, "{\"id\":%q,%s}\n", id(i), inMicro1)
	}
	in.WriteString("[]")
	w := c.ask(http.MethodPost, "admin", "/v1/reports", in.String(), "Content-Type", "application/x-ndjson")
	d := json.NewDecoder(w.Body)
	for i := range n {
		var got line
		if err := d.Decode(&got); err != nil || got.ID != id(i) || got.Status != 201 {
			t.Fatalf("line %d: %+v, %v", i, got, err)
		}
	}
	var last line
	if err := d.Decode(&last); err != nil || last.Line != n+1 || last.Rule != "type" {
		t.Errorf("the last line: %+v, %v", last, err)
	}
	if len(c.memory.reports) != n {
		t.Errorf("%d reports were kept", len(c.memory.reports))
	}
}

// A line is answered before the next is sent: the sender need not send all to
// learn of the first.
func TestPostManyAnswersAtOnce(t *testing.T) {
	server := httptest.NewServer(newCity(t))
	defer server.Close()
	body, send := io.Pipe()
	r, _ := http.NewRequest(http.MethodPost, server.URL+"/v1/reports", body)
	r.Header.Set("Authorization", "Bearer admin")
	r.Header.Set("Content-Type", "application/x-ndjson")
	go fmt.Fprintf(send, "{\"id\":%q,%s}\n", id(0), inMicro1)
	answer, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	in := bufio.NewScanner(answer.Body)
	for i := range 3 {
		if !in.Scan() || !strings.Contains(in.Text(), id(i)) {
			t.Fatalf("line %d: %q, %v", i, in.Text(), in.Err())
		}
		fmt.Fprintf(send, "{\"id\":%q,%s}\n", id(i+1), inMicro1)
	}
	send.Close()
	if !in.Scan() || in.Scan() {
		t.Error("want one more line and no other")
	}
}

// A request that breaks off answers what came before, then cuts the connection:
// the part is not taken for the whole.
func TestPostManyBrokenOff(t *testing.T) {
	server := httptest.NewServer(newCity(t))
	defer server.Close()
	body, send := io.Pipe()
	r, _ := http.NewRequest(http.MethodPost, server.URL+"/v1/reports", body)
	r.Header.Set("Authorization", "Bearer admin")
	r.Header.Set("Content-Type", "application/x-ndjson")
	go fmt.Fprintf(send, "{\"id\":%q,%s}\n", id(0), inMicro1)
	answer, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	in := bufio.NewReader(answer.Body)
	if first, err := in.ReadString('\n'); err != nil || !strings.Contains(first, id(0)) {
		t.Fatalf("%q, %v", first, err)
	}
	send.CloseWithError(io.ErrUnexpectedEOF)
	if rest, err := io.ReadAll(in); err == nil {
		t.Errorf("a clean end after %q", rest)
	}
}

// A report from beyond the root area, or from no cell at all, is kept and goes to who
// answers there; whoever filed it sees it.
func TestPostManyBeyondRoot(t *testing.T) {
	c := newCity(t)
	bodies := []string{inNorth, inMicro1, atSea}
	for i, place := range bodies {
		bodies[i] = fmt.Sprintf(`{"id":%q,%s}`, id(i+1), place)
	}
	w := c.ask(http.MethodPost, "park", "/v1/reports", strings.Join(bodies, "\n"), "Content-Type", "application/x-ndjson")
	if got := w.Body.String(); strings.Count(got, `"status":201`) != len(bodies) {
		t.Error(got)
	}
	for i, want := range []string{"", "L001", ""} {
		filed := c.ask(http.MethodGet, "park", "/v1/reports/"+id(i+1), "")
		wantStatus(t, filed, http.StatusOK)
		holder := decode[struct {
			Holder struct{ Worker struct{ Code string } }
		}](t, filed.Body.Bytes()).Holder.Worker.Code
		if holder != want {
			t.Errorf("report %d is with %q, want %q", i+1, holder, want)
		}
		wantStatus(t, c.ask(http.MethodGet, "w12east", "/v1/reports/"+id(i+1), ""), map[bool]int{true: 200, false: 404}[i == 1])
	}
	if seen := decode[page](t, c.ask(http.MethodGet, "park", "/v1/reports", "").Body.Bytes()); len(seen.Reports) != 0 {
		t.Errorf("%d reports are listed in the park", len(seen.Reports))
	}
}

// A fault in the middle of a line fails the lines that share its commit, and not
// the process.
func TestPostManySurvivesAPanic(t *testing.T) {
	c := newCity(t)
	c.memory.panicAt = id(2)
	in := `{"id":"` + id(1) + `",` + inMicro1 + `}` + "\n" + `{"id":"` + id(2) + `",` + inMicro1 + `}` + "\n" + `{"id":"` + id(3) + `"}`
	w := c.ask(http.MethodPost, "admin", "/v1/reports", in, "Content-Type", "application/x-ndjson")
	d := json.NewDecoder(w.Body)
	for i, want := range []int{500, 500, 400} {
		var got line
		if err := d.Decode(&got); err != nil || got.Status != want || got.ID != id(i+1) || got.Line != i+1 {
			t.Errorf("line %d: %+v, %v", i, got, err)
		}
	}
	wantProblem(t, c.ask(http.MethodPut, "admin", "/v1/reports/"+id(2), `{`+inMicro1+`}`), 500, "internal", "", "")
	if !strings.Contains(c.log.String(), "panic: "+id(2)) {
		t.Error("the log does not tell of the panic")
	}
}
