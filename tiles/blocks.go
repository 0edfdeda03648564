package tiles

import (
	"context"
	"runtime"

	"jingwei/density"
	"jingwei/geo"

	"golang.org/x/sync/errgroup"
)

// blocks are the counts of all cells of a zoom, in blocks that are counted anew when
// something in them has changed: the tiles that show these cells. Whoever uses them
// holds the entry's mu.
type blocks struct {
	source  Options
	tiles   *memory // *cells
	start   Address // the smallest tile around everything
	zoom    uint8   // of the cells
	counted bool
	version uint64 // that the blocks are of, at least
	of      map[Address]block
	sizes   rowSizes
}

// block is what is needed of the cells of a block.
type block struct {
	cells         []classed
	open, overdue uint64
}

// finestBreaks is the highest zoom of the cells that breaks are of: a view of finer
// ones would be as large as all reports. Beyond it all zooms have the same.
const finestBreaks = 18

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
		e.blocks = &blocks{tiles: p.shared.views, start: around(p.reach), zoom: zoom, of: map[Address]block{}, sizes: rowSizes{z: zoom}}
	}
	e.blocks.source = o
	if e.blocks.update() || e.view == nil {
		e.view = e.blocks.sumUp().view()
	}
	e.blocks.source.Columns = nil // not to be kept alive when others have taken their place
	return e.view, nil
}

// around returns the smallest tile that holds a box.
func around(b geo.Box) (a Address) {
	for z := uint8(1); z <= MaxZoom && !b.Empty(); z++ {
		x, y := geo.MercatorCell(b.Min, z)
		if x2, y2 := geo.MercatorCell(b.Max, z); x2 != x || y2 != y {
			break
		}
		a = Address{uint32(z), x, y}
	}
	return a
}

// above returns the tile of zoom z, or of its own if that is less, around a tile.
func (a Address) above(z uint32) Address {
	shift := max(z, a.Z) - z
	return Address{a.Z - shift, a.X >> shift, a.Y >> shift}
}

// update counts the blocks again that have changed; it reports whether any has.
// What changes meanwhile is seen at the next round.
func (b *blocks) update() (changed bool) {
	for {
		version := b.source.Columns.Settled()
		if b.counted && version == b.version {
			return changed
		}
		if b.counted {
			b.count(b.touched(nil, Address{}))
		} else {
			b.count(b.first(nil, b.start.above(b.blockZoom())))
		}
		changed, b.counted, b.version = true, true, version
		if b.source.Columns.Settled() == version {
			return changed
		}
	}
}

// first appends the blocks in a tile, going down to where reports are.
func (b *blocks) first(list []Address, a Address) []Address {
	below := min(a.Z+5, b.blockZoom()) // so that a thousand are counted at a time
	if a.Z >= below {
		return append(list, a)
	}
	const few = 3 // zooms, to the blocks of which it is cheaper to go in vain
	if below-a.Z <= few {
		for k := range uint32(1) << (2 * (below - a.Z)) {
			x, y := k&(1<<(below-a.Z)-1), k>>(below-a.Z)
			list = b.first(list, Address{below, a.X<<(below-a.Z) + x, a.Y<<(below-a.Z) + y})
		}
		return list
	}
	for _, c := range b.bins(a, uint8(below)) {
		list = b.first(list, Address{below, c.X, c.Y})
	}
	return list
}

// touched appends the blocks in a tile that may have changed.
func (b *blocks) touched(list []Address, a Address) []Address {
	if b.source.Columns.Touched(uint8(a.Z), a.X, a.Y) <= b.version {
		return list
	}
	if a.Z >= b.blockZoom() {
		return append(list, a)
	}
	for k := range uint32(4) {
		list = b.touched(list, Address{a.Z + 1, 2*a.X + k%2, 2*a.Y + k/2})
	}
	return list
}

// blockZoom returns the zoom of the tiles that are the blocks.
func (b *blocks) blockZoom() uint32 { return b.source.Layer.tileZoom(b.zoom) }

// bins counts the cells of a zoom in a tile, unless the tile has been made of them.
func (b *blocks) bins(a Address, zoom uint8) []density.Bin {
	if made, ok := b.tiles.get(keyOf(a, b.source)); ok && zoom == b.zoom {
		return made.(*cells).list
	}
	return b.source.Columns.Bins(b.source.Filter, b.source.Root, a.cells(zoom))
}

// count counts blocks, on all processors.
func (b *blocks) count(list []Address) {
	counted := make([]block, len(list))
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, a := range list {
		g.Go(func() error {
			counted[i] = b.block(a)
			return nil
		})
	}
	_ = g.Wait() // none fails
	for i, a := range list {
		b.of[a] = counted[i]
	}
}

// block counts a block, whose cells come row by row.
func (b *blocks) block(a Address) (out block) {
	list := b.bins(a, b.zoom)
	out.cells = make([]classed, 0, len(list))
	size, row := 0.0, uint32(0)
	for i, c := range list {
		if i == 0 || c.Y != row {
			size, row = b.sizes.km2(c.Y), c.Y
		}
		out.cells = append(out.cells, classed{c.Count, leading(thousandths(uint64(c.Count), size))})
		out.open, out.overdue = out.open+uint64(c.Open), out.overdue+uint64(c.Overdue)
	}
	return out
}

func (b *blocks) sumUp() View {
	v := View{Layer: b.source.Layer, Zoom: b.zoom}
	var c classifier
	for _, k := range b.of {
		v.Open, v.Overdue = v.Open+k.open, v.Overdue+k.overdue
		for _, cell := range k.cells {
			v.Total += uint64(cell.count)
			c.add(cell, 1)
		}
	}
	v.Count, v.PerKm2 = c.breaks()
	return v
}
