package importer

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"jingwei/geo"
	"jingwei/geo/coverage"
	"jingwei/geo/datum"
	"jingwei/grid"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// The field of the tests is boardSide by boardSide squares of a thousandth of a
// degree from 120.8, 32. One code needs quotes in CSV and escapes in JSON.
const (
	boardSide = 4
	oddCode   = `a "b", c`
)

var board = sync.OnceValue(func() *grid.Snapshot {
	const side, x0, y0 = 10_000, 1_208_000_000, 320_000_000
	var faces []coverage.Face
	var areas []grid.Area
	for i := range int32(boardSide * boardSide) {
		x, y := x0+i%boardSide*side, y0+i/boardSide*side
		code := fmt.Sprintf("32060%02d", i)
		if i == 5 {
			code = oddCode
		}
		faces = append(faces, coverage.Face{Name: code, Shape: geo.MultiPolygon{{{{X: x, Y: y}, {X: x + side, Y: y}, {X: x + side, Y: y + side}, {X: x, Y: y + side}}}}})
		areas = append(areas, grid.Area{ID: grid.AreaID(i + 1), Code: code, Level: grid.Grid, Cell: true})
	}
	cover, err := coverage.Build(faces)
	if err != nil {
		panic(err)
	}
	s, err := grid.NewSnapshot(1, time.Time{}, areas, cover, nil)
	if err != nil {
		panic(err)
	}
	return s
})

func located(t *testing.T, in string, o LocateOptions) (string, LocateResult) {
	t.Helper()
	var out strings.Builder
	o.Cells = NewCells(board())
	sum, err := LocateCSV(t.Context(), &out, strings.NewReader(in), o)
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), sum
}

func TestLocateCSV(t *testing.T) {
	for _, tt := range []struct {
		name, in, out string
		want          LocateResult
	}{
		{
			"methods", "lon,lat,accuracy\n120.8005,32.0005,\n120.8005,32.0005,1\n120.8005,32.0005,100\n120.79999,32.0005,\n1,2,\n",
			"lon,lat,accuracy,code,method,distance_m\n120.8005,32.0005,,3206000,exact,0\n120.8005,32.0005,1,3206000,exact,0\n" +
				"120.8005,32.0005,100,3206000,ambiguous,0\n120.79999,32.0005,,3206000,nearest,0.94\n1,2,,,outside,0\n",
			LocateResult{5, 0},
		},
		{
			"a mark, other columns, letter case, space", "\ufeff\"id\", LAT ,Lon\n7, 32.0005 ,\"120.8005\"\n",
			"\ufeff\"id\", LAT ,Lon,code,method,distance_m\n7, 32.0005 ,\"120.8005\",3206000,exact,0\n",
			LocateResult{1, 0},
		},
		{
			"Chinese columns, and one that is like ours", "Code,纬度,经度,精度\n7,32.0005,120.8005,\n7,32.0005,120.8005,100\n",
			"Code,纬度,经度,精度,code,method,distance_m\n7,32.0005,120.8005,,3206000,exact,0\n7,32.0005,120.8005,100,3206000,ambiguous,0\n",
			LocateResult{2, 0},
		},
		{
			"our own names first", "经度,lon,lat\n1,120.8005,32.0005\n",
			"经度,lon,lat,code,method,distance_m\n1,120.8005,32.0005,3206000,exact,0\n",
			LocateResult{1, 0},
		},
		{
			"quotes", "lon,lat,t\n120.8005,32.0005,\"a \"\"b\"\", \nc\r\n\"\n120.8005,32.0005,5\" pipe\n",
			"lon,lat,t,code,method,distance_m\n120.8005,32.0005,\"a \"\"b\"\", \nc\r\n\",3206000,exact,0\n120.8005,32.0005,5\" pipe,3206000,exact,0\n",
			LocateResult{2, 0},
		},
		{"a code in quotes", "lon,lat\n120.8015,32.0015\n", "lon,lat,code,method,distance_m\n120.8015,32.0015,\"a \"\"b\"\", c\",exact,0\n", LocateResult{1, 0}},
		{
			"line endings", "lon,lat\r\n120.8005,32.0005\r\n\r\n120.8005,32.0005\n\n120.8005,\"32.0005\"\r\n120.8005,32.0005",
			"lon,lat,code,method,distance_m\r\n120.8005,32.0005,3206000,exact,0\r\n\r\n120.8005,32.0005,3206000,exact,0\n\n120.8005,\"32.0005\",3206000,exact,0\r\n120.8005,32.0005,3206000,exact,0\r\n",
			LocateResult{4, 0},
		},
		{"a header alone", "lon,lat", "lon,lat,code,method,distance_m\n", LocateResult{}},
		{
			"fields", "lon,lat,x\n120.8005,32.0005\n120.8005\n120.8005,32.0005,1,2\n",
			"lon,lat,x,code,method,distance_m\n120.8005,32.0005,,3206000,exact,0\n120.8005,,,,\"invalid: lat: \"\"\"\" is not a number\",\n" +
				"120.8005,32.0005,1,2,,\"invalid: 4 fields, the header has 3\",\n",
			LocateResult{3, 2},
		},
		{
			"numbers", "lon,lat,accuracy\nx,1,\n1,1,-1\n1,1,y\n32,120,\nNaN,1,\n1,1,NaN\n",
			"lon,lat,accuracy,code,method,distance_m\nx,1,,,\"invalid: lon: \"\"x\"\" is not a number\",\n1,1,-1,,invalid: accuracy: want metres from 0 to 100000,\n" +
				"1,1,y,,\"invalid: accuracy: \"\"y\"\" is not a number\",\n32,120,,,\"invalid: longitude 32, latitude 120 look swapped: longitude comes first, and no latitude is beyond ±90\",\n" +
				"NaN,1,,,\"invalid: lon: \"\"NaN\"\" is not a number\",\n1,1,NaN,,\"invalid: accuracy: \"\"NaN\"\" is not a number\",\n",
			LocateResult{6, 6},
		},
		{
			"broken quotes", "lon,lat,t\n1,2,\"a\"b\n1,2,\"c\n1,2,d\n",
			"lon,lat,t,code,method,distance_m\n1,2,\"a\"b,,invalid: field 3 has a quote that is not closed at its end,\n" +
				"1,2,\"c\n1,2,d\n,,invalid: field 3 has a quote that is not closed at its end,\n",
			LocateResult{2, 2},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out, sum := located(t, tt.in, LocateOptions{})
			if diff := cmp.Diff(tt.out, out); diff != "" || sum != tt.want {
				t.Errorf("%+v, want %+v\n%s", sum, tt.want, diff)
			}
		})
	}
}

