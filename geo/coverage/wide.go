package coverage

import (
	"cmp"
	"math/bits"

	"jingwei/geo"
)

// compareProducts returns the sign of a·b − c·d, exactly, in 128 bits. The
// absolute values must stay below 2⁶³.
func compareProducts(a, b, c, d int64) int {
	ls, lh, ll := product(a, b)
	rs, rh, rl := product(c, d)
	if ls != rs || ls == 0 {
		return cmp.Compare(ls, rs)
	}
	return ls * cmp.Or(cmp.Compare(lh, rh), cmp.Compare(ll, rl))
}

func product(a, b int64) (sign int, hi, lo uint64) {
	sign = cmp.Compare(a, 0) * cmp.Compare(b, 0)
	hi, lo = bits.Mul64(abs(a), abs(b))
	return sign, hi, lo
}

func abs(v int64) uint64 {
	if v < 0 {
		return uint64(-v)
	}
	return uint64(v)
}

// half is a position in half lattice units, which holds the middle of any edge
// and the corners of any lattice square exactly.
type half struct{ x, y int64 }

func doubled(p geo.Pos) half { return half{2 * int64(p.X), 2 * int64(p.Y)} }

func middle(a, b geo.Pos) half {
	return half{int64(a.X) + int64(b.X), int64(a.Y) + int64(b.Y)}
}

// orientHalf is [geo.Orient] for a point in half units.
func orientHalf(a, b geo.Pos, p half) int {
	return compareProducts(int64(b.X)-int64(a.X), p.y-2*int64(a.Y), p.x-2*int64(a.X), int64(b.Y)-int64(a.Y))
}

// sideHalf is [geo.Side] for a point in half units.
func sideHalf(a, b geo.Pos, p half) int {
	if s := orientHalf(a, b, p); s != 0 {
		return s
	}
	return cmp.Or(cmp.Compare(b.X, a.X), cmp.Compare(a.Y, b.Y))
}

// windings returns how much the directed edge from a to b adds to the winding
// number of the moved point p: +1 when it passes p upwards to the right of p,
// -1 when it passes downwards.
func windings(a, b geo.Pos, p half) int {
	ay, by := 2*int64(a.Y), 2*int64(b.Y)
	switch {
	case ay <= p.y && p.y < by && sideHalf(a, b, p) > 0:
		return 1
	case by <= p.y && p.y < ay && sideHalf(a, b, p) < 0:
		return -1
	}
	return 0
}
