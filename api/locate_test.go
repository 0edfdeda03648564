package api_test

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"jingwei/api"

	gocmp "github.com/google/go-cmp/cmp"
)

func TestLocate(t *testing.T) {
	c := newCity(t)
	for _, tt := range []struct{ name, query string }{
		{"locate-exact", "lon=120.805&lat=32.005"},
		{"locate-march", "lon=120.805&lat=32.005&at=2026-03-01T00:00:00Z"},
		{"locate-accuracy", "lon=120.805&lat=32.005&accuracy=30"},
		{"locate-nearest", "lon=120.7999&lat=32.005"},
		{"locate-outside", "lon=122.5&lat=32.005"},
		{"locate-dedicated", "lon=120.805&lat=32.015&datum=cgcs2000"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := c.get("/v1/locate?" + tt.query)
			wantStatus(t, w, http.StatusOK)
			golden(t, tt.name, w)
		})
	}
}

// A position of Amap lies some 500 m off; converted, it is in the cell.
func TestLocateConverts(t *testing.T) {
	c := newCity(t)
	w := c.get("/v1/locate?lon=120.8095&lat=32.0029&datum=gcj02")
	wantStatus(t, w, http.StatusOK)
	if !strings.Contains(w.Body.String(), `"cell":{"code":"`+micro1) {
		t.Error(w.Body)
	}
}

// The warning of swapped numbers names no cell that the caller does not see.
func TestLocateWarnsWithinRoot(t *testing.T) {
	c := newCity(t, func(config *api.Config) { config.Snapshots.Store(turned(t)) })
	for _, tt := range []struct{ token, query, named string }{
		{"park", "lon=10.5&lat=50.5", "园区 (7)"},
		{"park", "lon=32.5&lat=40.5", ""},
		{"viewer", "lon=32.5&lat=40.5", "单元 (9)"},
	} {
		w := c.ask(http.MethodGet, tt.token, "/v1/locate?"+tt.query, "")
		wantStatus(t, w, http.StatusOK)
		warning := decode[struct{ Warning string }](t, w.Body.Bytes()).Warning
		if (warning == "") != (tt.named == "") || !strings.Contains(warning, tt.named) {
			t.Errorf("%s, %s: warning %q, want it to name %q", tt.token, tt.query, warning, tt.named)
		}
	}
}

func TestLocateRefuses(t *testing.T) {
	c := newCity(t)
	for _, tt := range []struct{ query, rule, at, detail string }{
		{"lat=32", "missing-parameter", "lon", "needed"},
		{"lon=1", "missing-parameter", "lat", "needed"},
		{"lon=x&lat=32", "parameter", "lon", `"x" is not a number`},
		{"lon=181&lat=32", "range", "lon", "out of range"},
		{"lon=NaN&lat=32", "parameter", "lon", `"NaN" is not a number`},
		{"lon=0x79&lat=32", "parameter", "lon", `"0x79" is not a number`},
		{"lon=32&lat=120.8", "range", "lat", "look swapped"},
		{"lon=1&lat=2&accuracy=-1", "range", "accuracy", "metres from 0"},
		{"lon=1&lat=2&at=yesterday", "parameter", "at", "is not a time"},
		{"lon=1&lat=2&datum=mars", "parameter", "datum", "unknown datum"},
		{"lon=1&lat=2&lng=3", "unknown-parameter", "lng", "no such parameter"},
		{"lon=1&lat=2&lon=3", "parameter-twice", "lon", "more than once"},
		{"lon=1&lat=%zz", "query", "", "cannot be read"},
	} {
		t.Run(tt.query, func(t *testing.T) {
			wantProblem(t, c.get("/v1/locate?"+tt.query), http.StatusBadRequest, tt.rule, tt.at, tt.detail)
		})
	}
}

