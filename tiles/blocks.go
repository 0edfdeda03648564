package tiles

import (
	"context"

	"jingwei/density"
)

// blocks are the counts of all cells of a zoom, in blocks that are counted anew when
// something in them has changed. Whoever uses them holds the entry's mu.
type blocks struct {
	source  Options
	reach   func(Address) bool // whether anything can be in a tile
	zoom    uint8              // of the cells
	counted bool
	version uint64 // that the blocks are of, at least
	of      map[Address]block
	sizes   rowSizes
}

// block is what is needed of the cells of a block.
type block struct {
	cells         []rowCount
	open, overdue uint64
}

// rowCount is a cell in a row of its zoom.
type rowCount struct{ y, count uint32 }

const (
	// finestBreaks is the highest zoom of the cells that breaks are of: a view of finer
	// ones would be as large as all reports. Beyond it all zooms have the same.
	finestBreaks = finestBins
	// blockZooms is how many zooms the blocks are above their cells: a thousand cells.
	blockZooms = 5
)

// viewOfCells returns the view of the cells that are in the tiles of a zoom.
func (p *Pyramid) viewOfCells(ctx context.Context, z uint32, o Options) (*view, error) {
	zoom := min(o.Layer.cellZoom(z), finestBreaks)
	if o.Columns == nil {
		return View{Layer: o.Layer, Zoom: zoom}.view(), nil
	}
	e, err := p.entry(ctx, seen{source: sourceOf(o), zoom: zoom})
	if err != nil {
		return nil, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.blocks == nil {
		e.blocks = &blocks{reach: p.reaches, zoom: zoom, of: map[Address]block{}, sizes: rowSizes{z: zoom}}
	}
	e.blocks.source = o
	if e.blocks.update() || e.view == nil {
		e.view = e.blocks.sumUp().view()
	}
	return e.view, nil
}

// reaches reports whether anything can be in a tile.
func (p *Pyramid) reaches(a Address) bool { return a.box().Intersects(p.reach) }

// update counts the blocks again that have changed; it reports whether any has.
// What changes meanwhile is seen at the next round.
func (b *blocks) update() (changed bool) {
	for {
		version := b.source.Columns.Version()
		if b.counted && version == b.version {
			return changed
		}
		b.visit(Address{})
		changed, b.counted, b.version = true, true, version
		if b.source.Columns.Version() == version {
			return changed
		}
	}
}

// visit counts the blocks in a tile that may have changed.
func (b *blocks) visit(a Address) {
	touched := b.source.Columns.Touched(uint8(a.Z), a.X, a.Y)
	if !b.reach(a) || b.counted && touched <= b.version {
		return
	}
	if int(a.Z) >= int(b.zoom)-blockZooms {
		b.count(a)
		return
	}
	for k := range uint32(4) {
		b.visit(Address{a.Z + 1, 2*a.X + k%2, 2*a.Y + k/2})
	}
}

func (b *blocks) count(a Address) {
	shift := uint32(b.zoom) - a.Z
	list := b.source.Columns.Bins(b.source.Filter, b.source.Root, density.View{
		Z: b.zoom, MinX: a.X << shift, MinY: a.Y << shift, MaxX: (a.X + 1) << shift, MaxY: (a.Y + 1) << shift,
	})
	var out block
	for i := range list {
		out.cells = append(out.cells, rowCount{list[i].Y, list[i].Count})
		out.open, out.overdue = out.open+uint64(list[i].Open), out.overdue+uint64(list[i].Overdue)
	}
	b.of[a] = out
}

func (b *blocks) sumUp() View {
	v := View{Layer: b.source.Layer, Zoom: b.zoom}
	var c classifier
	for _, k := range b.of {
		v.Open, v.Overdue = v.Open+k.open, v.Overdue+k.overdue
		for _, cell := range k.cells {
			v.Total += uint64(cell.count)
			c.add(uint64(cell.count), b.sizes.km2(cell.y))
		}
	}
	v.Count, v.PerKm2 = c.breaks()
	return v
}
