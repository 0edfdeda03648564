package density

// part is what of a filter and a root the counts of cells depend on.
type part struct {
	window
	root int32
}

// addBase adds the rows of a base, which came and did not go.
func (b *binner) addBase(base *base) {
	switch s := b.query.state; {
	case s == Open || s == Overdue || b.query.from == b.query.to:
	case b.view.Where || b.view.Z > base.tracts.zoom:
		b.scan(base.places)
	default:
		b.addCells(base.tracts.cells, b.cellsOf(base))
	}
}

// addCells adds the counts of cells that are no larger than those of the view.
func (b *binner) addCells(cells []place, counts []uint32) {
	for _, s := range b.view.spans(len(cells), func(i int) place { return cells[i] }) {
		for i := s.lo; i < s.hi; i++ {
			b.cells[b.at(cells[i])].count += int32(counts[i])
		}
	}
}

// at returns the index of the cell around a place in the view, whose cells are no
// smaller.
func (b *binner) at(p place) int {
	x, y := (p >> (2 * (placeZoom - b.view.Z))).cell()
	return int(y-b.view.MinY)*b.columns() + int(x-b.view.MinX)
}

// cellsOf counts the rows of a base that pass by its cells, once.
func (b *binner) cellsOf(base *base) []uint32 {
	e := base.cells.entry(part{b.query.window, b.root})
	if counts := e.counts.Load(); counts != nil {
		return *counts
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	counts := e.counts.Load()
	if counts == nil {
		counts = b.countCells(base)
		e.counts.Store(counts)
	}
	return *counts
}

func (b *binner) countCells(base *base) *[]uint32 {
	counts := make([]uint32, len(base.tracts.cells))
	for i, n := range base.count(b.query) {
		if t := &base.tracts.list[i]; n > 0 && b.within(t.face) {
			counts[t.cell] += n
		}
	}
	return &counts
}
