package coverage

import (
	"jingwei/geo"
)

// index finds the face of a position. A top grid of square tiles, each side a
// power of two, leads to nodes of 4 × 4 smaller tiles, one cache line each, and
// these to further nodes, to a face where no edge reaches into the tile, or to a
// leaf.
//
// A leaf knows the face at its lower left corner and the few edges that reach
// into it. On the way from the corner straight up and then to the right to a
// position, the face changes at each edge crossed from the face on one side to
// the one on the other. Taken as the exclusive or of the two, the changes may be
// counted in any order, and no edge needs to know which face is on which side.
//
// Entries of the top grid and of nodes are uint32: a tag in the two high bits,
// and a face + 1 (0 is outside), or the number of a node, or the first word of a
// leaf. In the top grid it may also be the number of a plot: the index of this one
// tile, made when the coverage was patched there.
type index struct {
	box   geo.Box // of the coverage, one unit wider at the left and the bottom
	shift uint    // the side of a tile of the top grid is 1 << shift units
	cols  uint32
	top   []uint32
	nodes []uint32 // 16 to a node, row by row from the bottom
	words []uint32 // leaves
	plots []*index
}

const (
	tagMask = 3 << 30
	tagNode = 1 << 30
	tagLeaf = 2 << 30
	tagPlot = 3 << 30
	valMask = 1<<30 - 1
)

// A leaf is a word with the face + 1 at the corner, a word with its form, and the
// edges. It is narrow where the ends of edges are within ±2¹⁵ units of the middle
// of the tile and the edges make few runs, in each of which one begins where the
// last ended and the change is the same. Then the second word has the numbers of
// edges in the runs too, four bits for each, and a run is the change and the
// positions along it, relative to the middle, as pairs of int16, X in the low half.
// A leaf of other form has the number of edges in the second word, and each is the
// ends, as they are, the lower one first, and the change: wide, within ±2²⁹ units
// of the middle, or huge.
const (
	leafHead   = 2
	formMask   = 3 << 30
	formNarrow = 0 << 30
	formWide   = 1 << 30
	formHuge   = 2 << 30
	runBits    = 4
	mostRuns   = 7
	longestRun = 1<<runBits - 1
	wideSize   = 5
)

// borderChange marks the change at an edge of the outer border; what is left of
// it is the face + 1 inside.
const borderChange = 1 << 31

// entry returns the entry for p, which the box holds: a face, or a leaf and the
// log₂ of its side, in x or in one of its plots.
func (x *index) entry(p geo.Pos) (in *index, e uint32, shift uint) {
	px, py := uint32(p.X)-uint32(x.box.Min.X), uint32(p.Y)-uint32(x.box.Min.Y)
	shift = x.shift
	e = x.top[(py>>shift)*x.cols+px>>shift]
	for e&tagMask == tagNode {
		shift -= 2
		e = x.nodes[(e&valMask)<<4|(py>>shift&3)<<2|px>>shift&3]
	}
	if e&tagMask == tagPlot {
		return x.plots[e&valMask].entry(p)
	}
	return x, e, shift
}

// locate returns the face of p, or None.
func (x *index) locate(p geo.Pos) int32 {
	if !x.box.Contains(p) {
		return None
	}
	in, e, shift := x.entry(p)
	if e&tagMask == 0 {
		return int32(e) - 1
	}
	return in.inLeaf(e&valMask, shift, p)
}

// holder is locate without the outer border: None for a position outside that
// touches it.
func (x *index) holder(p geo.Pos) int32 {
	if !x.box.Contains(p) {
		return None
	}
	in, e, shift := x.entry(p)
	if e&tagMask == 0 {
		return int32(e) - 1
	}
	l := in.leafAt(e&valMask, shift, p)
	face := in.words[e&valMask] ^ l.crossed(doubled(p))
	return int32(face&^borderChange) - 1
}

