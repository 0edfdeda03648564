package geo

import "math"

// The WGS 84 ellipsoid. CGCS2000 differs from it by 0.1 mm at the poles.
const (
	semiMajor  = 6378137.0 // metres
	flattening = 1 / 298.257223563
	ecc2       = flattening * (2 - flattening)
)

// Scale gives the metres in one lattice unit at a latitude, east and north: the
// radii of curvature in the prime vertical (times cos φ) and in the meridian
// (Snyder, Map Projections: A Working Manual, 1987, eq. 4-18 to 4-21).
type Scale struct{ East, North float64 }

// ScaleAt returns the scale at the latitude of p.
func ScaleAt(p Pos) Scale {
	phi := p.Lat() * math.Pi / 180
	s := math.Sin(phi)
	w := math.Sqrt(1 - ecc2*s*s)
	const rad = Unit * math.Pi / 180
	return Scale{
		East:  semiMajor / w * math.Cos(phi) * rad,
		North: semiMajor * (1 - ecc2) / (w * w * w) * rad,
	}
}

// AreaM2 returns the area of r in square metres on the ellipsoid, positive when
// r runs counter-clockwise. Edges are straight in longitude and latitude; the
// area below each is its integral in authalic latitude (Snyder eq. 3-12), by
// Simpson's rule, whose error for edges under 1° is below 1e-9 of the area. PostGIS
// geography, whose edges are geodesics, agrees to 1e-4 for cells of up to 2 km.
func (r Ring) AreaM2() float64 {
	const rad = Unit * math.Pi / 180
	if len(r) < 3 {
		return 0
	}
	base := q(float64(r[0].Y) * rad)
	var sum float64
	a := r[len(r)-1]
	for _, b := range r {
		ya, yb := float64(a.Y)*rad, float64(b.Y)*rad
		mean := (q(ya) + 4*q((ya+yb)/2) + q(yb)) / 6
		sum -= (float64(b.X) - float64(a.X)) * rad * (mean - base)
		a = b
	}
	return sum * semiMajor * semiMajor / 2
}

// AreaM2 returns the area of m in square metres on the ellipsoid; holes count
// as what they are, so rings must be oriented.
func (m MultiPolygon) AreaM2() float64 {
	var sum float64
	for _, p := range m {
		for _, r := range p {
			sum += r.AreaM2()
		}
	}
	return sum
}

// q is Snyder's eq. 3-12 without the factor of a²: the area between the equator
// and latitude phi (radians) over a difference of longitude of one radian is
// a²·q/2.
func q(phi float64) float64 {
	e := math.Sqrt(ecc2)
	s := math.Sin(phi)
	return (1 - ecc2) * (s/(1-ecc2*s*s) + math.Atanh(e*s)/e)
}

// DistanceToSegment returns the distance in metres from p to the closed segment
// from a to b, in the plane that touches the ellipsoid at p. Where the farther end
// is d away it is off by less than d²·(1 + tan |φ|)/2R, R being the Earth's radius:
// 0.4 mm for 50 m and 4 m for 5 km at 45°.
func DistanceToSegment(p, a, b Pos) float64 {
	s := ScaleAt(p)
	ax, ay := (float64(a.X)-float64(p.X))*s.East, (float64(a.Y)-float64(p.Y))*s.North
	bx, by := (float64(b.X)-float64(p.X))*s.East, (float64(b.Y)-float64(p.Y))*s.North
	dx, dy := bx-ax, by-ay
	t := 0.0
	if l := dx*dx + dy*dy; l > 0 {
		t = min(1, max(0, -(ax*dx+ay*dy)/l))
	}
	return math.Hypot(ax+t*dx, ay+t*dy)
}

// Distance returns the distance in metres between two positions that are within
// a few kilometres of each other, at the mean of their latitudes: to 1e-5 of it for
// 5 km, up to 85° from the equator.
func Distance(a, b Pos) float64 {
	s := ScaleAt(Pos{0, int32((int64(a.Y) + int64(b.Y)) / 2)})
	return math.Hypot((float64(a.X)-float64(b.X))*s.East, (float64(a.Y)-float64(b.Y))*s.North)
}
