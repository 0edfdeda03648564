package coverage_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"runtime/metrics"
	"testing"
	"time"

	"jingwei/geo"
	"jingwei/geo/coverage"

	"github.com/google/go-cmp/cmp"
)

// facesFrom reads faces from bytes: one for the kind of positions, then rings, each
// a byte with its number of positions and whether it begins a polygon or a face,
// and the positions; or else a byte with the number of teeth of a comb.
func facesFrom(data []byte) []coverage.Face {
	if len(data) == 0 {
		return nil
	}
	read := readers[int(data[0])%len(readers)]
	data = data[1:]
	var faces []coverage.Face
	for len(data) > 0 && len(faces) < 12 {
		head := data[0]
		var r geo.Ring
		if head&0x10 != 0 {
			r, data = comb(int32(head&7)+1, head&0x80 != 0), data[1:]
		} else {
			r, data = ringFrom(data[1:], int(head&15), read)
		}
		switch last := len(faces) - 1; {
		case len(faces) == 0 || head&0x40 != 0:
			faces = append(faces, coverage.Face{Name: fmt.Sprint(len(faces)), Shape: geo.MultiPolygon{{r}}})
		case head&0x20 != 0:
			faces[last].Shape = append(faces[last].Shape, geo.Polygon{r})
		default:
			poly := &faces[last].Shape[len(faces[last].Shape)-1]
			*poly = append(*poly, r)
		}
	}
	return faces
}

func ringFrom(data []byte, n int, read func([]byte) (geo.Pos, []byte)) (geo.Ring, []byte) {
	var r geo.Ring
	for range n {
		if len(data) < 8 {
			data = append(data, make([]byte, 8-len(data))...)[:8:8]
		}
		var p geo.Pos
		p, data = read(data)
		r = append(r, p)
		if allZero(data) {
			return r, nil
		}
	}
	return r, data
}

func allZero(data []byte) bool {
	for _, b := range data {
		if b != 0 {
			return false
		}
	}
	return true
}

// comb returns a ring with so many teeth of 1 m, pointing north, or else east, each
// as long as they are wide together: two cross as often as the product of their teeth.
func comb(teeth int32, east bool) geo.Ring {
	const wide = 100
	high := 2 * wide * teeth
	r := geo.Ring{{X: high, Y: -2 * wide}, {X: -1, Y: -2 * wide}}
	for x := int32(0); x < high; x += 2 * wide {
		r = append(r, geo.Pos{X: x, Y: -wide}, geo.Pos{X: x, Y: high}, geo.Pos{X: x + wide, Y: high}, geo.Pos{X: x + wide, Y: -wide})
	}
	for i, p := range r {
		if east {
			p = geo.Pos{X: p.Y, Y: p.X}
		}
		r[i] = plus(nantong, p)
	}
	return r
}

// readers read one position from eight bytes or more: of a few units, so that many
// coincide and are in line; of a few metres; and of all the globe.
var readers = []func([]byte) (geo.Pos, []byte){
	func(b []byte) (geo.Pos, []byte) {
		return geo.Pos{X: int32(b[0] >> 4), Y: int32(b[0] & 15)}, b[1:]
	},
	func(b []byte) (geo.Pos, []byte) {
		return geo.Pos{X: nantong.X + int32(b[0]), Y: nantong.Y + int32(b[1])}, b[2:]
	},
	func(b []byte) (geo.Pos, []byte) {
		x, y := binary.LittleEndian.Uint16(b), binary.LittleEndian.Uint16(b[2:])
		return geo.Pos{X: nantong.X + int32(x), Y: nantong.Y + int32(y)}, b[4:]
	},
	func(b []byte) (geo.Pos, []byte) {
		x, y := int32(binary.LittleEndian.Uint32(b)), int32(binary.LittleEndian.Uint32(b[4:]))
		return geo.Pos{X: max(-geo.MaxX, min(x, geo.MaxX)), Y: max(-geo.MaxY, min(y, geo.MaxY))}, b[8:]
	},
}

// seeds are a coverage, a bow-tie, an overlap, a gap, lines across the globe, and combs.
func seeds(f *testing.F) {
	f.Add([]byte("\x00\x44\x00\x50\x55\x05\x44\x50\xa0\xa5\x55"))
	f.Add([]byte("\x00\x44\x00\x99\x90\x09"))
	f.Add([]byte("\x00\x44\x00\x90\x99\x09\x44\x33\xc3\xcc\x3c"))
	f.Add([]byte("\x00\x44\x00\xf0\xff\x0f\x04\x33\x3c\xcc\xc3\x44\x55\x95\x99\x59"))
	f.Add([]byte("\x01\x44\x00\x00\xff\x00\xff\xff\x00\xff\x43\x00\x00\x80\x05\xff\x00"))
	f.Add([]byte("\x03\x43\x00\x00\x00\x80\x00\x00\x00\x80\xff\xff\xff\x7f\xff\xff\xff\x7f\x00\x00\x00\x80\xff\xff\xff\x7f"))
	f.Add([]byte("\x00\x5f\xdf"))
}

