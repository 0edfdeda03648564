package coverage_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"jingwei/geo"
	"jingwei/geo/coverage"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// Positions that add no area - repeated ones, which make edges of no length, and
// spikes out and back - change no face and no answer.
func TestUselessPositionsChangeNothing(t *testing.T) {
	added := 0
	rapid.Check(t, func(t *rapid.T) {
		s, r := sketches.Draw(t, "sketch"), drawRand(t)
		clean := mustBuild(t, s.faces)
		dirty := clone(s.faces)
		for f := range dirty {
			for _, poly := range dirty[f].Shape {
				for k := range poly {
					before := len(poly[k])
					poly[k] = soiled(r, poly[k])
					added += len(poly[k]) - before
				}
			}
		}
		c := mustBuild(t, dirty)
		for f := range int32(c.Len()) {
			if got, want := area2(c.Shape(f)), s.area2(f); got != want {
				t.Fatalf("face %d has twice the area %d, want %d", f, got, want)
			}
		}
		probes := s.probes(r)
		sameFaces(t, c, s, probes)
		for _, p := range probes[:min(len(probes), 50)] {
			if d := gocmp.Diff(clean.Shares(p, 100), c.Shares(p, 100), gocmp.Comparer(same)); d != "" {
				t.Fatalf("shares at %v: %s", p, d)
			}
			f, m := clean.Nearest(p, 1000)
			if g, n := c.Nearest(p, 1000); f != g || !same(m, n) {
				t.Fatalf("nearest to %v is %d at %g m, and with useless positions %d at %g m", p, f, m, g, n)
			}
		}
	})
	if added == 0 {
		t.Error("no position was added")
	}
}

// soiled repeats positions of a ring and adds spikes, some with spikes of their own.
func soiled(r *rand.Rand, ring geo.Ring) geo.Ring {
	var out geo.Ring
	for _, p := range ring {
		out = append(out, p)
		switch q := tip(r, p); r.IntN(6) {
		case 0:
			out = append(out, p, p)
		case 1:
			out = append(out, q, p)
		case 2:
			out = append(out, q, q, tip(r, q), q, p, p)
		}
	}
	k := r.IntN(len(out))
	return slices.Concat(out[k:], out[:k])
}

// tip is a valid position up to a few thousand units from p.
func tip(r *rand.Rand, p geo.Pos) geo.Pos {
	return geo.Pos{
		X: max(-geo.MaxX, min(p.X+r.Int32N(8001)-4000, geo.MaxX)),
		Y: max(-geo.MaxY, min(p.Y+r.Int32N(8001)-4000, geo.MaxY)),
	}
}

// sketchAt returns a random coverage at the scale of that name.
func sketchAt(name string, seed int) *sketch {
	return rapid.Custom(func(t *rapid.T) *sketch {
		n := rapid.Int32Range(2, 6).Draw(t, "squares")
		all := scales(n)
		return draw(t, n, all[slices.IndexFunc(all, func(s scale) bool { return s.name == name })])
	}).Example(seed)
}

// Shares are what counting random positions in the actual cells gives, also at
// ±180°, beyond which is the outside, and a kilometre from a pole.
func TestSharesOfActualCells(t *testing.T) {
	const samples, radius = 40_000, 400.0
	for _, place := range []string{"city", "antimeridian", "west end", "north pole", "south pole"} {
		compared, atEnd := 0, 0
		for seed := range 12 {
			s := sketchAt(place, seed)
			c, r := mustBuild(t, s.faces), rand.New(rand.NewPCG(uint64(seed), 8))
			ps := newProber(r, s.edges(), nil).draw("on an edge", 2)
			if ends := slices.DeleteFunc(s.edges(), func(e segment) bool { return !e.atEnd() }); len(ends) > 0 {
				ps = append(ps, newProber(r, ends, nil).draw("on an edge", 1)...)
				atEnd++
			}
			for _, p := range slices.DeleteFunc(ps, func(p geo.Pos) bool { return math.Abs(p.Lat()) > 89.99 }) {
				compared++
				if sameShares(t, c.Shares(p, radius), counted(c, p, radius, samples, r), samples); t.Failed() {
					t.Fatalf("%s, seed %d, at %v", place, seed, p)
				}
			}
		}
		t.Logf("%s: compared %d positions, %d of them at ±180°", place, compared, atEnd)
		if compared == 0 || atEnd == 0 && (place == "antimeridian" || place == "west end") {
			t.Errorf("%s: nothing was compared", place)
		}
	}
}

