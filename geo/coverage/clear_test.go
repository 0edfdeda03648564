package coverage

import (
	"math/rand/v2"
	"testing"

	"jingwei/geo"
)

// No edge reaches into a box that is clear, and most boxes without an edge are.
func TestClearHoldsNoEdge(t *testing.T) {
	for _, side := range []int32{50, 5000, 8_000_000} {
		clearHoldsNoEdge(t, quarters(side), rand.New(rand.NewPCG(uint64(side), 1)), side)
	}
}

func clearHoldsNoEdge(t *testing.T, c *Coverage, rng *rand.Rand, side int32) {
	t.Helper()
	low := c.Box(0).Min
	clear, empty := 0, 0
	for range 4000 {
		size := 1 + rng.Int32N(1+side/(1+rng.Int32N(20)))
		p := geo.Pos{X: low.X + rng.Int32N(2*side), Y: low.Y + rng.Int32N(2*side)}
		b := geo.Box{Min: p, Max: geo.Pos{X: p.X + size, Y: p.Y + rng.Int32N(size)}}
		met := false
		for _, a := range c.Arcs() {
			met = met || reachesBox(a.Pos, b)
		}
		is := c.index.clear(b)
		if is && met {
			t.Fatalf("side %d: %v is clear, and meets an edge", side, b)
		}
		clear, empty = clear+one(is), empty+one(!met)
	}
	if empty == 0 || clear < empty*9/10 {
		t.Errorf("side %d: %d of %d boxes without an edge are clear", side, clear, empty)
	}
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}