func TestLocateCSVConvertsAndRefuses(t *testing.T) {
	lon, lat := datum.GCJ02.FromWGS84(120.8005, 32.0005)
	in := fmt.Sprintf("lon,lat\n%v,%v\n", lon, lat)
	if out, _ := located(t, in, LocateOptions{Datum: datum.GCJ02}); !strings.Contains(out, ",3206000,exact") {
		t.Error(out)
	}
	refuse := func(area int32) error { return fmt.Errorf("not %d", area) }
	if out, sum := located(t, in, LocateOptions{Datum: datum.GCJ02, Refuse: refuse}); !strings.HasSuffix(out, ",,invalid: not 0,\n") || sum.Bad != 1 {
		t.Error(out, sum)
	}
}

// A panic comes back to the caller, where it can be caught.
func TestLocateCSVPanics(t *testing.T) {
	defer func() {
		if p := recover(); !strings.Contains(fmt.Sprint(p), "at 0") {
			t.Errorf("recovered %v", p)
		}
	}()
	located(t, "lon,lat\n120.8005,32.0005\n", LocateOptions{Refuse: func(area int32) error { panic(fmt.Sprint("at ", area)) }})
}

func TestLocateCSVFails(t *testing.T) {
	long := `"` + strings.Repeat("ha", MaxRow)
	for _, tt := range []struct{ name, in, err string }{
		{"empty", "", "the first line must name the columns lon and lat"},
		{"no columns", "x;y\n1;2\n", `line 1: the header must name the columns lon and lat, it is "x;y"`},
		{"an empty line first", "\nlon,lat\n", `it is ""`},
		{"a column twice", "lon,lat,LON\n", "the column lon comes twice"},
		{"a Chinese column twice", "经度,纬度,经度\n", "the column 经度 comes twice"},
		{"a long header", long, ErrLongRow.Error()},
		{"a long row", "lon,lat\n1,2\n\n" + long, "after 1 rows: " + ErrLongRow.Error()},
	} {
		_, err := LocateCSV(t.Context(), io.Discard, strings.NewReader(tt.in), LocateOptions{Cells: NewCells(board())})
		if err == nil || !strings.Contains(err.Error(), tt.err) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.err)
		}
		if tt.in == long && !errors.Is(err, ErrLongRow) {
			t.Errorf("%v is not ErrLongRow", err)
		}
	}
}

