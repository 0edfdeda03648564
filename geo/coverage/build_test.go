package coverage_test

import (
	"errors"
	"slices"
	"testing"

	"jingwei/geo"
	"jingwei/geo/coverage"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// Laws 2 and 4: no edge is in two arcs or twice in one, the faces beside an arc
// differ, and the edges of the arcs are those of the faces.
func TestArcsAreStoredOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := mustBuild(t, sketches.Draw(t, "sketch").faces)
		fromArcs := map[directed]int32{}
		for i, a := range c.Arcs() {
			if a.Left == a.Right {
				t.Fatalf("arc %d has face %d on both sides", i, a.Left)
			}
			for k, p := range a.Pos[1:] {
				put(t, fromArcs, directed{a.Pos[k], p}, a.Left)
				put(t, fromArcs, directed{p, a.Pos[k]}, a.Right)
			}
		}
		for f := range int32(c.Len()) {
			for e := range directedEdges(c.Shape(f)) {
				if owner, ok := fromArcs[e]; !ok || owner != f {
					t.Fatalf("edge %v of face %d is of %d in the arcs", e, f, owner)
				}
				delete(fromArcs, e)
			}
		}
		for e, f := range fromArcs {
			if f != coverage.None {
				t.Fatalf("edge %v of the arcs is missing in face %d", e, f)
			}
		}
	})
}

type directed struct{ a, b geo.Pos }

func put(t fataler, edges map[directed]int32, e directed, f int32) {
	t.Helper()
	if old, ok := edges[e]; ok {
		t.Fatalf("edge %v is there for face %d and for %d", e, old, f)
	}
	edges[e] = f
}

func directedEdges(m geo.MultiPolygon) map[directed]bool {
	edges := map[directed]bool{}
	for _, poly := range m {
		for _, r := range poly {
			for i, b := range r {
				edges[directed{r[(i+len(r)-1)%len(r)], b}] = true
			}
		}
	}
	return edges
}

// A shape covers what its cells cover, in rings that are simple, outer ones
// counter-clockwise and first.
func TestShapeIsTheSumOfItsCells(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := sketches.Draw(t, "sketch")
		c := mustBuild(t, s.faces)
		probes := s.probes(drawRand(t))
		for f := range int32(c.Len()) {
			shape := c.Shape(f)
			wellFormed(t, shape)
			if got, want := area2(shape), s.area2(f); got != want {
				t.Fatalf("face %d has twice the area %d, want %d", f, got, want)
			}
			if got := shape.Box(); got != c.Box(f) {
				t.Fatalf("the box of face %d is %v, but %v around its shape", f, c.Box(f), got)
			}
			for _, p := range probes {
				if got, want := shape.Contains(p), s.holds(f, p); got != want {
					t.Fatalf("face %d contains %d %d: %v, want %v", f, p.X, p.Y, got, want)
				}
			}
		}
	})
}

func (s *sketch) holds(face int32, p geo.Pos) bool {
	return slices.ContainsFunc(s.cells, func(c cell) bool { return c.face == face && c.ring.Contains(p) })
}

func area2(m geo.MultiPolygon) int64 {
	sum := int64(0)
	for _, poly := range m {
		for _, r := range poly {
			sum += r.Area2()
		}
	}
	return sum
}

func wellFormed(t fataler, m geo.MultiPolygon) {
	t.Helper()
	for _, poly := range m {
		for i, r := range poly {
			if len(r) < 3 || r.CounterClockwise() != (i == 0) {
				t.Fatalf("ring %d of %v", i, poly)
			}
			if seen := slices.SortedFunc(slices.Values(r), geo.Pos.Compare); len(slices.Compact(seen)) != len(r) {
				t.Fatalf("ring %v visits a position twice", r)
			}
		}
		for _, hole := range poly[1:] {
			if !poly[0].Box().Contains(hole.Box().Min) || !poly[0].Box().Contains(hole.Box().Max) {
				t.Fatalf("hole %v is not in its polygon %v", hole, poly[0])
			}
		}
	}
}

