package synth

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// cutter divides sets of sites into parts of given sizes by straight cuts.
type cutter struct {
	at  []vec // of each site
	rng *rand.Rand
}

// directions along which sites may be cut, with the length of each.
var directions = [...]struct{ u, v, length float64 }{
	{1, 0, 1},
	{0, 1, 1},
	{1, 1, math.Sqrt2},
	{1, -1, math.Sqrt2},
	{2, 1, 2.23606797749979},
	{1, 2, 2.23606797749979},
	{2, -1, 2.23606797749979},
	{1, -2, 2.23606797749979},
}

// split reorders sites so that they fall into runs of the given sizes, which add
// up to len(sites), each run together on the ground, and calls visit with each
// run in order.
func (c cutter) split(sites []int32, sizes []int, visit func(part []int32)) {
	if len(sizes) == 1 {
		visit(sites)
		return
	}
	half, n := len(sizes)/2, 0
	for _, k := range sizes[:half] {
		n += k
	}
	c.sort(sites)
	c.split(sites[:n], sizes[:half], visit)
	c.split(sites[n:], sizes[half:], visit)
}

// sort orders sites along the direction in which they reach farthest, give or
// take.
func (c cutter) sort(sites []int32) {
	best, along := -1.0, directions[0]
	for _, d := range directions {
		if x := c.extent(sites, vec{d.u, d.v}) / d.length * between(c.rng, 0.85, 1.15); x > best {
			best, along = x, d
		}
	}
	w := vec{along.u, along.v}
	slices.SortFunc(sites, func(i, j int32) int {
		return cmp.Or(cmp.Compare(c.at[i].dot(w), c.at[j].dot(w)), cmp.Compare(i, j))
	})
}

func (c cutter) extent(sites []int32, w vec) float64 {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, i := range sites {
		x := c.at[i].dot(w)
		lo, hi = min(lo, x), max(hi, x)
	}
	return hi - lo
}

// parts returns sizes for n parts of total sites, uneven as in life, of at least
// least each.
func (c cutter) parts(total, n, least int) []int {
	shares := make([]share, n)
	for i := range shares {
		shares[i] = share{between(c.rng, 0.65, 1.35), least, total}
	}
	return apportion(total, shares)
}

// ones returns n sizes of 1.
func ones(n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = 1
	}
	return s
}
