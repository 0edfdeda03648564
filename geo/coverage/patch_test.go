package coverage_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"jingwei/geo"
	"jingwei/geo/coverage"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// Faces that merge, split, trade ground and vanish, several times in a row, are
// as if built afresh, and the coverages they came from stay as they were.
func TestPatchIsBuild(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, r := sketches.Draw(t, "sketch"), drawRand(t)
		c := mustBuild(t, s.faces)
		ps := s.probes(r)
		for range rapid.IntRange(1, 4).Draw(t, "patches") {
			next, patch := s.dealtAnew(r, c.Len())
			d, err := c.Patch(patch)
			if err != nil {
				t.Fatalf("%v\n%v\n%v", err, s.faces, patch)
			}
			sameFaces(t, d, next, ps)
			asBuilt(t, d, ps)
			sameFaces(t, c, s, ps)
			if r.IntN(3) > 0 { // else patch the same again
				c, s = d, next
			}
		}
	})
}

// dealtAnew gives the cells of some faces to those and up to two new ones, and
// returns the faces that have changed.
func (s *sketch) dealtAnew(r *rand.Rand, faces int) (*sketch, map[int32]coverage.Face) {
	patch := map[int32]coverage.Face{}
	for f := range int32(faces) {
		if r.IntN(3) == 0 {
			patch[f] = coverage.Face{}
		}
	}
	for k := range r.IntN(3) {
		patch[int32(faces+k)] = coverage.Face{}
	}
	numbers := slices.Sorted(maps.Keys(patch))
	out := &sketch{cells: slices.Clone(s.cells)}
	keep := r.IntN(4)
	for i, c := range out.cells {
		if _, in := patch[c.face]; in && r.IntN(4) >= keep {
			out.cells[i].face = numbers[r.IntN(len(numbers))]
		}
	}
	for _, f := range numbers {
		patch[f] = coverage.Face{Name: fmt.Sprint("patched ", f), Shape: polygonsOf(thinned(r, around(out.cells, f)))}
	}
	return out, patch
}

// thinned drops some positions in the middle of straight lines.
func thinned(r *rand.Rand, rings []geo.Ring) []geo.Ring {
	for k, ring := range rings {
		for i := len(ring) - 1; i >= 0 && len(ring) > 3; i-- {
			before, after := ring[(i+len(ring)-1)%len(ring)], ring[(i+1)%len(ring)]
			if geo.Orient(before, ring[i], after) == 0 && r.IntN(2) == 0 {
				ring = slices.Delete(ring, i, i+1)
			}
		}
		rings[k] = ring
	}
	return rings
}

// asBuilt fails unless c answers everything as the coverage does that is built of
// its shapes. Faces without a shape are not built, so numbers may differ.
func asBuilt(t fataler, c *coverage.Coverage, ps []geo.Pos) {
	t.Helper()
	faces, number := shapesOf(c), []int32{}
	for f, face := range faces {
		if len(face.Shape) > 0 {
			number = append(number, int32(f))
		}
	}
	faces = slices.DeleteFunc(faces, func(f coverage.Face) bool { return len(f.Shape) == 0 })
	fresh, err := coverage.Build(faces)
	if err != nil && onlyInlets(err) {
		return
	}
	if err != nil {
		t.Fatalf("%v", err)
	}
	same := func(what string, got, want any) {
		t.Helper()
		if d := cmp.Diff(want, got, cmpopts.EquateApprox(1e-9, 1e-6)); d != "" {
			t.Fatalf("%s: %s", what, d)
		}
	}
	old := func(f int32) int32 {
		if f == coverage.None {
			return f
		}
		return number[f]
	}
	asIs := func(f int32) int32 { return f }
	same("arcs", canonical(c, asIs), canonical(fresh, old))
	for f := range int32(fresh.Len()) {
		same("shape", ringsOf(c.Shape(old(f))), ringsOf(fresh.Shape(f)))
		same("box", c.Box(old(f)), fresh.Box(f))
		same("area", c.AreaM2(old(f)), fresh.AreaM2(f))
	}
	for i, p := range ps {
		if f := fresh.Locate(p); c.Locate(p) != old(f) {
			t.Fatalf("Locate(%d %d) = %d, want %d", p.X, p.Y, c.Locate(p), old(f))
		}
		got, metres := c.Nearest(p, 1e4)
		want, exact := fresh.Nearest(p, 1e4)
		same("nearest", metres, exact)
		if metres > 1e-6 { // else others may be as near
			same("nearest", got, old(want))
		}
		if i%16 == 0 {
			same("shares", shares(c, p, asIs), shares(fresh, p, old))
		}
	}
}

