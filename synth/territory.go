package synth

import (
	"math"

	"jingwei/geo"
)

// territory is the ground of a city: the plan of its hierarchy, over sites whose
// borders lie on the lattice, and the wind farms at sea.
type territory struct {
	*plan
	farms []geo.MultiPolygon
}

// relaxations is how often sites are moved to the middle of their cells, which
// evens out their sizes and shapes.
const relaxations = 2

func newTerritory(o Options, n counts) (*territory, error) {
	classes := drawClasses(o.Seed, n.dedicated-n.atSea)
	want := n.microgrids
	for _, k := range classes {
		want += k
	}
	step := math.Sqrt(LandAreaM2/1e6/float64(want)) * perKM // between sites, on average
	line := newOutline(o.Seed, max(0.3*perKM, 0.7*step))
	d := newDensity(o.Seed)
	r := newRaster(line, d)
	sites := r.scatter(newStream(o.Seed, streamSites), line, want)
	reach := func(p vec) float64 {
		return 2.2 * perKM / math.Sqrt(d.at(p)/r.total*float64(want))
	}
	g := newDiagram(line, sites, reach)
	for i := range relaxations {
		o.Progress("sites", i+1, relaxations+1)
		g.relax(line, sites)
		g = newDiagram(line, sites, reach)
	}
	o.Progress("sites", 1, 1)
	t := &territory{farms: seaFarms(o.Seed, n.atSea)}
	f := g.calibrate(LandAreaM2 - area(t.farms))
	var err error
	t.plan, err = newPlan(line, newNet(g, f), sites, n, o.Seed, classes)
	return t, err
}

func area(shapes []geo.MultiPolygon) (m2 float64) {
	for _, s := range shapes {
		m2 += s.AreaM2()
	}
	return m2
}

// seaFarms returns the shapes of the first n wind farms: round in broad strokes.
func seaFarms(seed uint64, n int) []geo.MultiPolygon {
	rng := newStream(seed, streamSea)
	farms := make([]geo.MultiPolygon, n)
	for i := range farms {
		f := windFarms[i]
		var ring geo.Ring
		for _, d := range compass {
			r := f.radius * perKM * between(rng, 0.85, 1.1)
			c := fromDegrees(f.lon, f.lat)
			ring = append(ring, calibration(1).lattice(vec{c.u + float64(r*d.u), c.v + float64(r*d.v)}))
		}
		farms[i] = geo.MultiPolygon{{ring}}
	}
	return farms
}

// compass holds 16 directions, counter-clockwise from the east.
var compass = func() (dirs [16]vec) {
	quarter := [4]vec{{1, 0}, {0.924, 0.383}, {0.707, 0.707}, {0.383, 0.924}}
	for i := range dirs {
		d := quarter[i%4]
		for range i / 4 {
			d = vec{-d.v, d.u}
		}
		dirs[i] = d
	}
	return dirs
}()
