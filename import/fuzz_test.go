package importer

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"jingwei/geo/datum"
	"jingwei/grid"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb/geojson"
)

var fuzzWanted = []string{"code", "name", "parent", "kind", "households"}

// rewritten writes features as a FeatureCollection.
func rewritten(t *testing.T, fs []feature) []byte {
	t.Helper()
	out := geojson.NewFeatureCollection()
	for _, f := range fs {
		g := geojson.NewFeature(f.shape.Orb())
		for i, v := range f.values {
			switch v.kind {
			case textual:
				g.Properties[fuzzWanted[i]] = v.text
			case numeral:
				g.Properties[fuzzWanted[i]] = json.Number(v.text)
			case null:
				g.Properties[fuzzWanted[i]] = nil
			case other:
				g.Properties[fuzzWanted[i]] = true
			}
		}
		out.Append(g)
	}
	b, err := json.Marshal(out)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.ReplaceAll(b, []byte(`"geometry":{"type":"MultiPolygon","coordinates":[]}`), []byte(`"geometry":null`))
}

func readAll(r io.Reader) (fs []feature, err error) {
	_, err = readGeoJSON(r, datum.WGS84, fuzzWanted, func(f *feature) error {
		f.shape = canonical(f.shape)
		fs = append(fs, *f)
		return nil
	})
	return fs, err
}

// Law: the reader never panics, keeps what it reads within the size of the
// input, reads the same in pieces of any size, and reads again what it read.
func FuzzGeoJSON(f *testing.F) {
	polygon := `{"type":"Polygon","coordinates":[[[120.8,32],[120.9,32],[120.9,32.1],[120.8,32]]]}`
	for _, seed := range []string{
		`{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"A","households":75},"geometry":` + polygon + `}]}`,
		`{"features":[{"geometry":null,"properties":null,"type":"Feature"}],"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"EPSG:4326"}}}`,
		"\x1E" + `{"type":"Feature","properties":{"code":320602,"name":"\u5d07\ud83d\ude00\n"},"geometry":` + polygon + "}\n",
		`{"type":"Feature","properties":{"x":{"y":[1,true,null,"z"]}},"geometry":{"coordinates":[[[[1,2,3],[2,2,3],[2,3,3],[1,2,3]],[[1.2,2.2],[1.4,2.2],[1.4,2.4],[1.2,2.2]]]],"type":"MultiPolygon"}}`,
		"\uFEFF{}", "\xFF\xFE{", "", "{", "[[[[", `{"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[1e9,2]]]}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		fs, err := readAll(bytes.NewReader(in))
		slow, slowErr := readAll(iotest.OneByteReader(bytes.NewReader(in)))
		if (err == nil) != (slowErr == nil) || !cmp.Equal(fs, slow, cmp.AllowUnexported(feature{}, value{})) {
			t.Fatalf("byte by byte: %v, at once: %v", slowErr, err)
		}
		if n := positions(fs); n > len(in) {
			t.Fatalf("%d positions from %d bytes", n, len(in))
		}
		if err != nil {
			var p *Problem
			if !errors.As(err, &p) || p.Byte > int64(len(in))+1 {
				t.Fatalf("%v: not a problem with a place in the file", err)
			}
			return
		}
		again, err := readAll(bytes.NewReader(rewritten(t, fs)))
		if err != nil {
			t.Fatalf("rewritten: %v", err)
		}
		if diff := cmp.Diff(plain(fs), plain(again), cmp.AllowUnexported(feature{}, value{})); diff != "" {
			t.Fatalf("read again: %s", diff)
		}
	})
}

func positions(fs []feature) (n int) {
	for _, f := range fs {
		for _, p := range f.shape {
			for _, r := range p {
				n += len(r)
			}
		}
	}
	return n
}

// plain drops where features were found and in which form their properties
// were missing.
func plain(fs []feature) []feature {
	out := make([]feature, len(fs))
	for i, f := range fs {
		out[i] = feature{number: f.number, drawn: f.drawn, shape: f.shape, values: f.values}
	}
	return out
}

// readWorkers reads what is right in a table of workers.
func readWorkers(t *testing.T, in []byte, encoding string) (ws []grid.Worker, err error) {
	t.Helper()
	_, err = readRows(bytes.NewReader(in), "t.csv", TableOptions{Encoding: encoding}, workerColumns, func(table *table) error {
		if len(table.record) != table.width {
			t.Fatalf("line %d has %d fields, not %d", table.line, len(table.record), table.width)
		}
		w, err := worker(table)
		if err != nil {
			return table.problem("%v", err)
		}
		ws = append(ws, w)
		return nil
	})
	return ws, err
}

// Law: the reader of tables never panics, a row has as many fields as there are
// columns, and rows that were accepted are read the same when written again.
func FuzzTable(f *testing.F) {
	f.Add([]byte("code,name,role,phone\nL1,张三,leader,139\n\"L2\",\"a\"\"b\",网格长,\n"), "")
	f.Add([]byte("\uFEFF编号;姓名;角色\r\n1;二;liaison\r\n\r\n"), "utf-8")
	f.Add([]byte("\xB1\xE0\xBA\xC5,\xD0\xD5\xC3\xFB,\xBD\xC7\xC9\xAB\n1,\xD5\xC5,x\n"), "gbk")
	f.Add([]byte("code,name,role\n\"open"), "")
	f.Add([]byte("PK\x03\x04"), "gb18030")
	f.Fuzz(func(t *testing.T, in []byte, encoding string) {
		ws, err := readWorkers(t, in, encoding)
		if len(ws) > len(in) {
			t.Fatalf("%d rows from %d bytes", len(ws), len(in))
		}
		if err != nil {
			return
		}
		var out bytes.Buffer
		w := csv.NewWriter(&out)
		rows := [][]string{{"code", "name", "role", "phone", "department"}}
		for _, r := range ws {
			rows = append(rows, []string{r.Code, r.Name, string(r.Role), r.Phone, r.Department})
		}
		if err := w.WriteAll(rows); err != nil {
			t.Fatal(err)
		}
		again, err := readWorkers(t, out.Bytes(), "")
		if diff := cmp.Diff(ws, again); err != nil || diff != "" {
			t.Fatalf("read again: %v\n%s", err, diff)
		}
	})
}
