package density

import (
	"iter"
	"sync"

	"jingwei/geo"
)

// addBase adds the rows of a base, which came and did not go.
func (b *binner) addBase(base *base) {
	switch {
	case !b.counts():
	case b.view.Z > placeZoom || b.view.Where && !b.coarse():
		b.scan(base.places)
	default:
		b.addTracts(base.tracts, base.count(b.query))
	}
}

// counts reports whether a row of a base can pass before anything is known of its state.
func (b *binner) counts() bool {
	return b.query.state != Open && b.query.state != Overdue && b.query.from < b.query.to
}

// coarse reports whether cells are larger than places, and tell where their reports are
// by the middles of these.
func (b *binner) coarse() bool { return b.view.Where && b.view.Z < placeZoom }

// addTracts adds the counts of tracts, of which none is in several cells of the view.
func (b *binner) addTracts(t *tracts, counts lanes) {
	for i := range b.cellsOf(t) {
		if b.view.Z <= plotZoom && !b.view.Where && b.root < 0 {
			b.cells[b.at(t.place[i])].count += int32(counts.sum(t.in(i)))
		} else {
			b.addSpots(t.place[i], b.countSpots(t, i, counts))
		}
	}
}

// cellsOf yields the cells of tracts that hold the view.
func (b *binner) cellsOf(t *tracts) iter.Seq[int] {
	return func(yield func(cell int) bool) {
		for _, s := range b.view.spans(plotZoom, len(t.place), func(i int) place { return t.place[i] }) {
			for i := s.lo; i < s.hi; i++ {
				if !yield(i) {
					return
				}
			}
		}
	}
}

// spots are the counts of the places in a cell of plotZoom.
type spots [1 << spotBits]uint32

// countSpots sums the tracts of a cell, within root, by place.
func (b *binner) countSpots(t *tracts, cell int, counts lanes) (n spots) {
	for k := t.cell[cell]; k < t.cell[cell+1]; k++ {
		if b.root >= 0 && !b.snapshot.Within(t.area[k], b.root) {
			continue
		}
		from, to := t.plot[k], t.plot[k+1]
		for i, s := range t.spot[from:to] {
			n[s%(1<<spotBits)] += uint32(counts[from+uint32(i)])
		}
	}
	return n
}

func (b *binner) addSpots(first place, counts spots) {
	for spot, n := range counts {
		if n == 0 {
			continue
		}
		p := first + place(spot)
		at := b.at(p)
		if at < 0 {
			continue
		}
		b.cells[at].count += int32(n)
		if b.coarse() {
			m := p.middle()
			b.cells[at].midX += int64(n) * int64(m.X)
			b.cells[at].midY += int64(n) * int64(m.Y)
		}
	}
}

// at returns the index of the cell around a place, which is no larger; -1 if it is not in
// the view.
func (b *binner) at(p place) int {
	x, y := (p >> (2 * (placeZoom - b.view.Z))).cell()
	if x < b.view.MinX || x >= b.view.MaxX || y < b.view.MinY || y >= b.view.MaxY {
		return -1
	}
	return int(y-b.view.MinY)*b.columns() + int(x-b.view.MinX)
}

// few is up to how many reports of a cell are looked up to tell where they are.
const few = 8

// lookUp adds where the rows of a base are that pass, and which, in cells with few reports.
func (b *binner) lookUp(base *base) {
	if !b.counts() {
		return
	}
	t, counts, sieve := base.tracts, base.count(b.query), newSieve(b.query, base.codes)
	for i := range b.cellsOf(t) {
		b.lookUpCell(base, i, counts, sieve)
	}
}

func (b *binner) lookUpCell(base *base, cell int, counts lanes, sieve *sieve) {
	t := base.tracts
	sums, some := b.withFew(t.place[cell])
	for k := t.cell[cell]; some && k < t.cell[cell+1]; k++ {
		if !b.snapshot.Within(t.area[k], b.root) {
			continue
		}
		for i, last := t.plot[k], -1; i < t.plot[k+1]; i++ {
			run, to := int(t.run[i]), sums[t.spot[i]]
			if counts[i] == 0 || to == nil || run == last {
				continue
			}
			part := sieve.sum(base.places, run)
			to.x, to.y, to.number = to.x+part.x, to.y+part.y, to.number+part.number
			last = run
		}
	}
}

// withFew returns, by place in a cell of plotZoom, the sums of their cells, if these are in
// the view and have few reports.
func (b *binner) withFew(first place) (sums [1 << spotBits]*sum, some bool) {
	at := 0
	for spot := range sums {
		if spot == 0 || b.view.Z > plotZoom {
			at = b.at(first + place(spot))
		}
		if at >= 0 && b.cells[at].count > 0 && b.cells[at].count <= few {
			sums[spot], some = &b.cells[at], true
		}
	}
	return sums, some
}

// middle returns the position in the middle of a place.
func (c place) middle() geo.Pos {
	x, y := c.cell()
	m := middles()
	return geo.Pos{X: m.x[x], Y: m.y[y]}
}

// middles returns the middles of the columns and rows of places. The first row, which
// reaches to the pole, is taken at its southern border.
var middles = sync.OnceValue(func() *struct{ x, y [1 << placeZoom]int32 } {
	var m struct{ x, y [1 << placeZoom]int32 }
	for i := range m.x {
		west, east := geo.MercatorWest(placeZoom, uint32(i)), geo.MercatorWest(placeZoom, uint32(i)+1)
		m.x[i] = int32((int64(west) + int64(east)) / 2)
		m.y[i] = int32((int64(souths()[i]) + int64(souths()[max(1, i)-1])) / 2)
	}
	return &m
})
