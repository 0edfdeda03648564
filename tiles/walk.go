package tiles

import (
	"iter"

	"jingwei/geo"
	"jingwei/grid"
)

// Covering yields the tiles of a range of zooms that cells inside an area reach
// into, or any cells for -1: all that may hold something. For this a cell is its
// box with what counts in it from outside, and a tile has its buffer. They come by
// zoom, and along the Hilbert curve of each.
func (p *Pyramid) Covering(lowest, highest uint32, root int32) iter.Seq[Address] {
	return func(yield func(Address) bool) {
		boxes := p.extents(root)
		for z := lowest; z <= min(highest, MaxZoom); z++ {
			if !descend(Address{}, z, boxes, yield) {
				return
			}
		}
	}
}

// descend yields the tiles of zoom z within a tile that boxes touch. It reports
// whether to go on.
func descend(a Address, z uint32, boxes []geo.Box, yield func(Address) bool) bool {
	var touching []geo.Box
	for _, b := range boxes {
		if b.Intersects(a.box()) {
			touching = append(touching, b)
		}
	}
	if len(touching) == 0 {
		return true
	}
	if a.Z == z {
		return yield(a)
	}
	for d := range uint64(4) {
		if !descend(AlongHilbert(a.Z+1, 4*a.Hilbert()+d), z, touching, yield) {
			return false
		}
	}
	return true
}

// Limits returns the first and the last column and row of a zoom that hold all
// there is inside an area, or everywhere for -1, each once; not ok when there is
// nothing.
func (p *Pyramid) Limits(z uint32, root int32) (first, last Address, ok bool) {
	b := geo.EmptyBox()
	for _, r := range p.extents(root) {
		b = b.Union(r)
	}
	if b.Empty() {
		return first, last, false
	}
	first.Z, last.Z = z, z
	first.X, first.Y = geo.MercatorCell(geo.Pos{X: b.Min.X, Y: b.Max.Y}, uint8(z))
	last.X, last.Y = geo.MercatorCell(geo.Pos{X: b.Max.X, Y: b.Min.Y}, uint8(z))
	return first, last, true
}

// extents returns the boxes of the cells inside an area, or of all for -1, with the
// positions near them that count there: see [grid.DefaultTolerance].
func (p *Pyramid) extents(root int32) (boxes []geo.Box) {
	const reach = 1.02 * grid.DefaultTolerance // scale in the north differs by 1 % from equator to pole
	for f := range int32(p.snapshot.Coverage().Len()) {
		if !p.snapshot.Within(p.snapshot.Cell(f), root) {
			continue
		}
		b := p.snapshot.Coverage().Box(f)
		scale := geo.ScaleAt(geo.Pos{Y: max(b.Max.Y, -b.Min.Y)}) // least in the east there
		east, north := reach/max(scale.East, 1e-4), reach/scale.North
		boxes = append(boxes, geo.Box{
			Min: geo.Pos{X: clamp(float64(b.Min.X)-east, geo.MaxX), Y: clamp(float64(b.Min.Y)-north, geo.MaxY)},
			Max: geo.Pos{X: clamp(float64(b.Max.X)+east, geo.MaxX), Y: clamp(float64(b.Max.Y)+north, geo.MaxY)},
		})
	}
	return boxes
}
