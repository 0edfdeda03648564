package synth

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestNoPointInACircle checks the Delaunay law by brute force: no point lies
// within the circle of any triangle, also when many are on one line or circle.
func TestNoPointInACircle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		span := rapid.SampledFrom([]int32{3, 30, width - 1}).Draw(t, "span")
		coord := rapid.Int32Range(0, span)
		m := newMesh(0)
		for range rapid.IntRange(0, 40).Draw(t, "points") {
			p := pt{coord.Draw(t, "u"), coord.Draw(t, "v")}
			if had := slices.Contains(m.pts, p); m.add(p) == had {
				t.Fatalf("point %v: had %v", p, had)
			}
		}
		if want := 3 * (1 + 2*(len(m.pts)-3)); len(m.org) != want {
			t.Fatalf("%d half-edges, want %d", len(m.org), want)
		}
		checkMesh(t, m)
	})
}

func checkMesh(t *rapid.T, m *mesh) {
	for e := range int32(len(m.org)) {
		o := m.opp[e]
		if o >= 0 && (m.opp[o] != e || m.org[o] != m.org[next(e)]) {
			t.Fatalf("half-edge %d lies against %d, which lies against %d", e, o, m.opp[o])
		}
		if e%3 != 0 {
			continue
		}
		a, b, c := m.pts[m.org[e]], m.pts[m.org[e+1]], m.pts[m.org[e+2]]
		if orient(a, b, c) <= 0 {
			t.Fatalf("triangle %v %v %v is not counter-clockwise", a, b, c)
		}
		for _, p := range m.pts {
			if inCircle(a, b, c, p) > 0 {
				t.Fatalf("%v lies in the circle of %v %v %v", p, a, b, c)
			}
		}
	}
}

func TestApportion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		shares := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) share {
			least := rapid.IntRange(0, 5).Draw(t, "least")
			return share{rapid.Float64Range(0.01, 100).Draw(t, "weight"), least, least + rapid.IntRange(0, 50).Draw(t, "room")}
		}), 1, 20).Draw(t, "shares")
		low, high := 0, 0
		for _, s := range shares {
			low, high = low+s.least, high+s.most
		}
		total := rapid.IntRange(low, high).Draw(t, "total")
		for i, n := range apportion(total, shares) {
			if n < shares[i].least || n > shares[i].most {
				t.Fatalf("share %d of %v is %d", i, shares, n)
			}
			total -= n
		}
		if total != 0 {
			t.Fatalf("%d left over", total)
		}
	})
}
