package synth

import (
	"math"

	"jingwei/geo"
)

// diagram is the Voronoi diagram of the sites: the cell of a site is bounded
// towards each neighbour in the mesh by the line between the circumcentres of
// the two triangles beside that edge. Sites are points 3 to 3+n of the mesh;
// those that follow are ghosts outside the territory that bound it.
type diagram struct {
	*mesh
	n       int32
	centres []vec   // of each triangle
	out     []int32 // a half-edge from each point
}

// first is the number of the first site in the mesh.
const first = 3

// newDiagram builds the diagram of sites, each mirrored in the outline when it is
// near, so that their cells end there.
func newDiagram(o *outline, sites []vec, reach func(vec) float64) *diagram {
	m := newMesh(len(sites) + len(sites)/4 + 2*ghostCols*ghostRows)
	for i, s := range sites {
		p := s.round()
		for !m.add(p) {
			p.u++
		}
		sites[i] = p.vec()
	}
	d := &diagram{mesh: m, n: int32(len(sites))}
	d.mirror(o, sites, reach)
	d.surround(o, sites, reach)
	d.index()
	return d
}

// mirror adds the ghosts of sites in the outline; that of a site right on it is
// kept at a distance, so that no cell vanishes between the two.
func (d *diagram) mirror(o *outline, sites []vec, reach func(vec) float64) {
	for _, s := range sites {
		far := reach(s)
		o.feet(s, far, func(foot vec) {
			w := foot.sub(s)
			k := 1 + max(1, 0.05*far/math.Sqrt(w.dot(w)))
			if m := (vec{s.u + float64(k*w.u), s.v + float64(k*w.v)}); inPlane(m) && !o.contains(m) {
				d.add(m.round())
			}
		})
	}
}

func inPlane(p vec) bool { return 0 <= p.u && p.u < width && 0 <= p.v && p.v < height }

// Ghosts all around keep the cells of sites that nothing mirrors from running
// out to sea.
const (
	ghostCols = 64
	ghostRows = 52
)

func (d *diagram) surround(o *outline, sites []vec, reach func(vec) float64) {
	for k := range ghostCols * ghostRows {
		h := hash(uint64(k), 0)
		u := (float64(k%ghostCols) + unit(h)) * (width / ghostCols)
		v := (float64(k/ghostCols) + unit(hash(h, 0))) * (height / ghostRows)
		p := vec{u, v}
		near := o.contains(p)
		o.feet(p, reach(p), func(vec) { near = true })
		if !near {
			d.add(p.round())
		}
	}
}

func (d *diagram) index() {
	d.centres = make([]vec, len(d.org)/3)
	for t := range d.centres {
		d.centres[t] = circumcentre(d.pts[d.org[3*t]], d.pts[d.org[3*t+1]], d.pts[d.org[3*t+2]])
	}
	d.out = make([]int32, len(d.pts))
	for e, p := range d.org {
		d.out[p] = int32(e)
	}
}

func circumcentre(a, b, c pt) vec {
	p, q := b.vec().sub(a.vec()), c.vec().sub(a.vec())
	pp, qq, w := p.dot(p), q.dot(q), 2*p.cross(q)
	u := (float64(q.v*pp) - float64(p.v*qq)) / w
	v := (float64(p.u*qq) - float64(q.u*pp)) / w
	return vec{float64(a.u) + u, float64(a.v) + v}
}

// around calls visit with each half-edge that leaves site p, counter-clockwise.
func (d *diagram) around(p int32, visit func(e int32)) {
	for e := d.out[p]; ; {
		visit(e)
		if e = d.opp[prev(e)]; e == d.out[p] {
			return
		}
	}
}

// relax moves each site to the centroid of its cell (Lloyd), unless that is
// outside.
func (d *diagram) relax(o *outline, sites []vec) {
	for i := range sites {
		if c := d.centroid(first + int32(i)); inPlane(c) && o.contains(c) {
			sites[i] = c
		}
	}
}

func (d *diagram) centroid(p int32) vec {
	base := d.pts[p].vec()
	var area float64
	var sum vec
	d.around(p, func(e int32) {
		a, b := d.centres[d.opp[e]/3].sub(base), d.centres[e/3].sub(base)
		w := a.cross(b)
		area += w
		sum.u += float64(w * (a.u + b.u))
		sum.v += float64(w * (a.v + b.v))
	})
	return vec{base.u + sum.u/(3*area), base.v + sum.v/(3*area)}
}

// areaM2 returns the area of all cells before their borders are wound, square
// metres.
func (d *diagram) areaM2() float64 {
	var sum float64
	var ring geo.Ring
	for p := int32(first); p < first+d.n; p++ {
		ring = ring[:0]
		d.around(p, func(e int32) { ring = append(ring, calibration(1).lattice(d.centres[e/3])) })
		sum += ring.AreaM2()
	}
	return sum
}

// calibrate returns the stretch that gives the cells an area of want square
// metres, to one part in a million.
func (d *diagram) calibrate(want float64) calibration {
	return calibration(math.Round(math.Sqrt(want/d.areaM2())*1e6) / 1e6)
}
