package tiles

import (
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// Few positions, so that lines often cross and touch.
func anyRing(t *rapid.T) []point {
	coordinate := rapid.Int64Range(0, 12)
	n := rapid.IntRange(3, 8).Draw(t, "positions")
	var r []point
	for range n {
		p := point{coordinate.Draw(t, "x"), coordinate.Draw(t, "y")}
		if len(r) == 0 || r[len(r)-1] != p {
			r = append(r, p)
		}
	}
	return r
}

// closed returns a line that ends where it starts.
func closed(r []point) []point { return append(slices.Clone(r), r[0]) }

// Noded lines keep their positions, in order, and meet in positions of both only.
func TestNode(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var lines, before [][]point
		for range rapid.IntRange(1, 5).Draw(t, "lines") {
			l := closed(anyRing(t))
			lines, before = append(lines, l), append(before, l)
		}
		node(lines)
		for i, l := range lines {
			if !subsequence(before[i], l) {
				t.Fatalf("%v lost positions: %v", before[i], l)
			}
		}
		all := segments(lines)
		for i := range all {
			for j := range i {
				meet(&all[i], &all[j], func(s *segment, p point) {
					if p != s.a && p != s.b {
						t.Fatalf("%v and %v meet at %v", all[i], all[j], p)
					}
				})
			}
		}
	})
}

func subsequence(short, long []point) bool {
	for _, p := range long {
		if len(short) > 0 && short[0] == p {
			short = short[1:]
		}
	}
	return len(short) == 0
}

// A normalised face is where the rings it was made of wind at least once, and its
// rings pass no position twice.
func TestNormalise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var lines [][]point
		for range rapid.IntRange(1, 3).Draw(t, "rings") {
			if r := closed(anyRing(t)); len(r) > 3 {
				lines = append(lines, r)
			}
		}
		node(lines)
		var rings [][]point
		for _, l := range lines {
			rings = append(rings, l[:len(l)-1])
		}
		got := normalise(rings, visits{})
		for _, r := range got {
			if (visits{}).repeat([][]point{r}) {
				t.Fatalf("%v passes a position twice", r)
			}
		}
		// Positions a third and two fifths between those of the lattice.
		for x := int64(5); x < 15*13; x += 15 {
			for y := int64(6); y < 15*13; y += 15 {
				before, on := winding(rings, point{x, y})
				after, _ := winding(got, point{x, y})
				if want := min(1, max(0, before)); !on && after != want {
					t.Fatalf("at %v/15: %d times around before, %d after: %v to %v", point{x, y}, before, after, rings, got)
				}
			}
		}
	})
}

// winding returns how often rings go around a position, in fifteenths, the area on
// their right, and whether it is on one.
func winding(rings [][]point, p point) (n int, on bool) {
	for _, r := range rings {
		a := point{15 * r[len(r)-1].x, 15 * r[len(r)-1].y}
		for _, b := range r {
			b = point{15 * b.x, 15 * b.y}
			side := turn(a, b, p)
			s := segment{a: a, b: b}
			on = on || side == 0 && s.spans(p)
			if (a.y > p.y) != (b.y > p.y) {
				if b.y > a.y && side > 0 {
					n--
				} else if b.y < a.y && side < 0 {
					n++
				}
			}
			a = b
		}
	}
	return n, on
}

func TestProductsAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.OneOf(rapid.Int64Range(-1<<36, 1<<36), rapid.Int64Range(-3, 3))
		a, b, c, d := n.Draw(t, "a"), n.Draw(t, "b"), n.Draw(t, "c"), n.Draw(t, "d")
		times := func(a, b int64) *big.Int { return new(big.Int).Mul(big.NewInt(a), big.NewInt(b)) }
		if got, want := compareProducts(a, b, c, d), times(a, b).Cmp(times(c, d)); got != want {
			t.Fatalf("%d, want %d", got, want)
		}
	})
}
