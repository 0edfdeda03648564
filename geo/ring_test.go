package geo_test

import (
	"math"
	"math/big"
	"slices"
	"strings"
	"testing"

	"jingwei/geo"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

var rings = rapid.Custom(func(t *rapid.T) geo.Ring {
	return rapid.SliceOfN(positions, 0, 9).Draw(t, "ring")
})

// small draws rings in which many positions coincide or are in line.
var small = rapid.Custom(func(t *rapid.T) geo.Ring {
	return rapid.SliceOfN(smallPositions, 0, 9).Draw(t, "ring")
})

var smallPositions = rapid.Custom(func(t *rapid.T) geo.Pos {
	return geo.Pos{X: rapid.Int32Range(-3, 3).Draw(t, "x"), Y: rapid.Int32Range(-3, 3).Draw(t, "y")}
})

func box(x0, y0, x1, y1 int32) geo.Ring {
	return geo.Ring{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}}
}

// shoelace is twice the area of r, with as many digits as it takes.
func shoelace(r geo.Ring) *big.Int {
	sum := new(big.Int)
	for i, b := range r {
		a := r[(i+len(r)-1)%len(r)]
		sum.Add(sum, new(big.Int).Mul(big.NewInt(int64(a.X)), big.NewInt(int64(b.Y))))
		sum.Sub(sum, new(big.Int).Mul(big.NewInt(int64(b.X)), big.NewInt(int64(a.Y))))
	}
	return sum
}

func TestArea2IsExactModulo64Bits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rings.Draw(t, "ring")
		low := new(big.Int).And(shoelace(r), new(big.Int).SetUint64(math.MaxUint64))
		if got := uint64(r.Area2()); got != low.Uint64() {
			t.Fatalf("twice the area of %v is %v, got %d", r, shoelace(r), r.Area2())
		}
	})
}

func TestArea2Laws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rings.Draw(t, "ring")
		back := slices.Clone(r)
		back.Reverse()
		if back.Area2() != -r.Area2() {
			t.Fatalf("reversed, %v has the area %d", r, back.Area2())
		}
		if len(r) > 0 {
			k := rapid.IntRange(0, len(r)-1).Draw(t, "start")
			if turned := slices.Concat(r[k:], r[:k]); turned.Area2() != r.Area2() {
				t.Fatalf("from position %d on, %v has the area %d", k, r, turned.Area2())
			}
		}
	})
}

func TestArea2OfHalfTheGlobe(t *testing.T) {
	half := box(-geo.MaxX, -geo.MaxY, 0, geo.MaxY)
	if got, want := half.Area2(), int64(2*geo.MaxX)*geo.MaxY*2; got != want {
		t.Errorf("got %d, want %d", got, want)
	}
}

func TestCounterClockwiseIsTheSignOfTheArea(t *testing.T) {
	for name, draw := range map[string]*rapid.Generator[geo.Ring]{"small": small, "large": rings} {
		t.Run(name, rapid.MakeCheck(func(t *rapid.T) {
			r := draw.Draw(t, "ring")
			area := shoelace(r)
			if windsMore := area.CmpAbs(new(big.Int).Lsh(big.NewInt(1), 64)) >= 0; windsMore {
				t.Skip("more than the globe")
			}
			if got, want := r.CounterClockwise(), area.Sign() > 0; got != want {
				t.Fatalf("%v: counter-clockwise %v, want %v", r, got, want)
			}
		}))
	}
	if globe := box(-geo.MaxX, -geo.MaxY, geo.MaxX, geo.MaxY); !globe.CounterClockwise() {
		t.Error("the globe runs clockwise")
	}
}

// crossings is whether p, moved by (e², e), lies inside r: it counts the edges
// above p that the moved meridian of p crosses, by fractions.
func crossings(r geo.Ring, p geo.Pos) bool {
	in := false
	for i, b := range r {
		a := r[(i+len(r)-1)%len(r)]
		if (a.X <= p.X) == (b.X <= p.X) {
			continue // the moved meridian passes beside the edge
		}
		at := big.NewRat(int64(b.Y)-int64(a.Y), int64(b.X)-int64(a.X))
		at.Mul(at, big.NewRat(int64(p.X)-int64(a.X), 1))
		at.Add(at, big.NewRat(int64(a.Y), 1))
		if at.Cmp(big.NewRat(int64(p.Y), 1)) > 0 { // on a level the edge is below p + e
			in = !in
		}
	}
	return in
}