// A row of MaxRow bytes is read however it comes, a longer one never.
func TestLocateCSVLimitsRows(t *testing.T) {
	for _, size := range []int{MaxRow - 1, MaxRow, MaxRow + 1} {
		row := "1,2," + strings.Repeat("x", size-len("1,2,\n")) + "\n"
		for name, chunk := range map[string]func(io.Reader) io.Reader{"whole": func(r io.Reader) io.Reader { return r }, "halves": iotest.HalfReader} {
			in := chunk(strings.NewReader("lon,lat,x\n3,4,y\n" + row))
			sum, err := LocateCSV(t.Context(), io.Discard, in, LocateOptions{Cells: NewCells(board())})
			if fits := size <= MaxRow; (err == nil) != fits || fits && sum.Rows != 2 {
				t.Errorf("%s, %d bytes: %+v, %v", name, size, sum, err)
			}
		}
	}
}

func TestLocateCSVTellsErrorsOfItsStreams(t *testing.T) {
	wrong := errors.New("wrong")
	o := LocateOptions{Cells: NewCells(board())}
	src := io.MultiReader(strings.NewReader("lon,lat\n1,2\n3,"), iotest.ErrReader(wrong))
	var out strings.Builder
	if _, err := LocateCSV(t.Context(), &out, src, o); !errors.Is(err, wrong) || !strings.HasSuffix(out.String(), "\n1,2,,outside,0\n") {
		t.Errorf("%v after %q", err, out.String())
	}
	if _, err := LocateCSV(t.Context(), refusing{wrong}, strings.NewReader("lon,lat\n1,2\n"), o); !errors.Is(err, wrong) {
		t.Error(err)
	}
	if _, err := LocateCSV(t.Context(), io.Discard, iotest.ErrReader(wrong), o); !errors.Is(err, wrong) {
		t.Error(err)
	}
}

type refusing struct{ error }

func (r refusing) Write([]byte) (int, error) { return 0, r.error }

// Each row is answered while the sender waits for it, and the end of the context
// ends the waiting.
func TestLocateCSVDoesNotWait(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	in, toIn := io.Pipe()
	fromOut, out := io.Pipe()
	done := make(chan error)
	go func() {
		_, err := LocateCSV(ctx, out, in, LocateOptions{Cells: NewCells(board())})
		done <- err
	}()
	answer := make([]byte, 100)
	for _, step := range []struct{ in, out string }{
		{"lon,lat\n", "lon,lat,code,method,distance_m\n"},
		{"1,2\n120.", "1,2,,outside,0\n"},
		{"8005,32.0005\n3", "120.8005,32.0005,3206000,exact,0\n"},
	} {
		if _, err := io.WriteString(toIn, step.in); err != nil {
			t.Fatal(err)
		}
		n, err := io.ReadFull(fromOut, answer[:len(step.out)])
		if string(answer[:n]) != step.out || err != nil {
			t.Fatalf("%q, %v, want %q", answer[:n], err, step.out)
		}
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want %v", err, context.Canceled)
	}
	toIn.Close()
}

// Law: rows keep their order over many blocks.
func TestLocateCSVKeepsOrder(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	rng := rand.New(rand.NewPCG(3, 1))
	var in, want strings.Builder
	in.WriteString("n,lon,lat,accuracy\n")
	want.WriteString("n,lon,lat,accuracy,code,method,distance_m\n")
	for n := range 50_000 {
		i, accuracy, method := rng.IntN(boardSide*boardSide), "", "exact"
		if n/5_000%2 == 1 && n%50 == 0 { // some blocks are slow
			accuracy, method = "90", "ambiguous"
		}
		row := fmt.Sprintf("%d,120.80%d5,32.00%d5,%s", n, i%boardSide, i/boardSide, accuracy)
		fmt.Fprintln(&in, row)
		fmt.Fprintf(&want, "%s,%s,%s,0\n", row, appendField(nil, board().Area(int32(i)).Code), method)
	}
	if out, _ := located(t, in.String(), LocateOptions{}); out != want.String() {
		t.Error("the rows are in another order")
	}
}

