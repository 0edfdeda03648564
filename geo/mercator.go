package geo

import "math"

// Web Mercator (EPSG:3857) draws the world between about 85.05° south and north
// as a square. Distances in it are given as shares of its side: x from 0 at 180°
// west to 1 at 180° east, y from 0 at the top, in the north, to 1 at the bottom.
// Zoom z divides it into a grid of 2^z columns, counted from the west, and 2^z
// rows, counted from the top, z from 0 to 32.

// mercatorMax is the latitude, in lattice units, at which positions nearer to a
// pole are projected: well outside of the square world, and finite.
const mercatorMax = 88 * PerDegree

// MercatorY returns how far below the top of the world a latitude is, in shares
// of the world's side: less than 0 or more than 1 beyond the square. The
// conversion keeps the product from being fused with the sum, which would give
// another number on other machines.
func MercatorY(latitude int32) float64 {
	s := math.Sin(float64(min(mercatorMax, max(-mercatorMax, latitude))) * (math.Pi / 180 / PerDegree))
	return 0.5 - float64(math.Log((1+s)/(1-s))/(4*math.Pi))
}

// MercatorLatitude is the inverse of [MercatorY], in lattice units, not rounded.
// What is beyond the square world reaches to the pole.
func MercatorLatitude(y float64) float64 {
	switch {
	case y <= 0:
		return MaxY
	case y >= 1:
		return -MaxY
	}
	return math.Atan(math.Sinh(math.Pi*(1-2*y))) * (180 / math.Pi) * PerDegree
}

// MercatorCell returns the column and the row of zoom z that p is in. Cells hold
// their western and southern borders, and those along the sides of the square
// what is beyond it. The cell of a lower zoom is always the one around it.
func MercatorCell(p Pos, z uint8) (x, y uint32) {
	return mercatorColumn(p.X) >> (32 - z), mercatorRow(p.Y) >> (32 - z)
}

// mercatorColumn and mercatorRow are of zoom 32.
func mercatorColumn(longitude int32) uint32 {
	return uint32(min(math.MaxUint32, uint64(int64(longitude)+MaxX)<<32/(2*MaxX)))
}

func mercatorRow(latitude int32) uint32 {
	return uint32(min(math.MaxUint32, max(0, MercatorY(latitude)*(1<<32))))
}

// MercatorWest returns the least longitude, in lattice units, of column x of zoom
// z; for x = 2^z, behind the last, one that is beyond all positions.
func MercatorWest(z uint8, x uint32) int32 {
	if uint64(x)>>z > 0 {
		return MaxX + 1
	}
	return int32(int64((uint64(x)*(2*MaxX)+1<<z-1)>>z) - MaxX)
}

// MercatorSouth returns the least latitude, in lattice units, of row y of zoom z.
// Those of the row above are the next that are not in row y; the first row
// reaches to the pole.
func MercatorSouth(z uint8, y uint32) int32 {
	if (uint64(y)+1)>>z > 0 {
		return -MaxY
	}
	south := int32(math.Ceil(MercatorLatitude(float64(uint64(y)+1) / float64(uint64(1)<<z))))
	for mercatorRow(south)>>(32-z) > y {
		south++
	}
	for mercatorRow(south-1)>>(32-z) <= y {
		south--
	}
	return south
}