func TestLocateMany(t *testing.T) {
	c := newCity(t)
	in := "\ufeffname,LON,lat,accuracy\n" +
		"a,120.805,32.005,\n" +
		"\"b, with\na line\", 120.7999 ,32.005,10\n" +
		"c,122.5,32.005,10\n" +
		"d,,32.005,10\n" +
		"e,120.805,32.005,-2\n" +
		"f,120.805\n" +
		"g,120.805,32.005,1,2\n" +
		"\n" +
		"i,120.8099999,32.005,30\r\n" +
		"h,32.005,120.805,1\n"
	want := "\ufeffname,LON,lat,accuracy,code,method,distance_m\n" +
		"a,120.805,32.005,," + micro1 + ",exact,0\n" +
		"\"b, with\na line\", 120.7999 ,32.005,10," + micro1 + ",nearest,9.45\n" +
		"c,122.5,32.005,10,,outside,0\n" +
		"d,,32.005,10,,\"invalid: lon: \"\"\"\" is not a number\",\n" +
		"e,120.805,32.005,-2,,invalid: accuracy: want metres from 0 to 100000,\n" +
		"f,120.805,,,,\"invalid: lat: \"\"\"\" is not a number\",\n" +
		"g,120.805,32.005,1,2,,\"invalid: 5 fields, the header has 4\",\n" +
		"\n" +
		"i,120.8099999,32.005,30," + micro1 + ",ambiguous,0\r\n" +
		"h,32.005,120.805,1,,\"invalid: longitude 32.005, latitude 120.805 look swapped: longitude comes first, and no latitude is beyond ±90\",\n"
	w := c.ask(http.MethodPost, "admin", "/v1/locate", in, "Content-Type", "text/csv; charset=utf-8")
	wantStatus(t, w, http.StatusOK)
	if got := w.Body.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestLocateManyRefuses(t *testing.T) {
	c := newCity(t)
	const unsupported, large = http.StatusUnsupportedMediaType, http.StatusRequestEntityTooLarge
	for _, tt := range []struct {
		name, query, contentType, body string
		status                         int
		rule, at, detail               string
	}{
		{"header", "", "text/csv", "x,y\n1,2\n", 400, "csv", "line 1", `must name the columns lon and lat, it is "x,y"`},
		{"empty", "", "text/csv", "", 400, "csv", "", "the first line"},
		{"type", "", "text/plain", "lon,lat\n", unsupported, "content-type", "Content-Type", "want text/csv"},
		{"charset", "", "text/csv; charset=gbk", "lon,lat\n", unsupported, "content-type", "Content-Type", "want UTF-8"},
		{"datum", "?datum=mars", "text/csv", "lon,lat\n", 400, "parameter", "datum", "unknown datum"},
		{"row", "", "text/csv", `"` + strings.Repeat("ha", 2<<20), large, "size", "", "a row is larger"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := c.ask(http.MethodPost, "admin", "/v1/locate"+tt.query, tt.body, "Content-Type", tt.contentType)
			wantProblem(t, w, tt.status, tt.rule, tt.at, tt.detail)
			if announced := w.Header().Get("Trailer"); announced != "" {
				t.Errorf("a problem announces %s", announced)
			}
		})
	}
}

func TestLocateManyObjects(t *testing.T) {
	w := newCity(t).ask(http.MethodPost, "north", "/v1/locate",
		`{"id":7,`+inNorth+"}\n{"+inMicro1+"}\n{"+atSea+"}\nx\n", "Content-Type", "application/x-ndjson")
	wantStatus(t, w, http.StatusOK)
	want := `{"id":7,` + inNorth + `,"code":"` + north + `","method":"exact","distance_m":0}` + "\n" +
		`{` + inMicro1 + `,"code":null,"method":"invalid: this is outside 通州区 (320612), the area of this token","distance_m":null}` + "\n" +
		`{` + atSea + `,"code":null,"method":"outside","distance_m":0}` + "\n" +
		`{"code":null,"method":"invalid: not a JSON object","distance_m":null}` + "\n"
	if got := w.Body.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := w.Header().Get("Content-Type"); got != "application/x-ndjson" {
		t.Error(got)
	}
}

