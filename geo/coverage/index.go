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
// leaf.
type index struct {
	box   geo.Box // of the coverage, one unit wider at the left and the bottom
	shift uint    // the side of a tile of the top grid is 1 << shift units
	cols  uint32
	top   []uint32
	nodes []uint32 // 16 to a node, row by row from the bottom
	words []uint32 // leaves
}

const (
	tagMask = 3 << 30
	tagNode = 1 << 30
	tagLeaf = 2 << 30
	valMask = 1<<30 - 1
)

// A leaf is a word with the face + 1 at the corner, a word with the number of
// edges and whether they are wide, and the edges, their lower end first. An edge
// is narrow where its ends are within ±2¹⁵ units of the corner: then it takes
// three words, the ends relative to the corner as pairs of int16, X in the low
// half, and the change; a wide one takes five with the ends as they are.
const (
	leafHead   = 2
	wideLeaf   = 1 << 31
	narrowSize = 3
	wideSize   = 5
)

// borderChange marks the change at an edge of the outer border; what is left of
// it is the face + 1 inside.
const borderChange = 1 << 31

// entry returns the entry for p, which the box holds: a face, or a leaf and the
// log₂ of its side.
func (x *index) entry(p geo.Pos) (e uint32, shift uint) {
	px, py := uint32(p.X)-uint32(x.box.Min.X), uint32(p.Y)-uint32(x.box.Min.Y)
	shift = x.shift
	e = x.top[(py>>shift)*x.cols+px>>shift]
	for e&tagMask == tagNode {
		shift -= 2
		e = x.nodes[(e&valMask)<<4|(py>>shift&3)<<2|px>>shift&3]
	}
	return e, shift
}

// locate returns the face of p, or None.
func (x *index) locate(p geo.Pos) int32 {
	if !x.box.Contains(p) {
		return None
	}
	e, shift := x.entry(p)
	if e&tagMask == 0 {
		return int32(e) - 1
	}
	return x.inLeaf(e&valMask, shift, p)
}

// inLeaf returns the face of p in the leaf at word i with side 1 << shift.
func (x *index) inLeaf(i uint32, shift uint, p geo.Pos) int32 {
	face, n := x.words[i], x.words[i+1]
	edges := x.words[i+leafHead:]
	corner := x.corner(p, shift)
	if n&wideLeaf == 0 {
		edges = edges[:n*narrowSize]
		face ^= crossedNarrow(edges, int64(p.X)-int64(corner.X), int64(p.Y)-int64(corner.Y))
	} else {
		edges = edges[:n&^wideLeaf*wideSize]
		face ^= crossedWide(edges, corner, p)
	}
	if face &^= borderChange; face == 0 {
		return touching(edges, n&wideLeaf != 0, corner, p)
	}
	return int32(face) - 1
}

// corner returns the lower left corner of the tile of p with side 1 << shift.
func (x *index) corner(p geo.Pos, shift uint) geo.Pos {
	down := func(v, from int32) int32 { return from + int32((uint32(v)-uint32(from))>>shift<<shift) }
	return geo.Pos{X: down(p.X, x.box.Min.X), Y: down(p.Y, x.box.Min.Y)}
}

// crossedNarrow returns the exclusive or of the changes at the edges crossed on
// the way from the corner up to height y and right to x. Both are relative to the
// corner, and moved as [geo.Side] moves a position: where that decides, a half is
// added to or taken from the product, and all is taken twice.
func crossedNarrow(edges []uint32, x, y int64) uint32 {
	face := uint32(0)
	for ; len(edges) >= narrowSize; edges = edges[narrowSize:] {
		ax, ay := int64(int16(edges[0])), int64(int32(edges[0])>>16)
		bx, by := int64(int16(edges[1])), int64(int32(edges[1])>>16)
		dx, dy := 2*(bx-ax), by-ay
		if ay <= y && y < by {
			if at := dx*(y-ay) + tie(dx); 2*-ax*dy < at && at < 2*(x-ax)*dy {
				face ^= edges[2]
			}
		}
		if (ax <= 0) != (bx <= 0) {
			t, c := tie(dx), 2*-ax*dy
			if (t-dx*ay < c) != (t+dx*(y-ay) < c) {
				face ^= edges[2]
			}
		}
	}
	return face
}

// tie is what decides when a position is on the line of an upward edge: moved, it
// is to the left of an edge that leans right, and to the right of any other.
func tie(dx int64) int64 {
	if dx > 0 {
		return 1
	}
	return -1
}

// crossedWide is crossedNarrow for wide edges.
func crossedWide(edges []uint32, corner, p geo.Pos) uint32 {
	bend := geo.Pos{X: corner.X, Y: p.Y}
	face := uint32(0)
	for ; len(edges) >= wideSize; edges = edges[wideSize:] {
		a, b := wideEnds(edges)
		if (a.X <= corner.X) != (b.X <= corner.X) && geo.Side(a, b, corner) != geo.Side(a, b, bend) {
			face ^= edges[4]
		}
		if a.Y <= p.Y && p.Y < b.Y && geo.Side(a, b, bend) != geo.Side(a, b, p) {
			face ^= edges[4]
		}
	}
	return face
}

func wideEnds(edge []uint32) (a, b geo.Pos) {
	return geo.Pos{X: int32(edge[0]), Y: int32(edge[1])}, geo.Pos{X: int32(edge[2]), Y: int32(edge[3])}
}

func narrowEnds(edge []uint32, corner geo.Pos) (a, b geo.Pos) {
	return geo.Pos{X: corner.X + int32(int16(edge[0])), Y: corner.Y + int32(edge[0])>>16},
		geo.Pos{X: corner.X + int32(int16(edge[1])), Y: corner.Y + int32(edge[1])>>16}
}
