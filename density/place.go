package density

import (
	"cmp"
	"slices"
	"sort"
	"sync"

	"jingwei/geo"
)

// placeZoom is the zoom of Web Mercator whose cells are places: what lies within
// a cell of a lower zoom is a range of them.
const placeZoom = 16

// place is a cell of zoom 16 as its number in Morton order: the bits of its column
// and of its row by turns, so that each cell of a lower zoom is a range.
type place uint32

func placeOf(p geo.Pos) place { return morton(geo.MercatorCell(p, placeZoom)) }

// morton returns the number of a cell of a zoom up to 16 among those of its zoom.
func morton(x, y uint32) place { return place(spread(x) | spread(y)<<1) }

// cell is the inverse of morton.
func (c place) cell() (x, y uint32) { return gather(uint32(c)), gather(uint32(c) >> 1) }

// spread puts a zero before each of the lower 16 bits.
func spread(v uint32) uint32 {
	v = (v | v<<8) & 0x00ff00ff
	v = (v | v<<4) & 0x0f0f0f0f
	v = (v | v<<2) & 0x33333333
	return (v | v<<1) & 0x55555555
}

// gather is the inverse of spread; it does not look at the other bits.
func gather(v uint32) uint32 {
	v &= 0x55555555
	v = (v | v>>1) & 0x33333333
	v = (v | v>>2) & 0x0f0f0f0f
	v = (v | v>>4) & 0x00ff00ff
	return (v | v>>8) & 0x0000ffff
}

// polar reports whether a place is along the northern or the southern side of the
// square world.
func (c place) polar() bool {
	const rows = 0xaaaaaaaa
	return c&rows == 0 || c&rows == rows
}

// corner returns the position that those of a place, p among them, are written
// down from: less than 2^16 units to the west and to the south of them. It is that
// of the cell, but for the cells along the sides of the square world, which reach
// to the poles: they have many, one above the other.
func (c place) corner(p geo.Pos) geo.Pos {
	x, y := c.cell()
	return geo.Pos{X: geo.MercatorWest(placeZoom, x), Y: p.Y - (p.Y-souths()[y])&0xffff}
}

// souths returns the southern borders of the rows of places.
var souths = sync.OnceValue(func() *[1 << placeZoom]int32 {
	var s [1 << placeZoom]int32
	for y := range s {
		s[y] = geo.MercatorSouth(placeZoom, uint32(y))
	}
	return &s
})

// places holds rows by place, within a place by face, and by time within both: 12
// bytes each. It is immutable.
type places struct {
	faces  int      // of the coverage
	runs   []run    // and one behind the last, which is empty
	offset []uint32 // from the run's corner in lattice units: to the north in the upper half, to the east in the lower
	at     []uint32
	label  []uint32 // index of codes in the bits of mask, in all others those of the tag
	codes  []uint32 // numbers of the matters that occur, ascending; see matterNumber
	mask   uint32   // the lower bits, as many as an index of codes takes
	open   []owing  // by number
}

// run is what rows have in common from start on, to the start of the next.
type run struct {
	place  place
	face   int32
	corner geo.Pos
	start  uint32
}

// compare orders runs.
func (r run) compare(o run) int {
	return cmp.Or(cmp.Compare(r.place, o.place), cmp.Compare(r.face, o.face), cmp.Compare(r.corner.Y, o.corner.Y))
}

// owing is the state, which is not 0, of a row by its number.
type owing struct{ number, state uint32 }

func noPlaces(faces int) *places { return &places{faces: faces, runs: []run{{}}} }

func (p *places) len() int { return len(p.at) }

// row returns a row by its number.
func (p *places) row(i uint32) row {
	r, _ := slices.BinarySearchFunc(p.runs, i+1, func(r run, i uint32) int { return cmp.Compare(r.start, i) })
	return p.in(&p.runs[r-1], i)
}

// in returns a row of a run, with what is kept of its tag.
func (p *places) in(r *run, i uint32) row {
	return row{r.face, p.at[i], p.pos(r, i), p.codes[p.label[i]&p.mask], p.label[i] &^ p.mask}
}

func (p *places) pos(r *run, i uint32) geo.Pos {
	return geo.Pos{X: r.corner.X + int32(p.offset[i]&0xffff), Y: r.corner.Y + int32(p.offset[i]>>16)}
}

// find returns the number of a row.
func (p *places) find(r row) (uint32, bool) {
	c := placeOf(r.pos)
	r.tag &^= p.mask
	k, ok := slices.BinarySearchFunc(p.runs[:len(p.runs)-1], run{place: c, face: r.face, corner: c.corner(r.pos)}, run.compare)
	if !ok {
		return 0, false
	}
	in := &p.runs[k]
	n := int(p.runs[k+1].start - in.start)
	i := in.start + uint32(sort.Search(n, func(i int) bool { return p.in(in, in.start+uint32(i)).compare(r) >= 0 }))
	return i, i < p.runs[k+1].start && p.in(in, i).compare(r) == 0
}

// events are what the states of rows add to the counts, as of a second.
func (p *places) events(now uint32) []event {
	out := make([]event, 0, len(p.open))
	for _, o := range p.open {
		out = append(out, eventOf(p.row(o.number), o.number).turn(0, o.state, now))
	}
	return out
}
