package tiles_test

import (
	"math"

	"jingwei/geo"
	"jingwei/tiles"
	"jingwei/tiles/mvt"
)

// world returns the place of a position in degrees in the square world, from 0,0
// at the north-west.
func world(lon, lat float64) (x, y float64) {
	return (lon + 180) / 360, 0.5 - math.Asinh(math.Tan(lat*math.Pi/180))/(2*math.Pi)
}

// at returns the tile of a zoom that holds a position in degrees.
func at(z uint32, lon, lat float64) tiles.Address {
	x, y := world(lon, lat)
	n := math.Exp2(float64(z))
	return tiles.Address{Z: z, X: uint32(x * n), Y: uint32(y * n)}
}

// tilePosition returns where a position is in a tile, in units.
func tilePosition(a tiles.Address, p geo.Pos) (x, y float64) {
	x, y = world(p.Lon(), p.Lat())
	n := math.Exp2(float64(a.Z))
	return (x*n - float64(a.X)) * mvt.Extent, (y*n - float64(a.Y)) * mvt.Extent
}

// position returns the position at a part of a tile's width and height.
func position(a tiles.Address, x, y float64) geo.Pos {
	n := math.Exp2(float64(a.Z))
	lat := math.Atan(math.Sinh(math.Pi*(1-2*(float64(a.Y)+y)/n))) * 180 / math.Pi
	return pos((float64(a.X)+x)/n*360-180, lat)
}

func pos(lon, lat float64) geo.Pos {
	return geo.Pos{X: int32(math.Round(lon * geo.PerDegree)), Y: int32(math.Round(lat * geo.PerDegree))}
}

// nearest returns the distance from x, y to the nearest edge of rings.
func nearest(rings [][]mvt.Point, x, y float64) float64 {
	least := math.Inf(1)
	for _, r := range rings {
		a := r[len(r)-1]
		for _, b := range r {
			ax, ay := float64(a.X)-x, float64(a.Y)-y
			dx, dy := float64(b.X-a.X), float64(b.Y-a.Y)
			s := min(1, max(0, -(ax*dx+ay*dy)/(dx*dx+dy*dy)))
			least = min(least, math.Hypot(ax+s*dx, ay+s*dy))
			a = b
		}
	}
	return least
}
