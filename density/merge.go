package density

import (
	"math/bits"
	"slices"
)

// builder lays out rows that come in the order of the columns.
type builder struct {
	places
	index []uint32 // of codes, by number of the matter
}

// newBuilder makes room for n rows of the given matters.
func newBuilder(faces, n int, codes []uint32) *builder {
	b := &builder{places: places{
		faces:  faces,
		offset: make([]uint32, 0, n), at: make([]uint32, 0, n), label: make([]uint32, 0, n),
		codes: codes, mask: 1<<bits.Len(uint(max(1, len(codes))-1)) - 1,
	}, index: make([]uint32, matters)}
	for i, c := range codes {
		b.index[c] = uint32(i)
	}
	return b
}

// part returns a builder of the rows from a number to before another of b.
func (b *builder) part(from, to uint32) *builder {
	return &builder{places: places{
		faces:  b.faces,
		offset: b.offset[from:from:to], at: b.at[from:from:to], label: b.label[from:from:to],
		mask: b.mask,
	}, index: b.index}
}

// join appends a part, whose rows are in place already.
func (b *builder) join(part *builder) {
	n := uint32(b.len())
	for _, r := range part.runs {
		r.start += n
		b.runs = append(b.runs, r)
	}
	for _, o := range part.open {
		b.open = append(b.open, owing{o.number + n, o.state})
	}
	end := b.len() + part.len()
	b.offset, b.at, b.label = b.offset[:end], b.at[:end], b.label[:end]
}

// finish returns what was laid out, and does not hold on to the builder.
func (b *builder) finish() *places {
	b.runs = append(b.runs, run{start: uint32(b.len())})
	p := b.places
	return &p
}

// add appends a row to the last run.
func (b *builder) add(it *item) {
	if it.state != 0 {
		b.open = append(b.open, owing{uint32(b.len()), it.state})
	}
	corner := b.runs[len(b.runs)-1].corner
	b.offset = append(b.offset, uint32(it.pos.Y-corner.Y)<<16|uint32(it.pos.X-corner.X))
	b.at, b.label = append(b.at, it.at), append(b.label, b.labelOf(it.matter, it.tag))
}

func (b *builder) labelOf(matter, tag uint32) uint32 { return tag&^b.mask | b.index[matter] }

// begin begins a run.
func (b *builder) begin(r run) {
	r.start = uint32(b.len())
	b.runs = append(b.runs, r)
}

// addAll appends items, which are in order and none of which is in the last run.
func (b *builder) addAll(items []item) {
	for len(items) > 0 {
		n := sameRun(items)
		b.begin(items[0].run())
		for i := range items[:n] {
			b.add(&items[i])
		}
		items = items[n:]
	}
}

// sameRun returns how many items, from the first on, belong to one run.
func sameRun(items []item) int {
	n := 1
	for n < len(items) && items[n].sameRun(&items[0]) {
		n++
	}
	return n
}

// merge returns the rows of p, of which those in open are open, and items, which
// are in order. An item that is in p already only brings its state.
func (p *places) merge(items []item, open []owing) *places {
	m := merger{
		builder: newBuilder(p.faces, p.len()+len(items), allCodes(p.codes, items)),
		old:     p, open: open,
	}
	for k := range p.runs[:len(p.runs)-1] {
		r := p.runs[k]
		n := countBefore(items, r)
		m.addAll(items[:n])
		items = items[n:]
		m.begin(r)
		if n = countIn(items, r); n == 0 {
			m.copy(r.start, p.runs[k+1].start)
			continue
		}
		m.weave(&r, p.runs[k+1].start, items[:n])
		items = items[n:]
	}
	m.addAll(items)
	return m.finish()
}

// countBefore returns how many items belong to runs before r.
func countBefore(items []item, r run) (n int) {
	for n < len(items) && (items[n].place < r.place || items[n].place == r.place && items[n].run().compare(r) < 0) {
		n++
	}
	return n
}

// countIn returns how many items, of which none is before r, belong to it.
func countIn(items []item, r run) (n int) {
	for n < len(items) && items[n].place == r.place && items[n].run().compare(r) == 0 {
		n++
	}
	return n
}

// allCodes returns the numbers of all matters, ascending.
func allCodes(codes []uint32, items []item) []uint32 {
	all := slices.Clone(codes)
	known := make(map[uint32]bool, len(codes))
	for _, c := range codes {
		known[c] = true
	}
	for i := range items {
		if c := items[i].matter; !known[c] {
			known[c], all = true, append(all, c)
		}
	}
	slices.Sort(all)
	return all
}

// merger builds columns from older ones.
type merger struct {
	*builder
	old  *places
	open []owing // of the old rows that are not copied yet
}

// copy appends old rows. The more matters there are, the less is kept of their tags.
func (m *merger) copy(from, to uint32) {
	for len(m.open) > 0 && m.open[0].number < to {
		m.builder.open = append(m.builder.open, owing{m.open[0].number - from + uint32(m.len()), m.open[0].state})
		m.open = m.open[1:]
	}
	m.offset = append(m.offset, m.old.offset[from:to]...)
	m.at = append(m.at, m.old.at[from:to]...)
	for _, l := range m.old.label[from:to] {
		m.label = append(m.label, m.labelOf(m.old.codes[l&m.old.mask], l))
	}
}

// weave appends the old rows of a run up to a number, with items between them.
func (m *merger) weave(r *run, to uint32, items []item) {
	done := r.start
	for i := range items {
		at, row := done, items[i].row
		row.tag &^= m.old.mask
		for at < to && m.old.in(r, at).compare(row) < 0 {
			at++
		}
		m.copy(done, at)
		if done = at; done < to && m.old.in(r, done).compare(row) == 0 {
			done++
			if len(m.open) > 0 && m.open[0].number == at {
				m.open = m.open[1:]
			}
		}
		m.add(&items[i])
	}
	m.copy(done, to)
}
