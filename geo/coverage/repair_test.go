package coverage_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"jingwei/geo"
	"jingwei/geo/coverage"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// shaken returns faces with positions moved by at most so many metres, each on its
// own, when the face is chosen, which is asked for each position.
func shaken(r *rand.Rand, faces []coverage.Face, metres float64, chosen func(f int) bool) []coverage.Face {
	out := clone(faces)
	for f := range out {
		for _, poly := range out[f].Shape {
			for _, ring := range poly {
				for i, p := range ring {
					if chosen(f) {
						ring[i] = plus(p, offset(r, p, metres))
					}
				}
			}
		}
	}
	return out
}

// offset is at most so many metres long.
func offset(r *rand.Rand, p geo.Pos, metres float64) geo.Pos {
	s := geo.ScaleAt(p)
	within := func(scale float64) int32 {
		most := int32(metres / scale * 0.7)
		return r.Int32N(2*most+1) - most
	}
	return geo.Pos{X: within(s.East), Y: within(s.North)}
}

func all(int) bool { return true }

// roomy are sketches of cells that are nowhere too thin to be shaken, with faces.
var roomy = cities.Filter(func(s *sketch) bool {
	return len(s.faces) > 0 && !slices.ContainsFunc(s.cells, func(c cell) bool {
		shape := geo.MultiPolygon{{c.ring}}
		return 2*shape.AreaM2() < 8*perimeter(shape)
	})
})

func TestRepairClosesWhatWasShaken(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, r := roomy.Draw(t, "sketch"), drawRand(t)
		whole := mustBuild(t, s.faces)
		faces := shapesOf(whole)
		repaired, changes := coverage.Repair(shaken(r, faces, 0.3, all), 1)
		c, err := coverage.Build(repaired)
		if err != nil {
			t.Fatalf("%v, after %v", err, changes)
		}
		for f := range int32(c.Len()) {
			before, after := faces[f].Shape.AreaM2(), c.Shape(f).AreaM2()
			if allowed := perimeter(faces[f].Shape) * 0.6; before-after > allowed || after-before > allowed {
				t.Fatalf("face %d had %.1f m², now %.1f; its border allows %.1f", f, before, after, allowed)
			}
		}
	})
}

func perimeter(m geo.MultiPolygon) float64 {
	sum := 0.0
	for e := range directedEdges(m) {
		sum += geo.Distance(e.a, e.b)
	}
	return sum
}

// A second repair finds nothing to do.
func TestRepairIsIdempotent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, r := roomy.Draw(t, "sketch"), drawRand(t)
		repaired, _ := coverage.Repair(shaken(r, shapesOf(mustBuild(t, s.faces)), 0.3, all), 1)
		again, changes := coverage.Repair(repaired, 1)
		if len(changes) > 0 {
			t.Fatalf("a second repair did %v", changes)
		}
		if d := cmp.Diff(repaired, again); d != "" {
			t.Fatal(d)
		}
	})
}

// Law 8: the same damage is named and repaired the same way.
func TestViolationsAndRepairsAreDeterministic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, r := roomy.Draw(t, "sketch"), drawRand(t)
		faces := shaken(r, shapesOf(mustBuild(t, s.faces)), 3, all)
		_, err := coverage.Build(faces)
		_, again := coverage.Build(faces)
		if d := cmp.Diff(err, again); d != "" {
			t.Fatal(d)
		}
		repaired, changes := coverage.Repair(faces, 5)
		repairedAgain, changesAgain := coverage.Repair(faces, 5)
		if d := cmp.Diff(changes, changesAgain) + cmp.Diff(repaired, repairedAgain); d != "" {
			t.Fatal(d)
		}
	})
}

func TestRepairLeavesACoverageAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		faces := shapesOf(mustBuild(t, roomy.Draw(t, "sketch").faces))
		before := clone(faces)
		repaired, changes := coverage.Repair(faces, 1)
		if len(changes) > 0 {
			t.Fatalf("did %v", changes)
		}
		if d := cmp.Diff(before, repaired); d != "" {
			t.Fatal(d)
		}
		if d := cmp.Diff(before, faces); d != "" {
			t.Fatal("the argument changed", d)
		}
	})
}

// Faces that no shaken one touches stay as they are, to the bit. Most sketches have none,
// so that there are some is asked of the same ones each time.
func TestRepairChangesNothingElse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { _ = changesNothingElse(t, roomy.Draw(t, "sketch"), drawRand(t)) })
	untouched := 0
	for seed := range 100 {
		untouched += changesNothingElse(t, roomy.Example(seed), rand.New(rand.NewPCG(uint64(seed), 1)))
	}
	if untouched == 0 {
		t.Error("no face was untouched")
	}
}

