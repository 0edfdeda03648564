package tiles

import (
	"cmp"
	"slices"
)

// edge is a directed edge.
type edge struct{ a, b point }

func (e edge) compare(o edge) int { return cmp.Or(comparePoints(e.a, o.a), comparePoints(e.b, o.b)) }

// trace puts noded rings together anew: edges that run against each other go, and
// at each position where several meet, the ring that comes in goes out so that
// nothing lies between on its right, where the area is. Rings then touch there
// and do not cross.
func trace(rings [][]point) [][]point {
	edges := opposed(rings)
	used := make([]bool, len(edges))
	var out [][]point
	for i := range edges {
		if used[i] {
			continue
		}
		ring := []point{edges[i].a}
		for k := next(edges, used, edges[i]); k != i; k = next(edges, used, edges[k]) {
			used[k] = true
			ring = append(ring, edges[k].a)
		}
		used[i] = true
		out = append(out, ring)
	}
	return out
}

// opposed returns the edges of rings, sorted, without pairs that run against each
// other.
func opposed(rings [][]point) []edge {
	net := map[edge]int{}
	for _, r := range rings {
		a := r[len(r)-1]
		for _, b := range r {
			if back := (edge{b, a}); net[back] > 0 {
				net[back]--
			} else {
				net[edge{a, b}]++
			}
			a = b
		}
	}
	var edges []edge
	for e, n := range net {
		for range n {
			edges = append(edges, e)
		}
	}
	slices.SortFunc(edges, edge.compare)
	return edges
}

// next returns the unused edge out of the end of e that comes first when one turns
// from e's way back over its right side. There is one: as many edges go out as
// come in, and the first of a ring counts as unused until the ring is closed.
func next(edges []edge, used []bool, e edge) int {
	k, _ := slices.BinarySearchFunc(edges, e.b, func(o edge, p point) int { return comparePoints(o.a, p) })
	best := -1
	for ; k < len(edges) && edges[k].a == e.b; k++ {
		if !used[k] && (best < 0 || sooner(e.b, e.a, edges[k].b, edges[best].b)) {
			best = k
		}
	}
	return best
}

// sooner reports whether, turning at c from the direction of p, that of a is met
// before that of b; it turns from x towards y.
func sooner(c, p, a, b point) bool {
	ha, hb := half(c, p, a), half(c, p, b)
	if ha != hb {
		return ha < hb
	}
	return turn(c, a, b) > 0
}

// half returns 0 for directions within half a turn of p's, 1 for those beyond, and
// 2 for p's own.
func half(c, p, a point) int {
	switch s := turn(c, p, a); {
	case s > 0:
		return 0
	case s < 0:
		return 1
	}
	if (p.x-c.x)*(a.x-c.x)+(p.y-c.y)*(a.y-c.y) < 0 {
		return 0 // straight on: turn(c, a, b) orders it after the others of its half
	}
	return 2
}
