package density

import (
	"slices"

	"jingwei/geo"
)

// base holds rows as columns, immutable: those of face f from start[f] to
// start[f+1], in the order of row.compare; those outside follow as one face more.
type base struct {
	start  []uint32
	at     []uint32
	pos    []geo.Pos
	tag    []uint32
	matter []uint32
	open   []owing // by number
}

// owing is the state, which is not 0, of a row by its number.
type owing struct{ number, state uint32 }

func emptyBase(faces int) *base { return &base{start: make([]uint32, faces+2)} }

func (b *base) len() int { return len(b.at) }

// faces returns the number of faces, without the outside.
func (b *base) faces() int { return len(b.start) - 2 }

// row returns a row by its number.
func (b *base) row(i uint32) row {
	f, _ := slices.BinarySearch(b.start, i+1)
	return b.in(int32(f-1), i)
}

func (b *base) in(f int32, i uint32) row {
	return row{f, b.at[i], b.pos[i], b.tag[i], b.matter[i]}
}

// find returns the number of a row.
func (b *base) find(r row) (uint32, bool) {
	lo, end := b.start[r.face], b.start[r.face+1]
	for hi := end; lo < hi; {
		if mid := (lo + hi) / 2; b.in(r.face, mid).compare(r) < 0 {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo, lo < end && b.in(r.face, lo).compare(r) == 0
}

// merge returns the rows of b, of which those in open are open, and items, which
// are sorted. An item that is in b already only brings its state.
func (b *base) merge(items []item, open []owing) *base {
	n := b.len() + len(items)
	m := &base{
		start: make([]uint32, 1, len(b.start)),
		at:    make([]uint32, 0, n), pos: make([]geo.Pos, 0, n),
		tag: make([]uint32, 0, n), matter: make([]uint32, 0, n),
	}
	for f := range int32(len(b.start) - 1) {
		for i := b.start[f]; i < b.start[f+1]; i++ {
			old := item{row: b.in(f, i)}
			if len(open) > 0 && open[0].number == i {
				old.state, open = open[0].state, open[1:]
			}
			for len(items) > 0 && items[0].compare(old.row) <= 0 {
				if items[0].compare(old.row) == 0 {
					old.state = items[0].state
				} else {
					m.add(items[0])
				}
				items = items[1:]
			}
			m.add(old)
		}
		for ; len(items) > 0 && items[0].face == f; items = items[1:] {
			m.add(items[0])
		}
		m.start = append(m.start, uint32(m.len()))
	}
	return m
}

func (b *base) add(r item) {
	if r.state != 0 {
		b.open = append(b.open, owing{uint32(b.len()), r.state})
	}
	b.at, b.pos = append(b.at, r.at), append(b.pos, r.pos)
	b.tag, b.matter = append(b.tag, r.tag), append(b.matter, r.matter)
}

// events are what the states in open add to the counts, as of a second.
func (b *base) events(open []owing, now uint32) []event {
	out := make([]event, 0, len(open))
	for _, o := range open {
		out = append(out, eventOf(b.row(o.number), o.number).turn(0, o.state, now))
	}
	return out
}

// count adds the rows in q to the counts of faces.
func (b *base) count(q *query, count []uint32) {
	for f := range b.faces() {
		for i := b.start[f]; i < b.start[f+1]; i++ {
			if q.holds(b.at[i], b.matter[i]) {
				count[f]++
			}
		}
	}
}