// What a coverage gives back makes the same coverage again.
func TestBuildOfShapesIsTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := mustBuild(t, sketches.Draw(t, "sketch").faces)
		again := mustBuild(t, shapesOf(c))
		if d := cmp.Diff(edgesOfArcs(c), edgesOfArcs(again)); d != "" {
			t.Fatal(d)
		}
	})
}

func shapesOf(c *coverage.Coverage) []coverage.Face {
	faces := make([]coverage.Face, c.Len())
	for f := range faces {
		faces[f] = coverage.Face{Name: c.Name(int32(f)), Shape: c.Shape(int32(f))}
	}
	return faces
}

func edgesOfArcs(c *coverage.Coverage) map[directed]int32 {
	edges := map[directed]int32{}
	for _, a := range c.Arcs() {
		for k, p := range a.Pos[1:] {
			edges[directed{a.Pos[k], p}], edges[directed{p, a.Pos[k]}] = a.Left, a.Right
		}
	}
	return edges
}

// Law 8: the same faces make the same arcs in the same order.
func TestBuildIsDeterministic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := sketches.Draw(t, "sketch")
		if d := cmp.Diff(mustBuild(t, s.faces).Arcs(), mustBuild(t, s.faces).Arcs()); d != "" {
			t.Fatal(d)
		}
	})
}

// Build leaves what it is given as it is: snapshots share shapes.
func TestBuildChangesNoArgument(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := sketches.Draw(t, "sketch")
		before := clone(s.faces)
		mustBuild(t, s.faces)
		if d := cmp.Diff(before, s.faces); d != "" {
			t.Fatal(d)
		}
	})
}

func clone(faces []coverage.Face) []coverage.Face {
	out := make([]coverage.Face, len(faces))
	for i, f := range faces {
		out[i] = coverage.Face{Name: f.Name, Shape: make(geo.MultiPolygon, len(f.Shape))}
		for k, poly := range f.Shape {
			for _, r := range poly {
				out[i].Shape[k] = append(out[i].Shape[k], slices.Clone(r))
			}
		}
	}
	return out
}

func TestDissolveIsTheUnion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, r := sketches.Draw(t, "sketch"), drawRand(t)
		c := mustBuild(t, s.faces)
		n := rapid.IntRange(1, 4).Draw(t, "groups")
		group := make([]int32, c.Len())
		for f := range group {
			group[f] = r.Int32N(int32(n)+1) - 1 // or None
		}
		d, union := c.Dissolve(group, n), s.regrouped(group)
		if d.Len() != n {
			t.Fatalf("%d groups make %d faces", n, d.Len())
		}
		sameFaces(t, d, union, s.probes(r))
		for g := range int32(n) {
			wellFormed(t, d.Shape(g))
			if got, want := area2(d.Shape(g)), union.area2(g); got != want {
				t.Fatalf("group %d has twice the area %d, want %d", g, got, want)
			}
		}
	})
}

// sameAsBuilt fails unless the shapes of c are a coverage that answers as c does.
func sameAsBuilt(t fataler, c *coverage.Coverage, ps []geo.Pos) {
	t.Helper()
	built, err := coverage.Build(shapesOf(c))
	if onlyInlets(err) {
		return
	}
	if err != nil {
		t.Fatalf("%v", err)
	}
	for _, p := range ps {
		if got, want := c.Locate(p), built.Locate(p); got != want {
			t.Fatalf("Locate(%d %d) = %d, but %d when built of its shapes", p.X, p.Y, got, want)
		}
	}
}

// onlyInlets reports whether all that is wrong are pieces of outer border close
// to each other, which breaks neither law.
func onlyInlets(err error) bool {
	var v *coverage.Violations
	return errors.As(err, &v) && !slices.ContainsFunc(v.List, func(v coverage.Violation) bool {
		return v.Rule != coverage.Sliver || v.AreaM2 > 0
	})
}
