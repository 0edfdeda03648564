package coverage

import (
	"math/big"
	"testing"

	"jingwei/geo"

	"pgregory.net/rapid"
)

// tangles are rings of a few positions on a small square of the lattice: most
// cross themselves, touch, or run along one another.
var tangles = rapid.Custom(func(t *rapid.T) []geo.MultiPolygon {
	most := rapid.SampledFrom([]int32{4, 12, 100, 1 << 30}).Draw(t, "side")
	ring := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) geo.Pos {
		return geo.Pos{X: rapid.Int32Range(0, most).Draw(t, "x"), Y: rapid.Int32Range(0, most/2).Draw(t, "y")}
	}), 3, 8)
	var shapes []geo.MultiPolygon
	for range rapid.IntRange(1, 6).Draw(t, "rings") {
		if r := clean(ring.Draw(t, "ring")); r != nil {
			shapes = append(shapes, geo.MultiPolygon{{r}})
		}
	}
	return shapes
})

// Noded, pieces meet only in common ends, and moved by less than a unit: of each
// face as many borders arrive at a position as leave it, as before.
func TestNodedPiecesMeetInEndsOnly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ps := node(pieces(tangles.Draw(t, "shapes")))
		balance := map[geo.Pos]map[int32]int32{}
		for i, p := range ps {
			for _, q := range ps[:i] {
				if m := meet(p.edge, q.edge); m != apart && m != corner {
					t.Fatalf("%v meets %v", p.edge, q.edge)
				}
			}
			for _, n := range p.nets {
				add(balance, p.a, n.face, -n.by)
				add(balance, p.b, n.face, n.by)
			}
		}
		for at, faces := range balance {
			for f, n := range faces {
				if n != 0 {
					t.Fatalf("face %d: %d borders end at %v", f, n, at)
				}
			}
		}
	})
}

func add(balance map[geo.Pos]map[int32]int32, p geo.Pos, f, by int32) {
	if balance[p] == nil {
		balance[p] = map[int32]int32{}
	}
	balance[p][f] += by
}

// The regions of an arrangement fill the plane: those that a face covers add up to
// what its border winds about, in area and wherever one looks.
func TestArrangedRegionsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		shapes := tangles.Draw(t, "shapes")
		a := arrange(pieces(shapes))
		for f := range shapes {
			covered, wound := int64(0), int64(0)
			for r, reg := range a.regions {
				for _, c := range reg.cover {
					if c.face == int32(f) {
						covered += int64(c.by) * a.area2(int32(r))
					}
				}
			}
			for _, p := range a.pieces {
				for _, n := range p.nets {
					if n.face == int32(f) {
						wound += int64(n.by) * (int64(p.a.X)*int64(p.b.Y) - int64(p.b.X)*int64(p.a.Y))
					}
				}
			}
			if covered != wound {
				t.Fatalf("face %d covers twice %d, but winds about %d", f, covered, wound)
			}
		}
		if len(a.regions[0].cover) > 0 {
			t.Fatalf("%v cover everything", a.regions[0].cover)
		}
	})
}

func (a *arrangement) area2(r int32) int64 {
	sum := int64(0)
	for _, l := range a.regions[r].loops {
		sum += a.ring(l).Area2()
	}
	return sum
}

// Products of up to 2⁶³ compare as they do with as many digits as it takes.
func TestCompareProducts(t *testing.T) {
	ends := rapid.OneOf(rapid.SampledFrom([]int64{-1 << 62, -1, 0, 1, 1 << 62}), rapid.Int64Range(-1<<62, 1<<62), rapid.Int64Range(-9, 9))
	rapid.Check(t, func(t *rapid.T) {
		a, b, c, d := ends.Draw(t, "a"), ends.Draw(t, "b"), ends.Draw(t, "c"), ends.Draw(t, "d")
		if got, want := compareProducts(a, b, c, d), mul(big.NewInt(a), big.NewInt(b)).Cmp(mul(big.NewInt(c), big.NewInt(d))); got != want {
			t.Fatalf("%d·%d is to %d·%d as %d, want %d", a, b, c, d, got, want)
		}
	})
}

// The crossing of two lines is the position nearest to it: no other is nearer to
// both.
func TestCrossingIsNearest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		end := func(label string) geo.Pos {
			return geo.Pos{X: rapid.Int32Range(-geo.MaxX, geo.MaxX).Draw(t, label), Y: rapid.Int32Range(-geo.MaxY, geo.MaxY).Draw(t, label)}
		}
		e, f := edge{end("a"), end("b")}, edge{end("c"), end("d")}
		if meet(e, f) != crosses {
			t.Skip("they do not cross")
		}
		at, ok := crossing(e, f)
		if back, _ := crossing(f, e); !ok || back != at {
			t.Fatalf("%v and %v cross at %v, or at %v", e, f, at, back)
		}
		if !meetsSquare(e, at) || !meetsSquare(f, at) {
			t.Fatalf("%v and %v do not both pass %v", e, f, at)
		}
	})
}

// Around a position, the order of directions has neither gap nor repetition.
func TestAroundOriginIsAnOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dir := func(label string) edge {
			return edge{geo.Pos{}, geo.Pos{X: rapid.Int32Range(-3, 3).Draw(t, label), Y: rapid.Int32Range(1, 3).Draw(t, label) * []int32{1, -1}[rapid.IntRange(0, 1).Draw(t, label)]}}
		}
		a, b, c := dir("a"), dir("b"), dir("c")
		if aroundOrigin(a, b) != -aroundOrigin(b, a) {
			t.Fatalf("%v to %v is no order", a, b)
		}
		if aroundOrigin(a, b) < 0 && aroundOrigin(b, c) < 0 && aroundOrigin(a, c) >= 0 {
			t.Fatalf("%v, %v, %v go around", a, b, c)
		}
		if aroundOrigin(a, b) == 0 && geo.Orient(a.a, a.b, b.b) != 0 {
			t.Fatalf("%v and %v are one direction", a, b)
		}
	})
}
