package mvt

import "math/bits"

// numbers maps numbers to their indexes: open addressing over a power of two,
// emptied in no time by raising the generation. A map would cost more than all
// the rest of a feature.
type numbers struct {
	slots      []slot
	count      int
	generation uint32
}

type slot struct {
	bits       uint64
	index      uint32
	generation uint32 // empty unless it is the table's
	field      byte
}

const firstSlots = 64

func (n *numbers) reset() {
	n.count = 0
	n.generation++
	if n.generation == 0 { // after 2³² rounds old slots would come alive again
		clear(n.slots)
		n.generation = 1
	}
}

// put returns the index of a number, which becomes i if it is new.
func (n *numbers) put(field byte, bits uint64, i uint32) (index uint32, added bool) {
	if 2*n.count >= len(n.slots) {
		n.grow()
	}
	s := n.slot(field, bits)
	if s.generation == n.generation {
		return s.index, false
	}
	*s = slot{bits, i, n.generation, field}
	n.count++
	return i, true
}

// slot returns where a number is, or the empty slot where it belongs.
func (n *numbers) slot(field byte, v uint64) *slot {
	mask := uint64(len(n.slots) - 1)
	hi, lo := bits.Mul64(v^uint64(field)<<56, 0x9e3779b97f4a7c15)
	for i := (hi ^ lo) & mask; ; i = (i + 1) & mask {
		s := &n.slots[i]
		if s.generation != n.generation || s.bits == v && s.field == field {
			return s
		}
	}
}

func (n *numbers) grow() {
	old := n.slots
	n.slots = make([]slot, max(firstSlots, 2*len(old)))
	if n.generation == 0 {
		n.generation = 1
	}
	for _, s := range old {
		if s.generation == n.generation {
			*n.slot(s.field, s.bits) = s
		}
	}
}
