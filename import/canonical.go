package importer

import (
	"slices"

	"jingwei/geo"
)

// canonical returns a shape in the one form that all equal shapes have: each
// ring starts at its lowest position, holes and polygons are in order.
func canonical(m geo.MultiPolygon) geo.MultiPolygon {
	if isCanonical(m) {
		return m
	}
	out := make(geo.MultiPolygon, len(m))
	for i, p := range m {
		out[i] = make(geo.Polygon, len(p))
		for j, r := range p {
			k := lowest(r)
			out[i][j] = slices.Concat(r[k:], r[:k])
		}
		slices.SortFunc(out[i][1:], compareRings)
	}
	slices.SortFunc(out, comparePolygons)
	return out
}

func isCanonical(m geo.MultiPolygon) bool {
	for _, p := range m {
		if !slices.IsSortedFunc(p[1:], compareRings) {
			return false
		}
		for _, r := range p {
			if lowest(r) != 0 {
				return false
			}
		}
	}
	return slices.IsSortedFunc(m, comparePolygons)
}

// comparePolygons orders polygons by their outer rings.
func comparePolygons(a, b geo.Polygon) int { return compareRings(a[0], b[0]) }

// compareRings orders rings position by position.
func compareRings(a, b geo.Ring) int { return slices.CompareFunc(a, b, geo.Pos.Compare) }

// lowest returns the index of the lowest position; where the ring comes there
// more than once, of the one with the lowest edge.
func lowest(r geo.Ring) int {
	best := 0
	for i := range r {
		if c := r[i].Compare(r[best]); c < 0 || c == 0 && after(r, i).Compare(after(r, best)) < 0 {
			best = i
		}
	}
	return best
}

func after(r geo.Ring, i int) geo.Pos { return r[(i+1)%len(r)] }

// sameShape compares two canonical shapes.
func sameShape(a, b geo.MultiPolygon) bool {
	return slices.EqualFunc(a, b, func(p, q geo.Polygon) bool {
		return slices.EqualFunc(p, q, func(r, s geo.Ring) bool { return slices.Equal(r, s) })
	})
}
