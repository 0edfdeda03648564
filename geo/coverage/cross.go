package coverage

import (
	"math/big"

	"jingwei/geo"
)

// crossing returns the lattice position nearest to where the lines of e and f
// meet, halves rounded up, and whether they meet in one point.
func crossing(e, f edge) (geo.Pos, bool) {
	ex, ey := delta(e)
	fx, fy := delta(f)
	den := sub(mul(ex, fy), mul(ey, fx))
	if den.Sign() == 0 {
		return e.b, false
	}
	gx, gy := big.NewInt(int64(f.a.X)-int64(e.a.X)), big.NewInt(int64(f.a.Y)-int64(e.a.Y))
	t := sub(mul(gx, fy), mul(gy, fx))
	return geo.Pos{
		X: e.a.X + int32(roundedQuotient(mul(t, ex), den)),
		Y: e.a.Y + int32(roundedQuotient(mul(t, ey), den)),
	}, true
}

func delta(e edge) (x, y *big.Int) {
	return big.NewInt(int64(e.b.X) - int64(e.a.X)), big.NewInt(int64(e.b.Y) - int64(e.a.Y))
}

func mul(a, b *big.Int) *big.Int { return new(big.Int).Mul(a, b) }
func sub(a, b *big.Int) *big.Int { return new(big.Int).Sub(a, b) }

// roundedQuotient returns ⌊a/b + ½⌋.
func roundedQuotient(a, b *big.Int) int64 {
	if b.Sign() < 0 {
		a, b = new(big.Int).Neg(a), new(big.Int).Neg(b)
	}
	twice := new(big.Int).Lsh(a, 1)
	return new(big.Int).Div(twice.Add(twice, b), new(big.Int).Lsh(b, 1)).Int64() // Div floors for a positive divisor
}
