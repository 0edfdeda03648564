package coverage

import (
	"cmp"
	"slices"

	"jingwei/geo"
)

// edge is a directed edge with the inside of its face on the left.
type edge struct{ a, b geo.Pos }

func (e edge) box() geo.Box { return geo.EmptyBox().Add(e.a).Add(e.b) }

// clean drops positions that add no area to r: repeated ones, and spikes, which
// run out and back along the same line.
func clean(r geo.Ring) geo.Ring {
	out := make(geo.Ring, 0, len(r))
	for _, p := range r {
		out = append(out, p)
		for len(out) > 1 && useless(out) {
			out = dropLastButOne(out)
		}
	}
	return closeUp(out)
}

// useless reports whether the last position but one of r can go: it equals the
// last, or turns back there.
func useless(r geo.Ring) bool {
	n := len(r)
	if r[n-1] == r[n-2] {
		return true
	}
	return n > 2 && turnsBack(r[n-3], r[n-2], r[n-1])
}

func dropLastButOne(r geo.Ring) geo.Ring {
	n := len(r)
	r[n-2] = r[n-1]
	return r[:n-1]
}

// closeUp cleans where the end of r meets its start.
func closeUp(r geo.Ring) geo.Ring {
	for {
		n := len(r)
		switch {
		case n < 3:
			return nil
		case r[0] == r[n-1] || turnsBack(r[n-2], r[n-1], r[0]):
			r = r[:n-1]
		case turnsBack(r[n-1], r[0], r[1]):
			r = r[1:]
		default:
			return r
		}
	}
}

// turnsBack reports whether the path a, b, c runs back over itself at b.
func turnsBack(a, b, c geo.Pos) bool {
	if a == c {
		return true
	}
	if geo.Orient(a, b, c) != 0 {
		return false
	}
	forthX, backX := cmp.Compare(b.X, a.X), cmp.Compare(c.X, b.X)
	forthY, backY := cmp.Compare(b.Y, a.Y), cmp.Compare(c.Y, b.Y)
	return forthX*backX < 0 || forthY*backY < 0
}

// edgesOf appends the directed edges of a shape.
func edgesOf(dst []edge, shape geo.MultiPolygon) []edge {
	for _, poly := range shape {
		for _, r := range poly {
			a := r[len(r)-1]
			for _, b := range r {
				dst = append(dst, edge{a, b})
				a = b
			}
		}
	}
	return dst
}

// meeting says how two edges meet.
type meeting uint8

const (
	apart   meeting = iota
	touch           // in a position that is an end of one and inside the other
	corner          // in an end of both, and nowhere else
	crosses         // inside both
	overlay         // along a piece of line
)

// meet tells how e and f meet.
func meet(e, f edge) meeting {
	o1, o2 := geo.Orient(e.a, e.b, f.a), geo.Orient(e.a, e.b, f.b)
	o3, o4 := geo.Orient(f.a, f.b, e.a), geo.Orient(f.a, f.b, e.b)
	if o1 == 0 && o2 == 0 {
		return meetInLine(e, f)
	}
	if o1*o2 > 0 || o3*o4 > 0 {
		return apart
	}
	if o1*o2 < 0 && o3*o4 < 0 {
		return crosses
	}
	if e.a == f.a || e.a == f.b || e.b == f.a || e.b == f.b {
		return corner
	}
	return touch
}

// meetInLine is meet for edges on one line.
func meetInLine(e, f edge) meeting {
	eLo, eHi := ordered(e)
	fLo, fHi := ordered(f)
	lo, hi := eLo, eHi
	if fLo.Compare(lo) > 0 {
		lo = fLo
	}
	if fHi.Compare(hi) < 0 {
		hi = fHi
	}
	switch c := lo.Compare(hi); {
	case c > 0:
		return apart
	case c == 0:
		return corner
	}
	return overlay
}

func ordered(e edge) (lo, hi geo.Pos) {
	if e.a.Compare(e.b) > 0 {
		return e.b, e.a
	}
	return e.a, e.b
}

// pairs calls fn with the indices of all pairs of edges whose boxes meet, until
// fn returns false.
func pairs(edges []edge, fn func(i, j int) bool) {
	boxPairs(boxesOf(edges), fn)
}

func boxesOf(edges []edge) []geo.Box {
	boxes := make([]geo.Box, len(edges))
	for i, e := range edges {
		boxes[i] = e.box()
	}
	return boxes
}

// boxMeetings calls fn with the indices of all boxes of a and b that meet.
func boxMeetings(a, b []geo.Box, fn func(i, j int)) {
	boxPairs(slices.Concat(a, b), func(i, j int) bool {
		if i, j = min(i, j), max(i, j)-len(a); i < len(a) && j >= 0 {
			fn(i, j)
		}
		return true
	})
}
