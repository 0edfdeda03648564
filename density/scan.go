package density

import (
	"sort"
	"sync"
)

// rectangle is columns from x0 to before x1 and rows from y0 to before y1 of the
// grid of zoom z, at most placeZoom.
type rectangle struct {
	z              uint8
	x0, y0, x1, y1 uint32
}

// around returns the rectangle of cells of a zoom, or of a lower one, that holds a view.
func (v View) around(z uint8) rectangle {
	if v.Z <= z {
		return rectangle{v.Z, v.MinX, v.MinY, v.MaxX, v.MaxY}
	}
	down := v.Z - z
	up := func(end uint32) uint32 { return (end + 1<<down - 1) >> down }
	return rectangle{z, v.MinX >> down, v.MinY >> down, up(v.MaxX), up(v.MaxY)}
}

// each yields the places of the part of the rectangle in a cell of zoom z as
// ranges, in their order.
func (r *rectangle) each(z uint8, x, y uint32, yield func(from, to uint64)) {
	down := r.z - z
	x0, y0, x1, y1 := x<<down, y<<down, (x+1)<<down, (y+1)<<down
	switch {
	case x1 <= r.x0 || r.x1 <= x0 || y1 <= r.y0 || r.y1 <= y0:
	case r.x0 <= x0 && x1 <= r.x1 && r.y0 <= y0 && y1 <= r.y1:
		first, digits := uint64(morton(x, y)), 2*(placeZoom-z)
		yield(first<<digits, (first+1)<<digits)
	default:
		for k := range uint32(4) {
			r.each(z+1, 2*x+k&1, 2*y+k>>1, yield)
		}
	}
}

// spans returns which of n things are in the cells of a zoom that hold a view, given the
// places of each, which ascend.
func (v View) spans(z uint8, n int, at func(i int) place) (spans []span) {
	first := func(c uint64) int { return sort.Search(n, func(i int) bool { return uint64(at(i)) >= c }) }
	r := v.around(z)
	r.each(0, 0, 0, func(from, to uint64) {
		if s := (span{first(from), first(to)}); s.lo < s.hi {
			spans = append(spans, s)
		}
	})
	return spans
}

// scan adds the rows of p.
func (b *binner) scan(p *places) {
	const some = 1024 // runs for a processor at a time
	var parts []span
	for _, s := range b.view.spans(placeZoom, len(p.runs)-1, func(k int) place { return p.runs[k].place }) {
		for ; s.lo < s.hi; s.lo += some {
			parts = append(parts, span{s.lo, min(s.lo+some, s.hi)})
		}
	}
	sieve := newSieve(b.query, p.codes)
	if len(parts) == 1 {
		b.scanRuns(p, parts[0], sieve, b.cells)
		return
	}
	var mu sync.Mutex
	inParallel(len(parts), func(next func() (int, bool)) {
		sums := make([]sum, len(b.cells))
		for i, ok := next(); ok; i, ok = next() {
			b.scanRuns(p, parts[i], sieve, sums)
		}
		mu.Lock()
		defer mu.Unlock()
		for i := range sums {
			b.cells[i].add(&sums[i])
		}
	})
}

func (b *binner) scanRuns(p *places, runs span, s *sieve, sums []sum) {
	within := int32(-1)
	for k := runs.lo; k < runs.hi; k++ {
		r := &p.runs[k]
		if r.face != within && !b.within(r.face) {
			continue
		}
		within = r.face
		if b.view.Z > placeZoom {
			b.scanFine(p, k, s, sums)
			continue
		}
		part := s.sum(p, k)
		sums[b.at(r.place)].add(&part)
	}
}

// scanFine adds the rows of a run one by one, for its place is many cells.
func (b *binner) scanFine(p *places, run int, s *sieve, sums []sum) {
	r := &p.runs[run]
	from, end := s.within(p, run)
	x, y := r.place.cell()
	across, down := b.below(x, b.view.MinX, b.view.MaxX), b.below(y, b.view.MinY, b.view.MaxY)
	if n := 1 << (b.view.Z - placeZoom); n <= fewCells && across.hi-across.lo == n && down.hi-down.lo == n && !b.view.Where {
		b.countFine(p, r, from, end, across, down, s, sums)
		return
	}
	columns, rows := newScale(b.west, across), newScale(b.south, down)
	for i := from; i < end; i++ {
		if s.matter[p.label[i]&p.mask] == 0 {
			continue
		}
		pos := p.pos(r, i)
		column, row := columns.find(pos.X), rows.find(-pos.Y)
		if column < 0 || row < 0 {
			continue
		}
		c := &sums[row*b.columns()+column]
		c.count++
		c.x += int64(pos.X)
		c.y += int64(pos.Y)
		c.number += int64(i)
	}
}

// fewCells are up to how many to the side of a place the one that holds a row is found by
// comparing it with all borders between them, without a branch.
const fewCells = 4

// countFine counts rows of a run whose place is few cells, given their columns and rows.
func (b *binner) countFine(p *places, r *run, from, end uint32, columns, rows span, s *sieve, sums []sum) {
	const beyond = 1 << 30
	east, south := [fewCells - 1]int32{beyond, beyond, beyond}, [fewCells - 1]int32{-beyond, -beyond, -beyond} // of the corner
	n := columns.hi - columns.lo
	for k := range n - 1 {
		east[k] = b.west[columns.lo+k+1] - r.corner.X
		south[k] = -b.south[rows.lo+k+1] - r.corner.Y
	}
	var counts [fewCells * fewCells]uint32
	offset := p.offset[from:end]
	label := p.label[from:end][:len(offset)]
	for i, o := range offset {
		x, y := int32(o&0xffff), int32(o>>16)
		column := 3 + (x-east[0])>>31 + (x-east[1])>>31 + (x-east[2])>>31
		row := (y-south[0]-1)>>31 + (y-south[1]-1)>>31 + (y-south[2]-1)>>31 // times -1
		counts[(column-fewCells*row)%(fewCells*fewCells)] += s.matter[label[i]&p.mask] & 1
	}
	for row := range n {
		for column := range n {
			sums[(rows.lo+row)*b.columns()+columns.lo+column].count += int32(counts[row*fewCells+column])
		}
	}
}

// below returns the columns of the view, or the rows, that are in one of places.
func (b *binner) below(c, from, to uint32) span {
	down := b.view.Z - placeZoom
	return span{int(max(c<<down, from) - from), int(min((c+1)<<down, to) - from)}
}
