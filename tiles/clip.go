package tiles

import (
	"cmp"
	"math/bits"
	"slices"

	"jingwei/tiles/mvt"
)

// halfPlane is what lies beyond a line between positions, so that none is ever on it.
// Along one axis, taken with a sign, in grains, positions up to limit are outside and
// those from limit+1 on inside. Where an edge is cut, the new position is put on rim,
// just outside, which is a whole unit.
type halfPlane struct {
	vertical   bool // the line is; the axis is x
	sign       int64
	limit, rim int64
}

// sides are the half-planes whose common part is a tile with its buffer: all that is
// rounded to more than rim.
var sides = [4]halfPlane{
	{true, 1, grains*-Buffer + grains/2 - 1, grains * -Buffer},
	{true, -1, grains*-(mvt.Extent+Buffer) + grains/2, grains * -(mvt.Extent + Buffer)},
	{false, 1, grains*-Buffer + grains/2 - 1, grains * -Buffer},
	{false, -1, grains*-(mvt.Extent+Buffer) + grains/2, grains * -(mvt.Extent + Buffer)},
}

// across returns the coordinate along the axis, with the sign, and that along the
// line.
func (h halfPlane) across(p point) (u, v int64) {
	if h.vertical {
		return h.sign * p.x, p.y
	}
	return h.sign * p.y, p.x
}

// at returns the position on the rim at v along the line.
func (h halfPlane) at(v int64) point {
	if h.vertical {
		return point{h.sign * h.rim, v}
	}
	return point{v, h.sign * h.rim}
}

func (h halfPlane) inside(p point) bool {
	u, _ := h.across(p)
	return u > h.limit
}

// clip returns the part of rings, in grains, inside a tile with its buffer. Rings
// that bound an area together, the interior on one side of all, still do so.
func clip(rings [][]point) [][]point {
	for _, h := range sides {
		rings = h.cut(rings)
	}
	return rings
}

// cut returns the part of rings inside h: the pieces of rings are joined along
// the line, each exit with the entry next to it.
func (h halfPlane) cut(rings [][]point) [][]point {
	var kept, pieces [][]point
	var crossings []crossing
	for _, r := range rings {
		switch first := h.firstEntry(r); {
		case first >= 0:
			pieces, crossings = h.pieces(r, first, pieces, crossings)
		case h.inside(r[0]):
			kept = append(kept, r)
		}
	}
	if len(pieces) == 0 {
		return kept
	}
	return append(kept, join(pieces, match(len(pieces), crossings))...)
}

// firstEntry returns the first position after which r enters h, or -1.
func (h halfPlane) firstEntry(r []point) int {
	was := h.inside(r[len(r)-1])
	for i, p := range r {
		is := h.inside(p)
		if is && !was {
			return (i + len(r) - 1) % len(r)
		}
		was = is
	}
	return -1
}

// crossing is where the edge of a piece that begins (enters) or ends crosses the
// line, exactly: at whole + rem/den along it.
type crossing struct {
	whole    int64
	rem, den uint64
	piece    int
	enters   bool
}

// pieces appends the pieces of r inside h, in order from the edge after first.
func (h halfPlane) pieces(r []point, first int, pieces [][]point, crossings []crossing) ([][]point, []crossing) {
	a := r[first]
	for i := range r {
		b := r[(first+1+i)%len(r)]
		from, to := h.inside(a), h.inside(b)
		if to && !from {
			c := h.crossing(a, b, len(pieces), true)
			crossings = append(crossings, c)
			pieces = append(pieces, []point{h.cutAt(a, b)})
		}
		last := len(pieces) - 1
		if from && !to {
			c := h.crossing(b, a, last, false)
			crossings = append(crossings, c)
			pieces[last] = append(pieces[last], h.cutAt(b, a))
		}
		if to {
			pieces[last] = append(pieces[last], b)
		}
		a = b
	}
	return pieces, crossings
}

// crossing returns where the edge from out to in, whichever way the ring runs,
// crosses the line.
func (h halfPlane) crossing(out, in point, piece int, enters bool) crossing {
	u, v := h.across(out)
	u2, v2 := h.across(in)
	whole, rem, den := between(v, v2, 2*(h.limit-u)+1, 2*(u2-u))
	return crossing{whole, rem, den, piece, enters}
}

// cutAt returns where the edge from out to in meets the rim, rounded to grains, or if
// it begins beyond, as far along the line as it begins.
func (h halfPlane) cutAt(out, in point) point {
	u, v := h.across(out)
	u2, v2 := h.across(in)
	whole, rem, den := between(v, v2, max(0, h.rim-u), u2-u)
	if 2*rem >= den {
		whole++
	}
	return h.at(whole)
}

// between returns v + (v2-v)*part/of, as whole + rem/den. The part is not negative and
// less than the whole of it.
func between(v, v2, part, of int64) (whole int64, rem, den uint64) {
	hi, lo := bits.Mul64(uint64(max(v2-v, v-v2)), uint64(part))
	quo, rem := bits.Div64(hi, lo, uint64(of)) // less than |v2-v|
	switch {
	case v2 >= v:
		return v + int64(quo), rem, uint64(of)
	case rem > 0:
		return v - int64(quo) - 1, uint64(of) - rem, uint64(of)
	}
	return v - int64(quo), 0, uint64(of)
}

func (c crossing) compare(o crossing) int {
	if d := cmp.Compare(c.whole, o.whole); d != 0 {
		return d
	}
	h1, l1 := bits.Mul64(c.rem, o.den)
	h2, l2 := bits.Mul64(o.rem, c.den)
	return cmp.Or(cmp.Compare(h1, h2), cmp.Compare(l1, l2))
}

// match returns the piece that follows each piece along the line. Crossings that
// bound an area alternate and are taken in pairs; where rounding has made borders
// cross, they nest, and the inner ones are paired first.
func match(n int, crossings []crossing) (next []int) {
	slices.SortStableFunc(crossings, crossing.compare)
	next = make([]int, n)
	var open []crossing
	for _, c := range crossings {
		top := len(open) - 1
		if top < 0 || open[top].enters == c.enters {
			open = append(open, c)
			continue
		}
		enter, exit := c, open[top]
		if exit.enters {
			enter, exit = exit, enter
		}
		next[exit.piece] = enter.piece
		open = open[:top]
	}
	return next
}

// join links pieces to rings.
func join(pieces [][]point, next []int) [][]point {
	var rings [][]point
	for i := range pieces {
		if pieces[i] == nil {
			continue
		}
		var r []point
		for j := i; pieces[j] != nil; j = next[j] {
			r = append(r, pieces[j]...)
			pieces[j] = nil
		}
		rings = append(rings, r)
	}
	return rings
}
