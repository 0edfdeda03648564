package synth

import (
	"math"
	"slices"
)

// plan is the hierarchy over the sites, before it has codes: which sites make up
// which town, village and dedicated grid.
type plan struct {
	net    *net
	cut    cutter
	counts counts
	towns  []townPlan // in the order of their codes
}

type townPlan struct {
	county   int
	name     string
	size     townSize
	at       vec
	sites    []int32 // while there are no villages yet
	villages []villagePlan
}

// villagePlan is a village: the sites of its micro-grids, in how many general
// grids they are, and its dedicated grids.
type villagePlan struct {
	sites    []int32
	grids    int
	specials []special
}

// special is a dedicated grid: some sites that become one cell, or a wind farm.
type special struct {
	sites []int32
	farm  int // index into windFarms, or -1
}

// minTown is the number of sites below which a town is joined to its neighbour.
const minTown = 8

func newPlan(o *outline, d *net, at []vec, c counts, seed uint64, classes []int) (*plan, error) {
	p := &plan{net: d, cut: cutter{at, newStream(seed, streamHierarchy)}, counts: c}
	p.chooseTowns()
	p.assignSites(o, noise{hash(seed, streamHierarchy), 3 * perKM})
	p.dropSmallTowns()
	p.divideTowns()
	p.makeVillages()
	if err := p.placeSpecials(newStream(seed, streamDedicated), classes); err != nil {
		return nil, err
	}
	p.placeFarms()
	p.countGrids()
	return p, nil
}

// chooseTowns takes the towns of the gazetteer, or for small cities some of each
// county: the seat, then always the one farthest from all taken.
func (p *plan) chooseTowns() {
	shares := make([]share, len(counties))
	for i, c := range counties {
		shares[i] = share{float64(len(c.towns)), 1, len(c.towns)}
	}
	for i, n := range apportion(p.counts.towns, shares) {
		for _, t := range spread(counties[i].towns, n) {
			p.towns = append(p.towns, townPlan{county: i, name: t.name, size: t.size, at: fromDegrees(t.lon, t.lat)})
		}
	}
}

// spread returns n of the anchors in their order, spread out from the first.
func spread(anchors []anchor, n int) []anchor {
	taken := []int{0}
	for len(taken) < n {
		best, far := -1, -1.0
		for i, a := range anchors {
			d := math.Inf(1)
			for _, j := range taken {
				w := fromDegrees(a.lon, a.lat).sub(fromDegrees(anchors[j].lon, anchors[j].lat))
				d = min(d, w.dot(w))
			}
			if d > far {
				best, far = i, d
			}
		}
		taken = append(taken, best)
	}
	slices.Sort(taken)
	out := make([]anchor, n)
	for k, i := range taken {
		out[k] = anchors[i]
	}
	return out
}

// assignSites gives each site to the county of the nearest anchor and there to
// the nearest town, both as seen from a place displaced by a smooth noise, so
// that borders wind at the scale of kilometres too.
func (p *plan) assignSites(o *outline, n noise) {
	const sway = 1.6 * perKM
	m := noise{n.seed + 1, n.size}
	for i, a := range p.cut.at {
		from := vec{a.u + float64(sway*(n.at(a)-0.5)), a.v + float64(sway*(m.at(a)-0.5))}
		apart := o.partOf(a) > 0
		t := &p.towns[p.nearestTown(from, nearestCounty(from, apart), apart)]
		t.sites = append(t.sites, int32(i))
	}
}

// nearestCounty looks among the anchors on islands if apart, else on the mainland.
func nearestCounty(from vec, apart bool) int {
	best, near := 0, math.Inf(1)
	for i, c := range anchorPlaces {
		for _, a := range c {
			if w := from.sub(a.at); a.apart == apart && w.dot(w) < near {
				best, near = i, w.dot(w)
			}
		}
	}
	return best
}

// anchorPlaces holds the anchors of each county in the plane.
var anchorPlaces = func() [][]anchorPlace {
	places := make([][]anchorPlace, len(counties))
	for i, c := range counties {
		for _, t := range c.towns {
			places[i] = append(places[i], anchorPlace{fromDegrees(t.lon, t.lat), t.size == island})
		}
	}
	return places
}()

type anchorPlace struct {
	at    vec
	apart bool // on an island
}

// nearestTown returns the nearest town of a county, if it can, on the same side
// of the water.

func (p *plan) nearestTown(from vec, county int, apart bool) int {
	const water = 1000 * perKM
	best, near := -1, math.Inf(1)
	for i, t := range p.towns {
		if t.county != county {
			continue
		}
		w := from.sub(t.at)
		d := w.dot(w)
		if (t.size == island) != apart {
			d += float64(water * water)
		}
		if d < near {
			best, near = i, d
		}
	}
	return best
}

func (p *plan) dropSmallTowns() {
	for i := 0; i < len(p.towns); {
		t := p.towns[i]
		if len(t.sites) >= minTown || p.townsIn(t.county) == 1 {
			i++
			continue
		}
		p.towns = slices.Delete(p.towns, i, i+1)
		k := p.nearestTown(t.at, t.county, t.size == island)
		p.towns[k].sites = append(p.towns[k].sites, t.sites...)
	}
}

func (p *plan) townsIn(county int) int {
	n := 0
	for _, t := range p.towns {
		if t.county == county {
			n++
		}
	}
	return n
}

// maxTowns is how many towns of a county their codes can number.
const maxTowns = 999

// divideTowns cuts each town into several when the city is larger than life.
func (p *plan) divideTowns() {
	var out []townPlan
	for _, t := range p.towns {
		n := min(p.counts.townsPerAnchor, maxTowns/len(counties[t.county].towns))
		k := 0
		p.cut.split(t.sites, p.cut.parts(len(t.sites), n, 1), func(part []int32) {
			u := t
			u.sites, u.name = part, ordinalTown(t.name, k)
			out = append(out, u)
			k++
		})
	}
	p.towns = out
}

// makeVillages cuts the towns into villages in proportion to their sites.
func (p *plan) makeVillages() {
	shares := make([]share, len(p.towns))
	for i, t := range p.towns {
		shares[i] = share{float64(len(t.sites)), 1, max(1, len(t.sites)/4)}
	}
	for i, n := range apportion(p.counts.villages, shares) {
		t := &p.towns[i]
		p.cut.split(t.sites, p.cut.parts(len(t.sites), n, min(3, len(t.sites)/n)), func(part []int32) {
			t.villages = append(t.villages, villagePlan{sites: part})
		})
	}
}

// countGrids says how many general grids each village has.
func (p *plan) countGrids() {
	var shares []share
	for _, t := range p.towns {
		for _, v := range t.villages {
			shares = append(shares, share{float64(len(v.sites)), 1, len(v.sites)})
		}
	}
	got := apportion(p.counts.general, shares)
	for i := range p.towns {
		for j := range p.towns[i].villages {
			p.towns[i].villages[j].grids, got = got[0], got[1:]
		}
	}
}
