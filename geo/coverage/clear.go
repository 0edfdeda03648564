package coverage

import "jingwei/geo"

// clear reports whether no edge reaches into b, as far as the tiles there tell: true is
// certain.
func (x *index) clear(b geo.Box) bool {
	if !x.box.Contains(b.Min) || !x.box.Contains(b.Max) {
		return false
	}
	w := window{
		Box:   b,
		west:  uint32(b.Min.X) - uint32(x.box.Min.X),
		south: uint32(b.Min.Y) - uint32(x.box.Min.Y),
		east:  uint32(b.Max.X) - uint32(x.box.Min.X),
		north: uint32(b.Max.Y) - uint32(x.box.Min.Y),
	}
	for row := w.south >> x.shift; row <= w.north>>x.shift; row++ {
		for col := w.west >> x.shift; col <= w.east>>x.shift; col++ {
			if !x.clearTile(x.top[row*x.cols+col], x.shift, col, row, &w) {
				return false
			}
		}
	}
	return true
}

// window is a box, and the same in units from the lower left corner of the index.
type window struct {
	geo.Box
	west, south, east, north uint32
}

// clearTile is clear for what of a window is in a tile: the one with that entry, of the
// side 1 << shift, in that column and row of tiles of its size.
func (x *index) clearTile(e uint32, shift uint, col, row uint32, w *window) bool {
	switch e & tagMask {
	case tagLeaf:
		corner := geo.Pos{X: int32(uint32(x.box.Min.X) + col<<shift), Y: int32(uint32(x.box.Min.Y) + row<<shift)}
		l := x.leafAt(e&valMask, shift, corner)
		for i := range l.len() {
			if s := l.at(i); (edge{s.a, s.b}).box().Intersects(w.Box) {
				return false
			}
		}
	case tagNode:
		shift -= 2
		node := x.nodes[(e&valMask)<<4:]
		col, row = col<<2, row<<2
		for r := max(row, w.south>>shift); r <= min(row+3, w.north>>shift); r++ {
			for c := max(col, w.west>>shift); c <= min(col+3, w.east>>shift); c++ {
				if !x.clearTile(node[(r-row)<<2+(c-col)], shift, c, r, w) {
					return false
				}
			}
		}
	case tagPlot:
		return false
	}
	return true
}