// changesNothingElse shakes a face, repairs, and returns how many faces it does not touch.
func changesNothingElse(t fataler, s *sketch, r *rand.Rand) (untouched int) {
	t.Helper()
	faces := shapesOf(mustBuild(t, s.faces))
	one := r.IntN(len(faces))
	repaired, _ := coverage.Repair(shaken(r, faces, 0.3, func(f int) bool { return f == one }), 1)
	mustBuild(t, repaired)
	for f := range faces {
		if f == one || meets(faces[f].Shape, faces[one].Shape) {
			continue
		}
		untouched++
		if d := cmp.Diff(faces[f], repaired[f]); d != "" {
			t.Fatalf("%s", d)
		}
	}
	return untouched
}

func meets(a, b geo.MultiPolygon) bool {
	ends := map[geo.Pos]bool{}
	for e := range directedEdges(a) {
		ends[e.a] = true
	}
	for e := range directedEdges(b) {
		if ends[e.a] {
			return true
		}
	}
	return false
}

// What is wider than the width stays, and Build names it.
func TestRepairLeavesWhatIsWider(t *testing.T) {
	gap := []coverage.Face{
		local("left", square(0, 0, 10_000, 10_000)), local("right", square(10_500, 0, 20_000, 10_000)), // 5 m
		local("under", square(0, -5000, 20_000, 0)), local("over", square(0, 10_000, 20_000, 15_000)),
	}
	overlap := []coverage.Face{local("a", square(0, 0, 10_000, 10_000)), local("b", square(9500, 0, 20_000, 10_000))}
	for rule, faces := range map[coverage.Rule][]coverage.Face{coverage.Gap: gap, coverage.Overlap: overlap} {
		left, changes := coverage.Repair(faces, 1)
		if v := violations(t, left); len(changes) > 0 || len(v) != 1 || v[0].Rule != rule {
			t.Errorf("with a width of 1 m: %v, and %v is left", changes, v)
		}
		closed, changes := coverage.Repair(faces, 10)
		mustBuild(t, closed)
		if len(changes) != 1 || len(changes[0].Faces) == 0 || changes[0].AreaM2 < 400 || off(changes[0].WidthM, 4.7) > 0.1 {
			t.Errorf("with a width of 10 m: %v", changes)
		}
	}
}

// A gap goes to the neighbour with the longest shared border.
func TestRepairFillsFromTheLongestBorder(t *testing.T) {
	faces := []coverage.Face{
		local("left", square(0, 0, 10_000, 4000)), local("upper left", square(0, 4000, 10_000, 10_000)),
		local("right", square(10_300, 0, 20_000, 10_000)),
		local("under", square(0, -5000, 20_000, 0)), local("over", square(0, 10_000, 20_000, 15_000)),
	}
	repaired, changes := coverage.Repair(faces, 5)
	want := []coverage.Face{faces[0], faces[1], local("right", square(10_000, 0, 20_000, 10_000)), faces[3], faces[4]}
	c := mustBuild(t, repaired)
	for f, w := range want {
		if got, want := area2(c.Shape(int32(f))), area2(w.Shape); got != want {
			t.Errorf("%s has twice the area %d, want %d: %v", w.Name, got, want, changes)
		}
	}
	if len(changes) != 1 || changes[0].Action != coverage.Filled || cmp.Diff([]string{"right"}, changes[0].Faces) != "" {
		t.Errorf("did %v", changes)
	}
}

// A border that crosses itself keeps all that it goes around; what it had twice is
// told, and is no hole. What two holes of one polygon share is a hole still.
func TestRepairUntangles(t *testing.T) {
	island := func(x, y int32) geo.MultiPolygon { return local("", square(x, y, x+10_000, y+10_000)).Shape }
	for name, c := range map[string]struct {
		shape geo.MultiPolygon
		want  int64 // twice the area
		twice geo.MultiPolygon
	}{
		"bow-tie": {local("", ring(0, 0, 10_000, 10_000, 10_000, 0, 0, 10_000)).Shape, 100_000_000, nil},
		"loop over itself": {
			local("", ring(0, 0, 40_000, 0, 40_000, 30_000, 10_000, 30_000, 10_000, 10_000, 20_000, 10_000, 20_000, 40_000, 0, 40_000)).Shape,
			2_800_000_000, local("", square(10_000, 10_000, 20_000, 30_000)).Shape,
		},
		"round twice": {
			local("", ring(0, 0, 40_000, 0, 40_000, 40_000, 0, 40_000, 0, 10_000, 30_000, 10_000, 30_000, 30_000, -10_000, 30_000, -10_000, 0)).Shape,
			3_800_000_000, local("", square(0, 10_000, 30_000, 30_000)).Shape,
		},
		"two polygons over each other": {slices.Concat(island(0, 0), island(5000, 5000)), 350_000_000, local("", square(5000, 5000, 10_000, 10_000)).Shape},
		"two holes over each other": {
			local("", square(-10_000, -10_000, 30_000, 30_000), square(0, 0, 10_000, 10_000), square(5000, 5000, 15_000, 15_000)).Shape,
			3_200_000_000 - 350_000_000, nil,
		},
	} {
		repaired, changes := coverage.Repair([]coverage.Face{{Name: name, Shape: c.shape}}, 1)
		if len(changes) != 1 || changes[0].Action != coverage.Untangled {
			t.Errorf("%s: did %v", name, changes)
			continue
		}
		wellFormed(t, repaired[0].Shape)
		if got := area2(repaired[0].Shape); got != c.want {
			t.Errorf("%s: twice the area is %d, want %d", name, got, c.want)
		}
		if got, want := changes[0].AreaM2, c.twice.AreaM2(); math.Abs(got-want) > 1e-6*want {
			t.Errorf("%s: %.1f m² were there twice, want %.1f", name, got, want)
		}
	}
}

