package geo

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"
)

// Ring is a closed ring of positions; the first is not repeated at the end.
type Ring []Pos

// Polygon is an outer ring, counter-clockwise, followed by its holes, clockwise,
// so that the interior is always to the left.
type Polygon []Ring

// MultiPolygon is a set of polygons that do not overlap.
type MultiPolygon []Polygon

// Area2 returns twice the signed area of r in square lattice units: positive
// when r runs counter-clockwise. The sum is taken modulo 2⁶⁴, which is exact
// while the ring encloses less than 4.6e18 square units, 71 % of the globe.
func (r Ring) Area2() int64 {
	var sum int64
	for i := 1; i+1 < len(r); i++ {
		ax, ay := int64(r[i].X)-int64(r[0].X), int64(r[i].Y)-int64(r[0].Y)
		bx, by := int64(r[i+1].X)-int64(r[0].X), int64(r[i+1].Y)-int64(r[0].Y)
		sum += ax*by - bx*ay
	}
	return sum
}

// CounterClockwise reports whether r encloses more ground counter-clockwise than
// clockwise. Unlike the sign of Area2 it is right for all the globe.
func (r Ring) CounterClockwise() bool {
	var about float64 // in square units; each term is off by 2¹¹ at most
	for i := 1; i+1 < len(r); i++ {
		ax, ay := int64(r[i].X)-int64(r[0].X), int64(r[i].Y)-int64(r[0].Y)
		bx, by := int64(r[i+1].X)-int64(r[0].X), int64(r[i+1].Y)-int64(r[0].Y)
		about += float64(ax*by) - float64(bx*ay)
	}
	if math.Abs(about) > 1<<62 {
		return about > 0
	}
	return r.Area2() > 0
}

// Box returns the smallest box around r.
func (r Ring) Box() Box {
	b := EmptyBox()
	for _, p := range r {
		b = b.Add(p)
	}
	return b
}

// Box returns the smallest box around m.
func (m MultiPolygon) Box() Box {
	b := EmptyBox()
	for _, p := range m {
		if len(p) > 0 {
			b = b.Union(p[0].Box())
		}
	}
	return b
}

// Contains reports whether the point p, moved as [Side] moves it, lies inside m
// by the even-odd rule. It looks at every edge.
func (m MultiPolygon) Contains(p Pos) bool {
	in := false
	for _, poly := range m {
		for _, r := range poly {
			if r.Contains(p) {
				in = !in
			}
		}
	}
	return in
}

// Contains reports whether the point p, moved as [Side] moves it, lies inside r
// by the even-odd rule.
func (r Ring) Contains(p Pos) bool {
	in := false
	for i, b := range r {
		a := r[(i+len(r)-1)%len(r)]
		if (a.Y <= p.Y) == (b.Y <= p.Y) {
			continue
		}
		lo, hi := a, b
		if lo.Y > hi.Y {
			lo, hi = hi, lo
		}
		if Side(lo, hi, p) > 0 {
			in = !in
		}
	}
	return in
}

// Reverse reverses r in place.
func (r Ring) Reverse() {
	for i, j := 0, len(r)-1; i < j; i, j = i+1, j-1 {
		r[i], r[j] = r[j], r[i]
	}
}

// FromOrb quantises an orb multipolygon whose rings are closed (first equals
// last); rings come out oriented, positions that fall together are dropped, and
// rings left with fewer than three positions too. It fails on a ring that is not
// closed, has fewer than four positions, or leaves the globe; the error names
// the place.
func FromOrb(m orb.MultiPolygon) (MultiPolygon, error) {
	out := make(MultiPolygon, 0, len(m))
	for _, poly := range m {
		var p Polygon
		for i, ring := range poly {
			r, err := fromOrbRing(ring)
			if err != nil {
				return nil, err
			}
			if len(r) < 3 {
				if i == 0 {
					break
				}
				continue
			}
			if r.CounterClockwise() != (i == 0) {
				r.Reverse()
			}
			p = append(p, r)
		}
		if len(p) > 0 {
			out = append(out, p)
		}
	}
	return out, nil
}

func fromOrbRing(ring orb.Ring) (Ring, error) {
	if len(ring) < 4 {
		return nil, fmt.Errorf("ring of %d positions: a ring has at least four, the last equal to the first", len(ring))
	}
	if first, last := ring[0], ring[len(ring)-1]; first != last {
		return nil, fmt.Errorf("ring not closed: starts at %.7f,%.7f and ends at %.7f,%.7f", first[0], first[1], last[0], last[1])
	}
	r := make(Ring, 0, len(ring)-1)
	for _, pt := range ring[:len(ring)-1] {
		p, err := FromDegrees(pt[0], pt[1])
		if err != nil {
			return nil, err
		}
		if len(r) == 0 || r[len(r)-1] != p {
			r = append(r, p)
		}
	}
	for len(r) > 1 && r[0] == r[len(r)-1] {
		r = r[:len(r)-1]
	}
	return r, nil
}

// Orb returns m as an orb multipolygon in degrees with closed rings.
func (m MultiPolygon) Orb() orb.MultiPolygon {
	out := make(orb.MultiPolygon, len(m))
	for i, poly := range m {
		out[i] = make(orb.Polygon, len(poly))
		for j, r := range poly {
			ring := make(orb.Ring, 0, len(r)+1)
			for _, p := range r {
				ring = append(ring, p.Point())
			}
			out[i][j] = append(ring, ring[0])
		}
	}
	return out
}
