package density

import (
	"fmt"
	"slices"
)

// maxMatters is how many matters an index of 16 bits tells apart.
const maxMatters = 1 << 16

// builder lays out rows that come in the order of the columns.
type builder struct {
	places
	index []uint16 // of codes, by number of the matter
}

// newBuilder makes room for n rows of the given matters.
func newBuilder(faces, n int, codes []uint32) *builder {
	if len(codes) > maxMatters {
		panic(fmt.Sprintf("density: reports of %d matters, at most %d can be told apart", len(codes), maxMatters))
	}
	b := &builder{places: places{
		faces:  faces,
		offset: make([]uint32, 0, n), at: make([]uint32, 0, n), matter: make([]uint16, 0, n), tag: make([]uint32, 0, n),
		codes: codes,
	}, index: make([]uint16, matters)}
	for i, c := range codes {
		b.index[c] = uint16(i)
	}
	return b
}

// part returns a builder of the rows from a number to before another of b.
func (b *builder) part(from, to uint32) *builder {
	return &builder{places: places{
		faces:  b.faces,
		offset: b.offset[from:from:to], at: b.at[from:from:to], matter: b.matter[from:from:to], tag: b.tag[from:from:to],
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
	b.offset, b.at, b.matter, b.tag = b.offset[:end], b.at[:end], b.matter[:end], b.tag[:end]
}

// finish returns what was laid out.
func (b *builder) finish() *places {
	b.runs = append(b.runs, run{start: uint32(b.len())})
	return &b.places
}

// add appends a row to the last run.
func (b *builder) add(it *item) {
	if it.state != 0 {
		b.open = append(b.open, owing{uint32(b.len()), it.state})
	}
	corner := b.runs[len(b.runs)-1].corner
	b.offset = append(b.offset, uint32(it.pos.Y-corner.Y)<<16|uint32(it.pos.X-corner.X))
	b.at, b.tag = append(b.at, it.at), append(b.tag, it.tag)
	b.matter = append(b.matter, b.index[it.matter])
}

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
	for _, c := range p.codes {
		m.renumber = append(m.renumber, m.index[c])
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
	old      *places
	open     []owing  // of the old rows that are not copied yet
	renumber []uint16 // new index by old one of codes
}

// copy appends old rows.
func (m *merger) copy(from, to uint32) {
	for len(m.open) > 0 && m.open[0].number < to {
		m.builder.open = append(m.builder.open, owing{m.open[0].number - from + uint32(m.len()), m.open[0].state})
		m.open = m.open[1:]
	}
	m.offset = append(m.offset, m.old.offset[from:to]...)
	m.at, m.tag = append(m.at, m.old.at[from:to]...), append(m.tag, m.old.tag[from:to]...)
	for _, k := range m.old.matter[from:to] {
		m.matter = append(m.matter, m.renumber[k])
	}
}

// weave appends the old rows of a run up to a number, with items between them.
func (m *merger) weave(r *run, to uint32, items []item) {
	done := r.start
	for i := range items {
		at := done
		for at < to && m.old.in(r, at).compare(items[i].row) < 0 {
			at++
		}
		m.copy(done, at)
		if done = at; done < to && m.old.in(r, done).compare(items[i].row) == 0 {
			done++
			if len(m.open) > 0 && m.open[0].number == at {
				m.open = m.open[1:]
			}
		}
		m.add(&items[i])
	}
	m.copy(done, to)
}
