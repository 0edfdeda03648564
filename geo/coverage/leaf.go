package coverage

import "jingwei/geo"

// leaf is the edges that reach into a tile.
type leaf struct {
	words []uint32 // of the edges
	size  int      // words each
	form  uint32
	mid   point // of the tile
	half  int64 // of its side
}

// leafAt returns the leaf at word i, of the tile of p with side 1 << shift.
func (x *index) leafAt(i uint32, shift uint, p geo.Pos) leaf {
	n := x.words[i+1]
	l := leaf{size: narrowSize, form: n & formMask, mid: x.middle(p, shift), half: int64(1) << shift >> 1}
	if l.form != formNarrow {
		l.size = wideSize
	}
	from := int(i) + leafHead
	l.words = x.words[from : from+int(n&^formMask)*l.size]
	return l
}

// touching returns the lowest face that touches p, which is outside, or None.
func (l *leaf) touching(p geo.Pos) int32 {
	best := None
	for i := range l.len() {
		for _, ray := range l.rays(i, p) {
			if ray == p {
				continue
			}
			if f := l.after(ray, p); f != None && (best == None || f < best) {
				best = f
			}
		}
	}
	return best
}

func (l *leaf) len() int { return len(l.words) / l.size }

// rays returns the ends of edge i if it holds p, and else p twice: the edge
// leaves p towards those that are not p.
func (l *leaf) rays(i int, p geo.Pos) [2]geo.Pos {
	if a, b := l.ends(i); geo.OnSegment(a, b, p) {
		return [2]geo.Pos{a, b}
	}
	return [2]geo.Pos{p, p}
}

func (l *leaf) ends(i int) (a, b geo.Pos) {
	edge := l.words[i*l.size:]
	if l.form == formNarrow {
		return narrowEnds(edge, l.mid)
	}
	return wideEnds(edge)
}

// after returns the face that comes after the ray from p towards last, turning
// clockwise about p from upwards, where the outside is.
func (l *leaf) after(last, p geo.Pos) int32 {
	face := uint32(0)
	for i := range l.len() {
		for _, ray := range l.rays(i, p) {
			if ray != p && !turnsBefore(last, ray, p) {
				face ^= l.words[(i+1)*l.size-1]
			}
		}
	}
	return int32(face&^borderChange) - 1
}

// turnsBefore reports whether, turning clockwise about p from just right of
// upwards, the direction of a comes before that of b.
func turnsBefore(a, b, p geo.Pos) bool {
	if ha, hb := onLeft(a, p), onLeft(b, p); ha != hb {
		return hb
	}
	return geo.Orient(p, a, b) < 0
}

// onLeft reports whether a is left of p, or straight up.
func onLeft(a, p geo.Pos) bool { return a.X < p.X || a.X == p.X && a.Y > p.Y }

// leftOf returns the face on the left of the middle of e, one of the edges.
func (x *index) leftOf(e edge) int32 {
	h := middle(e.a, e.b)
	p := geo.Pos{X: int32(h.x >> 1), Y: int32(h.y >> 1)}
	x, entry, shift := x.entry(p)
	if entry&tagMask == 0 {
		return int32(entry) - 1
	}
	l := x.leafAt(entry&valMask, shift, p)
	face := x.words[entry&valMask] ^ l.crossed(h)
	if geo.Side(e.a, e.b, e.a) < 0 { // moved, the middle is on the right
		face ^= l.change(e)
	}
	return int32(face&^borderChange) - 1
}

// crossed is crossedNarrow for edges of every form, on the way from the corner of
// the tile to p.
func (l *leaf) crossed(p half) uint32 {
	corner := half{2 * (l.mid.x - l.half), 2 * (l.mid.y - l.half)}
	bend := half{corner.x, p.y}
	face := uint32(0)
	for i := range l.len() {
		a, b := l.ends(i)
		if (2*int64(a.X) <= corner.x) != (2*int64(b.X) <= corner.x) && sideHalf(a, b, corner) != sideHalf(a, b, bend) {
			face ^= l.words[(i+1)*l.size-1]
		}
		if 2*int64(a.Y) <= p.y && p.y < 2*int64(b.Y) && sideHalf(a, b, bend) != sideHalf(a, b, p) {
			face ^= l.words[(i+1)*l.size-1]
		}
	}
	return face
}

// change returns the change at e, which is one of the edges, or 0.
func (l *leaf) change(e edge) uint32 {
	for i := range l.len() {
		if a, b := l.ends(i); (edge{a, b}) == e || (edge{b, a}) == e {
			return l.words[(i+1)*l.size-1]
		}
	}
	return 0
}
