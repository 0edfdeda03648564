package coverage

import (
	"cmp"
	"math"
	"slices"

	"jingwei/geo"
)

// Share is a face and the probability that a position reported with some
// accuracy is in it, of all within reach; face None is the outside.
type Share struct {
	Face  int32
	Share float64 // from 0 to 1
}

// A phone's accuracy is the radius r of the circle that holds the true position
// with 68 %. Taken as a Gaussian, the same in all directions, its deviation is
// r / sigmaPerRadius; reachRadii times r holds 98.95 %, and no more is asked of.
const (
	sigmaPerRadius = 1.51
	reachRadii     = 2.0
	reachSigma     = reachRadii * sigmaPerRadius
)

// minShare is the least share worth telling.
const minShare = 1e-4

// Shares returns the faces within reach of a position with an accuracy, a 68 %
// radius in metres, with their shares, the largest first and the lower face first
// of equals. The sum is 1 but for shares below 1e-4, which are left out.
//
// The Gaussian is integrated over the faces as they are. With polar coordinates
// about p the mass of a face within reach is a sum over its directed edges of
//
//	∫ F(min(ρ(θ), R)) dθ,  F(ρ) = (1 − exp(−ρ²/2σ²)) / 2π
//
// where ρ(θ) is the distance of the edge in the direction θ and R the reach. Taking
// F(R) from the integrand leaves nothing of the edges out of reach, and takes
// F(R) · 2π from the face that holds p and nothing from any other. What is left
// is a difference of Owen's T functions.
//
// The plane is the one that touches the ellipsoid at p: beyond ±180° and the poles
// is the outside. At a pole, where longitude has no length, p has its own face.
func (c *Coverage) Shares(p geo.Pos, radius float64) []Share {
	if !(radius > 0) || math.IsInf(radius, 1) || max(p.Y, -p.Y) >= geo.MaxY || !p.Valid() {
		return []Share{{c.Locate(p), 1}}
	}
	home := c.index.holder(p)
	arcs := c.arcsWithin(home, p, radius*reachRadii)
	if len(arcs) == 0 {
		return []Share{{home, 1}}
	}
	g := gaussian{at: p, scale: geo.ScaleAt(p), sigma: radius / sigmaPerRadius}
	mass := map[int32]float64{home: 1 - math.Exp(-reachSigma*reachSigma/2)}
	for _, i := range arcs {
		a := c.arcs.at(i)
		m := 0.0
		for k := range len(a.Pos) - 1 {
			m += g.edge(a.Pos[k], a.Pos[k+1])
		}
		mass[a.Left] += m
		mass[a.Right] -= m
	}
	return ranked(mass)
}

// ranked scales masses to a sum of 1 and sorts them.
func ranked(mass map[int32]float64) []Share {
	total := 1 - math.Exp(-reachSigma*reachSigma/2)
	shares := make([]Share, 0, len(mass))
	for f, m := range mass {
		if s := m / total; s >= minShare {
			shares = append(shares, Share{f, min(s, 1)})
		}
	}
	slices.SortFunc(shares, func(a, b Share) int {
		return cmp.Or(cmp.Compare(b.Share, a.Share), cmp.Compare(a.Face, b.Face))
	})
	return shares
}

// arcsWithin returns the arcs that come within so many metres of p, by way of the
// faces that they bound, beginning with home and, as the outside has no arcs of
// its own, with the faces at the outer border there.
func (c *Coverage) arcsWithin(home int32, p geo.Pos, metres float64) []int32 {
	box := around(p, metres, world)
	if c.index.clear(box) {
		return nil
	}
	border := c.border.facesIn(box)
	var faces, arcs []int32
	seen := map[int32]bool{None: true}
	visit := func(f int32) {
		if !seen[f] {
			seen[f] = true
			faces = append(faces, f)
		}
	}
	visit(home)
	for _, f := range border {
		visit(f)
	}
	for next := 0; next < len(faces); next++ { //nolint:intrange // faces get more on the way
		for _, refs := range *c.rings.at(faces[next]) {
			for _, ref := range refs {
				i := arcIndex(ref)
				if !c.arcReaches(i, box) {
					continue
				}
				a := c.arcs.at(i)
				if faces[next] == max(a.Left, a.Right) { // once, though both faces come by
					arcs = append(arcs, i)
				}
				visit(a.Left)
				visit(a.Right)
			}
		}
	}
	return arcs
}

