package tiles

import "slices"

// normalise returns the rings that bound the area which rings, the area on the
// right of all (y runs down), go round at least once. The rings come noded; after
// rounding they may run along themselves, touch themselves, or enclose a sliver
// the wrong way round or twice. Those returned touch neither themselves nor each
// other but in single positions.
func normalise(rings [][]point, v visits) [][]point {
	if len(rings) == 1 && !v.repeat(rings) {
		if rightHanded(rings[0]) {
			return rings
		}
		return nil
	}
	return v.split(trace(boundary(rings)))
}

// visits tells where a position has been passed. It is memory to be used again.
type visits map[point]int32

// repeat reports whether any position is passed more than once.
func (v visits) repeat(rings [][]point) bool {
	clear(v)
	for _, r := range rings {
		for _, p := range r {
			if _, again := v[p]; again {
				return true
			}
			v[p] = 0
		}
	}
	return false
}

// split cuts rings at the positions they pass more than once. What is left has
// three or more positions; the rest goes to and fro.
func (v visits) split(rings [][]point) [][]point {
	var out [][]point
	for _, r := range rings {
		clear(v)
		path := make([]point, 0, len(r))
		for _, p := range r {
			k, again := v[p]
			if !again {
				v[p] = int32(len(path))
				path = append(path, p)
				continue
			}
			if len(path)-int(k) >= 3 {
				out = append(out, slices.Clone(path[k:]))
			}
			for _, q := range path[k+1:] {
				delete(v, q)
			}
			path = path[:k+1]
		}
		if len(path) >= 3 {
			out = append(out, path)
		}
	}
	return out
}

// rightHanded reports whether a ring that does not touch itself has the area on its
// right: it turns so at its first position.
func rightHanded(r []point) bool {
	if len(r) < 3 {
		return false
	}
	first := 0
	for i := range r {
		if comparePoints(r[i], r[first]) < 0 {
			first = i
		}
	}
	return turn(r[(first+len(r)-1)%len(r)], r[first], r[(first+1)%len(r)]) < 0
}

// area2 returns twice the area of a ring, negative when the area is on its right;
// exact for what is left after clipping.
func area2(r []point) (sum int64) {
	for i := 1; i+1 < len(r); i++ {
		ax, ay := r[i].x-r[0].x, r[i].y-r[0].y
		bx, by := r[i+1].x-r[0].x, r[i+1].y-r[0].y
		sum += ax*by - bx*ay
	}
	return sum
}

// inside reports whether ring r, which does not cross o, is inside it: whether the
// first middle of an edge of r that is not on o is.
func inside(r, o []point) bool {
	a := r[len(r)-1]
	for _, b := range r {
		if in, on := contains(o, point{a.x + b.x, a.y + b.y}); !on {
			return in
		}
		a = b
	}
	return false
}

// contains reports whether the position half of p is in r by the even-odd rule, or
// on it.
func contains(r []point, p point) (in, on bool) {
	a := r[len(r)-1]
	for _, b := range r {
		ax, ay, bx, by := 2*a.x-p.x, 2*a.y-p.y, 2*b.x-p.x, 2*b.y-p.y
		a = b
		if min(ay, by) > 0 || max(ay, by) < 0 {
			continue
		}
		cross := compareProducts(ax, by, bx, ay)
		if cross == 0 && min(ax, bx) <= 0 && max(ax, bx) >= 0 {
			return false, true
		}
		if (ay > 0) != (by > 0) && (cross > 0) == (by > ay) {
			in = !in
		}
	}
	return in, false
}
