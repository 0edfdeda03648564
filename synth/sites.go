package synth

import (
	"math"
	"math/rand/v2"
)

// density says how many sites there should be in a place, over the plane.
type density struct {
	towns  []townCentre
	fields noise
}

type townCentre struct {
	at     vec
	peak   float64 // sites in a square kilometre at the centre
	radius float64 // plane units
}

// Sites in a square kilometre, at the full size, of the fields and of the
// centres of towns by size, and how wide those centres are, in kilometres.
const fieldDensity = 5.0

var (
	townPeak   = [...]float64{rural: 45, street: 75, seat: 90, island: 25}
	townRadius = [...]float64{rural: 0.9, street: 1.35, seat: 1.9, island: 0.6}
)

func newDensity(seed uint64) density {
	d := density{fields: noise{hash(seed, streamSites), 2.5 * perKM}}
	for _, c := range counties {
		for _, t := range c.towns {
			d.towns = append(d.towns, townCentre{fromDegrees(t.lon, t.lat), townPeak[t.size], townRadius[t.size] * perKM})
		}
	}
	return d
}

// at returns the sites in a square kilometre at p, at the full size.
func (d density) at(p vec) float64 {
	sum := float64(fieldDensity * (0.55 + float64(0.9*d.fields.at(p))))
	for _, t := range d.towns {
		q := p.sub(t.at)
		x := 1 + q.dot(q)/float64(t.radius*t.radius)
		sum += t.peak / float64(x*x)
	}
	return sum
}

// A raster of density over the plane, in squares of 1/1024 of its width.
const (
	rasterSide = 1024
	pixelSize  = width / rasterSide
)

// raster holds the mass in each pixel in the order of a Hilbert curve, so that
// neighbours in it are neighbours on the ground.
type raster struct {
	pixels []pixel
	total  float64
}

type pixel struct {
	corner vec
	mass   float64 // sites at the full size
}

func newRaster(o *outline, d density) raster {
	const km2 = (pixelSize / float64(perKM)) * (pixelSize / float64(perKM))
	var r raster
	for i := range rasterSide * rasterSide {
		x, y := hilbert(i, rasterSide)
		p := vec{float64(x) * pixelSize, float64(y) * pixelSize}
		inside := 0
		if p.v+pixelSize < height {
			inside = insideShare(o, p)
		}
		if inside == 0 {
			continue
		}
		m := float64(d.at(vec{p.u + pixelSize/2, p.v + pixelSize/2})*km2) * float64(inside) / 9
		r.pixels = append(r.pixels, pixel{p, m})
		r.total += m
	}
	return r
}

// insideShare returns how many of nine places in a pixel are in the territory.
func insideShare(o *outline, corner vec) int {
	far := vec{corner.u + pixelSize, corner.v + pixelSize}
	if o.clear(corner) && o.clear(far) && o.clear(vec{corner.u, far.v}) && o.clear(vec{far.u, corner.v}) {
		if o.contains(corner) {
			return 9
		}
		return 0
	}
	n := 0
	for k := range 9 {
		if o.contains(ninth(corner, k)) {
			n++
		}
	}
	return n
}

func ninth(corner vec, k int) vec {
	const step = pixelSize / 6
	return vec{corner.u + float64((2*(k%3)+1)*step), corner.v + float64((2*(k/3)+1)*step)}
}

// hilbert returns the square that comes i-th on a Hilbert curve over side×side
// squares; side is a power of two.
func hilbert(i, side int) (x, y int) {
	for s := 1; s < side; s *= 2 {
		rx := 1 & (i / 2)
		ry := 1 & (i ^ rx)
		if ry == 0 {
			if rx == 1 {
				x, y = s-1-x, s-1-y
			}
			x, y = y, x
		}
		x, y = x+s*rx, y+s*ry
		i /= 4
	}
	return x, y
}

// scatter places exactly n sites in the territory, in strata of equal mass along
// the curve.
func (r raster) scatter(rng *rand.Rand, o *outline, n int) []vec {
	sites := make([]vec, 0, n)
	done := 0.0
	for _, p := range r.pixels {
		done += p.mass
		want := int(math.Round(done / r.total * float64(n)))
		for len(sites) < want {
			sites = append(sites, p.draw(rng, o))
		}
	}
	return sites
}

// draw returns a random place of the pixel that is in the territory.
func (p pixel) draw(rng *rand.Rand, o *outline) vec {
	for range 32 {
		q := vec{p.corner.u + between(rng, 0, pixelSize), p.corner.v + between(rng, 0, pixelSize)}
		if o.contains(q) {
			return q
		}
	}
	k := 0
	for !o.contains(ninth(p.corner, k)) {
		k++
	}
	q := ninth(p.corner, k)
	return vec{q.u + between(rng, -9, 9), q.v + between(rng, -9, 9)}
}
