package coverage

import "jingwei/geo"

// leaf is the edges that reach into a tile.
type leaf struct {
	words []uint32 // of the edges, and perhaps more
	form  uint32   // the second word of the leaf
	mid   point    // of the tile
	half  int64    // of its side
}

// leafAt returns the leaf at word i, of the tile of p with side 1 << shift.
func (x *index) leafAt(i uint32, shift uint, p geo.Pos) leaf {
	return leaf{words: x.words[i+leafHead:], form: x.words[i+1], mid: x.middle(p, shift), half: int64(1) << shift >> 1}
}

func (l *leaf) len() (n int) {
	if l.form&formMask != formNarrow {
		return int(l.form &^ formMask)
	}
	for runs := l.form; runs != 0; runs >>= runBits {
		n += int(runs & longestRun)
	}
	return n
}

// at returns edge i, its lower end first.
func (l *leaf) at(i int) sided {
	if l.form&formMask != formNarrow {
		return wideEdge(l.words[i*wideSize:])
	}
	words := l.words
	for runs := l.form; ; runs >>= runBits {
		n := int(runs & longestRun)
		if i < n {
			return newSided(l.unpacked(words[1+i]), l.unpacked(words[2+i]), words[0])
		}
		i, words = i-n, words[2+n:]
	}
}

func (l *leaf) unpacked(w uint32) geo.Pos {
	x, y := packedAt(w)
	return geo.Pos{X: int32(l.mid.x + x), Y: int32(l.mid.y + y)}
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

// rays returns the ends of edge i if it holds p, and else p twice: the edge
// leaves p towards those that are not p.
func (l *leaf) rays(i int, p geo.Pos) [2]geo.Pos {
	if e := l.at(i); geo.OnSegment(e.a, e.b, p) {
		return [2]geo.Pos{e.a, e.b}
	}
	return [2]geo.Pos{p, p}
}

// after returns the face that comes after the ray from p towards last, turning
// clockwise about p from upwards, where the outside is.
func (l *leaf) after(last, p geo.Pos) int32 {
	face := uint32(0)
	for i := range l.len() {
		for _, ray := range l.rays(i, p) {
			if ray != p && !turnsBefore(last, ray, p) {
				face ^= l.at(i).change
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
		e := l.at(i)
		if (2*int64(e.a.X) <= corner.x) != (2*int64(e.b.X) <= corner.x) && sideHalf(e.a, e.b, corner) != sideHalf(e.a, e.b, bend) {
			face ^= e.change
		}
		if 2*int64(e.a.Y) <= p.y && p.y < 2*int64(e.b.Y) && sideHalf(e.a, e.b, bend) != sideHalf(e.a, e.b, p) {
			face ^= e.change
		}
	}
	return face
}

// change returns the change at e, which is one of the edges, or 0.
func (l *leaf) change(e edge) uint32 {
	for i := range l.len() {
		if s := l.at(i); (edge{s.a, s.b}) == e || (edge{s.b, s.a}) == e {
			return s.change
		}
	}
	return 0
}
