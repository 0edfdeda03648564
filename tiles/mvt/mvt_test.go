package mvt_test

import (
	"math"
	"testing"

	"jingwei/tiles/mvt"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

type point = mvt.Point

// The worked examples of the specification, 4.3.5.
func TestGeometryOfTheSpecification(t *testing.T) {
	var c mvt.Cursor
	for _, tt := range []struct {
		name      string
		got, want []byte
	}{
		{"point", mvt.AppendPoints(nil, new(mvt.Cursor), []point{{25, 17}}), []byte{9, 50, 34}},
		{"multi point", mvt.AppendPoints(nil, new(mvt.Cursor), []point{{5, 7}, {3, 2}}), []byte{17, 10, 14, 3, 9}},
		{"line", mvt.AppendLine(nil, new(mvt.Cursor), []point{{2, 2}, {2, 10}, {10, 10}}), []byte{9, 4, 4, 18, 0, 16, 16, 0}},
		{
			"multi line",
			mvt.AppendLine(mvt.AppendLine(nil, &c, []point{{2, 2}, {2, 10}, {10, 10}}), &c, []point{{1, 1}, {3, 5}}),
			[]byte{9, 4, 4, 18, 0, 16, 16, 0, 9, 17, 17, 10, 4, 8},
		},
		{
			"polygon",
			mvt.AppendPolygon(nil, new(mvt.Cursor), []point{{3, 6}, {8, 12}, {20, 34}}),
			[]byte{9, 6, 12, 18, 10, 12, 24, 44, 15},
		},
		{"multi polygon with a hole", specPolygons(), []byte{
			9, 0, 0, 26, 20, 0, 0, 20, 19, 0, 15,
			9, 22, 2, 26, 18, 0, 0, 18, 17, 0, 15,
			9, 4, 13, 26, 0, 8, 8, 0, 0, 7, 15,
		}},
	} {
		if d := cmp.Diff(tt.want, tt.got); d != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, d)
		}
	}
}

func specPolygons() []byte {
	var c mvt.Cursor
	b := mvt.AppendPolygon(nil, &c, []point{{0, 0}, {10, 0}, {10, 10}, {0, 10}})
	return mvt.AppendPolygon(
		b, &c, []point{{11, 11}, {20, 11}, {20, 20}, {11, 20}}, []point{{13, 13}, {13, 17}, {17, 17}, {17, 13}},
	)
}

// A layer as one call after the other makes it, and as it is on the wire.
func TestLayerBytes(t *testing.T) {
	var l mvt.Layer
	l.Reset("hi", 4096)
	l.Add(mvt.Feature{ID: 7, Type: mvt.Points, Geometry: []byte{9, 50, 34}}, l.Key("a"), l.String("b"), l.Key("n"), l.Uint(3))
	want := []byte{
		0x1a, 42, 0x78, 2, 0x0a, 2, 'h', 'i',
		0x12, 15, 0x08, 7, 0x12, 4, 0, 0, 1, 1, 0x18, 1, 0x22, 3, 9, 50, 34,
		0x1a, 1, 'a', 0x1a, 1, 'n',
		0x28, 0x80, 0x20,
		0x22, 3, 0x0a, 1, 'b', 0x22, 2, 0x28, 3,
	}
	want[1] = byte(len(want) - 2)
	if d := cmp.Diff(want, l.Append(nil)); d != "" {
		t.Error(d)
	}
}

// A layer whose last values are put behind it reads the same as one that has all in
// its dictionary.
func TestValuesBehindTheLayerReadTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOfN(rapid.StringN(0, 5, -1), 1, 20).Draw(t, "names")
		counts := rapid.SliceOfN(rapid.Uint64Range(0, 3), len(names), len(names)).Draw(t, "counts")
		var whole, still mvt.Layer
		whole.Reset("l", 512)
		still.Reset("l", 512)
		for _, n := range names {
			still.String(n)
		}
		first := still.Values()
		var behind []byte
		for i, n := range names {
			f := mvt.Feature{ID: uint64(i), Type: mvt.Polygons, Geometry: specPolygons()}
			whole.Add(f, whole.Key("name"), whole.String(n), whole.Key("count"), whole.Uint(counts[i]), whole.Key("half"), whole.Double(float64(counts[i])/2))
			still.Add(f, still.Key("name"), still.String(n), still.Key("count"), first+2*uint32(i), still.Key("half"), first+2*uint32(i)+1)
			behind = mvt.AppendDouble(mvt.AppendUint(behind, counts[i]), float64(counts[i])/2)
		}
		fields := append(still.AppendFields(nil), behind...)
		spliced := append(mvt.AppendHeader(nil, len(fields)), fields...)
		if d := cmp.Diff(decode(t, whole.Append(nil)), decode(t, spliced)); d != "" {
			t.Fatal(d)
		}
	})
}