// slowly answers rows of CSV by way of encoding/csv, strconv and single lookups.
// It takes what is CSV by the letter, with a header.
func slowly(s *grid.Snapshot, rows [][]string) [][]string {
	column := map[string]int{}
	for i, name := range rows[0] {
		column[strings.ToLower(strings.TrimSpace(name))] = i
	}
	out := [][]string{append(rows[0], "code", "method", "distance_m")}
	for _, row := range rows[1:] {
		for len(row) < len(rows[0]) {
			row = append(row, "")
		}
		number := func(name string, limit float64) float64 {
			i, ok := column[name]
			if !ok || name == "accuracy" && row[i] == "" {
				return 0
			}
			v, err := strconv.ParseFloat(strings.TrimSpace(row[i]), 64)
			if err != nil || !(math.Abs(v) <= limit) || name == "accuracy" && v < 0 {
				return math.NaN()
			}
			return v
		}
		lon, lat, accuracy := number("lon", 180), number("lat", 90), number("accuracy", grid.MaxAccuracy)
		pos, err := geo.FromDegrees(lon, lat)
		if len(row) > len(rows[0]) || err != nil || math.IsNaN(accuracy) {
			out = append(out, append(row, "", "invalid", ""))
			continue
		}
		place, _ := s.LocateWithin(pos, accuracy, grid.DefaultTolerance)
		code := ""
		if place.Area >= 0 {
			code = s.Area(place.Area).Code
		}
		distance := strconv.FormatFloat(math.Round(place.DistanceM*100)/100, 'f', -1, 64)
		out = append(out, append(row, code, string(place.Method), distance))
	}
	return out
}

func readCSV(s string) ([][]string, error) {
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(s, byteOrderMark)))
	r.FieldsPerRecord = -1
	return r.ReadAll()
}

// sameRows compares rows, but for the reasons of bad ones.
func sameRows(want, got [][]string) string {
	for _, row := range got {
		if m := len(row) - 2; m >= 0 && strings.HasPrefix(row[m], "invalid: ") {
			row[m] = "invalid"
		}
	}
	return cmp.Diff(want, got)
}

// tables draws CSV by the letter: fields with and without quotes, positions in
// and about the board, and every line ending.
func tables() *rapid.Generator[string] {
	near := func(from float64) *rapid.Generator[string] {
		return rapid.Custom(func(t *rapid.T) string {
			v := from + rapid.Float64Range(-0.001, 0.005).Draw(t, "degrees")
			return strconv.FormatFloat(v, 'f', rapid.IntRange(2, 12).Draw(t, "decimals"), 64)
		})
	}
	other := rapid.OneOf(rapid.StringMatching(`[a-z0-9 .é网]{0,6}`), rapid.StringMatching(`"([a-z,\n]|""|\r\n){0,6}"`))
	fields := map[string]*rapid.Generator[string]{
		"lon":      rapid.OneOf(near(120.8), near(120.8), near(120.8), numbers(), other, rapid.Map(near(120.8), func(s string) string { return `" ` + s + `"` })),
		"lat":      rapid.OneOf(near(32), near(32), near(32), numbers(), other),
		"accuracy": rapid.OneOf(rapid.Just(""), rapid.Just(""), rapid.SampledFrom([]string{"0", "5", " 30", "1e2", "-1", "100001"}), other),
		"x":        other,
	}
	return rapid.Custom(func(t *rapid.T) string {
		names := rapid.Permutation([]string{"lon", "lat", "accuracy", "x", "x", "x"}).Draw(t, "names")
		names = append(names[:0:0], names[:rapid.IntRange(3, len(names)).Draw(t, "width")]...)
		var b strings.Builder
		end := rapid.SampledFrom([]string{"\n", "\r\n"})
		b.WriteString(strings.Join(names, ",") + end.Draw(t, "end"))
		for range rapid.IntRange(0, 20).Draw(t, "rows") {
			row := make([]string, 0, len(names)+1)
			for _, name := range names {
				row = append(row, fields[name].Draw(t, name))
			}
			switch rapid.IntRange(0, 20).Draw(t, "shape") {
			case 0:
				row = row[:len(row)-1]
			case 1:
				row = append(row, "more")
			case 2:
				row = nil
			}
			b.WriteString(strings.Join(row, ",") + end.Draw(t, "end"))
		}
		return b.String()[:b.Len()-rapid.IntRange(0, 1).Draw(t, "cut")]
	})
}

