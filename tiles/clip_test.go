package tiles

import (
	"math"
	"slices"
	"testing"

	"jingwei/tiles/mvt"

	"pgregory.net/rapid"
)

// star is a ring without self-crossings around a centre, counter-clockwise as y
// runs down.
func star(t *rapid.T, centre point, least, most float64) []point {
	n := rapid.IntRange(3, 12).Draw(t, "corners")
	var r []point
	for k := range n {
		radius := rapid.Float64Range(least, most).Draw(t, "radius")
		sin, cos := math.Sincos(-2 * math.Pi * float64(k) / float64(n))
		r = append(r, point{centre.x + int64(radius*cos), centre.y + int64(radius*sin)})
	}
	return r
}

func anyPlace(t *rapid.T) point {
	return point{rapid.Int64Range(-3000, 7000).Draw(t, "x"), rapid.Int64Range(-3000, 7000).Draw(t, "y")}
}

// A ring with a hole, clipped, holds the positions in the box that it held before,
// but for those next to an edge, and none outside.
func TestClipKeepsWhatIsInside(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		centre := anyPlace(t)
		rings := [][]point{star(t, centre, 1500, 6000), star(t, centre, 50, 700)}
		slices.Reverse(rings[1])
		got := rounded(nil, clip(inGrains(rings)))
		for range 40 {
			p := anyPlace(t)
			if nearEdge(rings, p, 2) {
				continue
			}
			inBox := min(p.x, p.y) > -Buffer && max(p.x, p.y) < mvt.Extent+Buffer
			if want := inBox && evenOdd(rings, p); evenOdd(got, p) != want {
				t.Fatalf("%v inside: %v, want %v", p, !want, want)
			}
		}
		for _, r := range got {
			if !slices.ContainsFunc(rings, func(o []point) bool { return area2(r) < 0 == (area2(o) < 0) }) {
				t.Fatalf("ring %v turns as none of those clipped", r)
			}
		}
	})
}

// inGrains returns rings that have not been rounded.
func inGrains(rings [][]point) (out [][]point) {
	for _, r := range rings {
		var ring []point
		for _, p := range r {
			ring = append(ring, point{p.x * grains, p.y * grains})
		}
		out = append(out, ring)
	}
	return out
}

func evenOdd(rings [][]point, p point) (in bool) {
	for _, r := range rings {
		if i, _ := contains(r, point{2 * p.x, 2 * p.y}); i {
			in = !in
		}
	}
	return in
}

func nearEdge(rings [][]point, p point, units float64) bool {
	for _, r := range rings {
		a := r[len(r)-1]
		for _, b := range r {
			if distance(p, a, b) < units {
				return true
			}
			a = b
		}
	}
	return false
}

// distance returns that from p to the segment from a to b.
func distance(p, a, b point) float64 {
	ax, ay := float64(a.x-p.x), float64(a.y-p.y)
	dx, dy := float64(b.x-a.x), float64(b.y-a.y)
	s := 0.0
	if l := dx*dx + dy*dy; l > 0 {
		s = min(1, max(0, -(ax*dx+ay*dy)/l))
	}
	return math.Hypot(ax+s*dx, ay+s*dy)
}

// Two parts of a square that share a winding border still fill what is left of the
// square, to the last unit.
func TestClipOpensNoSlivers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const low, high = -9000, 13000
		var border []point
		for y := int64(low); y <= high; y += rapid.Int64Range(1, 900).Draw(t, "step") {
			border = append(border, point{rapid.Int64Range(low+1, high-1).Draw(t, "x"), y})
		}
		border[len(border)-1].y = high
		west := append([]point{{low, low}, {low, high}}, reversed(border)...)
		east := append([]point{{high, high}, {high, low}}, border...)
		got := total(rounded(nil, clip(inGrains([][]point{west})))) + total(rounded(nil, clip(inGrains([][]point{east}))))
		const side = mvt.Extent + 2*Buffer
		if got != -2*side*side {
			t.Fatalf("area %d, want %d", -got/2, side*side)
		}
	})
}

func reversed(r []point) []point {
	r = slices.Clone(r)
	slices.Reverse(r)
	return r
}

func total(rings [][]point) (sum int64) {
	for _, r := range rings {
		sum += area2(r)
	}
	return sum
}

// The largest coordinates there are, at zoom 22.
func TestClipFarEdges(t *testing.T) {
	const far = 1 << 34
	square := [][]point{{{-far, -far}, {-far, far}, {far, far}, {far, -far}}}
	if got := total(rounded(nil, clip(inGrains(square)))); got != -2*(mvt.Extent+2*Buffer)*(mvt.Extent+2*Buffer) {
		t.Errorf("area %d", got/2)
	}
	slanted := [][]point{{{-far, -far + 1}, {far - 1, far}, {far, -far}}}
	if got := clip(inGrains(slanted)); len(got) != 1 || len(got[0]) < 3 {
		t.Errorf("the half beyond a diagonal: %v", got)
	}
}