// canonical writes the arcs of a coverage in an order of their own.
func canonical(c *coverage.Coverage, number func(int32) int32) []string {
	var list []string
	for _, a := range c.Arcs() {
		pos, left, right := slices.Clone(a.Pos), number(a.Left), number(a.Right)
		back := slices.Clone(pos)
		slices.Reverse(back)
		if slices.CompareFunc(pos, back, geo.Pos.Compare) > 0 {
			pos, left, right = back, right, left
		}
		list = append(list, fmt.Sprint(pos, left, right))
	}
	slices.Sort(list)
	return list
}

// ringsOf writes the rings of a shape, each from its lowest position, in an order
// of their own.
func ringsOf(m geo.MultiPolygon) []string {
	var list []string
	for _, poly := range m {
		for _, r := range poly {
			k := slices.Index(r, slices.MinFunc(r, geo.Pos.Compare))
			list = append(list, fmt.Sprint(slices.Concat(r[k:], r[:k])))
		}
	}
	slices.Sort(list)
	return list
}

func shares(c *coverage.Coverage, p geo.Pos, number func(int32) int32) map[int32]float64 {
	of := map[int32]float64{}
	for _, s := range c.Shares(p, 1000) {
		of[number(s.Face)] = s.Share
	}
	return of
}

// Faces with a vertex moved are accepted exactly when Build accepts them all, if
// the vertex is inside the patch.
func TestPatchRefusesWhatBuildRefuses(t *testing.T) {
	outcomes := map[bool]int{}
	rapid.Check(t, func(t *rapid.T) {
		s, r := cities.Draw(t, "sketch"), drawRand(t)
		c := mustBuild(t, s.faces)
		if c.Len() < 2 {
			t.Skip("nothing between")
		}
		patch, all := moved(r, c)
		d, err := c.Patch(patch)
		_, wrong := coverage.Build(all)
		outcomes[err == nil]++
		if err == nil {
			if wrong != nil && !onlyInlets(wrong) {
				t.Fatalf("accepted: %v", wrong)
			}
			asBuilt(t, d, s.probes(r))
			return
		}
		var v *coverage.Violations
		if !errors.As(err, &v) || len(v.List) == 0 {
			t.Fatalf("refused without a place: %v", err)
		}
		if built, err := coverage.Build(all); err == nil && outline(built) == outline(c) {
			t.Fatalf("refused: %v", v)
		}
	})
	if outcomes[true] == 0 || outcomes[false] == 0 {
		t.Errorf("compared %v accepted and not", outcomes)
	}
}

// moved moves a position of a coverage in all faces that have it, or, rarely, in
// all but one. It returns the faces that have it and all faces.
func moved(r *rand.Rand, c *coverage.Coverage) (map[int32]coverage.Face, []coverage.Face) {
	arcs := c.Arcs()
	pos := arcs[r.IntN(len(arcs))].Pos
	from := pos[r.IntN(len(pos))]
	step := []int32{1, 300, 20_000}[r.IntN(3)]
	to := plus(from, geo.Pos{X: r.Int32N(2*step+1) - step, Y: r.Int32N(2*step+1) - step})
	patch, all := map[int32]coverage.Face{}, shapesOf(c)
	skip := r.IntN(4) == 0
	for f, face := range all {
		for _, poly := range face.Shape {
			for _, ring := range poly {
				for i, p := range ring {
					if p != from {
						continue
					}
					if !skip {
						ring[i] = to
					}
					patch[int32(f)] = face
				}
			}
		}
		if _, in := patch[int32(f)]; in {
			skip = false
		}
	}
	return patch, all
}

