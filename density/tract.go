package density

import (
	"cmp"
	"encoding/binary"
	"math/bits"
	"slices"
)

// plotZoom is the zoom of Web Mercator in whose cells plots are, and spotBits the bits of
// a place that tell those of a cell apart.
const (
	plotZoom = 14
	spotBits = 2 * (placeZoom - plotZoom)
)

// spot returns which of its cell of plotZoom a place is, and first the first of them.
func (c place) spot() uint8  { return uint8(c & (1<<spotBits - 1)) }
func (c place) first() place { return c &^ (1<<spotBits - 1) }

// tractBits: a tract has up to 2^7 rows, so that their number fits into a lane.
const tractBits = 7

// tracts are what a face and a place have in common; where there are more rows than a
// tract may have, several. They are ordered by cell of plotZoom, within it by face, and
// then by place. Up to eight of one face in a cell are a plot. So faces are made of whole
// plots, and so are cells and those of lower zooms; places, of whole tracts.
type tracts struct {
	run  []uint32 // of each
	spot []uint8

	plot []uint32 // the first tract of each plot, and one behind the last
	area []int32  // of its face

	cell  []uint32 // the first plot of each cell, and one behind the last
	place []place  // the first in it, ascending
}

// newTracts returns the tracts of the rows that are inside a face, given the area of
// each, and the first one of each run.
func newTracts(p *places, area func(face int32) int32) (t *tracts, first []uint32) {
	t, first = &tracts{}, make([]uint32, len(p.runs))
	var runs []int // of a cell
	add := func() {
		slices.SortStableFunc(runs, func(a, b int) int { return cmp.Compare(p.runs[a].face, p.runs[b].face) })
		for i, k := range runs {
			r := &p.runs[k]
			if i == 0 {
				t.cell, t.place = append(t.cell, uint32(len(t.plot))), append(t.place, r.place.first())
			}
			first[k] = uint32(t.len())
			more := i > 0 && r.face == p.runs[runs[i-1]].face
			for at := r.start; at < p.runs[k+1].start; at += 1 << tractBits {
				if !more || t.len()-int(t.plot[len(t.plot)-1]) == laneCount {
					t.plot, t.area, more = append(t.plot, uint32(t.len())), append(t.area, area(r.face)), true
				}
				t.run, t.spot = append(t.run, uint32(k)), append(t.spot, r.place.spot())
			}
		}
		runs = runs[:0]
	}
	p.inside(func(k int, _, _ uint32) {
		if len(runs) > 0 && p.runs[runs[0]].place.first() != p.runs[k].place.first() {
			add()
		}
		runs = append(runs, k)
	})
	add()
	t.cell, t.plot = append(t.cell, uint32(len(t.plot))), append(t.plot, uint32(t.len()))
	return t, first
}

func (t *tracts) len() int { return len(t.run) }

// in returns which tracts are those of a cell.
func (t *tracts) in(cell int) (from, to uint32) { return t.plot[t.cell[cell]], t.plot[t.cell[cell+1]] }

// inside calls do for runs, by their index, of rows that are inside a face.
func (p *places) inside(do func(k int, from, to uint32)) {
	for k := range p.runs[:len(p.runs)-1] {
		if r := &p.runs[k]; int(r.face) < p.faces {
			do(k, r.start, p.runs[k+1].start)
		}
	}
}

// lanes are the counts of tracts, and zeros behind the last, for whole words of eight.
type lanes []byte

const (
	laneBits  = 8
	laneCount = 64 / laneBits
)

func newLanes(tracts int) lanes { return make(lanes, (tracts/laneCount+2)*laneCount) }

// word returns eight counts, that of a tract and those of the next ones, as one number.
func (l lanes) word(tract uint32) uint64 { return binary.LittleEndian.Uint64(l[tract:]) }

// addDifference adds what later counts are more than earlier ones, eight at a time: as no
// difference is below zero and no sum too much for a lane, nothing is carried from one to
// the next.
func (l lanes) addDifference(later, earlier lanes) {
	for i := uint32(0); i < uint32(len(l)); i += laneCount {
		binary.LittleEndian.PutUint64(l[i:], l.word(i)+later.word(i)-earlier.word(i))
	}
}

// sum returns the sum of the counts of tracts from one to before another.
func (l lanes) sum(from, to uint32) (n uint32) {
	for ; from+laneCount < to; from += laneCount {
		n += sumWord(l.word(from))
	}
	return n + sumWord(l.some(from, to))
}

// some returns the counts of tracts from one to before another, one to eight of them, as
// one number.
func (l lanes) some(from, to uint32) uint64 {
	return l.word(from) << (laneBits * (laneCount - (to - from)) % 64)
}

// sumWord returns the sum of eight counts.
func sumWord(w uint64) uint32 {
	const even = 0x00ff00ff00ff00ff
	return uint32((w&even + w>>laneBits&even) * 0x0001000100010001 >> 48)
}

// moments are rows as numbers of a few bytes each: of each, the tract in the lower bits and
// the time in its period, in seconds, above. So they are ordered by time, then tract.
type moments struct {
	bytes  []byte // and some behind the last, so that each is in eight
	size   int
	tracts int // bits of a tract
}

// Moments take five bytes, or six if that leaves too few bits to tell the times of a period
// of twelve days apart.
const (
	momentSize = 5
	periodBits = 20
)

// newMoments makes no room for any yet.
func newMoments(tracts int) moments {
	m := moments{size: momentSize, tracts: bits.Len(uint(max(1, tracts) - 1))}
	if 8*m.size-m.tracts < periodBits {
		m.size++
	}
	return m
}

// room makes room for so many rows.
func (m *moments) room(rows uint32) { m.bytes = make([]byte, int(rows)*m.size+8-m.size) }

// longest is the length of the longest period, in seconds.
func (m *moments) longest() uint64 { return 1 << (8*m.size - m.tracts) }

func (m *moments) at(i uint32) uint64 {
	return binary.LittleEndian.Uint64(m.bytes[int(i)*m.size:]) & (1<<(8*m.size) - 1)
}

func (m *moments) time(i uint32) uint32 { return uint32(m.at(i) >> m.tracts) }

func (m *moments) set(i uint32, moment uint64) {
	at := m.bytes[int(i)*m.size:][:m.size]
	for k := range at {
		at[k] = byte(moment >> (8 * k))
	}
}

// moment returns a time in a period and a tract as one number.
func (m *moments) moment(time, tract uint32) uint64 { return uint64(time)<<m.tracts | uint64(tract) }

// tally adds n, modulo 256, to the counts of tracts for each of the rows from one to
// before another; as a rule by fours of a size known here, which takes half the time.
func (m *moments) tally(from, to uint32, counts lanes, n byte) {
	size, mask := m.size, uint32(1<<m.tracts-1)
	rows := m.bytes[int(from)*size : int(to)*size+8-size]
	for ; size == momentSize && len(rows) >= 3*momentSize+8; rows = rows[4*momentSize:] {
		four := rows[:3*momentSize+8]
		a, b := binary.LittleEndian.Uint32(four)&mask, binary.LittleEndian.Uint32(four[momentSize:])&mask
		c, d := binary.LittleEndian.Uint32(four[2*momentSize:])&mask, binary.LittleEndian.Uint32(four[3*momentSize:])&mask
		counts[a] += n
		counts[b] += n
		counts[c] += n
		counts[d] += n
	}
	for ; len(rows) >= 8; rows = rows[size:] {
		counts[binary.LittleEndian.Uint32(rows)&mask] += n
	}
}
