// Package tiles makes the vector tiles of the layer "areas": for each tile the
// areas of the level that fits the zoom, with the counts of their reports.
//
// # Laws
//
//   - Borders are shared. All areas of a tile are simplified along the arcs of one
//     coverage, projected and rounded position by position, and cut by a rule that
//     does not depend on the side an edge is seen from: so neighbours have the same
//     border in tile coordinates, within a tile and from one tile to the next.
//   - The same edition, counts and address give the same bytes.
//   - What lies outside a caller's root area is not in the tile, and the root is
//     part of every key under which something is kept.
//   - The shared geometry of the snapshot is only read.
package tiles

import (
	"fmt"

	"jingwei/density"
	"jingwei/grid"
)

// MaxZoom is the highest zoom there are tiles at.
const MaxZoom = 22

// LayerName is the name of the layer in each tile.
const LayerName = "areas"

// Address is the place of a tile in the pyramid: Z from 0 to MaxZoom, X to the
// east from 180° W and Y to the south from 85.05° N, both from 0 to 2^Z-1.
type Address struct{ Z, X, Y uint32 }

// RangeError says that there is no tile at an address.
type RangeError struct{ Address }

// Error names the address.
func (e RangeError) Error() string {
	return fmt.Sprintf("no tile %d/%d/%d: z is 0 to %d, x and y are 0 to 2^z-1", e.Z, e.X, e.Y, MaxZoom)
}

// Validate fails with a RangeError when there is no tile at a.
func (a Address) Validate() error {
	if a.Z > MaxZoom || a.X >= 1<<a.Z || a.Y >= 1<<a.Z {
		return RangeError{a}
	}
	return nil
}

// Options select what is in a tile.
type Options struct {
	Level  grid.Level      // 0: the one that fits the zoom
	Counts *density.Counts // on the pyramid's edition; nil: all zero
	Root   int32           // index of the area whose inside is shown; -1: everything
}

// Tile is a tile as it is sent.
type Tile struct {
	Data []byte // gzip; nil when the tile is empty; shared, not to be changed
	ETag string // with its quotes
}

// Empty reports whether nothing is in the tile.
func (t Tile) Empty() bool { return t.Data == nil }