func TestChangesSayWhatAndWhere(t *testing.T) {
	_, changes := coverage.Repair([]coverage.Face{local("tie", ring(0, 0, 10_000, 10_000, 10_000, 0, 0, 10_000))}, 1)
	if got, want := changes[0].String(), "untangled at 120.8005000,31.9005000: tie (0.000 m)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Larger damage needs a larger width, and then leaves a coverage too.
func TestRepairOfLargerDamage(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, r := roomy.Draw(t, "sketch"), drawRand(t)
		faces := shaken(r, shapesOf(mustBuild(t, s.faces)), 3, func(f int) bool { return f%3 == 0 })
		repaired, changes := coverage.Repair(faces, 20)
		if _, err := coverage.Build(repaired); err != nil && !onlyInlets(err) {
			t.Fatalf("%v, after %v", err, changes)
		}
		if slices.ContainsFunc(changes, func(c coverage.Change) bool { return c.WidthM >= 20 }) {
			t.Fatalf("did more than asked: %v", changes)
		}
	})
}

// All that a repair did is in its list: a face that is another than before is named
// there, and with no change all faces are as they were.
func TestRepairListsAllItDid(t *testing.T) {
	changed := 0
	rapid.Check(t, func(t *rapid.T) {
		s, r := roomy.Draw(t, "sketch"), drawRand(t)
		metres := rapid.SampledFrom([]float64{0.3, 3}).Draw(t, "metres")
		faces := shaken(r, shapesOf(mustBuild(t, s.faces)), metres, oneIn(r, rapid.SampledFrom([]int{1, 3, 20}).Draw(t, "one in")))
		repaired, changes := coverage.Repair(faces, 5)
		changed += listed(t, faces, repaired, changes)
	})
	if changed == 0 {
		t.Error("nothing was repaired")
	}
}

// Where four faces meet, one that shares all its borders moves with its neighbours.
func TestRepairListsWhoMovesAlong(t *testing.T) {
	faces := []coverage.Face{
		local("southwest", square(0, 0, 10_000, 10_000)), local("southeast", square(10_000, 0, 20_000, 10_000)),
		local("northwest", square(0, 10_000, 10_000, 20_000)), local("northeast", square(10_000, 10_000, 20_000, 20_000)),
	}
	for f, face := range faces {
		for _, by := range []geo.Pos{{X: 20, Y: 9}, {X: -20, Y: 9}, {X: 20, Y: -9}, {X: -20, Y: -9}} {
			damaged := clone(faces)
			corner := slices.Index(face.Shape[0][0], plus(nantong, geo.Pos{X: 10_000, Y: 10_000}))
			damaged[f].Shape[0][0][corner] = plus(face.Shape[0][0][corner], by)
			repaired, changes := coverage.Repair(damaged, 1)
			mustBuild(t, repaired)
			listed(t, damaged, repaired, changes)
		}
	}
}

func TestRepairListsAllItDidToBristol(t *testing.T) {
	repaired, _ := coverage.Repair(realFaces(t, "bristol/lsoa-*.geojson", "LSOA11CD"), 1)
	whole := shapesOf(mustBuild(t, repaired))
	r := rand.New(rand.NewPCG(8, 8))
	for _, every := range []int{10, 100, 1000} {
		faces := shaken(r, whole, 0.3, oneIn(r, every))
		repaired, changes := coverage.Repair(faces, 1)
		n := listed(t, faces, repaired, changes)
		t.Logf("one in %d positions shaken: %d changes to %d faces", every, len(changes), n)
		if n == 0 {
			t.Error("nothing was repaired")
		}
	}
}

// oneIn chooses at random.
func oneIn(r *rand.Rand, n int) func(int) bool { return func(int) bool { return r.IntN(n) == 0 } }

// listed fails unless every face that was repaired is among the changes, and returns
// how many were.
func listed(t fataler, faces, repaired []coverage.Face, changes []coverage.Change) (n int) {
	t.Helper()
	named := map[string]bool{}
	for _, c := range changes {
		for _, f := range c.Faces {
			named[f] = true
		}
	}
	for f, face := range faces {
		if cmp.Equal(face, repaired[f]) {
			continue
		}
		n++
		if !named[face.Name] {
			t.Fatalf("%s is not among %v, but\n%s", face.Name, changes, cmp.Diff(face, repaired[f]))
		}
	}
	return n
}
