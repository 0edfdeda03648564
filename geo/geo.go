// Package geo holds the integer geometry that everything else stands on:
// positions, boxes, rings and polygons on a lattice of 1e-7 degree, exact
// orientation, and metres.
//
// # The lattice
//
// A position is a pair of int32 in units of 1e-7 degree (about 1.1 cm of
// latitude). Coordinates are quantised once, where data enters, and are exact
// from there on: equality is ==, and there is no epsilon anywhere.
//
// # The arithmetic bound
//
// A valid position has |X| ≤ 1.8e9 and |Y| ≤ 0.9e9, so differences are at most
// 3.6e9 in X and 1.8e9 in Y, and a product of one of each is at most 6.48e18,
// below the int64 limit of 9.22e18. The cross product of two differences is the
// difference of two such products and may exceed that limit, so it is never
// formed: its sign is found by comparing the two products (see [Orient]).
package geo

import (
	"cmp"
	"fmt"
	"math"

	"github.com/paulmach/orb"
)

// Unit is the side of the lattice in degrees.
const Unit = 1e-7

// PerDegree is the number of lattice units in a degree.
const PerDegree = 10_000_000

// Bounds of a valid position, in lattice units.
const (
	MaxX = 180 * PerDegree
	MaxY = 90 * PerDegree
)

// Pos is a position: X is longitude, east positive, from -MaxX to MaxX; Y is
// latitude, north positive, from -MaxY to MaxY; both in units of 1e-7 degree.
type Pos struct{ X, Y int32 }

// FromDegrees quantises a longitude and a latitude in degrees to the nearest
// lattice position. It fails on a number that is not finite or out of range.
func FromDegrees(lon, lat float64) (Pos, error) {
	if !(math.Abs(lon) <= 180) || !(math.Abs(lat) <= 90) {
		return Pos{}, fmt.Errorf("position out of range: lon %v, lat %v (lon must be within ±180, lat within ±90)", lon, lat)
	}
	return Pos{int32(math.Round(lon * PerDegree)), int32(math.Round(lat * PerDegree))}, nil
}

// Lon returns the longitude in degrees. Quantising it again gives p back.
func (p Pos) Lon() float64 { return float64(p.X) / PerDegree }

// Lat returns the latitude in degrees. Quantising it again gives p back.
func (p Pos) Lat() float64 { return float64(p.Y) / PerDegree }

// Point returns p as an orb point in degrees.
func (p Pos) Point() orb.Point { return orb.Point{p.Lon(), p.Lat()} }

// Valid reports whether p lies within ±180° and ±90°.
func (p Pos) Valid() bool {
	return -MaxX <= p.X && p.X <= MaxX && -MaxY <= p.Y && p.Y <= MaxY
}

// Compare orders positions by X, then by Y.
func (p Pos) Compare(q Pos) int {
	if c := cmp.Compare(p.X, q.X); c != 0 {
		return c
	}
	return cmp.Compare(p.Y, q.Y)
}

// String writes p as "lon,lat" in degrees with seven decimals.
func (p Pos) String() string { return fmt.Sprintf("%.7f,%.7f", p.Lon(), p.Lat()) }

// Orient returns +1 when c lies to the left of the directed line from a to b,
// -1 when it lies to the right, and 0 when the three are collinear. It is exact
// for all valid positions.
func Orient(a, b, c Pos) int {
	l := (int64(b.X) - int64(a.X)) * (int64(c.Y) - int64(a.Y))
	r := (int64(c.X) - int64(a.X)) * (int64(b.Y) - int64(a.Y))
	return cmp.Compare(l, r)
}

// Side is Orient for the point (c.X + e², c.Y + e) with e infinitely small: a
// point moved so never lies on a line through lattice positions, so the answer
// is +1 or -1, and 0 only when a equals b.
func Side(a, b, c Pos) int {
	if s := Orient(a, b, c); s != 0 {
		return s
	}
	if s := cmp.Compare(b.X, a.X); s != 0 {
		return s
	}
	return cmp.Compare(a.Y, b.Y)
}

// OnSegment reports whether p lies on the closed segment from a to b.
func OnSegment(a, b, p Pos) bool {
	return min(a.X, b.X) <= p.X && p.X <= max(a.X, b.X) &&
		min(a.Y, b.Y) <= p.Y && p.Y <= max(a.Y, b.Y) && Orient(a, b, p) == 0
}
