package tiles

import (
	"testing"

	"pgregory.net/rapid"
)

// Numbers are divided by ten, and rounded up, until two digits are left.
func TestLeading(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := float64(rapid.OneOf(rapid.Uint64Range(0, 2000), rapid.Uint64Range(0, 1e18)).Draw(t, "thousandths"))
		n, exponent := uint64(v), uint16(0)
		for ; n > 99; exponent++ {
			n = (n + 9) / 10
		}
		if got, want := leading(v), 100*exponent+uint16(n); got != want {
			t.Fatalf("%v is %d, want %d", v, got, want)
		}
	})
}

// Also next to where a division more is needed.
func TestLeadingAtPowersOfTen(t *testing.T) {
	for e := uint64(1); e < 1e15; e *= 10 {
		for _, n := range []uint64{99*e - 1, 99 * e, 99*e + 1, 100*e - 1, 100 * e, 100*e + 1} {
			if a, b := leading(float64(n)), leading(float64(n+e)); a > b {
				t.Errorf("%d is %d, %d is %d", n, a, n+e, b)
			}
		}
	}
}
