package coverage_test

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"testing"

	"jingwei/geo"
	"jingwei/geo/coverage"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// thresholds are areas in square lattice units.
var thresholds = rapid.SampledFrom([]float64{0, 1, 1e3, 1e6, 1e8, 1e9, 1e11, 1e18, math.Inf(1)})

// drawLong returns a coverage, at times of few faces with long arcs.
func drawLong(t *rapid.T) (*sketch, *coverage.Coverage) {
	s := sketches.Draw(t, "sketch")
	c := mustBuild(t, s.faces)
	if rapid.Bool().Draw(t, "larger faces") {
		group := make([]int32, c.Len())
		for f := range group {
			group[f] = int32(f) % 2
		}
		c = c.Dissolve(group, min(2, c.Len()))
	}
	return s, c
}

func TestSimplifyIsACoverage(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, c := drawLong(t)
		simple := coverage.NewSimplifier(c).Simplify(thresholds.Draw(t, "area"))
		along(t, c, simple)
		for f := range int32(c.Len()) {
			wellFormed(t, simple.Shape(f))
			if len(simple.Shape(f)) != len(c.Shape(f)) {
				t.Fatalf("face %d had %d parts, now %d", f, len(c.Shape(f)), len(simple.Shape(f)))
			}
		}
		sameAsBuilt(t, simple, s.probes(drawRand(t)))
	})
}

// along fails unless simple has the arcs of c with the same ends and faces, and
// between the ends only positions of c, in order.
func along(t fataler, c, simple *coverage.Coverage) {
	t.Helper()
	if len(simple.Arcs()) != len(c.Arcs()) {
		t.Fatalf("%d arcs became %d", len(c.Arcs()), len(simple.Arcs()))
	}
	for i, a := range c.Arcs() {
		b := simple.Arcs()[i]
		if a.Left != b.Left || a.Right != b.Right || a.Pos[0] != b.Pos[0] || a.Pos[len(a.Pos)-1] != b.Pos[len(b.Pos)-1] {
			t.Fatalf("arc %v became %v", a, b)
		}
		from := 0
		for _, p := range b.Pos {
			k := slices.Index(a.Pos[from:], p)
			if k < 0 {
				t.Fatalf("arc %v became %v", a, b)
			}
			from += k
		}
	}
}

func TestSimplifyKeepsNothingMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := mustBuild(t, sketches.Draw(t, "sketch").faces)
		all, s := positionCount(c), coverage.NewSimplifier(c)
		for area := 1.0; area < 1e20; area *= 100 {
			if n := positionCount(s.Simplify(area)); n > all {
				t.Fatalf("of %d positions %d are left at the area %g", all, n, area)
			}
		}
		for _, area := range []float64{0, -1, math.NaN()} {
			if d := gocmp.Diff(c.Arcs(), s.Simplify(area).Arcs()); d != "" {
				t.Fatal(d)
			}
		}
	})
}

func positionCount(c *coverage.Coverage) int {
	n := 0
	for _, a := range c.Arcs() {
		n += len(a.Pos)
	}
	return n
}

// No face vanishes, and one that can be seen keeps half of itself.
func TestSimplifyKeepsFacesInSight(t *testing.T) {
	inSight := 0
	rapid.Check(t, func(t *rapid.T) {
		_, c := drawLong(t)
		area := math.Pow(10, rapid.Float64Range(0, 19).Draw(t, "log area"))
		simple := coverage.NewSimplifier(c).Simplify(area)
		for f := range int32(c.Len()) {
			before, after := float64(uint64(area2(c.Shape(f))))/2, float64(uint64(area2(simple.Shape(f))))/2
			if !(after > 0) || before >= area && after < before/2 {
				t.Fatalf("of the %g square units of face %d, %g are left at %g", before, f, after, area)
			}
			if before >= area {
				inSight++
			}
		}
	})
	if inSight == 0 {
		t.Error("no face was in sight")
	}
}

// A star of many arms, none of which weighs anything beside the whole, would be left
// with the triangle between three of its positions: a third of it.
func TestSimplifyLeavesMoreThanATriangle(t *testing.T) {
	var star geo.Ring
	for k := range 64 {
		r, a := []float64{300_000, 100_000}[k&1], float64(k)*math.Pi/32
		star = append(star, geo.Pos{X: int32(r * math.Cos(a)), Y: int32(r * math.Sin(a))})
	}
	c := mustBuild(t, []coverage.Face{face("star", star)})
	before := area2(c.Shape(0))
	simple := coverage.NewSimplifier(c).Simplify(float64(before) / 2)
	if after := area2(simple.Shape(0)); 2*after < before || positionCount(simple) == positionCount(c) {
		t.Errorf("twice the area was %d, now %d, with %d positions of %d", before, after, positionCount(simple), positionCount(c))
	}
}

// Every arc keeps what dropping the least position, again and again, would keep;
// and nothing more where that is a coverage with all faces in sight.
func TestSimplifyIsVisvalingam(t *testing.T) {
	same, more := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		_, c := drawLong(t)
		area := math.Pow(10, rapid.Float64Range(0, 15).Draw(t, "log area"))
		got, dropped := coverage.NewSimplifier(c).Simplify(area), map[geo.Pos]bool{}
		left := 0
		for i, a := range c.Arcs() {
			want := dropping(a.Pos, area)
			left += len(want)
			for _, p := range a.Pos {
				if !slices.Contains(want, p) {
					dropped[p] = true
				} else if !slices.Contains(got.Arcs()[i].Pos, p) {
					t.Fatalf("%v, simplified to %g, lacks %v", a.Pos, area, p)
				}
			}
		}
		switch n := positionCount(got); {
		case n == left:
			same++
		case inSight(c, dropped, left, area):
			t.Fatalf("%d positions, want %d", n, left)
		default:
			more++
		}
	})
	if same == 0 || more == 0 {
		t.Errorf("%d were the same, %d kept more", same, more)
	}
}

