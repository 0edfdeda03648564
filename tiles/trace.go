package tiles

import (
	"cmp"
	"maps"
	"slices"
)

// edge is a directed edge.
type edge struct{ a, b point }

func (e edge) compare(o edge) int { return cmp.Or(comparePoints(e.a, o.a), comparePoints(e.b, o.b)) }

// boundary returns the edges, sorted, that have what rings go round at least once
// on their right and what they do not on their left.
func boundary(rings [][]point) []edge {
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
	edges := slices.DeleteFunc(slices.SortedFunc(maps.Keys(net), edge.compare), func(e edge) bool { return net[e] == 0 })
	all := make([]segment, len(edges))
	for i, e := range edges {
		all[i] = segment{a: e.a, b: e.b}
	}
	rows := newRows(all)
	return slices.DeleteFunc(slices.Clone(edges), func(e edge) bool {
		right := rows.right(e, net)
		return right < 1 || right-net[e] > 0
	})
}

// right returns how often the edges of net, as often as it says, go round what is
// right of e. The edges do not cross, so that looking from the middle of e towards
// +x, from a hair towards +y, each edge is either met in its inside or not at all.
func (r rows) right(e edge, net map[edge]int) (n int) {
	x, y := e.a.x+e.b.x, e.a.y+e.b.y // doubled
	for _, s := range r.at(e) {
		o := edge{s.a, s.b}
		ax, ay, bx, by := 2*s.a.x-x, 2*s.a.y-y, 2*s.b.x-x, 2*s.b.y-y
		if o == e || (ay > 0) == (by > 0) {
			continue
		}
		if up := by > ay; (compareProducts(ax, by, bx, ay) > 0) == up { // it is towards +x
			if up {
				n -= net[o]
			} else {
				n += net[o]
			}
		}
	}
	// This is the side towards +x, or towards +y of an edge along x.
	if e.b.y < e.a.y || e.b.y == e.a.y && e.b.x > e.a.x {
		n += net[e]
	}
	return n
}

// at returns the segments beside the middle of e, and others.
func (r rows) at(e edge) []*segment { return r.strips[((e.a.y+e.b.y)/2-r.low)/r.height] }

// trace puts edges that do not cross together to rings. Where several meet, the
// ring that comes in goes out so that nothing lies between on its right, where the
// area is: rings touch there and do not cross.
func trace(edges []edge) [][]point {
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
	if (p.x < c.x) != (a.x < c.x) || (p.y < c.y) != (a.y < c.y) {
		return 0 // straight on: turn(c, a, b) orders it after the others of its half
	}
	return 2
}