// A row is answered before the next is sent, to a sender who waits.
func TestLocateManyAnswersAtOnce(t *testing.T) {
	server := httptest.NewServer(newCity(t))
	defer server.Close()
	body, send := io.Pipe()
	r, _ := http.NewRequest(http.MethodPost, server.URL+"/v1/locate", body)
	r.Header.Set("Authorization", "Bearer admin")
	r.Header.Set("Content-Type", "text/csv")
	go fmt.Fprintln(send, "lon,lat")
	answer, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	in := bufio.NewScanner(answer.Body)
	for i, want := range []string{"lon,lat,code,method,distance_m", "120.805,32.005," + micro1 + ",exact,0", "120.815,32.005," + micro2 + ",exact,0"} {
		if !in.Scan() || in.Text() != want {
			t.Fatalf("row %d: %q, %v, want %q", i, in.Text(), in.Err(), want)
		}
		fmt.Fprintf(send, "120.8%d5,32.005\n", i)
	}
	send.CloseWithError(io.ErrUnexpectedEOF)
	for in.Scan() {
	}
	if in.Err() == nil {
		t.Error("a clean end of a request that was broken off")
	}
}

// Rows keep their order over many blocks.
func TestLocateManyInOrder(t *testing.T) {
	var in, want strings.Builder
	in.WriteString("n,lon,lat\n")
	want.WriteString("n,lon,lat,code,method,distance_m\n")
	for n := range 20_000 {
		fmt.Fprintf(&in, "%d,120.8%d5,32.005\n", n, n%2)
		fmt.Fprintf(&want, "%d,120.8%d5,32.005,%s,exact,0\n", n, n%2, []string{micro1, micro2}[n%2])
	}
	w := newCity(t).ask(http.MethodPost, "admin", "/v1/locate", in.String(), "Content-Type", "text/csv")
	if w.Body.String() != want.String() {
		t.Error("the rows are not the same")
	}
}

// Rows in places that a token may not see are refused in their place.
func TestLocateManyWithinRoot(t *testing.T) {
	w := newCity(t).ask(http.MethodPost, "north", "/v1/locate",
		"lon,lat\n120.805,32.005\n120.825,32.005\n", "Content-Type", "text/csv")
	want := "lon,lat,code,method,distance_m\n" +
		"120.805,32.005,,\"invalid: this is outside 通州区 (320612), the area of this token\",\n" +
		"120.825,32.005," + north + ",exact,0\n"
	if w.Body.String() != want {
		t.Errorf("got\n%s\nwant\n%s", w.Body, want)
	}
}

// Behind the rows the answer counts them, and warns of a batch that looks as if it
// came in another datum.
func TestLocateManySumsUp(t *testing.T) {
	server := httptest.NewServer(newCity(t))
	defer server.Close()
	rows := &strings.Builder{}
	rows.WriteString("lon,lat\n")
	for i := range 40 {
		fmt.Fprintf(rows, "120.801,32.00%02d\n", 10+2*i)
	}
	rows.WriteString("somewhere,32\n")
	for datum, warning := range map[string]string{
		"wgs84": "",
		"gcj02": "positions look like wgs84, not gcj02: of 40, 0 lie where they should as given and 40 if so",
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/v1/locate?datum="+datum, strings.NewReader(rows.String()))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "text/csv")
		r.Header.Set("Authorization", "Bearer admin")
		w, err := server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		announced := slices.Sorted(maps.Keys(w.Trailer))
		if d := gocmp.Diff([]string{"Jingwei-Bad-Rows", "Jingwei-Rows", "Jingwei-Warning"}, announced); d != "" {
			t.Errorf("trailers (-want +announced):\n%s", d)
		}
		body, err := io.ReadAll(w.Body)
		w.Body.Close()
		if err != nil || w.StatusCode != http.StatusOK {
			t.Fatalf("%d %v: %s", w.StatusCode, err, body)
		}
		got := []string{w.Trailer.Get("Jingwei-Rows"), w.Trailer.Get("Jingwei-Bad-Rows"), w.Trailer.Get("Jingwei-Warning")}
		if d := gocmp.Diff([]string{"41", "1", warning}, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", datum, d)
		}
	}
}