// bounded fails when fn allocates more than the most that some positions may take:
// their edges may cross each other all, and each crossing takes a few hundred bytes,
// some times over. It ends the run when fn does not end.
func bounded(t *testing.T, positions int, fn func()) {
	t.Helper()
	hang := time.AfterFunc(time.Minute, func() { panic("a minute has gone by") })
	defer hang.Stop()
	allocated := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(allocated)
	before := allocated[0].Value.Uint64()
	fn()
	metrics.Read(allocated)
	n := uint64(positions) + 16
	if took, most := allocated[0].Value.Uint64()-before, n*n*bytesPerPair; took > most {
		t.Fatalf("%d positions took %d bytes, want %d at most", positions, took, most)
	}
}

const bytesPerPair = 4096

func positionsOf(faces []coverage.Face) (n int) {
	for _, f := range faces {
		for _, poly := range f.Shape {
			for _, r := range poly {
				n += len(r)
			}
		}
	}
	return n
}

// Whatever the rings, Build ends within bounds, and either names what is wrong or makes a
// coverage that has every position once.
func FuzzBuild(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		faces := facesFrom(data)
		var c *coverage.Coverage
		var err error
		bounded(t, positionsOf(faces), func() { c, err = coverage.Build(faces) })
		if err != nil {
			named(t, err)
			return
		}
		shapes := shapesOf(c)
		for _, face := range shapes {
			wellFormed(t, face.Shape)
			for e := range directedEdges(face.Shape) {
				everyPositionOnce(t, c, shapes, e.a)
			}
		}
		simplifier := coverage.NewSimplifier(c)
		for _, area := range []float64{1, 100, math.Inf(1)} {
			along(t, c, simplifier.Simplify(area))
		}
	})
}

func named(t *testing.T, err error) {
	t.Helper()
	var v *coverage.Violations
	if !errors.As(err, &v) || len(v.List) == 0 || v.Error() == "" {
		t.Fatalf("refused without a reason: %#v", err)
	}
}

// everyPositionOnce looks at p and all around it.
func everyPositionOnce(t *testing.T, c *coverage.Coverage, shapes []coverage.Face, p geo.Pos) {
	t.Helper()
	for i := range int32(9) {
		p := geo.Pos{X: p.X + i%3 - 1, Y: p.Y + i/3 - 1}
		holder := coverage.None
		for f, face := range shapes {
			if face.Shape.Contains(p) {
				if holder != coverage.None {
					t.Fatalf("%d %d is in the faces %d and %d", p.X, p.Y, holder, f)
				}
				holder = int32(f)
			}
		}
		if holder == coverage.None {
			holder = lowestTouching(shapes, p)
		}
		if got := c.Locate(p); got != holder {
			t.Fatalf("Locate(%d %d) = %d, want %d", p.X, p.Y, got, holder)
		}
	}
}

func lowestTouching(shapes []coverage.Face, p geo.Pos) int32 {
	for f, face := range shapes {
		for e := range directedEdges(face.Shape) {
			if geo.OnSegment(e.a, e.b, p) {
				return int32(f)
			}
		}
	}
	return coverage.None
}

// Whatever the rings and the width, Repair ends within bounds, and does nothing more to what it
// made a coverage.
func FuzzRepair(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, width := range []float64{0, 0.05, 1, 1000} {
			var repaired []coverage.Face
			faces := facesFrom(data)
			bounded(t, positionsOf(faces), func() { repaired, _ = coverage.Repair(faces, width) })
			if _, err := coverage.Build(repaired); err != nil {
				named(t, err)
				continue
			}
			again, changes := coverage.Repair(repaired, width)
			if d := cmp.Diff(repaired, again); d != "" || len(changes) > 0 {
				t.Fatalf("a second repair did %v\n%s", changes, d)
			}
		}
	})
}

// Locate has an answer for any pair of int32, the one that looking at every face
// gives.
func FuzzLocate(f *testing.F) {
	for _, p := range []geo.Pos{{X: math.MinInt32, Y: math.MaxInt32}, {X: -geo.MaxX, Y: -geo.MaxY}, {X: geo.MaxX, Y: 0}, {}} {
		f.Add(p.X, p.Y)
	}
	s := sketches.Example(5)
	globe, err := coverage.Build(s.faces)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, x, y int32) {
		p := geo.Pos{X: x, Y: y}
		want := coverage.None
		if p.Valid() {
			want = s.at(p)
		}
		if got := globe.Locate(p); got != want {
			t.Fatalf("Locate(%d %d) = %d, want %d", x, y, got, want)
		}
	})
}
