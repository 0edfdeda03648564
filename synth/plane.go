package synth

import (
	"math"

	"jingwei/geo"
)

// The working plane: u runs east and v north from the origin, both in units of
// 1e-7 degree of latitude (about 1.1 cm), so that distances in it are true to
// within 1 %. Everything generated has 0 ≤ u, v < 2²⁵.
const (
	originX = 1_199_000_000 // 119.9° E in lattice units
	originY = 313_000_000   // 31.3° N in lattice units
	squeeze = 0.848         // cos 32°: a unit of longitude in units of latitude
	perKM   = 90_180        // plane units in a kilometre
)

// The corner of the plane opposite the origin, at 122.3° E, 33.0° N.
const (
	width  = 20_352_000
	height = 17_000_000
)

// pt is a position in the working plane, or a difference of two.
type pt struct{ u, v int32 }

// vec is a position in the working plane before it is rounded.
type vec struct{ u, v float64 }

func (p pt) vec() vec { return vec{float64(p.u), float64(p.v)} }

func (a vec) sub(b vec) vec { return vec{a.u - b.u, a.v - b.v} }

// dot and cross round each product, so that no machine fuses it into the sum.
func (a vec) dot(b vec) float64 { return float64(a.u*b.u) + float64(a.v*b.v) }

func (a vec) cross(b vec) float64 { return float64(a.u*b.v) - float64(a.v*b.u) }

// lerp returns the vector from a (t = 0) to b (t = 1).
func lerp(a, b vec, t float64) vec {
	return vec{a.u + float64((b.u-a.u)*t), a.v + float64((b.v-a.v)*t)}
}

func (a vec) round() pt { return pt{int32(math.Round(a.u)), int32(math.Round(a.v))} }

// fromDegrees places a longitude and a latitude in the plane.
func fromDegrees(lon, lat float64) vec {
	return vec{(float64(lon*geo.PerDegree) - originX) * squeeze, float64(lat*geo.PerDegree) - originY}
}

// calibration stretches the plane around its centre on the way to the lattice,
// by a factor near 1, so that the city comes out with the area it should have.
type calibration float64

// lattice returns the lattice position of a.
func (f calibration) lattice(a vec) geo.Pos {
	const cu, cv = width / 2, height / 2
	u, v := cu+float64((a.u-cu)*float64(f)), cv+float64((a.v-cv)*float64(f))
	return geo.Pos{
		X: int32(originX + math.Round(u/squeeze)),
		Y: int32(originY + math.Round(v)),
	}
}
