package geo_test

import (
	"math"
	"math/big"
	"strings"
	"testing"

	"jingwei/geo"

	"pgregory.net/rapid"
)

// positions draws valid positions, often at the ends of the range and often near
// one another.
var positions = rapid.Custom(func(t *rapid.T) geo.Pos {
	return geo.Pos{X: ordinate(t, geo.MaxX), Y: ordinate(t, geo.MaxY)}
})

func ordinate(t *rapid.T, bound int32) int32 {
	return rapid.OneOf(
		rapid.SampledFrom([]int32{-bound, -bound + 1, -1, 0, 1, bound - 1, bound}),
		rapid.Int32Range(-3, 3),
		rapid.Int32Range(-bound, bound),
	).Draw(t, "ordinate")
}

// exactOrient is Orient by the definition, with as many digits as it takes.
func exactOrient(a, b, c geo.Pos) int {
	d := func(p, q int32) *big.Int { return big.NewInt(int64(q) - int64(p)) }
	l := new(big.Int).Mul(d(a.X, b.X), d(a.Y, c.Y))
	r := new(big.Int).Mul(d(a.X, c.X), d(a.Y, b.Y))
	return l.Cmp(r)
}

// exactSide is Side by the definition: the sign of the terms of the cross product
// with (c.X + e², c.Y + e), the largest first.
func exactSide(a, b, c geo.Pos) int {
	terms := []int64{
		int64(exactOrient(a, b, c)),
		int64(b.X) - int64(a.X),    // of e
		-(int64(b.Y) - int64(a.Y)), // of e²
	}
	for _, v := range terms {
		if v != 0 {
			return big.NewInt(v).Sign()
		}
	}
	return 0
}

func TestOrientIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := positions.Draw(t, "a"), positions.Draw(t, "b"), positions.Draw(t, "c")
		if got, want := geo.Orient(a, b, c), exactOrient(a, b, c); got != want {
			t.Fatalf("Orient(%v, %v, %v) = %d, want %d", a, b, c, got, want)
		}
		if got, want := geo.Side(a, b, c), exactSide(a, b, c); got != want {
			t.Fatalf("Side(%v, %v, %v) = %d, want %d", a, b, c, got, want)
		}
	})
}

// Where the two products differ by 1 in 6.48e18, float64 would see none.
func TestOrientSeesOneUnitAcrossTheGlobe(t *testing.T) {
	a, b := geo.Pos{X: -geo.MaxX, Y: -geo.MaxY}, geo.Pos{X: geo.MaxX, Y: geo.MaxY - 1}
	for _, c := range []struct {
		p    geo.Pos
		want int
	}{
		{geo.Pos{X: geo.MaxX, Y: geo.MaxY}, 1},
		{geo.Pos{X: geo.MaxX, Y: geo.MaxY - 1}, 0},
		{geo.Pos{X: geo.MaxX, Y: geo.MaxY - 2}, -1},
		{geo.Pos{X: 0, Y: 0}, 1},
		{geo.Pos{X: 0, Y: -1}, -1},
	} {
		if got := geo.Orient(a, b, c.p); got != c.want {
			t.Errorf("Orient(%v, %v, %v) = %d, want %d", a, b, c.p, got, c.want)
		}
	}
}

func TestOrientationLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := positions.Draw(t, "a"), positions.Draw(t, "b"), positions.Draw(t, "c")
		o := geo.Orient(a, b, c)
		if geo.Orient(b, a, c) != -o || geo.Orient(b, c, a) != o || geo.Orient(c, b, a) != -o {
			t.Fatalf("Orient(%v, %v, %v) is not antisymmetric", a, b, c)
		}
		s := geo.Side(a, b, c)
		if geo.Side(b, a, c) != -s {
			t.Fatalf("Side(%v, %v, %v) is not antisymmetric", a, b, c)
		}
		if (s == 0) != (a == b) {
			t.Fatalf("Side(%v, %v, %v) = %d: 0 only when a equals b", a, b, c, s)
		}
		if geo.OnSegment(a, b, c) != geo.OnSegment(b, a, c) || !geo.OnSegment(a, b, a) {
			t.Fatalf("OnSegment(%v, %v, …) depends on the direction", a, b)
		}
	})
}