// outline is the outer border of a coverage without positions in straight lines.
func outline(c *coverage.Coverage) string {
	rings := c.Dissolve(make([]int32, c.Len()), 1).Shape(0)
	for _, poly := range rings {
		for k, ring := range poly {
			poly[k] = slices.DeleteFunc(slices.Clone(ring), func(p geo.Pos) bool {
				i := slices.Index(ring, p)
				return geo.Orient(ring[(i+len(ring)-1)%len(ring)], p, ring[(i+1)%len(ring)]) == 0
			})
		}
	}
	return strings.Join(ringsOf(rings), "\n")
}

// row is three squares side by side, a to c.
func row() []coverage.Face {
	return []coverage.Face{
		local("a", ring(0, 0, 1000, 0, 1000, 1000, 0, 1000)),
		local("b", ring(1000, 0, 2000, 0, 2000, 1000, 1000, 1000)),
		local("c", ring(2000, 0, 3000, 0, 3000, 1000, 2000, 1000)),
	}
}

func TestPatchSaysWhatIsWrong(t *testing.T) {
	for name, w := range map[string]struct {
		patch map[int32]coverage.Face
		want  []coverage.Violation
	}{
		"too little": {
			map[int32]coverage.Face{1: local("b", ring(1300, 0, 2000, 0, 2000, 1000, 1300, 1000))},
			[]coverage.Violation{{Rule: coverage.Gap, Faces: []string{"b", "a"}, At: at(1000, 0)}},
		},
		"too much": {
			map[int32]coverage.Face{1: local("b", ring(900, 0, 2000, 0, 2000, 1000, 900, 1000))},
			[]coverage.Violation{{Rule: coverage.Overlap, Faces: []string{"b", "a"}, At: at(900, 0)}},
		},
		"ground from outside": {
			map[int32]coverage.Face{1: local("b", ring(1000, 0, 2000, 0, 2000, 1200, 1000, 1000))},
			[]coverage.Violation{{Rule: coverage.Outside, Faces: []string{"b"}, At: at(1000, 1000)}},
		},
		"ground given up": {
			map[int32]coverage.Face{2: {Name: "c"}},
			[]coverage.Violation{{Rule: coverage.Gap, Faces: []string{"b"}, At: at(2000, 0)}},
		},
		"overlap within": {
			map[int32]coverage.Face{
				1: local("b", ring(1000, 0, 2000, 0, 2000, 1000, 1000, 1000)),
				3: local("d", ring(1500, 0, 2000, 0, 2000, 1000, 1500, 1000)),
			},
			[]coverage.Violation{{Rule: coverage.Overlap, Faces: []string{"b", "d"}, At: at(1500, 0)}},
		},
		"gap within": {
			map[int32]coverage.Face{
				0: local("a", ring(0, 0, 1000, 0, 1000, 1000, 0, 1000)),
				1: local("b", ring(1000, 0, 2000, 0, 2000, 1000, 1000, 1000), ring(1400, 400, 1600, 400, 1600, 600, 1400, 600)),
			},
			[]coverage.Violation{{Rule: coverage.Gap, Faces: []string{"b"}, At: at(1400, 400)}},
		},
		"no valid face": {
			map[int32]coverage.Face{1: local("b", ring(1000, 0, 2000, 1000, 2000, 0, 1000, 1000))},
			[]coverage.Violation{{Rule: coverage.SelfCross, Faces: []string{"b"}, At: at(1500, 500)}},
		},
		"less than a unit": {
			map[int32]coverage.Face{1: local("b", ring(1000, 0, 2000, 0, 2000, 1000, 1001, 999, 1000, 1000, 1001, 500))},
			nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := mustBuild(t, row()).Patch(w.patch)
			var v *coverage.Violations
			if !errors.As(err, &v) || len(v.List) == 0 {
				t.Fatalf("not refused: %v", err)
			}
			if w.want != nil {
				if d := cmp.Diff(w.want, v.List, cmpopts.IgnoreFields(coverage.Violation{}, "AreaM2", "WidthM")); d != "" {
					t.Error(d)
				}
			}
		})
	}
}

