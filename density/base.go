package density

import (
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
	open   bitset
	owed   []key // of the rows that are open
}

// key is what decides where a report counts.
type key struct {
	face       int32
	at, matter uint32
}

func emptyBase(faces int) *base { return &base{start: make([]uint32, faces+2)} }

func (b *base) len() int { return len(b.at) }

// faces returns the number of faces, without the outside.
func (b *base) faces() int { return len(b.start) - 2 }

func (b *base) row(f int32, i uint32) row {
	return row{f, b.at[i], b.pos[i], b.tag[i], b.matter[i]}
}

// find returns the place of a row.
func (b *base) find(r row) (uint32, bool) {
	lo, end := b.start[r.face], b.start[r.face+1]
	for hi := end; lo < hi; {
		if mid := (lo + hi) / 2; b.row(r.face, mid).compare(r) < 0 {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo, lo < end && b.row(r.face, lo).compare(r) == 0
}

// merge returns the rows of b, in the states that open has, and items, which are
// sorted. An item that is in b already only brings its state.
func (b *base) merge(items []item, open bitset) *base {
	n := b.len() + len(items)
	m := &base{
		start: make([]uint32, 1, len(b.start)), open: make(bitset, (n+63)/64),
		at: make([]uint32, 0, n), pos: make([]geo.Pos, 0, n),
		tag: make([]uint32, 0, n), matter: make([]uint32, 0, n),
	}
	for f := range int32(len(b.start) - 1) {
		for i := b.start[f]; i < b.start[f+1]; i++ {
			old := item{b.row(f, i), open.has(i)}
			for len(items) > 0 && items[0].compare(old.row) <= 0 {
				if items[0].compare(old.row) == 0 {
					old.open = items[0].open
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
	if r.open {
		b.open.set(uint32(b.len()), true)
		b.owed = append(b.owed, key{r.face, r.at, r.matter})
	}
	b.at, b.pos = append(b.at, r.at), append(b.pos, r.pos)
	b.tag, b.matter = append(b.tag, r.tag), append(b.matter, r.matter)
}

// count adds the rows in w to the counts of faces.
func (b *base) count(w window, count, open []uint32) {
	for f := range b.faces() {
		lo, hi := b.start[f], b.start[f+1]
		if !w.anyTime() {
			lo, hi = lo+before(b.at[lo:hi], w.from), lo+before(b.at[lo:hi], w.to)
		}
		if w.anyMatter() {
			count[f] += hi - lo
		} else if lo < hi {
			count[f] += within(b.matter[lo:hi], w.low, w.high)
		}
	}
	for _, k := range b.owed {
		if int(k.face) < b.faces() && w.holds(k.at, k.matter) {
			open[k.face]++
		}
	}
}

// before returns how many of the sorted times are before t.
func before(at []uint32, t uint64) uint32 {
	lo, hi := 0, len(at)
	for lo < hi {
		if mid := (lo + hi) / 2; uint64(at[mid]) < t {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return uint32(lo)
}

// within returns how many of the matters are in [low, high).
func within(matter []uint32, low, high uint32) (n uint32) {
	for _, m := range matter {
		if m-low < high-low {
			n++
		}
	}
	return n
}

// bitset is a set of row numbers.
type bitset []uint64

func (s bitset) has(i uint32) bool { return s[i/64]>>(i%64)&1 == 1 }

func (s bitset) set(i uint32, in bool) {
	s[i/64] &^= 1 << (i % 64)
	if in {
		s[i/64] |= 1 << (i % 64)
	}
}