// inLeaf returns the face of p in the leaf at word i with side 1 << shift.
func (x *index) inLeaf(i uint32, shift uint, p geo.Pos) int32 {
	mid, half := x.middle(p, shift), int64(1)<<shift>>1
	px, py := int64(p.X)-mid.x, int64(p.Y)-mid.y
	leaf := x.words[i:]
	face, form := leaf[0], leaf[1]
	switch form & formMask {
	case formNarrow:
		face ^= crossedNarrow(leaf[leafHead:], form, half, px, py)
	case formWide:
		face ^= crossedWide(leaf[leafHead:leafHead+wideSize*(form&^formMask)], mid, half, px, py)
	default:
		l := x.leafAt(i, shift, p)
		face ^= l.crossed(doubled(p))
	}
	if face &^= borderChange; face == 0 {
		l := x.leafAt(i, shift, p)
		return l.touching(p)
	}
	return int32(face) - 1
}

// point is a position with room for sums and differences.
type point struct{ x, y int64 }

// middle returns the middle of the tile of p with side 1 << shift; of a tile of
// one unit, its corner.
func (x *index) middle(p geo.Pos, shift uint) point {
	mid := func(v, from int32) int64 {
		return int64(from) + int64((uint32(v)-uint32(from))>>shift<<shift) + int64(1)<<shift>>1
	}
	return point{mid(p.X, x.box.Min.X), mid(p.Y, x.box.Min.Y)}
}

// crossedOnce tells, by the sign bit, whether the way from the corner (-half, -half)
// straight up to height y, and from there right to x, crosses an edge once. All is
// relative to the middle of the tile, and the way moved as [geo.Side] moves a
// position: one on the line of an edge is left of it when the edge leans right, or
// is upright and runs down, and right of it otherwise. So half a unit is added to
// or taken from the product, and everything is taken twice. That leaves no equality,
// and no branch. Which end comes first makes no difference.
func crossedOnce(ax, ay, bx, by, half, x, y int64) int64 {
	dx, dy := 2*(bx-ax), by-ay
	lean := 1 | (dx<<30-dy)>>63   // -1 or 1
	left := dx*(y-ay) + lean      // how far left of the edge height y is,
	bend := left + 2*(half+ax)*dy // seen from the bend,
	start := bend - dx*(y+half)   // from the corner
	end := left - 2*(x-ax)*dy     // and from the end
	inHeight := (ay - y - 1) ^ (by - y - 1)
	inWidth := (ax + half - 1) ^ (bx + half - 1)
	return (bend^end)&inHeight ^ (bend^start)&inWidth
}

// crossedNarrow returns the exclusive or of the changes at the edges of the runs of
// a narrow leaf that are crossed on the way to (x, y).
func crossedNarrow(words []uint32, runs uint32, half, x, y int64) uint32 {
	face := uint32(0)
	for ; runs != 0; runs >>= runBits {
		n := runs & longestRun
		ax, ay := packedAt(words[1])
		crossed := int64(0)
		for _, w := range words[2 : 2+n] {
			bx, by := packedAt(w)
			crossed ^= crossedOnce(ax, ay, bx, by, half, x, y)
			ax, ay = bx, by
		}
		face ^= words[0] & uint32(crossed>>63)
		words = words[2+n:]
	}
	return face
}

// crossedWide is crossedNarrow for wide edges.
func crossedWide(edges []uint32, mid point, half, x, y int64) uint32 {
	face := uint32(0)
	for ; len(edges) >= wideSize; edges = edges[wideSize:] {
		e := wideEdge(edges)
		crossed := crossedOnce(int64(e.a.X)-mid.x, int64(e.a.Y)-mid.y, int64(e.b.X)-mid.x, int64(e.b.Y)-mid.y, half, x, y)
		face ^= e.change & uint32(crossed>>63)
	}
	return face
}

func wideEdge(words []uint32) sided {
	return sided{geo.Pos{X: int32(words[0]), Y: int32(words[1])}, geo.Pos{X: int32(words[2]), Y: int32(words[3])}, words[4]}
}

// packed returns p relative to mid, X in the low half.
func packed(p geo.Pos, mid point) uint32 {
	return uint32(uint16(int64(p.X)-mid.x)) | uint32(uint16(int64(p.Y)-mid.y))<<16
}

func packedAt(w uint32) (x, y int64) { return int64(int16(w)), int64(int32(w) >> 16) }
