package synth

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// classes of dedicated grids: how many sites one is made of, and how many in a
// hundred are.
var classes = []struct{ sites, percent int }{{1, 55}, {2, 15}, {3, 10}, {4, 10}, {6, 10}}

// drawClasses returns the sites that each of n dedicated grids on land is made of.
func drawClasses(seed uint64, n int) []int {
	rng := newStream(seed, streamClasses)
	out := make([]int, n)
	for i := range out {
		x := rng.IntN(100)
		for _, c := range classes {
			out[i] = c.sites
			if x -= c.percent; x < 0 {
				break
			}
		}
	}
	return out
}

// maxSpecials is how many dedicated grids of a village their codes can number,
// less room for the wind farms.
const maxSpecials = 90

// placeSpecials takes the sites of dedicated grids out of the villages. What a
// cluster cannot reach, the next one makes up for, so that their sum is kept.
func (p *plan) placeSpecials(rng *rand.Rand, classes []int) error {
	g := grower{net: p.net, at: p.cut.at, village: make([]int32, len(p.cut.at)), taken: make([]bool, len(p.cut.at))}
	villages := p.allVillages()
	for k, v := range villages {
		for _, s := range v.sites {
			g.village[s] = int32(k)
		}
	}
	debt := 0
	for _, n := range classes {
		c := g.place(rng, villages, n+debt)
		if c == nil {
			return fmt.Errorf("no village has room for a dedicated grid of %d sites", n+debt)
		}
		debt += n - len(c)
	}
	for i := 0; debt > 0 && i < len(villages)*4; i++ {
		debt -= g.extend(villages[i%len(villages)])
	}
	if debt > 0 {
		return fmt.Errorf("dedicated grids are %d sites short", debt)
	}
	return nil
}

func (p *plan) allVillages() []*villagePlan {
	var out []*villagePlan
	for i := range p.towns {
		for j := range p.towns[i].villages {
			out = append(out, &p.towns[i].villages[j])
		}
	}
	return out
}

// grower makes clusters of neighbouring sites within a village.
type grower struct {
	net     *net
	at      []vec
	village []int32 // of each site
	taken   []bool  // sites in a cluster
}

// place puts a cluster of up to n sites into a village that keeps more than half
// of its own, a random one if it can.
func (g grower) place(rng *rand.Rand, villages []*villagePlan, n int) []int32 {
	start := rng.IntN(len(g.at))
	for k := range len(g.at) {
		i := int32((start + k*7919) % len(g.at))
		v := villages[g.village[i]]
		if g.taken[i] || len(v.specials) >= maxSpecials || len(v.sites) <= 2*n {
			continue
		}
		c := g.grow(i, n)
		v.specials = append(v.specials, special{sites: c, farm: -1})
		v.drop(c)
		return c
	}
	return nil
}

// grow takes up to n sites, from the seed on always the nearest free neighbour.
func (g grower) grow(seed int32, n int) []int32 {
	c := []int32{seed}
	g.taken[seed] = true
	for len(c) < n {
		s := g.nearestNeighbour(c)
		if s < 0 {
			break
		}
		c = append(c, s)
		g.taken[s] = true
	}
	return c
}

// nearestNeighbour returns the free site of the same village that shares a border
// with the cluster and is nearest to its first, or -1. Sites where borders fall
// together are left alone: a cluster could touch itself there.
func (g grower) nearestNeighbour(c []int32) int32 {
	best, near := int32(-1), math.Inf(1)
	for _, s := range c {
		if !g.net.apart(first + s) {
			return -1
		}
		g.net.around(first+s, func(e int32) {
			m := g.net.org[next(e)] - first
			if m < 0 || m >= g.net.n || g.taken[m] || g.village[m] != g.village[s] || !g.net.apart(first+m) {
				return
			}
			if w := g.at[m].sub(g.at[c[0]]); w.dot(w) < near {
				best, near = m, w.dot(w)
			}
		})
	}
	return best
}

// extend adds a site to a cluster of the village if one can be had, and returns
// how many it added.
func (g grower) extend(v *villagePlan) int {
	for i := range v.specials {
		if len(v.sites) < 3 {
			return 0
		}
		s := &v.specials[i]
		if m := g.nearestNeighbour(s.sites); m >= 0 {
			s.sites = append(s.sites, m)
			g.taken[m] = true
			v.drop([]int32{m})
			return 1
		}
	}
	return 0
}

func (v *villagePlan) drop(sites []int32) {
	v.sites = slices.DeleteFunc(v.sites, func(s int32) bool { return slices.Contains(sites, s) })
}

// placeFarms gives each wind farm to the village nearest to it.
func (p *plan) placeFarms() {
	villages := p.allVillages()
	for k := range p.counts.atSea {
		centre := fromDegrees(windFarms[k].lon, windFarms[k].lat)
		best, near := villages[0], math.Inf(1)
		for _, v := range villages {
			if w := p.cut.at[v.sites[0]].sub(centre); w.dot(w) < near {
				best, near = v, w.dot(w)
			}
		}
		best.specials = append(best.specials, special{farm: k})
	}
}
