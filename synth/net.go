package synth

import "jingwei/geo"

// net is a diagram on the lattice. Its law: for each border between a site and a
// neighbour, from v to w with the site on its left, v equals w or the triangles
// (site, v, w) and (neighbour, w, v) both run counter-clockwise, exactly. Hence
// the triangles of different borders do not overlap, and a border may wind in
// its own two without meeting another.
type net struct {
	*diagram
	pos []geo.Pos // of the centre of each triangle
	at  []geo.Pos // of each point of the mesh
}

func newNet(d *diagram, f calibration) *net {
	n := &net{diagram: d, pos: make([]geo.Pos, len(d.centres)), at: make([]geo.Pos, len(d.pts))}
	for i, p := range d.pts[first:] {
		n.at[first+i] = f.lattice(p.vec())
	}
	for t, c := range d.centres {
		if n.inside(int32(t)) {
			n.pos[t] = f.lattice(c)
		}
	}
	n.settle()
	return n
}

// inside reports whether a site is a corner of triangle t.
func (n *net) inside(t int32) bool {
	for _, p := range n.org[3*t : 3*t+3] {
		if n.isSite(p) {
			return true
		}
	}
	return false
}

func (n *net) isSite(p int32) bool { return first <= p && p < first+n.n }

// settle makes the law hold: rounding can turn a triangle whose border is a few
// units long, and then the ends of that border fall together.
func (n *net) settle() {
	joined := make(map[int32][]int32) // triangles that share a position, by each of them
	for again := true; again; {
		again = false
		for e := range n.org {
			if n.turned(int32(e)) {
				n.join(joined, n.opp[e]/3, int32(e)/3)
				again = true
			}
		}
	}
}

// turned reports whether the border of half-edge e breaks the law on its left.
func (n *net) turned(e int32) bool {
	o := n.opp[e]
	if o < 0 || !n.isSite(n.org[e]) && !n.isSite(n.org[o]) {
		return false
	}
	v, w := n.pos[o/3], n.pos[e/3]
	return v != w && geo.Orient(n.at[n.org[e]], v, w) <= 0
}

func (n *net) join(joined map[int32][]int32, a, b int32) {
	all := append(group(joined, a), group(joined, b)...)
	for _, t := range all {
		n.pos[t] = n.pos[a]
		joined[t] = all
	}
}

func group(joined map[int32][]int32, t int32) []int32 {
	if g, ok := joined[t]; ok {
		return g[:len(g):len(g)]
	}
	return []int32{t}
}

// apart reports whether no two borders that end at site p fall together at their
// other ends.
func (n *net) apart(p int32) bool {
	ok := true
	n.around(p, func(e int32) {
		t := e / 3
		for k := 3 * t; k < 3*t+3; k++ {
			ok = ok && n.pos[t] != n.pos[n.opp[k]/3]
		}
	})
	return ok
}
