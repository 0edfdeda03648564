package coverage

import (
	"slices"

	"jingwei/geo"
)

// Shape returns the polygons of face f with oriented, simple rings, made anew.
func (c *Coverage) Shape(f int32) geo.MultiPolygon {
	var outer, holes []geo.Ring
	for _, refs := range *c.rings.at(f) {
		if r := c.ring(refs); r.CounterClockwise() {
			outer = append(outer, r)
		} else {
			holes = append(holes, r)
		}
	}
	return nest(outer, holes)
}

// AreaM2 returns the area of face f in square metres on the ellipsoid.
func (c *Coverage) AreaM2(f int32) float64 {
	sum := 0.0
	for _, refs := range *c.rings.at(f) {
		sum += c.ring(refs).AreaM2()
	}
	return sum
}

// ring returns the positions along arcs.
func (c *Coverage) ring(refs ringRef) geo.Ring {
	n := 0
	for _, ref := range refs {
		n += len(c.arcs.at(arcIndex(ref)).Pos) - 1
	}
	r := make(geo.Ring, 0, n+1)
	for _, ref := range refs {
		r = c.appendArc(r, ref)
	}
	return r
}

// appendArc appends the positions of an arc but the last.
func (c *Coverage) appendArc(r geo.Ring, ref int32) geo.Ring {
	pos := c.arcs.at(arcIndex(ref)).Pos
	if ref >= 0 {
		return append(r, pos[:len(pos)-1]...)
	}
	from := len(r)
	r = append(r, pos[1:]...)
	slices.Reverse(r[from:])
	return r
}

func arcIndex(ref int32) int32 {
	if ref < 0 {
		return ^ref
	}
	return ref
}
