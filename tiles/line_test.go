package tiles

import (
	"math"
	"slices"
	"testing"

	"jingwei/geo"

	"pgregory.net/rapid"
)

// Whatever is kept of an arc, each of its positions is within the tolerance of the
// line drawn for it, and those kept are on it, in their order.
func TestLineStaysClose(t *testing.T) {
	const unit = 26_000 // of a tile of zoom 5, at the equator, about
	m := Address{Z: 5}.projection()
	rapid.Check(t, func(t *rapid.T) {
		var all, kept []geo.Pos
		coordinate := rapid.Int32Range(-8*unit, 8*unit)
		for range rapid.IntRange(2, 20).Draw(t, "positions") {
			p := geo.Pos{X: coordinate.Draw(t, "x"), Y: coordinate.Draw(t, "y")}
			if !slices.Contains(all, p) {
				all = append(all, p)
			}
		}
		if rapid.Bool().Draw(t, "closed") {
			all = append(all, all[0])
		}
		for k, p := range all {
			if k == 0 || k == len(all)-1 || rapid.Bool().Draw(t, "kept") {
				kept = append(kept, p)
			}
		}
		line := m.line(all, kept)
		for _, p := range all {
			x, y := m.exact(p)
			least := math.Inf(1)
			for k := range line {
				least = min(least, away(x, y, line[max(0, k-1)], line[k]))
			}
			if least > tolerance {
				t.Fatalf("%v is %v units from %v", p, least, line)
			}
		}
		var want []point
		for _, p := range kept {
			want = add(want, m.point(p))
		}
		if !subsequence(want, line) && len(want) > 1 {
			t.Fatalf("%v lacks some of %v", line, want)
		}
	})
}