// Law: the fast way answers as the slow one does.
func TestLocateCSVAgainstEncodingCSV(t *testing.T) {
	methods := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		in := tables().Draw(t, "table")
		rows, err := readCSV(in)
		if err != nil {
			return // cut off within quotes
		}
		var out strings.Builder
		_, err = LocateCSV(context.Background(), &out, strings.NewReader(in), LocateOptions{Cells: NewCells(board())})
		if !slices.Contains(rows[0], "lon") || !slices.Contains(rows[0], "lat") {
			if err == nil {
				t.Fatalf("%q has no columns", in)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		got, err := readCSV(out.String())
		if err != nil {
			t.Fatal(err)
		}
		want := slowly(board(), rows)
		if diff := sameRows(want, got); diff != "" {
			t.Fatal(diff)
		}
		for _, row := range want[1:] {
			methods[row[len(row)-2]]++
		}
	})
	for _, m := range []string{"exact", "nearest", "outside", "ambiguous", "invalid"} {
		if methods[m] == 0 {
			t.Errorf("no row was %s", m)
		}
	}
}

// Law: whatever comes, in whatever pieces, the bytes given come out again in
// their order, with something behind each row.
func FuzzLocateCSV(f *testing.F) {
	for _, seed := range []string{
		"lon,lat\n120.8005,32.0005\n", "lat,lon,accuracy\n32,120,5\n", "lon,lat\n\"1\n2\",3\n", "\ufefflon,lat\r\n1,2\r\n",
		"lon,lat\n1\n1,2,3\n\n,,\n", "lon,lat\nNaN,Inf\n", "lon,lat\n\"", "x", "", "lon,lat", "lon,lon,lat\n1,2,3", "lon,lat\n\"a\"b,1",
		"lon,lat\n\"a\"\r,1\r\n\"\"\"\",\"\"\r", "\ufeff\"lon\",lat\n\"a\"\"\nb\",\"c\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		var whole, pieces bytes.Buffer
		o := LocateOptions{Cells: NewCells(board())}
		sum, err := LocateCSV(t.Context(), &whole, bytes.NewReader(in), o)
		again, errAgain := LocateCSV(t.Context(), &pieces, iotest.OneByteReader(bytes.NewReader(in)), o)
		if sum != again || (err == nil) != (errAgain == nil) || !bytes.Equal(whole.Bytes(), pieces.Bytes()) {
			t.Fatalf("%+v, %v, byte by byte %+v, %v\n%q\n%q", sum, err, again, errAgain, whole.Bytes(), pieces.Bytes())
		}
		if err != nil {
			return
		}
		if !isSubsequence(bytes.TrimSuffix(in, []byte("\r")), whole.Bytes()) {
			t.Fatalf("%q became %q", in, whole.Bytes())
		}
		if rows, err := readCSV(string(in)); err == nil && bytes.IndexByte(in, '\r') < 0 {
			got, err := readCSV(whole.String())
			if err != nil {
				t.Fatal(err)
			}
			if diff := sameRows(slowly(board(), rows), got); diff != "" {
				t.Fatal(diff)
			}
		}
	})
}

func isSubsequence(small, large []byte) bool {
	for _, c := range large {
		if len(small) > 0 && small[0] == c {
			small = small[1:]
		}
	}
	return len(small) == 0
}

