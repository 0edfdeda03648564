package coverage

import (
	"cmp"
	"slices"

	"jingwei/geo"
)

// trace joins directed edges, as many of which leave a position as arrive there,
// into simple rings: none visits a position twice. At a position where several
// rings meet, a ring goes on along the edge that comes first clockwise from where
// it came, which keeps it beside the same piece of the inside.
func trace(edges []edge) []geo.Ring {
	t := &tracer{edges: edges, used: make([]bool, len(edges)), out: make([]int32, len(edges))}
	for i := range t.out {
		t.out[i] = int32(i)
	}
	slices.SortFunc(t.out, func(i, j int32) int {
		return cmp.Or(edges[i].a.Compare(edges[j].a), edges[i].b.Compare(edges[j].b), cmp.Compare(i, j))
	})
	for _, i := range t.out {
		if !t.used[i] {
			t.follow(i)
		}
	}
	return t.rings
}

type tracer struct {
	edges []edge
	used  []bool
	out   []int32 // edges by origin
	rings []geo.Ring
}

// follow walks from edge i until it is back, cutting off a ring whenever a
// position comes again.
func (t *tracer) follow(i int32) {
	var path geo.Ring
	at := map[geo.Pos]int{}
	for i >= 0 {
		e := t.edges[i]
		t.used[i] = true
		at[e.a] = len(path)
		path = append(path, e.a)
		if k, ok := at[e.b]; ok {
			t.cut(path[k:])
			for _, p := range path[k:] {
				delete(at, p)
			}
			path = path[:k]
		}
		i = t.after(e)
		if len(path) == 0 && i >= 0 {
			return
		}
	}
}

func (t *tracer) cut(r geo.Ring) {
	if r = clean(r); r != nil {
		t.rings = append(t.rings, r)
	}
}

// after returns the unused edge that comes first clockwise from e turned back,
// or -1.
func (t *tracer) after(e edge) int32 {
	k, _ := slices.BinarySearchFunc(t.out, e.b, func(i int32, p geo.Pos) int { return t.edges[i].a.Compare(p) })
	best := int32(-1)
	for ; k < len(t.out) && t.edges[t.out[k]].a == e.b; k++ {
		i := t.out[k]
		if !t.used[i] && (best < 0 || clockwiseBefore(e.b, e.a, t.edges[i].b, t.edges[best].b)) {
			best = i
		}
	}
	return best
}

// clockwiseBefore reports whether, turning clockwise about o from the direction
// of from, the direction of p comes before that of q. The direction of from
// itself comes last.
func clockwiseBefore(o, from, p, q geo.Pos) bool {
	hp, hq := turn(o, from, p), turn(o, from, q)
	if hp != hq {
		return hp < hq
	}
	return geo.Orient(o, p, q) < 0
}

// turn sorts the direction from o to p into the turns clockwise from the
// direction to from: 0 less than a half turn, 1 a half turn, 2 more, 3 a full one.
func turn(o, from, p geo.Pos) int {
	switch s := geo.Orient(o, from, p); {
	case s < 0:
		return 0
	case s > 0:
		return 2
	case cmp.Compare(p.X, o.X) == cmp.Compare(from.X, o.X) && cmp.Compare(p.Y, o.Y) == cmp.Compare(from.Y, o.Y):
		return 3
	}
	return 1
}
