package density

import (
	"sync"
	"sync/atomic"

	"jingwei/geo"
)

// touched holds the versions of the last changes by cell of Web Mercator. One
// goroutine marks, any number read.
type touched struct {
	floor    uint64        // version of all cells that are not there
	versions sync.Map      // *sheet by sheetKey
	upTo     atomic.Uint64 // all changes up to this version are marked; 0: those up to the floor
}

// sheet holds the versions of 8 by 8 cells, 0 for those that are not there.
type sheet [64]atomic.Uint64

// sheetKey tells the sheets of zooms up to placeZoom apart.
func sheetKey(z uint8, c place) uint64 { return uint64(z)<<32 | uint64(c/64) }

// mark takes down that something changed at p, for the cells of all zooms.
func (t *touched) mark(p geo.Pos, version uint64) {
	c := placeOf(p)
	for z := uint8(placeZoom); ; z, c = z-1, c>>2 {
		t.sheet(sheetKey(z, c))[c%64].Store(version)
		if z == 0 {
			return
		}
	}
}

func (t *touched) sheet(key uint64) *sheet {
	v, ok := t.versions.Load(key)
	if !ok {
		v, _ = t.versions.LoadOrStore(key, new(sheet))
	}
	return v.(*sheet)
}

// Settled returns the version up to which every change is both counted and told by
// [Columns.Touched]: at the moment of a change it may be behind [Columns.Version].
func (c *Columns) Settled() uint64 { return max(c.touched.floor, c.touched.upTo.Load()) }

// Touched returns the version of the last change of anything that is counted in a
// tile of Web Mercator, which must be one of its zoom; beyond zoom 16, in the tile
// of zoom 16 around it. What is counted afterwards holds at least the changes up
// to that version.
func (c *Columns) Touched(z uint8, x, y uint32) uint64 {
	if z > placeZoom {
		x, y, z = x>>(z-placeZoom), y>>(z-placeZoom), placeZoom
	}
	cell := morton(x, y)
	if v, ok := c.touched.versions.Load(sheetKey(z, cell)); ok {
		return max(c.touched.floor, v.(*sheet)[cell%64].Load())
	}
	return c.touched.floor
}
