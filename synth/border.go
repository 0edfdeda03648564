package synth

import (
	"math"

	"jingwei/geo"
)

// maxBends is the largest number of bends in one border.
const maxBends = 9

// bends returns how many bends a border of this length gets, by the distance
// between the two sites: a cell has about six borders and comes out with about
// twenty vertices.
func bends(length, between float64) int {
	return min(maxBends, int(3.9*length/between+0.35))
}

// winding appends the bends of the border of half-edge e, from its right end to
// its left as seen from the point it leaves, both excluded.
func (n *net) winding(dst []geo.Pos, e int32, seed uint64) []geo.Pos {
	o := n.opp[e]
	b := border{v: n.pos[o/3], w: n.pos[e/3], left: n.at[n.org[e]], right: n.at[n.org[o]]}
	h := hash(seed, uint64(e))
	across := rel(b.left, b.right)
	k := bends(b.length(), math.Sqrt(across.dot(across)))
	mark := len(dst)
	dst = b.wind(dst, k, h)
	if !b.holds(dst[mark:]) {
		return dst[:mark]
	}
	return dst
}

// border runs from v to w between the points left and right of it.
type border struct{ v, w, left, right geo.Pos }

// rel returns b as seen from a, in lattice units.
func rel(a, b geo.Pos) vec {
	return vec{float64(b.X) - float64(a.X), float64(b.Y) - float64(a.Y)}
}

func (b border) length() float64 {
	d := rel(b.v, b.w)
	return math.Sqrt(d.dot(d))
}

// wind appends k bends: points spread along the border, pushed aside by a share
// of its length, more in the middle than at the ends, and never more than 0.7 of
// the way to the edge of the two triangles.
func (b border) wind(dst []geo.Pos, k int, h uint64) []geo.Pos {
	d := rel(b.v, b.w)
	rough := 0.05 + float64(0.17*unit(hash(h, 1000)))
	sway := 2*unit(hash(h, 1001)) - 1
	for i := range k {
		j := unit(hash(h, uint64(2*i))) - 0.5
		t := (float64(i) + 1 + float64(0.5*j)) / float64(k+1)
		x := unit(hash(h, uint64(2*i+1))) - 0.5
		arch := 4 * float64(t*(1-t))
		s := float64(rough*x) + float64(float64(0.5*rough)*float64(sway*arch))
		s = min(0.7*b.room(b.left, t), max(-0.7*b.room(b.right, t), s))
		dst = append(dst, b.at(d, t, s))
	}
	return dst
}

// at returns the place that is t of the way along d and s of its length to the
// left.
func (b border) at(d vec, t, s float64) geo.Pos {
	return geo.Pos{
		X: b.v.X + int32(math.Round(float64(d.u*t)-float64(d.v*s))),
		Y: b.v.Y + int32(math.Round(float64(d.v*t)+float64(d.u*s))),
	}
}

// room returns how far it is from the border at t to the edge of the triangle
// with that apex, over the border's length.
func (b border) room(apex geo.Pos, t float64) float64 {
	d, a := rel(b.v, b.w), rel(b.v, apex)
	l2 := d.dot(d)
	ta, ha := a.dot(d)/l2, math.Abs(d.cross(a))/l2
	r := math.Inf(1)
	if ta > 0 {
		r = ha * t / ta
	}
	if ta < 1 {
		r = min(r, ha*(1-t)/(1-ta))
	}
	return r
}

// holds reports, exactly, whether the bends run forward along the border and each
// lies within the triangle on its side and between the perpendiculars at the two
// ends. The room there is concave along the border, so what lies between two
// such bends is within as well.
func (b border) holds(bends []geo.Pos) bool {
	last := int64(0)
	for _, p := range bends {
		t := b.along(p)
		if t <= last || !b.within(p) {
			return false
		}
		last = t
	}
	return last < b.along(b.w)
}

// along returns how far along the border p is, in square lattice units. Borders
// are shorter than 2³⁰ units.
func (b border) along(p geo.Pos) int64 {
	dx, dy := int64(b.w.X)-int64(b.v.X), int64(b.w.Y)-int64(b.v.Y)
	return (int64(p.X)-int64(b.v.X))*dx + (int64(p.Y)-int64(b.v.Y))*dy
}

func (b border) within(p geo.Pos) bool {
	if geo.Orient(b.v, b.w, p) >= 0 {
		return geo.Orient(b.left, b.v, p) > 0 && geo.Orient(b.w, b.left, p) > 0
	}
	return geo.Orient(b.right, b.w, p) > 0 && geo.Orient(b.v, b.right, p) > 0
}
