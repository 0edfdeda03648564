package tiles

import (
	"math"

	"jingwei/geo"
	"jingwei/tiles/mvt"
)

// Buffer is how far, in tile units, a tile reaches beyond its sides.
const Buffer = 64

// point is a position in units of a tile of some zoom, X to the right and Y down,
// from the top left of the tile or of the world. 2³⁴ units are the world at zoom
// 22, so 64 bits are needed.
type point struct{ x, y int64 }

// projection is the Web Mercator projection (EPSG:3857) of a zoom, in tile units.
type projection struct {
	origin point   // of the tile, in the world
	perX   float64 // units in one lattice unit of longitude
	world  float64 // units of the world's side
}

func (a Address) projection() projection {
	world := float64(uint64(mvt.Extent) << a.Z)
	return projection{
		origin: point{int64(a.X) * mvt.Extent, int64(a.Y) * mvt.Extent},
		perX:   world / (2 * geo.MaxX),
		world:  world,
	}
}

// point projects p.
func (m projection) point(p geo.Pos) point {
	x, y := m.exact(p)
	return point{round(x) - m.origin.x, round(y) - m.origin.y}
}

// exact projects p, to units of the world, not rounded. The conversions keep
// products from being fused with sums, which would give other bytes on other
// machines.
func (m projection) exact(p geo.Pos) (x, y float64) {
	return float64(float64(int64(p.X)+geo.MaxX) * m.perX), float64(geo.MercatorY(p.Y) * m.world)
}

func round(v float64) int64 { return int64(math.Floor(v + 0.5)) }

// box returns the lattice box around a tile with its buffer, rounded outwards.
func (a Address) box() geo.Box {
	m := a.projection()
	const margin = Buffer + 2 // rounding may move a border so far
	west, east := float64(m.origin.x-margin), float64(m.origin.x+mvt.Extent+margin)
	north, south := float64(m.origin.y-margin), float64(m.origin.y+mvt.Extent+margin)
	return geo.Box{
		Min: geo.Pos{X: clamp(math.Floor(west/m.perX)-geo.MaxX, geo.MaxX), Y: clamp(math.Floor(geo.MercatorLatitude(south/m.world)), geo.MaxY)},
		Max: geo.Pos{X: clamp(math.Ceil(east/m.perX)-geo.MaxX, geo.MaxX), Y: clamp(math.Ceil(geo.MercatorLatitude(north/m.world)), geo.MaxY)},
	}
}

func clamp(v, limit float64) int32 { return int32(min(limit, max(-limit, v))) }
