package coverage

import (
	"cmp"
	"slices"

	"jingwei/geo"
)

// net says that the border of a face runs along a piece of border: with 1 the
// face is on the left, with -1 on the right.
type net struct{ face, by int32 }

// piece is a piece of border, from its lower to its higher end, with the faces
// whose borders run along it.
type piece struct {
	edge
	nets []net
}

// pieces returns the merged borders of shapes; face i is shapes[i].
func pieces(shapes []geo.MultiPolygon) []piece {
	ps := make([]piece, 0, countEdges(shapes))
	for f, shape := range shapes {
		for _, e := range edgesOf(nil, shape) {
			ps = append(ps, piece{e, []net{{int32(f), 1}}})
		}
	}
	return merge(ps)
}

// merge brings pieces into order and joins those that are the same; pieces that
// cancel, or are a single position, go.
func merge(ps []piece) []piece {
	for i, p := range ps {
		ps[i] = p.ascending()
	}
	slices.SortStableFunc(ps, func(p, q piece) int { return cmp.Or(p.a.Compare(q.a), p.b.Compare(q.b)) })
	out := ps[:0]
	for from := 0; from < len(ps); {
		to := from + 1
		for to < len(ps) && ps[to].edge == ps[from].edge {
			to++
		}
		if nets := sumNets(ps[from:to]); len(nets) > 0 && ps[from].a != ps[from].b {
			out = append(out, piece{ps[from].edge, nets})
		}
		from = to
	}
	return out
}

func (p piece) ascending() piece {
	if p.a.Compare(p.b) <= 0 {
		return p
	}
	nets := make([]net, len(p.nets))
	for i, n := range p.nets {
		nets[i] = net{n.face, -n.by}
	}
	return piece{edge{p.b, p.a}, nets}
}

func sumNets(ps []piece) []net {
	if len(ps) == 1 {
		return ps[0].nets
	}
	var sum []net
	for _, p := range ps {
		sum = addNets(sum, p.nets, 1)
	}
	return sum
}

// addNets returns the sum of sorted lists, b taken by times, without zeros.
func addNets(a, b []net, by int32) []net {
	out := make([]net, 0, len(a)+len(b))
	for len(a) > 0 || len(b) > 0 {
		switch {
		case len(b) == 0 || len(a) > 0 && a[0].face < b[0].face:
			out, a = append(out, a[0]), a[1:]
		case len(a) == 0 || b[0].face < a[0].face:
			out, b = append(out, net{b[0].face, by * b[0].by}), b[1:]
		default:
			if s := a[0].by + by*b[0].by; s != 0 {
				out = append(out, net{a[0].face, s})
			}
			a, b = a[1:], b[1:]
		}
	}
	return out
}

// node cuts and moves pieces, by less than a unit, until they meet only in common
// ends, by snap rounding (Hobby, 1999): every position that is an end of a piece,
// or nearest to where two pieces cross, takes in all pieces that pass through the
// unit square about it. A position is an integer, so this comes to an end; the
// bound on the rounds is a guard against a mistake here.
func node(ps []piece) []piece {
	const rounds = 20
	for range rounds {
		hot, done := hotPositions(ps)
		if done {
			break
		}
		ps = merge(snap(ps, hot))
	}
	return ps
}

// hotPositions returns the ends of all pieces and the positions nearest to where
// two cross, sorted; done when no two pieces meet but in common ends.
func hotPositions(ps []piece) (hot []geo.Pos, done bool) {
	edges := make([]edge, len(ps))
	for i, p := range ps {
		edges[i] = p.edge
		hot = append(hot, p.a, p.b)
	}
	done = true
	pairs(edges, func(i, j int) bool {
		switch meet(edges[i], edges[j]) {
		case crosses:
			at, _ := crossing(edges[i], edges[j])
			hot = append(hot, at)
			done = false
		case touch, overlay:
			done = false
		}
		return true
	})
	slices.SortFunc(hot, geo.Pos.Compare)
	return slices.Compact(hot), done
}

// snap bends every piece through the hot positions whose unit squares it meets.
func snap(ps []piece, hot []geo.Pos) []piece {
	boxes, points := make([]geo.Box, len(ps)), make([]geo.Box, len(hot))
	for i, p := range ps {
		boxes[i] = p.box()
	}
	for i, h := range hot {
		points[i] = geo.Box{Min: h, Max: h}
	}
	through := make([][]geo.Pos, len(ps))
	boxMeetings(boxes, points, func(i, j int) {
		if h := hot[j]; h != ps[i].a && h != ps[i].b && meetsSquare(ps[i].edge, h) {
			through[i] = append(through[i], h)
		}
	})
	out := make([]piece, 0, len(ps)+len(ps)/4)
	for i, p := range ps {
		a := p.a
		for _, h := range along(p.edge, through[i]) {
			out = append(out, piece{edge{a, h}, p.nets})
			a = h
		}
		out = append(out, piece{edge{a, p.b}, p.nets})
	}
	return out
}

// meetsSquare reports whether e, of which c is no end, meets the unit square about
// c, to which its left and lower sides belong, but not its right and upper ones: a
// point is in one square only, that of the position it rounds to. The box of e must
// hold c, or e, which ends in positions, cannot meet it; then it does unless the
// corners, the right and upper ones moved in by infinitely little, are all on one
// side.
func meetsSquare(e edge, c geo.Pos) bool {
	if !e.box().Contains(c) {
		return false
	}
	x, y := 2*int64(c.X), 2*int64(c.Y)
	dx, dy := int64(e.b.X)-int64(e.a.X), int64(e.b.Y)-int64(e.a.Y)
	lowerLeft := orientHalf(e.a, e.b, half{x - 1, y - 1})
	lowerRight := cmp.Or(orientHalf(e.a, e.b, half{x + 1, y - 1}), cmp.Compare(dy, 0))
	upperLeft := cmp.Or(orientHalf(e.a, e.b, half{x - 1, y + 1}), cmp.Compare(0, dx))
	upperRight := cmp.Or(orientHalf(e.a, e.b, half{x + 1, y + 1}), cmp.Compare(dy, dx))
	return min(lowerLeft, lowerRight, upperLeft, upperRight) <= 0 && max(lowerLeft, lowerRight, upperLeft, upperRight) >= 0
}
