package tiles

import (
	"math"
	"testing"

	"jingwei/geo"
	"jingwei/geo/coverage"

	"pgregory.net/rapid"
)

// A star of any form: its pole is inside, and no position of a fine mesh is farther
// from the border than it by more than 2 %.
func TestPole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		south := rapid.Int32Range(-80, 80).Draw(t, "latitude") * geo.PerDegree
		r := jagged(t, geo.Pos{X: 121 * geo.PerDegree, Y: south})
		c, err := coverage.Build([]coverage.Face{{Name: "star", Shape: geo.MultiPolygon{{r}}}})
		if err != nil {
			t.Skip("it crosses itself after rounding")
		}
		p := pole(c, 0)
		if c.Locate(p) != 0 {
			t.Fatalf("%v is not in %v", p, r)
		}
		s := newSearch(c.Shape(0), c.Box(0))
		got, best := s.distance(s.plane(p)), 0.0
		const n = 40
		for i := range n {
			for j := range n {
				best = max(best, s.distance(s.width*float64(i)/n, s.height*float64(j)/n))
			}
		}
		if got*1.02+2 < best {
			t.Fatalf("the pole is %v from the border, another position %v", got, best)
		}
	})
}

func jagged(t *rapid.T, at geo.Pos) (r geo.Ring) {
	n := rapid.IntRange(3, 12).Draw(t, "corners")
	for i := range n {
		radius, turn := rapid.Float64Range(20, 20_000).Draw(t, "radius"), 2*math.Pi*float64(i)/float64(n)
		r = append(r, geo.Pos{X: at.X + int32(radius*math.Cos(turn)), Y: at.Y + int32(radius*math.Sin(turn))})
	}
	return r
}

// Where nothing but the border is, the pole is there.
func TestPoleOfASliver(t *testing.T) {
	r := geo.Ring{{X: 0, Y: 0}, {X: 1, Y: 0}, {X: 1000, Y: 1}}
	c, err := coverage.Build([]coverage.Face{{Name: "sliver", Shape: geo.MultiPolygon{{r}}}})
	if err != nil {
		t.Fatal(err)
	}
	if p := pole(c, 0); p.X < -1 || p.X > 1001 || p.Y < -1 || p.Y > 2 {
		t.Errorf("%v is far from it", p)
	}
}

var sinkPos geo.Pos

func BenchmarkPole(b *testing.B) {
	var r geo.Ring
	for i := range 24 {
		radius, turn := 12_000+float64(i*i%7)*1500, 2*math.Pi*float64(i)/24
		r = append(r, geo.Pos{X: int32(radius * math.Cos(turn)), Y: int32(radius * math.Sin(turn))})
	}
	c, err := coverage.Build([]coverage.Face{{Name: "star", Shape: geo.MultiPolygon{{r}}}})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		sinkPos = pole(c, 0)
	}
}
