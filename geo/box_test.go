package geo_test

import (
	"testing"

	"jingwei/geo"

	"pgregory.net/rapid"
)

var boxes = rapid.Custom(func(t *rapid.T) geo.Box {
	b := geo.EmptyBox()
	for range rapid.IntRange(0, 2).Draw(t, "positions") {
		b = b.Add(positions.Draw(t, "p"))
	}
	return b
})

func TestBoxLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, p := boxes.Draw(t, "a"), boxes.Draw(t, "b"), positions.Draw(t, "p")
		if !a.Add(p).Contains(p) || a.Contains(p) != (a.Add(p) == a) {
			t.Fatalf("%v with %v is %v", a, p, a.Add(p))
		}
		if a.Union(b) != b.Union(a) || a.Union(a) != a || a.Union(geo.EmptyBox()) != a {
			t.Fatalf("the union of %v and %v is no union", a, b)
		}
		if (a.Contains(p) || b.Contains(p)) && !a.Union(b).Contains(p) {
			t.Fatalf("the union of %v and %v does not hold %v", a, b, p)
		}
		if a.Intersects(b) != b.Intersects(a) {
			t.Fatalf("%v meets %v one way only", a, b)
		}
		if a.Contains(p) && b.Contains(p) && !a.Intersects(b) {
			t.Fatalf("%v and %v share %v but do not meet", a, b, p)
		}
		if a.Empty() && (a.Contains(p) || a.Intersects(b)) {
			t.Fatalf("%v is empty and holds something", a)
		}
	})
}

// Two boxes meet in the position that is the greater of their lower corners and
// the less of their upper ones, if anywhere.
func TestBoxesMeetInACorner(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := boxes.Draw(t, "a"), boxes.Draw(t, "b")
		corner := geo.Pos{X: max(a.Min.X, b.Min.X), Y: max(a.Min.Y, b.Min.Y)}
		if want := a.Contains(corner) && b.Contains(corner); a.Intersects(b) != want {
			t.Fatalf("%v meets %v: %v, want %v", a, b, !want, want)
		}
	})
}

func TestBoxBound(t *testing.T) {
	b := geo.EmptyBox().Add(geo.Pos{X: -5, Y: 7}).Add(geo.Pos{X: 3, Y: -2})
	bound := b.Bound()
	if bound.Min != b.Min.Point() || bound.Max != b.Max.Point() {
		t.Errorf("%v became %v", b, bound)
	}
}
