package coverage_test

import (
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"jingwei/geo"
	"jingwei/geo/coverage"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

func mustBuild(t fataler, faces []coverage.Face) *coverage.Coverage {
	t.Helper()
	c, err := coverage.Build(faces)
	if err != nil {
		t.Fatalf("%v\n%v", err, faces)
	}
	return c
}

// sameFaces fails unless c answers as brute force does at every probe.
func sameFaces(t fataler, c *coverage.Coverage, want *sketch, ps []geo.Pos) {
	t.Helper()
	got := make([]int32, len(ps))
	c.LocateAll(got, ps)
	for i, p := range ps {
		if f := c.Locate(p); f != got[i] {
			t.Fatalf("Locate(%d %d) = %d, but %d in a batch", p.X, p.Y, f, got[i])
		}
		if w := want.at(p); got[i] != w {
			t.Fatalf("Locate(%d %d) = %d, want %d", p.X, p.Y, got[i], w)
		}
	}
}

func TestLocateIsBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := sketches.Draw(t, "sketch")
		sameFaces(t, mustBuild(t, s.faces), s, s.probes(drawRand(t)))
	})
}

// The answer does not depend on where rings start, which way they run, or in
// which order parts come.
func TestLocateIgnoresHowRingsAreWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, r := sketches.Draw(t, "sketch"), drawRand(t)
		for _, f := range s.faces {
			rewrite(r, f.Shape)
		}
		sameFaces(t, mustBuild(t, s.faces), s, s.probes(r))
	})
}

func rewrite(r *rand.Rand, m geo.MultiPolygon) {
	r.Shuffle(len(m), func(i, j int) { m[i], m[j] = m[j], m[i] })
	for _, poly := range m {
		for i, ring := range poly {
			k := r.IntN(len(ring))
			poly[i] = slices.Concat(ring[k:], ring[:k])
			if r.IntN(2) == 0 {
				poly[i].Reverse()
			}
		}
	}
}

func TestLocateIsTotal(t *testing.T) {
	c := mustBuild(t, []coverage.Face{face("a", square(-geo.MaxX, -geo.MaxY, 0, geo.MaxY)), face("b", square(0, -geo.MaxY, geo.MaxX, geo.MaxY))})
	empty := mustBuild(t, nil)
	ends := []int32{math.MinInt32, math.MinInt32 + 1, -geo.MaxX - 1, -geo.MaxX, -geo.MaxY, -1, 0, 1, geo.MaxY, geo.MaxX, geo.MaxX + 1, math.MaxInt32}
	for _, x := range ends {
		for _, y := range ends {
			p := geo.Pos{X: x, Y: y}
			if got := c.Locate(p); (got != coverage.None) != p.Valid() {
				t.Errorf("Locate(%d %d) = %d", x, y, got)
			}
			if got := empty.Locate(p); got != coverage.None {
				t.Errorf("in no faces, Locate(%d %d) = %d", x, y, got)
			}
		}
	}
}

// Where several faces end at the outer border, the lowest has the position, also
// one that has no side along the outer border there.
func TestLocateOnOuterBorderTakesLowest(t *testing.T) {
	c := mustBuild(t, []coverage.Face{
		face("under", geo.Ring{{X: 0, Y: 0}, {X: 9000, Y: 9000}, {X: 0, Y: 9000}, {X: -9000, Y: 9000}}),
		face("left", geo.Ring{{X: 0, Y: 0}, {X: -9000, Y: 9000}, {X: -9000, Y: 0}}),
		face("right", geo.Ring{{X: 0, Y: 0}, {X: 9000, Y: 0}, {X: 9000, Y: 9000}}),
	})
	upside := mustBuild(t, []coverage.Face{
		face("over", geo.Ring{{X: 0, Y: 0}, {X: -9000, Y: -9000}, {X: 9000, Y: -9000}}),
		face("left", geo.Ring{{X: 0, Y: 0}, {X: -9000, Y: 0}, {X: -9000, Y: -9000}}),
		face("right", geo.Ring{{X: 0, Y: 0}, {X: 9000, Y: -9000}, {X: 9000, Y: 0}}),
	})
	for _, q := range []struct {
		c    *coverage.Coverage
		p    geo.Pos
		want int32
	}{
		{c, geo.Pos{}, 0},
		{c, geo.Pos{X: -5, Y: 0}, 1},
		{c, geo.Pos{X: 9000, Y: 9000}, 0},
		{upside, geo.Pos{}, 0},
		{upside, geo.Pos{X: -5, Y: 0}, 1},
		{upside, geo.Pos{X: 5, Y: 0}, 2},
	} {
		if got := q.c.Locate(q.p); got != q.want {
			t.Errorf("Locate(%d %d) = %d, want %d", q.p.X, q.p.Y, got, q.want)
		}
	}
}

func TestNearestIsBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, r := sketches.Draw(t, "sketch"), drawRand(t)
		c := mustBuild(t, s.faces)
		tolerance := math.Pow(10, rapid.Float64Range(-2, 6).Draw(t, "log tolerance"))
		for _, p := range s.probes(r) {
			p = nudged(r, geo.Pos{X: p.X + r.Int32N(2001) - 1000, Y: p.Y + r.Int32N(2001) - 1000})
			if !p.Valid() || s.at(p) != coverage.None {
				continue
			}
			f, d := c.Nearest(p, tolerance)
			want := s.distances(p, tolerance)
			if f == coverage.None && d == 0 && len(want) == 0 {
				continue
			}
			if own, ok := want[f]; !ok || !same(own, d) || !same(slices.Min(slices.Collect(maps.Values(want))), d) {
				t.Fatalf("Nearest(%d %d, %g) = %d, %.17g, want the nearest of %v", p.X, p.Y, tolerance, f, d, want)
			}
		}
	})
}

// same allows for what the order of the ends of a long segment changes: a micron.
func same(a, b float64) bool { return math.Abs(a-b) <= 1e-6+1e-9*max(a, b) }

// distances returns how far the faces within the tolerance are from p, metres.
func (s *sketch) distances(p geo.Pos, tolerance float64) map[int32]float64 {
	metres := map[int32]float64{}
	for _, c := range s.cells {
		if c.face == coverage.None {
			continue
		}
		for _, side := range sides(c.ring) {
			d := geo.DistanceToSegment(p, side.a, side.b)
			if old, ok := metres[c.face]; d <= tolerance && (!ok || d < old) {
				metres[c.face] = d
			}
		}
	}
	return metres
}

func TestNearestOutsideTheWorld(t *testing.T) {
	c := mustBuild(t, []coverage.Face{face("a", square(0, 0, 1000, 1000))})
	for _, p := range []geo.Pos{{X: math.MinInt32, Y: 0}, {X: 0, Y: math.MaxInt32}, {X: 50_000, Y: 0}} {
		if f, d := c.Nearest(p, 50); f != coverage.None || d != 0 {
			t.Errorf("Nearest(%d %d) = %d, %g", p.X, p.Y, f, d)
		}
	}
	if f, d := mustBuild(t, nil).Nearest(geo.Pos{}, 50); f != coverage.None || d != 0 {
		t.Errorf("in no faces, nearest is %d, %g", f, d)
	}
}

func TestLocateAllIsLocate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, r := sketches.Draw(t, "sketch"), drawRand(t)
		c := mustBuild(t, s.faces)
		ps := make([]geo.Pos, 100)
		want := make([]int32, len(ps))
		for i := range ps {
			ps[i] = geo.Pos{X: int32(r.Uint32()), Y: int32(r.Uint32())}
			want[i] = c.Locate(ps[i])
		}
		got := make([]int32, len(ps))
		c.LocateAll(got, ps)
		if d := cmp.Diff(want, got); d != "" {
			t.Fatal(d)
		}
	})
}

// Locating allocates nothing, whatever the form of the leaves, on borders, outside
// and where the coverage has been patched.
func TestLocateAllocatesNothing(t *testing.T) {
	for seed := range 40 {
		s := sketches.Example(seed)
		c, r := mustBuild(t, s.faces), rand.New(rand.NewPCG(uint64(seed), 9))
		if _, patch := s.dealtAnew(r, c.Len()); seed%2 == 0 {
			if patched, err := c.Patch(patch); err == nil {
				c = patched
			}
		}
		ps := s.probes(r)
		dst := make([]int32, len(ps))
		all := func() {
			c.LocateAll(dst, ps)
			for i, p := range ps {
				dst[i] = c.Locate(p)
			}
		}
		if n := testing.AllocsPerRun(2, all); n != 0 {
			t.Fatalf("sketch %d: %g allocations for %d positions", seed, n, len(ps))
		}
	}
}

func square(x0, y0, x1, y1 int32) geo.Ring {
	return geo.Ring{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}}
}

// face is a face of one polygon.
func face(name string, rings ...geo.Ring) coverage.Face {
	return coverage.Face{Name: name, Shape: geo.MultiPolygon{rings}}
}

// A few units from a pole, what is a third of a turn away is near.
func TestNearestAtAPole(t *testing.T) {
	ring := geo.Ring{{X: -1_305_917_812, Y: -geo.MaxY}, {X: -1_105_079_541, Y: -899_996_125}, {X: -1_300_000_000, Y: -899_900_000}}
	c := mustBuild(t, []coverage.Face{{Name: "f", Shape: geo.MultiPolygon{{ring}}}})
	p := geo.Pos{X: 23_513_526, Y: -899_999_997}
	if f, m := c.Nearest(p, 0.3); f != 0 || m > 0.1 {
		t.Errorf("the face nearest to %v is %d, %g m away", p, f, m)
	}
}
