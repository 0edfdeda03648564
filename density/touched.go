package density

import (
	"sync"

	"jingwei/geo"
)

// touched holds by cell of Web Mercator the version of its last change.
type touched struct {
	floor    uint64   // version of all other cells
	versions sync.Map // uint64 by cell
}

// cell is a square of the grid of a zoom.
type cell struct {
	z    uint8
	x, y uint32
}

// mark takes down that something changed at p.
func (t *touched) mark(p geo.Pos, version uint64) {
	x, y := geo.MercatorCell(p, placeZoom)
	for z := uint8(placeZoom); ; z, x, y = z-1, x/2, y/2 {
		t.versions.Store(cell{z, x, y}, version)
		if z == 0 {
			return
		}
	}
}

// Touched returns the version of the last change of anything that is counted in a
// tile of Web Mercator; beyond zoom 16, in the tile of zoom 16 around it. What is
// counted afterwards holds at least the changes up to that version.
func (c *Columns) Touched(z uint8, x, y uint32) uint64 {
	if z > placeZoom {
		x, y, z = x>>(z-placeZoom), y>>(z-placeZoom), placeZoom
	}
	if v, ok := c.touched.versions.Load(cell{z, x, y}); ok {
		return v.(uint64)
	}
	return c.touched.floor
}
