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
	out := make([]piece, 0, len(ps)+len(ps)/4)
	for _, p := range ps {
		a := p.a
		for _, h := range along(p.edge, through(p.edge, hot)) {
			out = append(out, piece{edge{a, h}, p.nets})
			a = h
		}
		out = append(out, piece{edge{a, p.b}, p.nets})
	}
	return out
}

// through returns the hot positions other than the ends of e whose unit squares
// e meets.
func through(e edge, hot []geo.Pos) []geo.Pos {
	box := e.box()
	k, _ := slices.BinarySearchFunc(hot, box.Min.X-1, func(p geo.Pos, x int32) int { return cmp.Compare(p.X, x) })
	var in []geo.Pos
	for ; k < len(hot) && hot[k].X <= box.Max.X+1; k++ {
		h := hot[k]
		if h != e.a && h != e.b && box.Min.Y-1 <= h.Y && h.Y <= box.Max.Y+1 && meetsSquare(e, h) {
			in = append(in, h)
		}
	}
	return in
}

// meetsSquare reports whether e meets the unit square about c: their boxes meet,
// and its corners are not all on one side of e.
func meetsSquare(e edge, c geo.Pos) bool {
	box := e.box()
	if c.X < box.Min.X || box.Max.X < c.X || c.Y < box.Min.Y || box.Max.Y < c.Y {
		return false // an end of e on the rim of the square is another hot position
	}
	x, y := 2*int64(c.X), 2*int64(c.Y)
	left, right := false, false
	for _, p := range [4]half{{x - 1, y - 1}, {x + 1, y - 1}, {x + 1, y + 1}, {x - 1, y + 1}} {
		switch orientHalf(e.a, e.b, p) {
		case 1:
			left = true
		case -1:
			right = true
		default:
			left, right = true, true
		}
	}
	return left && right
}