func TestContainsByDefinition(t *testing.T) {
	for name, draw := range map[string]*rapid.Generator[geo.Ring]{"small": small, "large": rings} {
		t.Run(name, rapid.MakeCheck(func(t *rapid.T) {
			r := draw.Draw(t, "ring")
			p := rapid.OneOf(smallPositions, positions, rapid.SampledFrom(append(r, geo.Pos{}))).Draw(t, "p")
			if got, want := r.Contains(p), crossings(r, p); got != want {
				t.Fatalf("%v contains %v: %v, want %v", r, p, got, want)
			}
			if got, want := (geo.MultiPolygon{{r, r}, {r}}).Contains(p), crossings(r, p); got != want {
				t.Fatalf("the sum of three %v contains %v: %v, want %v", r, p, got, want)
			}
		}))
	}
}

// A position on a border belongs up and to the right, so squares side by side
// share none.
func TestContainsOwnsLowerLeftBorder(t *testing.T) {
	r := box(0, 0, 2, 2)
	for p, want := range map[geo.Pos]bool{
		{X: 0, Y: 0}: true, {X: 1, Y: 0}: true, {X: 0, Y: 1}: true, {X: 1, Y: 1}: true,
		{X: 2, Y: 0}: false, {X: 2, Y: 2}: false, {X: 0, Y: 2}: false, {X: 1, Y: 2}: false,
	} {
		if got := r.Contains(p); got != want {
			t.Errorf("contains %v: %v, want %v", p, got, want)
		}
	}
}

func TestShapeBox(t *testing.T) {
	m := geo.MultiPolygon{{box(0, 0, 9, 9), box(2, 2, 4, 4)}, {}, {box(-7, 3, -5, 20)}}
	if got, want := m.Box(), (geo.Box{Min: geo.Pos{X: -7, Y: 0}, Max: geo.Pos{X: 9, Y: 20}}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := (geo.MultiPolygon{}).Box(); !got.Empty() {
		t.Errorf("the box of nothing is %v", got)
	}
}

// closed is a closed orb ring through positions in degrees.
func closed(ps ...orb.Point) orb.Ring { return append(ps, ps[0]) }

func TestFromOrbOrients(t *testing.T) {
	outer := closed(orb.Point{0, 0}, orb.Point{0, 1}, orb.Point{1, 1}, orb.Point{1, 0})
	hole := closed(orb.Point{.2, .2}, orb.Point{.4, .2}, orb.Point{.4, .4}, orb.Point{.2, .4})
	m, err := geo.FromOrb(orb.MultiPolygon{{outer, hole}})
	if err != nil {
		t.Fatal(err)
	}
	if len(m) != 1 || len(m[0]) != 2 || m[0][0].Area2() <= 0 || m[0][1].Area2() >= 0 {
		t.Errorf("got %v, want an outer ring counter-clockwise and a hole clockwise", m)
	}
	again, err := geo.FromOrb(m.Orb())
	if d := cmp.Diff(m, again); err != nil || d != "" {
		t.Errorf("there and back: %v\n%s", err, d)
	}
}

func TestFromOrbDropsWhatCollapses(t *testing.T) {
	const e = geo.Unit / 10
	dot := closed(orb.Point{1, 1}, orb.Point{1 + e, 1}, orb.Point{1 + e, 1 + e}, orb.Point{1, 1 + e})
	square := closed(orb.Point{0, 0}, orb.Point{0, 0}, orb.Point{3, 0}, orb.Point{3 + e, 0}, orb.Point{3, 3}, orb.Point{e, -e})
	m, err := geo.FromOrb(orb.MultiPolygon{{dot, square}, {square, dot}})
	if err != nil {
		t.Fatal(err)
	}
	want := geo.MultiPolygon{{{{X: 0, Y: 0}, {X: 30_000_000, Y: 0}, {X: 30_000_000, Y: 30_000_000}}}}
	if d := cmp.Diff(want, m); d != "" {
		t.Error(d)
	}
}

func TestFromOrbRefuses(t *testing.T) {
	for says, r := range map[string]orb.Ring{
		"ring not closed: starts at 0.0000000,0.0000000 and ends at 1.0000000,1.5000000": {{0, 0}, {1, 0}, {1, 1}, {1, 1.5}},
		"ring of 3 positions": {{0, 0}, {1, 0}, {0, 0}},
		"ring of 0 positions": {},
		"lon 31, lat 121":     closed(orb.Point{31, 121}, orb.Point{31, 122}, orb.Point{32, 121}),
	} {
		if m, err := geo.FromOrb(orb.MultiPolygon{{r}}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("got %v, %v, want an error that says %q", m, err, says)
		}
	}
}