// atEnd reports whether s runs along ±180°.
func (s segment) atEnd() bool { return s.a.X == s.b.X && max(s.a.X, -s.a.X) == geo.MaxX }

func sameShares(t *testing.T, got []coverage.Share, want map[int32]float64, samples float64) {
	t.Helper()
	sum := 0.0
	for _, s := range got {
		sum += s.Share
		want[s.Face] -= s.Share
	}
	if math.Abs(sum-1) > 1e-2 {
		t.Errorf("shares sum to %g", sum)
	}
	for f, off := range want {
		if math.Abs(off) > 5*math.Sqrt(0.25/samples) {
			t.Errorf("the share of face %d is off by %g: %v", f, off, got)
		}
	}
}

// counted draws positions from the distribution, in the plane that touches the
// ellipsoid at p, and counts faces.
func counted(c *coverage.Coverage, p geo.Pos, radius float64, samples int, r *rand.Rand) map[int32]float64 {
	scale, sigma := geo.ScaleAt(p), radius/1.51
	share := map[int32]float64{}
	for n := 0; n < samples; {
		x, y := r.NormFloat64()*sigma, r.NormFloat64()*sigma
		if math.Hypot(x, y) > 2*radius {
			continue
		}
		n++
		face := coverage.None
		lon, lat := float64(p.X)+x/scale.East, float64(p.Y)+y/scale.North
		if math.Abs(lon) <= geo.MaxX && math.Abs(lat) <= geo.MaxY {
			face = c.Locate(geo.Pos{X: int32(math.Round(lon)), Y: int32(math.Round(lat))})
		}
		share[face] += 1 / float64(samples)
	}
	return share
}

// At the poles themselves, where a degree of longitude has no length, and for any
// radius there is an answer whose shares sum to 1.
func TestSharesAreTotal(t *testing.T) {
	c := mustBuild(t, []coverage.Face{
		face("west", square(-geo.MaxX, -geo.MaxY, 0, geo.MaxY)), face("east", square(0, -geo.MaxY, geo.MaxX, geo.MaxY)),
	})
	ends := []int32{math.MinInt32, -geo.MaxX, -geo.MaxY, -1, 0, 1, geo.MaxY, geo.MaxX, math.MaxInt32}
	for _, x := range ends {
		for _, y := range ends {
			for _, radius := range []float64{0, 0.01, 1, 1e5, 1e9, math.Inf(1), math.NaN()} {
				p, sum := geo.Pos{X: x, Y: y}, 0.0
				for _, s := range c.Shares(p, radius) {
					sum += s.Share
				}
				if !(math.Abs(sum-1) < 1e-2) {
					t.Errorf("at %v the shares for %g m sum to %g", p, radius, sum)
				}
			}
		}
	}
}

// At a pole the nearest border is that with the nearest latitude, whatever its
// longitude; at ±180° what is on the other side is not near.
func TestNearestAtTheEnds(t *testing.T) {
	const low = geo.MaxY - 9000 // about 100 m from the pole
	c := mustBuild(t, []coverage.Face{
		face("far", square(-geo.MaxX, geo.MaxY-50_000, 0, low-20)), face("near", square(0, geo.MaxY-50_000, geo.MaxX, low)),
	})
	for _, lon := range []int32{-geo.MaxX, -1, 0, geo.MaxX} {
		f, d := c.Nearest(geo.Pos{X: lon, Y: geo.MaxY}, 200)
		if want := 9000 * geo.ScaleAt(geo.Pos{Y: geo.MaxY}).North; f != 1 || math.Abs(d-want) > 1e-6 {
			t.Errorf("from the pole at %d, the nearest is %d at %g m, want 1 at %g m", lon, f, d, want)
		}
	}
	end := mustBuild(t, []coverage.Face{face("end", square(geo.MaxX-90_000, 0, geo.MaxX-1000, 90_000))})
	if f, d := end.Nearest(geo.Pos{X: geo.MaxX, Y: 45_000}, 50); f != 0 || math.Abs(d-11.13) > 0.01 {
		t.Errorf("at 180° the nearest is %d at %g m, want 0 at 11.13 m", f, d)
	}
	if f, _ := end.Nearest(geo.Pos{X: -geo.MaxX, Y: 45_000}, 50); f != coverage.None {
		t.Errorf("at -180° the nearest is %d, want none", f)
	}
}
