package tiles_test

import (
	"testing"

	"jingwei/tiles"

	"pgregory.net/rapid"
)

// The curve of zoom 1, as PMTiles has it.
func TestHilbertBegins(t *testing.T) {
	for d, a := range []tiles.Address{{Z: 1, X: 0, Y: 0}, {Z: 1, X: 0, Y: 1}, {Z: 1, X: 1, Y: 1}, {Z: 1, X: 1, Y: 0}} {
		if got := a.Hilbert(); got != uint64(d) {
			t.Errorf("%v is %d along the curve, want %d", a, got, d)
		}
	}
}

// The curve reaches every tile, steps to a neighbour each time, and keeps to a tile
// until all below it are done.
func TestHilbertIsACurve(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		z := rapid.Uint32Range(1, tiles.MaxZoom).Draw(t, "z")
		d := rapid.Uint64Range(0, 1<<(2*z)-2).Draw(t, "d")
		a, b := tiles.AlongHilbert(z, d), tiles.AlongHilbert(z, d+1)
		if err := a.Validate(); err != nil || a.Hilbert() != d {
			t.Fatalf("%v is %d along the curve, want %d; %v", a, a.Hilbert(), d, err)
		}
		dx, dy := int64(a.X)-int64(b.X), int64(a.Y)-int64(b.Y)
		if dx*dx+dy*dy != 1 {
			t.Fatalf("from %v to %v", a, b)
		}
		if up := (tiles.Address{Z: z - 1, X: a.X / 2, Y: a.Y / 2}); up.Hilbert() != d/4 {
			t.Fatalf("%v is %d along the curve, and %v above it %d", a, d, up, up.Hilbert())
		}
	})
}
