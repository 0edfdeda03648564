package tiles_test

import (
	"math"

	"jingwei/tiles"
)

// at returns the tile of a zoom that holds a position.
func at(z uint32, lon, lat float64) tiles.Address {
	n := math.Exp2(float64(z))
	s := math.Sin(lat * math.Pi / 180)
	return tiles.Address{
		Z: z,
		X: uint32((lon + 180) / 360 * n),
		Y: uint32((0.5 - math.Log((1+s)/(1-s))/(4*math.Pi)) * n),
	}
}
