package tiles

import (
	"cmp"
	"math/bits"
	"slices"

	"jingwei/tiles/mvt"
)

// halfPlane is what lies beyond a line through half-integers: no position is ever
// on it. Along one axis, taken with a sign, positions up to limit are outside and
// those from limit+1 on inside. Where an edge is cut, the new position is put on
// limit, just outside.
type halfPlane struct {
	vertical bool // the line is; the axis is x
	sign     int64
	limit    int64
}

// sides are the half-planes whose common part is a tile with its buffer.
var sides = [4]halfPlane{
	{true, 1, -Buffer},
	{true, -1, -(mvt.Extent + Buffer)},
	{false, 1, -Buffer},
	{false, -1, -(mvt.Extent + Buffer)},
}

// across returns the coordinate along the axis, with the sign, and that along the
// line.
func (h halfPlane) across(p point) (u, v int64) {
	if h.vertical {
		return h.sign * p.x, p.y
	}
	return h.sign * p.y, p.x
}

// at returns the position on the limit at v along the line.
func (h halfPlane) at(v int64) point {
	if h.vertical {
		return point{h.sign * h.limit, v}
	}
	return point{v, h.sign * h.limit}
}

func (h halfPlane) inside(p point) bool {
	u, _ := h.across(p)
	return u > h.limit
}

// clip returns the part of rings inside a tile with its buffer. Rings that bound
// an area together, the interior on one side of all, still do so.
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

// crossing is where a piece begins (enters) or ends, exactly: at whole + rem/den
// along the line.
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
			pieces = append(pieces, []point{h.at(c.rounded())})
		}
		last := len(pieces) - 1
		if from && !to {
			c := h.crossing(b, a, last, false)
			crossings = append(crossings, c)
			pieces[last] = append(pieces[last], h.at(c.rounded()))
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
	den := uint64(2 * (u2 - u))
	hi, lo := bits.Mul64(uint64(max(v2-v, v-v2)), uint64(2*(h.limit-u)+1))
	quo, rem := bits.Div64(hi, lo, den) // less than |v2-v|
	c := crossing{v + int64(quo), rem, den, piece, enters}
	if v2 < v {
		c.whole = v - int64(quo)
		if rem > 0 {
			c.whole, c.rem = c.whole-1, den-rem
		}
	}
	return c
}

func (c crossing) rounded() int64 {
	if 2*c.rem >= c.den {
		return c.whole + 1
	}
	return c.whole
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
