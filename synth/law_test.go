package synth_test

import (
	"testing"

	"jingwei/geo"
	"jingwei/synth"
)

type edge struct{ a, b geo.Pos }

// TestEdgesCancel proves law 2 without the coverage: of the directed edges of all
// cells, none comes twice, and those without an opposite one are the border of
// the territory, which winds around each of its parts once.
func TestEdgesCancel(t *testing.T) {
	for _, c := range []*synth.City{small(), generate(synth.Options{Seed: 11, Scale: 0.05})} {
		edges := make(map[edge]string)
		for _, i := range c.Cells {
			collectEdges(t, &c.Areas[i], edges)
		}
		from := make(map[geo.Pos]geo.Pos)
		for e := range edges {
			if _, ok := edges[edge{e.b, e.a}]; ok {
				continue
			}
			if _, ok := from[e.a]; ok {
				t.Fatalf("the outer border branches at %v", e.a)
			}
			from[e.a] = e.b
		}
		checkBorder(t, c, from)
	}
}

func collectEdges(t *testing.T, a *synth.Area, edges map[edge]string) {
	t.Helper()
	for _, r := range a.Shape[0] {
		for i, p := range r {
			e := edge{p, r[(i+1)%len(r)]}
			if other, ok := edges[e]; ok || e.a == e.b {
				t.Fatalf("edge %v to %v of %s: twice, first in %q", e.a, e.b, a.Code, other)
			}
			edges[e] = a.Code
		}
	}
}

// checkBorder follows the outer border and compares what it encloses with the sum
// of the cells.
func checkBorder(t *testing.T, c *synth.City, from map[geo.Pos]geo.Pos) {
	t.Helper()
	var sum int64
	for _, i := range c.Cells {
		for _, r := range c.Areas[i].Shape[0] {
			sum += r.Area2()
		}
	}
	for len(from) > 0 {
		ring := popRing(t, from)
		if ring.Area2() <= 0 {
			t.Errorf("a hole in the territory at %v", ring[0])
		}
		sum -= ring.Area2()
	}
	if sum != 0 {
		t.Errorf("the border encloses %d half units less than the cells do", sum)
	}
}

func popRing(t *testing.T, from map[geo.Pos]geo.Pos) geo.Ring {
	t.Helper()
	var ring geo.Ring
	var p geo.Pos
	for p = range from {
		break
	}
	for {
		q, ok := from[p]
		if !ok {
			break
		}
		delete(from, p)
		ring = append(ring, p)
		p = q
	}
	if p != ring[0] {
		t.Fatalf("the outer border ends at %v", p)
	}
	return ring
}

// TestRingsAreSimple compares every two edges of each ring.
func TestRingsAreSimple(t *testing.T) {
	c := small()
	for _, k := range c.Cells {
		for _, r := range c.Areas[k].Shape[0] {
			for i := range r {
				for j := i + 1; j < len(r); j++ {
					if meet(r, i, j) {
						t.Fatalf("%s: edges %d and %d of a ring of %d meet at %v", c.Areas[k].Code, i, j, len(r), r[i])
					}
				}
			}
		}
	}
}

// meet reports whether edges i < j of a ring share more than the end they ought
// to share.
func meet(r geo.Ring, i, j int) bool {
	n := len(r)
	a, b, c, d := r[i], r[(i+1)%n], r[j], r[(j+1)%n]
	switch {
	case j == i+1:
		return geo.OnSegment(a, b, d) || geo.OnSegment(c, d, a)
	case i == 0 && j == n-1:
		return geo.OnSegment(a, b, c) || geo.OnSegment(c, d, b)
	case geo.OnSegment(a, b, c) || geo.OnSegment(a, b, d) || geo.OnSegment(c, d, a) || geo.OnSegment(c, d, b):
		return true
	}
	return geo.Orient(a, b, c) != geo.Orient(a, b, d) && geo.Orient(c, d, a) != geo.Orient(c, d, b)
}