func TestOnSegment(t *testing.T) {
	a, b := geo.Pos{X: -4, Y: -2}, geo.Pos{X: 4, Y: 2}
	for p, want := range map[geo.Pos]bool{
		{X: 0, Y: 0}: true, {X: 2, Y: 1}: true, {X: 4, Y: 2}: true,
		{X: 6, Y: 3}: false, {X: -6, Y: -3}: false, {X: 1, Y: 1}: false,
	} {
		if got := geo.OnSegment(a, b, p); got != want {
			t.Errorf("OnSegment(%v) = %v, want %v", p, got, want)
		}
	}
}

// Quantising Lon and Lat again gives the position back.
func TestDegreesRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := positions.Draw(t, "p")
		got, err := geo.FromDegrees(p.Lon(), p.Lat())
		if err != nil || got != p {
			t.Fatalf("%v came back as %v, %v", p, got, err)
		}
		if q, err := geo.FromDegrees(p.Point()[0], p.Point()[1]); err != nil || q != p {
			t.Fatalf("point of %v came back as %v, %v", p, q, err)
		}
	})
}

func TestFromDegreesRounds(t *testing.T) {
	for _, c := range []struct {
		lon, lat float64
		want     geo.Pos
	}{
		{0.00000004, -0.00000004, geo.Pos{}},
		{0.00000006, -0.00000006, geo.Pos{X: 1, Y: -1}},
		{120.86, 31.98, geo.Pos{X: 1_208_600_000, Y: 319_800_000}},
		{-180, 90, geo.Pos{X: -geo.MaxX, Y: geo.MaxY}},
		{179.99999999, -89.99999999, geo.Pos{X: geo.MaxX, Y: -geo.MaxY}},
	} {
		if got, err := geo.FromDegrees(c.lon, c.lat); err != nil || got != c.want {
			t.Errorf("FromDegrees(%v, %v) = %v, %v, want %v", c.lon, c.lat, got, err, c.want)
		}
	}
}

func TestFromDegreesRefuses(t *testing.T) {
	for _, c := range [][2]float64{
		{math.NaN(), 0},
		{0, math.NaN()},
		{math.Inf(1), 0},
		{0, math.Inf(-1)},
		{180.0000001, 0},
		{0, -90.0000001},
		{31.98, 120.86},
	} {
		if p, err := geo.FromDegrees(c[0], c[1]); err == nil || !strings.Contains(err.Error(), "out of range") {
			t.Errorf("FromDegrees(%v, %v) = %v, %v", c[0], c[1], p, err)
		}
	}
}

func TestCompareIsAnOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := positions.Draw(t, "a"), positions.Draw(t, "b"), positions.Draw(t, "c")
		if a.Compare(b) != -b.Compare(a) || (a.Compare(b) == 0) != (a == b) {
			t.Fatalf("Compare(%v, %v) is not antisymmetric", a, b)
		}
		if a.Compare(b) < 0 && b.Compare(c) < 0 && a.Compare(c) >= 0 {
			t.Fatalf("Compare is not transitive on %v, %v, %v", a, b, c)
		}
	})
}

func TestPosString(t *testing.T) {
	if got, want := (geo.Pos{X: -1, Y: geo.MaxY}).String(), "-0.0000001,90.0000000"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestValid(t *testing.T) {
	for p, want := range map[geo.Pos]bool{
		{X: geo.MaxX, Y: geo.MaxY}:         true,
		{X: -geo.MaxX, Y: -geo.MaxY}:       true,
		{X: geo.MaxX + 1, Y: 0}:            false,
		{X: 0, Y: -geo.MaxY - 1}:           false,
		{X: math.MinInt32, Y: 0}:           false,
		{X: math.MaxInt32, Y: 0}:           false,
		{X: 0, Y: math.MinInt32}:           false,
		{X: geo.MaxX, Y: -geo.MaxY}:        true,
		{X: math.MinInt32, Y: geo.MaxY}:    false,
		{X: -geo.MaxX - 1, Y: geo.MaxY}:    false,
		{X: -geo.MaxX, Y: geo.MaxY + 1000}: false,
	} {
		if got := p.Valid(); got != want {
			t.Errorf("%v: Valid() = %v, want %v", p, got, want)
		}
	}
}