func at(x, y int32) geo.Pos { return there(geo.Ring{{X: x, Y: y}})[0][0] }

func TestPatchRefusesNumbersThatAreNone(t *testing.T) {
	c := mustBuild(t, row())
	for _, f := range []int32{-1, 4} {
		if _, err := c.Patch(map[int32]coverage.Face{f: {}}); err == nil {
			t.Errorf("face %d was patched", f)
		}
	}
}

func TestPatchNumbersAndNames(t *testing.T) {
	c := mustBuild(t, row())
	d, err := c.Patch(map[int32]coverage.Face{
		0: local("ab", ring(0, 0, 2000, 0, 2000, 1000, 0, 1000)),
		1: {Name: "gone"},
		3: {Name: "never"},
	})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	var boxes []bool
	for f := range int32(d.Len()) {
		names, boxes = append(names, d.Name(f)), append(boxes, d.Box(f).Empty())
	}
	if diff := cmp.Diff([]string{"ab", "gone", "c", "never"}, names); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]bool{false, true, false, true}, boxes); diff != "" {
		t.Error(diff)
	}
	if got := len(d.Shape(1)) + len(d.Shape(3)); got != 0 {
		t.Errorf("faces without a shape have %d polygons", got)
	}
	if c.Len() != 3 || c.Name(0) != "a" {
		t.Errorf("the coverage before has %d faces, the first %s", c.Len(), c.Name(0))
	}
}

// Simplify and Dissolve stand on the arcs of a patched coverage as on others.
func TestPatchedSimplifiesAndDissolves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, r := cities.Draw(t, "sketch"), drawRand(t)
		c := mustBuild(t, s.faces)
		next, patch := s.dealtAnew(r, c.Len())
		d, err := c.Patch(patch)
		if err != nil {
			t.Fatalf("%v", err)
		}
		asBuilt(t, coverage.NewSimplifier(d).Simplify(1e6), nil)
		group := make([]int32, d.Len())
		for f := range group {
			group[f] = r.Int32N(3)
		}
		sameFaces(t, d.Dissolve(group, 3), next.regrouped(group), s.probes(r))
	})
}

// Requests in flight read the coverage that is being patched, several times over.
func TestPatchLeavesReadersAlone(t *testing.T) {
	s := rapid.Custom(func(t *rapid.T) *sketch { return draw(t, 6, scales(6)[0]) }).Example(1)
	c := mustBuild(t, s.faces)
	ps := s.probes(rand.New(rand.NewPCG(1, 2)))
	var wg sync.WaitGroup
	for k := range uint64(4) {
		wg.Go(func() { patchOften(t, rand.New(rand.NewPCG(k, 3)), c, s, ps) })
		wg.Go(func() { answers(t, c, s, ps) })
	}
	wg.Wait()
}

func patchOften(t *testing.T, r *rand.Rand, c *coverage.Coverage, s *sketch, ps []geo.Pos) {
	for range 20 {
		next, patch := s.dealtAnew(r, c.Len())
		d, err := c.Patch(patch)
		if err != nil {
			t.Error(err)
			return
		}
		s, c = next, d
		answers(t, c, s, ps)
	}
}

func answers(t *testing.T, c *coverage.Coverage, s *sketch, ps []geo.Pos) {
	for _, p := range ps {
		if got, want := c.Locate(p), s.at(p); got != want {
			t.Errorf("Locate(%d %d) = %d, want %d", p.X, p.Y, got, want)
		}
	}
}
