package density

import (
	"jingwei/geo"
)

// View is a rectangle of cells of Web Mercator's grid of zoom Z: columns from MinX
// to before MaxX, rows from MinY to before MaxY, Z at most 31. Counting in it
// takes memory for each of its cells.
type View struct {
	Z                      uint8
	MinX, MinY, MaxX, MaxY uint32

	// Where says that bins are also to tell where their reports are, and about a
	// report that is the only one.
	Where bool
}

// Bin is a cell of Web Mercator's grid with reports. A report counts in the bin of
// its own position; beyond the sides of the square world, in the nearest.
//
// The mean of more than eight reports in a bin below zoom 16 is that of the middles of the
// cells of zoom 16, about 500 m wide, that they are in; all others are of their positions.
type Bin struct {
	X, Y                 uint32 // column and row
	Count, Open, Overdue uint32

	// With View.Where, else zero.
	Mean   geo.Pos // of where the reports are, to the nearest lattice unit
	At     uint32  // of the report, in seconds since 1970, if it is one
	Matter string  // of the report, if it is one and has six digits
}

// Bins counts the reports that pass f by bins, in the cells of areas within root,
// in all for -1. It returns the bins that hold reports by Y, then X.
func (c *Columns) Bins(f Filter, root int32, view View) []Bin {
	q, v := f.query(), c.view.Load()
	b := newBinner(c.snapshot, &q, root, view)
	b.addBase(v.base)
	b.addAll(v.owed)
	b.addAll(v.log)
	if b.coarse() {
		b.lookUp(v.base)
	}
	return b.bins(v)
}
