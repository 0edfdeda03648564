package coverage

import (
	"math"
	"math/rand/v2"
	"testing"

	"jingwei/geo"
)

// quarters is four square faces about a node, A to D row by row from the lower
// left, with the outside all around.
func quarters(side int32) *Coverage {
	home := geo.Pos{X: 1_210_000_000, Y: 320_000_000}
	var faces []Face
	for i := range int32(4) {
		x, y := home.X+i%2*side, home.Y+i/2*side
		faces = append(faces, Face{Name: string('A' + i), Shape: geo.MultiPolygon{{{
			{X: x, Y: y}, {X: x + side, Y: y}, {X: x + side, Y: y + side}, {X: x, Y: y + side},
		}}}})
	}
	c, err := Build(faces)
	if err != nil {
		panic(err)
	}
	return c
}

func TestSharesAgreeWithMonteCarlo(t *testing.T) {
	sharesAgree(t, 5000, 30)
	sharesAgree(t, 8_000_000, 30_000) // a radius of many cells elsewhere
}

func sharesAgree(t *testing.T, side int32, radius float64) {
	const samples = 400_000
	c := quarters(side)
	rng := rand.New(rand.NewPCG(1, 2))
	for range 12 {
		p := geo.Pos{X: 1_210_000_000 + rng.Int32N(3*side) - side/2, Y: 320_000_000 + rng.Int32N(3*side) - side/2}
		want := monteCarlo(c, p, radius, samples, rng)
		got := map[int32]float64{}
		sum := 0.0
		for _, s := range c.Shares(p, radius) {
			got[s.Face] = s.Share
			sum += s.Share
		}
		if math.Abs(sum-1) > 1e-3 {
			t.Errorf("%v: shares sum to %v", p, sum)
		}
		for f := None; f < 4; f++ {
			if math.Abs(got[f]-want[f]) > 5*math.Sqrt(0.25/samples) {
				t.Errorf("%v, face %d: share %.5f, by Monte Carlo %.5f", p, f, got[f], want[f])
			}
		}
	}
}

// monteCarlo draws positions from the distribution and counts faces.
func monteCarlo(c *Coverage, p geo.Pos, radius float64, n int, rng *rand.Rand) map[int32]float64 {
	s, sigma := geo.ScaleAt(p), radius/sigmaPerRadius
	count, total := map[int32]float64{}, 0.0
	for range n {
		x, y := rng.NormFloat64()*sigma, rng.NormFloat64()*sigma
		if math.Hypot(x, y) > radius*reachRadii {
			continue
		}
		q := geo.Pos{X: p.X + int32(math.Round(x/s.East)), Y: p.Y + int32(math.Round(y/s.North))}
		count[c.Locate(q)]++
		total++
	}
	for f := range count {
		count[f] /= total
	}
	return count
}

func TestSharesOnBordersAndNodes(t *testing.T) {
	const side = 5000
	c := quarters(side)
	at := func(x, y int32) geo.Pos { return geo.Pos{X: 1_210_000_000 + x, Y: 320_000_000 + y} }
	for name, tt := range map[string]struct {
		p    geo.Pos
		want []float64 // of faces 0 to 3
	}{
		"the node of all four":   {at(side, side), []float64{.25, .25, .25, .25}},
		"the middle of a border": {at(side, side/2), []float64{.5, .5, 0, 0}},
		"the lower left corner":  {at(0, 0), []float64{.25, 0, 0, 0}},
		"the left side":          {at(0, side/2), []float64{.5, 0, 0, 0}},
		"the upper right corner": {at(2*side, 2*side), []float64{0, 0, 0, .25}},
		"the right side":         {at(2*side, side/2), []float64{0, .5, 0, 0}},
	} {
		got := make([]float64, 4)
		for _, s := range c.Shares(tt.p, 5) {
			if s.Face != None {
				got[s.Face] = s.Share
			}
		}
		for f := range got {
			if math.Abs(got[f]-tt.want[f]) > 1e-3 {
				t.Errorf("%s: shares %v, want %v", name, got, tt.want)
				break
			}
		}
	}
}

func TestOwenT(t *testing.T) {
	for _, v := range []struct{ h, a float64 }{{0.0625, 0.25}, {0.5, 0.4375}, {2, 2}, {0.01, 200}, {3, 0.9}, {1e-6, 1}} {
		got := owenT(v.h, v.h*v.a)
		if want := slowOwenT(v.h, v.a); math.Abs(got-want) > 1e-9 {
			t.Errorf("T(%v, %v) = %v, want %v", v.h, v.a, got, want)
		}
	}
}

// slowOwenT integrates by the midpoint rule.
func slowOwenT(h, a float64) float64 {
	const n = 2_000_000
	sum := 0.0
	for i := range n {
		x := a * (float64(i) + .5) / n
		sum += math.Exp(-h*h*(1+x*x)/2) / (1 + x*x)
	}
	return sum * a / n / (2 * math.Pi)
}

func BenchmarkShares(b *testing.B) {
	c := quarters(5000)
	p := geo.Pos{X: 1_210_000_000 + 4800, Y: 320_000_000 + 4900}
	for b.Loop() {
		c.Shares(p, 30)
	}
}