// dropping returns the positions of an arc that are left when the inner one whose
// triangle is least has been dropped while that was less than area; of a ring three
// stay, and all that weigh no less than these.
func dropping(pos []geo.Pos, area float64) []geo.Pos {
	left, weights := slices.Clone(pos), map[geo.Pos]float64{}
	heaviest := 0.0
	for len(left) > 2 {
		k := 1
		for i := 2; i+1 < len(left); i++ {
			w := cmp.Compare(triangle(left[i-1], left[i], left[i+1]), triangle(left[k-1], left[k], left[k+1]))
			if w < 0 || w == 0 && left[i].Compare(left[k]) < 0 {
				k = i
			}
		}
		heaviest = max(heaviest, triangle(left[k-1], left[k], left[k+1]))
		weights[left[k]] = heaviest
		left = slices.Delete(left, k, k+1)
	}
	if pos[0] == pos[len(pos)-1] {
		area = min(area, slices.Sorted(maps.Values(weights))[len(weights)-2])
	}
	return slices.DeleteFunc(slices.Clone(pos), func(p geo.Pos) bool {
		w, inner := weights[p]
		return inner && w < area
	})
}

func triangle(a, b, c geo.Pos) float64 {
	ux, uy := float64(int64(b.X)-int64(a.X)), float64(int64(b.Y)-int64(a.Y))
	wx, wy := float64(int64(c.X)-int64(a.X)), float64(int64(c.Y)-int64(a.Y))
	return math.Abs(float64(ux*wy)-float64(uy*wx)) / 2
}

// inSight reports whether the faces of c without the positions dropped are a
// coverage with so many positions, in which those of at least area have half of
// what they had.
func inSight(c *coverage.Coverage, dropped map[geo.Pos]bool, positions int, area float64) bool {
	faces := shapesOf(c)
	for f := range faces {
		for _, poly := range faces[f].Shape {
			for k := range poly {
				poly[k] = slices.DeleteFunc(poly[k], func(p geo.Pos) bool { return dropped[p] })
			}
		}
	}
	built, err := coverage.Build(faces)
	if err != nil || positionCount(built) != positions {
		return false
	}
	for f := range int32(c.Len()) {
		before, after := float64(uint64(area2(c.Shape(f))))/2, float64(uint64(area2(built.Shape(f))))/2
		if before >= area && after < before/2 {
			return false
		}
	}
	return true
}

// A bay with an island in it: drawn straight, the coast would leave the island on
// the wrong side of it without touching it.
func TestSimplifyLeavesIslandsOnTheirSide(t *testing.T) {
	island := square(4000, 6000, 6000, 6900)
	hole := slices.Clone(island)
	hole.Reverse()
	land := geo.Ring{{X: 0, Y: 0}, {X: 10_000, Y: 0}, {X: 10_000, Y: 5000}, {X: 9000, Y: 7000}, {X: 5000, Y: 7100}, {X: 1000, Y: 7000}, {X: 0, Y: 5000}}
	north := geo.Ring{{X: 0, Y: 5000}, {X: 1000, Y: 7000}, {X: 5000, Y: 7100}, {X: 9000, Y: 7000}, {X: 10_000, Y: 5000}, {X: 10_000, Y: 50_000}, {X: 0, Y: 50_000}}
	c := mustBuild(t, []coverage.Face{face("land", land, hole), face("north", north), face("island", island)})
	s := coverage.NewSimplifier(c)
	for area := 1.0; area < 1e12; area *= 2 {
		sameAsBuilt(t, s.Simplify(area), slices.Collect(maps.Keys(grid(0, 0, 10_000, 10_000, 500))))
	}
}

func grid(x0, y0, x1, y1, step int32) map[geo.Pos]bool {
	ps := map[geo.Pos]bool{}
	for x := x0; x <= x1; x += step {
		for y := y0; y <= y1; y += step {
			ps[geo.Pos{X: x, Y: y}] = true
		}
	}
	return ps
}

// BenchmarkSimplify makes ten zooms of Bristol, weighing positions once or each
// time.
func BenchmarkSimplify(b *testing.B) {
	c := mustBuild(b, realFaces(b, "bristol/output-areas-*.geojson", "OA11CD"))
	zooms := func(simplify func(area float64)) {
		for z := range 10 {
			simplify(math.Pow(4, float64(z+5)))
		}
	}
	b.Run("once", func(b *testing.B) {
		for b.Loop() {
			s := coverage.NewSimplifier(c)
			zooms(func(area float64) { s.Simplify(area) })
		}
	})
	b.Run("each time", func(b *testing.B) {
		for b.Loop() {
			zooms(func(area float64) { coverage.NewSimplifier(c).Simplify(area) })
		}
	})
	b.Run("weights", func(b *testing.B) {
		for b.Loop() {
			coverage.NewSimplifier(c)
		}
	})
}
