// Package tiles makes vector tiles of three layers. For each tile of "areas" these
// are the areas of the level that fits the zoom, with the counts of their reports,
// and "labels", a point in each; of "bins", the counts in squares; of "reports",
// single reports and clusters of them. Each tile also has a layer "meta": the
// total and the class breaks of all that the caller sees, the same in all tiles.
//
// # Laws
//
//   - Borders are shared. All areas of a tile are simplified along the arcs of one
//     coverage, projected and rounded position by position, and cut by a rule that
//     does not depend on the side an edge is seen from: so neighbours have the same
//     border in tile coordinates, within a tile and from one tile to the next.
//   - A label, a bin, a report and a cluster are each in exactly one tile of a zoom,
//     so that the counts of all tiles add up to the total. Only an area that is too
//     small to be drawn there has no label.
//   - The same content and address give the same bytes, on every node. A tile is
//     kept, and named in its tag, by what is in it: an edition or a report makes
//     those tiles anew that it changes, and no others.
//   - What lies outside a caller's root area is not in the tile, nor in its totals.
//   - The shared geometry of the snapshot is only read.
package tiles

import (
	"fmt"
	"slices"

	"jingwei/density"
	"jingwei/grid"
)

// MaxZoom is the highest zoom there are tiles at.
const MaxZoom = 22

// Layer is what the tiles of a pyramid show.
type Layer uint8

// The layers; the zero Layer is Areas.
const (
	Areas   Layer = iota // polygons of one level
	Bins                 // squares of a grid
	Reports              // single reports, and clusters
)

var layerNames = [...]string{"areas", "bins", "reports"}

// The names of the layers that come along in a tile.
const (
	labelsName = "labels"
	metaName   = "meta"
)

// Layers lists all layers.
func Layers() []Layer { return []Layer{Areas, Bins, Reports} }

// ParseLayer reads a layer's name as written by [Layer.String].
func ParseLayer(s string) (Layer, error) {
	if i := slices.Index(layerNames[:], s); i >= 0 {
		return Layer(i), nil
	}
	return 0, fmt.Errorf("unknown layer %q: one of areas, bins, reports", s)
}

// String returns the layer's name, which is also its name in a tile.
func (l Layer) String() string { return layerNames[l] }

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
	Layer   Layer
	Level   grid.Level       // of Areas; 0: the one that fits the zoom and the root
	Columns *density.Columns // on the pyramid's edition; nil: no reports
	Filter  density.Filter   // which of the reports are counted
	Root    int32            // index of the area whose inside is shown; -1: everything
}

// Tile is a tile as it is sent.
type Tile struct {
	Data []byte // gzip; nil when the tile is empty; not to be changed
	ETag string // with its quotes; also of an empty tile
}

// Empty reports whether nothing is in the tile.
func (t Tile) Empty() bool { return t.Data == nil }
