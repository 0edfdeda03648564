package tiles

import (
	"context"
	"encoding/binary"
	"weak"

	"jingwei/density"
	"jingwei/tiles/mvt"
)

// Bins and clusters are cells of Web Mercator's grid, growing smaller with each zoom
// down to the finest.
var finest = [...]uint32{Bins: 18, Reports: 24} // about 150 m and, what a phone can tell apart, 2.4 m at the equator

// perSide returns how many cells there are to the side of a tile of zoom z, as a power
// of two. Bins are 16 pixels wide on a map of 512 to the tile. Clusters are 32 pixels
// apart, so that a circle has room for its number; nearer to the ground they come
// apart, to 16 and 8, into single reports.
func (l Layer) perSide(z uint32) uint32 {
	switch {
	case l == Bins || z == 12 || z == 13:
		return 5
	case z < 12:
		return 4
	}
	return 6
}

// cellZoom returns the zoom whose cells the tiles of zoom z show: higher zooms show no
// larger cells. Beyond the finest, a tile is a cell.
func (l Layer) cellZoom(z uint32) uint8 { return uint8(max(z, min(z+l.perSide(z), finest[l]))) }

// tileZoom returns the first zoom whose tiles show cells of a zoom, or smaller ones.
func (l Layer) tileZoom(cells uint8) (z uint32) {
	for l.cellZoom(z) < cells {
		z++
	}
	return z
}

// cells are the cells of a tile with reports in them.
type cells struct {
	list []density.Bin
	sum  sum
}

// cellsAt is the key of the cells of a tile, as of the last change in it.
type cellsAt struct {
	source
	Address
	touched uint64
}

// source tells apart what is counted.
type source struct {
	columns weak.Pointer[density.Columns]
	layer   Layer
	filter  string
	root    int32
}

func sourceOf(o Options) source {
	return source{weak.Make(o.Columns), o.Layer, o.Filter.Key(), o.Root}
}

func (p *Pyramid) outlineCells(ctx context.Context, a Address, o Options) (outline, error) {
	if o.Columns == nil {
		return outline{}, nil
	}
	c, err := p.cells(ctx, a, o)
	if err != nil || len(c.list) == 0 {
		return outline{}, err
	}
	view, err := p.viewOfCells(ctx, a.Z, o)
	return outline{
		body: c.sum,
		make: func(context.Context) (piece, error) { return drawCells(a, o.Layer, c.list), nil },
		view: view,
	}, err
}

// cells counts what is in a tile. What is counted may be newer than what it is kept
// under: then it is kept in vain.
func (p *Pyramid) cells(ctx context.Context, a Address, o Options) (*cells, error) {
	return kept(ctx, p.shared.views, keyOf(a, o), func(context.Context) (*cells, int, error) {
		in := a.cells(o.Layer.cellZoom(a.Z))
		in.Where = o.Layer == Reports
		c := &cells{list: o.Columns.Bins(o.Filter, o.Root, in)}
		c.sum = sumOfCells(a, o.Layer, c.list)
		const perCell = 56
		return c, perCell * len(c.list), nil
	})
}

func keyOf(a Address, o Options) cellsAt {
	return cellsAt{sourceOf(o), a, o.Columns.Touched(uint8(a.Z), a.X, a.Y)}
}

// cells returns the cells of a zoom that are in a tile.
func (a Address) cells(zoom uint8) density.View {
	shift := uint32(zoom) - a.Z
	return density.View{Z: zoom, MinX: a.X << shift, MinY: a.Y << shift, MaxX: (a.X + 1) << shift, MaxY: (a.Y + 1) << shift}
}

// sumOfCells covers what is drawn of cells.
func sumOfCells(a Address, l Layer, list []density.Bin) sum {
	b := a.append(make([]byte, 0, 32+8*len(list)), l)
	for i := range list {
		c := &list[i]
		for _, v := range []uint32{c.X, c.Y, c.Count, c.Open, c.Overdue} {
			b = binary.AppendUvarint(b, uint64(v))
		}
		if l == Reports {
			b = binary.AppendVarint(binary.AppendVarint(b, int64(c.Mean.X)), int64(c.Mean.Y))
			b = append(binary.AppendUvarint(b, uint64(c.At)), byte(len(c.Matter)))
			b = append(b, c.Matter...)
		}
	}
	return sumOf(b)
}

// drawCells makes the body of a tile.
func drawCells(a Address, l Layer, list []density.Bin) piece {
	var out mvt.Layer
	out.Reset(l.String(), mvt.Extent)
	if l == Bins {
		drawBins(&out, a, list)
	} else {
		drawReports(&out, a, list)
	}
	return deflate(out.Append(nil), levelOfFresh)
}

// id numbers the cells of a zoom, row by row. In zoom 26 it still is a number that
// JavaScript can tell from the next.
func id(c *density.Bin, zoom uint8) uint64 { return uint64(c.Y)<<zoom | uint64(c.X) }

// corner returns the top left of a cell in a tile, and the cell's side.
func (a Address) corner(c *density.Bin, zoom uint8) (p mvt.Point, side int32) {
	shift := uint32(zoom) - a.Z
	side = mvt.Extent >> shift
	return mvt.Point{X: int32(c.X-a.X<<shift) * side, Y: int32(c.Y-a.Y<<shift) * side}, side
}