// What is written is read back, each value of its own type.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var l mvt.Layer
		l.Reset(rapid.String().Draw(t, "layer"), rapid.Uint32().Draw(t, "extent"))
		var want []mvt.DecodedFeature
		for range rapid.IntRange(0, 100).Draw(t, "features") {
			var tags []uint32
			f := mvt.DecodedFeature{ID: rapid.Uint64().Draw(t, "id"), Type: mvt.Points}
			for range rapid.IntRange(0, 4).Draw(t, "tags") {
				k := rapid.StringN(0, 2, -1).Draw(t, "key")
				v := value().Draw(t, "value")
				tags = append(tags, l.Key(k), index(&l, v))
				f.Tags = append(f.Tags, mvt.Tag{Key: k, Value: v})
			}
			ps := rapid.SliceOfN(anyPoint(), 1, 5).Draw(t, "points")
			f.Parts = parts(ps)
			l.Add(mvt.Feature{ID: f.ID, Type: f.Type, Geometry: mvt.AppendPoints(nil, new(mvt.Cursor), ps)}, tags...)
			want = append(want, f)
		}
		got := decode(t, l.Append(nil))
		if d := cmp.Diff(want, got[0].Features, cmp.Comparer(sameBits)); d != "" {
			t.Fatal(d)
		}
		if again := l.Append(nil); string(again) != string(l.Append(nil)) {
			t.Fatal("the same layer, other bytes")
		}
	})
}

func sameBits(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) }

func value() *rapid.Generator[any] {
	return rapid.OneOf(
		rapid.String().AsAny(), rapid.Uint64().AsAny(), rapid.Uint64Range(0, 9).AsAny(), rapid.Int64().AsAny(),
		rapid.Float64().AsAny(), rapid.Bool().AsAny(),
	)
}

func index(l *mvt.Layer, v any) uint32 {
	switch v := v.(type) {
	case string:
		return l.String(v)
	case uint64:
		return l.Uint(v)
	case int64:
		return l.Int(v)
	case float64:
		return l.Double(v)
	case bool:
		return l.Bool(v)
	}
	panic("no such value")
}

func anyPoint() *rapid.Generator[point] {
	return rapid.Custom(func(t *rapid.T) point {
		return point{rapid.Int32().Draw(t, "x"), rapid.Int32().Draw(t, "y")}
	})
}

// parts are what points are read back as: all in one part.
func parts(ps []point) [][]point { return [][]point{ps} }

// Rings come out closed in the winding of the specification, whichever way they
// went in, without steps of no length.
func TestRingsAreWound(t *testing.T) {
	small := rapid.Custom(func(t *rapid.T) point {
		return point{rapid.Int32Range(-2, 2).Draw(t, "x"), rapid.Int32Range(-2, 2).Draw(t, "y")}
	})
	rapid.Check(t, func(t *rapid.T) {
		ring := rapid.SliceOfN(small, 1, 9).Draw(t, "exterior")
		hole := rapid.SliceOfN(small, 1, 9).Draw(t, "hole")
		var l mvt.Layer
		l.Reset("l", 4096)
		l.Add(mvt.Feature{Type: mvt.Polygons, Geometry: mvt.AppendPolygon(nil, new(mvt.Cursor), ring, hole)})
		got := decode(t, l.Append(nil))[0].Features[0].Parts
		want := 0
		if mvt.Area2(ring) != 0 {
			want++
			if mvt.Area2(hole) != 0 {
				want++
			}
		}
		if len(got) != want {
			t.Fatalf("%d rings, want %d", len(got), want)
		}
		for i, r := range got {
			from := [][]point{ring, hole}[i]
			if a := mvt.Area2(r); (a > 0) != (i == 0) || max(a, -a) != max(mvt.Area2(from), -mvt.Area2(from)) {
				t.Fatalf("ring %d: %v from %v", i, r, from)
			}
			for j := range r {
				if r[j] == r[(j+1)%len(r)] {
					t.Fatalf("ring %d: a step of no length in %v", i, r)
				}
			}
		}
	})
}

func TestAddDoesNotAllocate(t *testing.T) {
	var l mvt.Layer
	f := mvt.Feature{ID: 1, Type: mvt.Polygons, Geometry: specPolygons()}
	build := func() {
		l.Reset("l", 4096)
		for i := range uint64(100) {
			l.Add(f, l.Key("count"), l.Uint(i), l.Key("open"), l.Double(float64(i)))
		}
	}
	build()
	if n := testing.AllocsPerRun(10, build); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func decode(t interface{ Fatal(...any) }, tile []byte) []mvt.DecodedLayer {
	layers, err := mvt.Decode(tile)
	if err != nil {
		t.Fatal(err)
	}
	return layers
}

// No bytes make the decoder panic or take memory out of proportion.
func FuzzDecode(f *testing.F) {
	var l mvt.Layer
	l.Reset("l", 4096)
	l.Add(mvt.Feature{ID: 1, Type: mvt.Polygons, Geometry: specPolygons()}, l.Key("a"), l.String("b"), l.Key("c"), l.Double(0.5))
	f.Add(l.Append(nil))
	f.Add([]byte{0x1a, 0xff, 0xff, 0xff, 0xff, 0x0f})
	f.Fuzz(func(_ *testing.T, tile []byte) { _, _ = mvt.Decode(tile) })
}
