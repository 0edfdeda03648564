package tiles

// Hilbert returns how far along the Hilbert curve of its zoom a tile lies, from 0
// to 4^z-1. The tiles below tile d are 4d to 4d+3 of the next zoom. Archives order
// tiles so, because neighbours on the map are then mostly neighbours in the file.
//
// After https://en.wikipedia.org/wiki/Hilbert_curve.
func (a Address) Hilbert() (d uint64) {
	x, y := uint64(a.X), uint64(a.Y)
	for s := uint64(1) << a.Z >> 1; s > 0; s >>= 1 {
		rx, ry := min(1, x&s), min(1, y&s)
		d += s * s * (3*rx ^ ry)
		x, y = turnHilbert(s, x&(s-1), y&(s-1), rx, ry)
	}
	return d
}

// AlongHilbert returns the tile of a zoom at d, from 0 to 4^z-1: see
// [Address.Hilbert].
func AlongHilbert(z uint32, d uint64) Address {
	var x, y uint64
	for s := uint64(1); s < 1<<z; s <<= 1 {
		rx := d / 2 & 1
		ry := (d ^ rx) & 1
		x, y = turnHilbert(s, x, y, rx, ry)
		x, y = x+s*rx, y+s*ry
		d /= 4
	}
	return Address{z, uint32(x), uint32(y)}
}

// turnHilbert turns a quadrant of side s so that the curve in it begins where that
// of the quadrant before has ended.
func turnHilbert(s, x, y, rx, ry uint64) (uint64, uint64) {
	if ry == 1 {
		return x, y
	}
	if rx == 1 {
		x, y = s-1-x, s-1-y
	}
	return y, x
}