func TestLocateNDJSON(t *testing.T) {
	lines := []struct{ in, out string }{
		{`{"lon":120.8005,"lat":32.0005}`, `{"lon":120.8005,"lat":32.0005,"code":"3206000","method":"exact","distance_m":0}`},
		{` {"id": {"a":[1]}, "position":[120.8015,32.0015], "accuracy":1 } `, ` {"id": {"a":[1]}, "position":[120.8015,32.0015], "accuracy":1,"code":"a \"b\", c","method":"exact","distance_m":0}` + " "},
		{`{"lon":120.8005,"lat":32.0005,"accuracy":100}`, `{"lon":120.8005,"lat":32.0005,"accuracy":100,"code":"3206000","method":"ambiguous","distance_m":0}`},
		{`{"lon":120.79999,"lat":32.0005}`, `{"lon":120.79999,"lat":32.0005,"code":"3206000","method":"nearest","distance_m":0.94}`},
		{`{"lon":1,"lat":2}` + "\r", `{"lon":1,"lat":2,"code":null,"method":"outside","distance_m":0}` + "\r"},
		{``, ``},
		{`{ }`, `{"code":null,"method":"invalid: lon: needed, or position","distance_m":null}`},
		{`{"lon":1}`, `{"lon":1,"code":null,"method":"invalid: lat: needed, or position","distance_m":null}`},
		{`{"lon":"1","lat":2}`, `{"lon":"1","lat":2,"code":null,"method":"invalid: lon: a string is not what belongs there","distance_m":null}`},
		{`{"lon":1,"lat":2,"accuracy":-1}`, `{"lon":1,"lat":2,"accuracy":-1,"code":null,"method":"invalid: accuracy: want metres from 0 to 100000","distance_m":null}`},
		{`{"lon":1,"position":[1,2]}`, `{"lon":1,"position":[1,2],"code":null,"method":"invalid: position: give either this or lon and lat","distance_m":null}`},
		{`{"position":[1,2,3]}`, `{"position":[1,2,3],"code":null,"method":"invalid: position: want [lon, lat], not 3 numbers","distance_m":null}`},
		{`[1,2]`, `{"code":null,"method":"invalid: not a JSON object","distance_m":null}`},
		{`null`, `{"code":null,"method":"invalid: not a JSON object","distance_m":null}`},
		{`{"lon":1,`, `{"code":null,"method":"invalid: not a JSON object","distance_m":null}`},
	}
	var in, want, out strings.Builder
	for _, l := range lines {
		in.WriteString(l.in + "\n")
		want.WriteString(l.out + "\n")
	}
	sum, err := LocateNDJSON(t.Context(), &out, strings.NewReader(strings.TrimSuffix(in.String(), "\n")), LocateOptions{Cells: NewCells(board())})
	if diff := cmp.Diff(want.String(), out.String()); err != nil || diff != "" {
		t.Fatalf("%v\n%s", err, diff)
	}
	if want := (LocateResult{Rows: 14, Bad: 9}); sum != want {
		t.Errorf("%+v, want %+v", sum, want)
	}
}

// Law: whatever lines come, as many JSON objects come out as lines that are not
// empty, and each has what the line has.
func FuzzLocateNDJSON(f *testing.F) {
	for _, seed := range []string{`{"lon":120.8005,"lat":32.0005}`, `{}`, "{ \t}\n[]\nnull\n1", `{"position":[1,2],"code":"x"}`, `{"lon":1e999}`, `{"a":"\u`, "{\"lon\":1,\"lat\":2}\r\n\r\n {} "} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		var out bytes.Buffer
		sum, err := LocateNDJSON(t.Context(), &out, bytes.NewReader(in), LocateOptions{Cells: NewCells(board())})
		if err != nil {
			t.Fatal(err)
		}
		answers := bytes.Split(out.Bytes(), []byte("\n"))
		n := int64(0)
		for i, line := range bytes.Split(in, []byte("\n")) {
			if len(bytes.Trim(line, " \t\r")) == 0 {
				continue
			}
			n++
			var given, got map[string]json.RawMessage
			if err := json.Unmarshal(answers[i], &got); err != nil || got["method"] == nil {
				t.Fatalf("%q is answered with %q: %v", line, answers[i], err)
			}
			if json.Unmarshal(line, &given) != nil {
				continue
			}
			for _, added := range []string{"code", "method", "distance_m"} {
				delete(given, added)
				delete(got, added)
			}
			if given != nil && !cmp.Equal(given, got) {
				t.Fatalf("%q is answered with %q", line, answers[i])
			}
		}
		if sum.Rows != n {
			t.Fatalf("%d rows, %d lines", sum.Rows, n)
		}
	})
}

// Whoever waits for a header that does not come can be interrupted.
func TestLocateEndsBeforeTheHeader(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	src, hold := io.Pipe()
	defer hold.Close()
	time.AfterFunc(10*time.Millisecond, cancel)
	if _, err := LocateCSV(ctx, io.Discard, src, LocateOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the end of the context", err)
	}
}