// arcReaches reports whether the box of some edge of an arc meets a box.
func (c *Coverage) arcReaches(i int32, box geo.Box) bool {
	return c.arcBoxes.at(i).Intersects(box) && reachesBox(c.arcs.at(i).Pos, box)
}

// world is where valid positions are.
var world = geo.Box{Min: geo.Pos{X: -geo.MaxX, Y: -geo.MaxY}, Max: geo.Pos{X: geo.MaxX, Y: geo.MaxY}}

// reachesBox reports whether the box of some edge along pos meets b.
func reachesBox(pos []geo.Pos, b geo.Box) bool {
	for k := range len(pos) - 1 {
		if (edge{pos[k], pos[k+1]}).box().Intersects(b) {
			return true
		}
	}
	return false
}

// gaussian is the distribution of the true position about the one reported.
type gaussian struct {
	at    geo.Pos
	scale geo.Scale
	sigma float64 // metres
}

// edge returns ∫ (F(ρ(θ)) − F(R)) dθ over the part of an edge within reach,
// which turns counter-clockwise when the position is on its left.
func (g *gaussian) edge(a, b geo.Pos) float64 {
	ax, ay := g.relative(a)
	bx, by := g.relative(b)
	if geo.Orient(a, b, g.at) == 0 {
		// Move the position as the ownership rule does, or rather the edge.
		ax, ay, bx, by = ax-moved*moved, ay-moved, bx-moved*moved, by-moved
	}
	dx, dy := bx-ax, by-ay
	length, cross := math.Hypot(dx, dy), ax*by-bx*ay
	h := math.Abs(cross) / length
	if h >= reachSigma {
		return 0
	}
	half := math.Sqrt(reachSigma*reachSigma - h*h)
	from := max(-half, min(half, (ax*dx+ay*dy)/length))
	to := max(-half, min(half, (bx*dx+by*dy)/length))
	if from >= to {
		return 0
	}
	outer := math.Exp(-reachSigma*reachSigma/2) / (2 * math.Pi) * (math.Atan2(to, h) - math.Atan2(from, h))
	return math.Copysign(1, cross) * (outer - (owenT(h, to) - owenT(h, from)))
}

// moved is the e of the ownership rule, in deviations.
const moved = 1e-5

// relative returns p in deviations east and north of the position.
func (g *gaussian) relative(p geo.Pos) (x, y float64) {
	return float64(int64(p.X)-int64(g.at.X)) * g.scale.East / g.sigma,
		float64(int64(p.Y)-int64(g.at.Y)) * g.scale.North / g.sigma
}

// owenT returns Owen's T function T(h, t/h) for h > 0, that is,
//
//	1/2π ∫ exp(−h²(1+x²)/2) / (1+x²) dx  from 0 to t/h
//
// (Owen, 1956). For t > h it uses his relation with T(t, h/t), so that the range
// of integration is never longer than 1.
func owenT(h, t float64) float64 {
	if t < 0 {
		return -owenT(h, -t)
	}
	if t <= h {
		return owenIntegral(h, t/h)
	}
	ph, pt := normal(h), normal(t)
	return (ph+pt)/2 - ph*pt - owenIntegral(t, h/t)
}

// normal is the distribution function of the standard normal distribution.
func normal(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }

// owenIntegral returns T(h, a) for a in [0, 1] by Gauss–Legendre quadrature.
func owenIntegral(h, a float64) float64 {
	sum := 0.0
	for i, x := range legendreNodes {
		for _, s := range [2]float64{1 - x, 1 + x} {
			u := a / 2 * s
			v := 1 + u*u
			sum += legendreWeights[i] * math.Exp(-h*h*v/2) / v
		}
	}
	return sum * a / 2 / (2 * math.Pi)
}

// The positive nodes of the Legendre polynomial of degree 10 and their weights
// (Abramowitz and Stegun, table 25.4).
var (
	legendreNodes   = [5]float64{0.148874338981631, 0.433395394129247, 0.679409568299024, 0.865063366688985, 0.973906528517172}
	legendreWeights = [5]float64{0.295524224714753, 0.269266719309996, 0.219086362515982, 0.149451349150581, 0.066671344308688}
)
