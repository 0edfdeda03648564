package coverage_test

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"jingwei/geo"
	"jingwei/geo/coverage"

	"pgregory.net/rapid"
)

// sketch is a random coverage that is known from how it was made: a jittered
// grid of small cells, each of a face or of none. It is the brute force that
// coverages are compared with.
type sketch struct {
	cells []cell
	faces []coverage.Face
}

// cell is a small simple polygon, counter-clockwise, and the face that has it.
type cell struct {
	ring geo.Ring
	face int32
}

// scale says where a sketch lies and how large its grid squares are.
type scale struct {
	name    string
	corner  geo.Pos  // lower left, before jitter
	step    [2]int64 // the sides of a grid square, lattice units
	outside bool     // whether some cells may have no face
}

// scales returns where a grid of n by n squares may lie. In those without an
// outside, two pieces of border would be within a metre of each other.
func scales(n int32) []scale {
	const million = 1_000_000
	return []scale{
		{"city", geo.Pos{X: 1208 * million, Y: 319 * million}, [2]int64{50_000, 40_000}, true},
		{"country", geo.Pos{X: -25 * million, Y: 514 * million}, [2]int64{9 * million, 7 * million}, true},
		{"units", geo.Pos{X: 1208 * million, Y: 319 * million}, [2]int64{1, 1}, false},
		{"tiny", geo.Pos{X: -3, Y: -5}, [2]int64{6, 5}, false},
		{"antimeridian", geo.Pos{X: geo.MaxX - n*70_000, Y: -3}, [2]int64{70_000, 60_000}, true},
		{"west end", geo.Pos{X: -geo.MaxX, Y: -3}, [2]int64{70_000, 60_000}, true},
		{"north pole", geo.Pos{X: 5 * million, Y: geo.MaxY - n*90_000}, [2]int64{100_000_000, 90_000}, false},
		{"south pole", geo.Pos{X: -geo.MaxX, Y: -geo.MaxY}, [2]int64{2 * geo.MaxX / int64(n), 90_000}, false},
		{"globe", geo.Pos{X: -geo.MaxX, Y: -geo.MaxY}, [2]int64{2 * geo.MaxX / int64(n), 2 * geo.MaxY / int64(n)}, false},
	}
}

var sketches = rapid.Custom(func(t *rapid.T) *sketch {
	n := rapid.Int32Range(1, 6).Draw(t, "squares")
	s := rapid.SampledFrom(scales(n)).Draw(t, "scale")
	return draw(t, n, s)
})

// cities are sketches at the scale of a city only.
var cities = rapid.Custom(func(t *rapid.T) *sketch {
	n := rapid.Int32Range(1, 6).Draw(t, "squares")
	return draw(t, n, scales(n)[0])
})

func draw(t *rapid.T, n int32, s scale) *sketch {
	faces := rapid.Int32Range(1, 9).Draw(t, "faces")
	seed := rapid.Uint64().Draw(t, "seed")
	d := &draft{Rand: rand.New(rand.NewPCG(seed, 1)), scale: s, n: n, lines: map[segment]geo.Ring{}, extra: map[geo.Pos]bool{}}
	d.grid()
	d.cut()
	d.deal(faces)
	return &sketch{d.cells, d.outline()}
}

// draft is a sketch in the making.
type draft struct {
	*rand.Rand
	scale scale
	n     int32
	nodes []geo.Pos // of the grid, row by row, n + 1 in each
	lines map[segment]geo.Ring
	extra map[geo.Pos]bool // positions inside a straight line
	cells []cell
}

// segment is an undirected line of the grid, the lower end first.
type segment struct{ a, b geo.Pos }

func (d *draft) grid() {
	for j := range d.n + 1 {
		for i := range d.n + 1 {
			x := int64(d.scale.corner.X) + int64(i)*d.scale.step[0] + d.jitter(d.scale.step[0])
			y := int64(d.scale.corner.Y) + int64(j)*d.scale.step[1] + d.jitter(d.scale.step[1])
			d.nodes = append(d.nodes, geo.Pos{
				X: int32(max(-geo.MaxX, min(x, geo.MaxX))),
				Y: int32(max(-geo.MaxY, min(y, geo.MaxY))),
			})
		}
	}
}

// jitter moves a node by up to a fifth of a step: squares stay convex enough for
// lines to wind a little and not to meet.
func (d *draft) jitter(step int64) int64 {
	most := step / 5
	return d.Int64N(2*most+1) - most
}

// cut makes the cells: the grid squares, some with a needle along a side.
func (d *draft) cut() {
	for j := range d.n {
		for i := range d.n {
			k := j*(d.n+1) + i
			corners := geo.Ring{d.nodes[k], d.nodes[k+1], d.nodes[k+d.n+2], d.nodes[k+d.n+1]}
			var ring geo.Ring
			for c, a := range corners {
				ring = append(append(ring, a), d.along(a, corners[(c+1)%4])...)
			}
			d.cells = append(d.cells, cell{ring: ring})
		}
	}
}

// along returns the positions between a and b on the line that joins them, the
// same for the square on its other side. Rarely it makes the needle between a bent
// line and the straight one a cell; then one square has the bent line, the other
// the straight one.
func (d *draft) along(a, b geo.Pos) geo.Ring {
	key, flip := segment{a, b}, a.Compare(b) > 0
	if flip {
		key = segment{b, a}
	}
	line, known := d.lines[key]
	if !known {
		line = d.line(key)
		d.lines[key] = line
		if len(line) == 1 && d.IntN(2) == 0 {
			line = d.needle(a, b, line[0])
		}
	}
	line = slices.Clone(line)
	if flip {
		line.Reverse()
	}
	return line
}

// needle makes a cell of the triangle of a, b and the bend between them, unless it
// is empty. It returns the line of the square left of a and b, and leaves that of
// the square right of them.
func (d *draft) needle(a, b, bend geo.Pos) geo.Ring {
	key := segment{a, b}
	if a.Compare(b) > 0 {
		key = segment{b, a}
	}
	switch geo.Orient(a, b, bend) {
	case 1:
		d.cells = append(d.cells, cell{ring: geo.Ring{a, b, bend}})
		d.lines[key] = nil
		return geo.Ring{bend}
	case -1:
		d.cells = append(d.cells, cell{ring: geo.Ring{a, bend, b}})
		return nil
	}
	return geo.Ring{bend}
}

// line winds from one end of s to the other: straight, with positions exactly on
// it, a unit beside it, or up to a thirty-second of its length.
func (d *draft) line(s segment) geo.Ring {
	switch long := max(d.scale.step[0], d.scale.step[1]) >= 1000; {
	case d.IntN(3) == 0:
		return nil
	case d.IntN(3) == 0 || !long:
		return d.straight(s)
	case d.IntN(3) == 0:
		return d.winding(s, 2)
	default:
		return d.winding(s, d.scale.step[1]/32)
	}
}

func (d *draft) straight(s segment) geo.Ring {
	dx, dy := int64(s.b.X)-int64(s.a.X), int64(s.b.Y)-int64(s.a.Y)
	g := gcd(dx, dy)
	var line geo.Ring
	for _, k := range [3]int64{1, g / 2, g - 1} {
		p := geo.Pos{X: int32(int64(s.a.X) + k*(dx/g)), Y: int32(int64(s.a.Y) + k*(dy/g))}
		if 0 < k && k < g && !slices.Contains(line, p) {
			line = append(line, p)
			d.extra[p] = true
		}
	}
	return line
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return max(a, -a)
}

func (d *draft) winding(s segment, amplitude int64) geo.Ring {
	parts := 2 + d.Int64N(4)
	var line geo.Ring
	for k := (parts + 3) / 4; 4*k <= 3*parts; k++ {
		line = append(line, geo.Pos{
			X: d.between(s.a.X, s.b.X, k, parts, amplitude, geo.MaxX),
			Y: d.between(s.a.Y, s.b.Y, k, parts, amplitude, geo.MaxY),
		})
	}
	return line
}

// between is k/parts of the way from a to b, give or take amplitude.
func (d *draft) between(a, b int32, k, parts, amplitude, bound int64) int32 {
	v := int64(a) + (int64(b)-int64(a))*k/parts + d.Int64N(2*amplitude+1) - amplitude
	return int32(max(-bound, min(v, bound)))
}

// deal gives the cells to faces: at random, or in runs along the rows, which make
// larger faces. Faces that got nothing are left out, and cells without a face
// that others enclose get one.
func (d *draft) deal(faces int32) {
	runs := d.IntN(2) == 0
	face := d.Int32N(faces)
	for i := range d.cells {
		if !runs || d.IntN(3) == 0 {
			face = d.Int32N(faces)
		}
		d.cells[i].face = face
		if square := i < len(d.cells) && len(d.cells[i].ring) > 3; square && d.scale.outside && d.IntN(6) == 0 {
			d.cells[i].face = coverage.None
		}
	}
	d.fillEnclosed()
	d.renumber()
}

// fillEnclosed gives cells without a face that cannot be left over a side to the
// first face.
func (d *draft) fillEnclosed() {
	beside := map[segment][]int{}
	for i, c := range d.cells {
		for _, s := range sides(c.ring) {
			beside[s] = append(beside[s], i)
		}
	}
	open := make([]bool, len(d.cells))
	for changed := true; changed; {
		changed = false
		for i, c := range d.cells {
			if c.face != coverage.None || open[i] {
				continue
			}
			for _, s := range sides(c.ring) {
				if len(beside[s]) == 1 || slices.ContainsFunc(beside[s], func(k int) bool { return open[k] }) {
					open[i], changed = true, true
				}
			}
		}
	}
	for i := range d.cells {
		if d.cells[i].face == coverage.None && !open[i] {
			d.cells[i].face = 0
		}
	}
}

func sides(r geo.Ring) []segment {
	out := make([]segment, len(r))
	for i, b := range r {
		a := r[(i+len(r)-1)%len(r)]
		if a.Compare(b) > 0 {
			a, b = b, a
		}
		out[i] = segment{a, b}
	}
	return out
}

func (d *draft) renumber() {
	number := map[int32]int32{coverage.None: coverage.None}
	for i, c := range d.cells {
		if _, ok := number[c.face]; !ok {
			number[c.face] = int32(len(number)) - 1
		}
		d.cells[i].face = number[c.face]
	}
}

// outline returns the faces as they would come in: the rings around their cells,
// some joined where they touch, some without the positions inside straight lines.
func (d *draft) outline() []coverage.Face {
	n := int32(0)
	for _, c := range d.cells {
		n = max(n, c.face+1)
	}
	faces := make([]coverage.Face, n)
	for f := range faces {
		rings := d.join(around(d.cells, int32(f)))
		for i, r := range rings {
			rings[i] = slices.DeleteFunc(r, func(p geo.Pos) bool { return d.extra[p] && d.IntN(2) == 0 })
		}
		faces[f] = coverage.Face{Name: fmt.Sprintf("f%d", f), Shape: polygonsOf(rings)}
	}
	return faces
}

// around returns simple rings around the cells of a face.
func around(cells []cell, face int32) []geo.Ring {
	next := map[geo.Pos][]geo.Pos{}
	var starts []geo.Pos
	for _, c := range cells {
		for i, b := range c.ring {
			a := c.ring[(i+len(c.ring)-1)%len(c.ring)]
			if c.face != face {
				continue
			}
			if k := slices.Index(next[b], a); k >= 0 {
				next[b] = slices.Delete(next[b], k, k+1)
			} else {
				next[a] = append(next[a], b)
				starts = append(starts, a)
			}
		}
	}
	var rings []geo.Ring
	for _, p := range starts {
		for len(next[p]) > 0 {
			rings = append(rings, walk(next, p)...)
		}
	}
	return rings
}

// walk follows next from p until it is back, cutting off a ring whenever it comes
// to a position again.
func walk(next map[geo.Pos][]geo.Pos, p geo.Pos) []geo.Ring {
	var rings []geo.Ring
	path := geo.Ring{p}
	for len(path) > 0 {
		last := path[len(path)-1]
		q := next[last][0]
		next[last] = next[last][1:]
		if k := slices.Index(path, q); k >= 0 {
			rings = append(rings, slices.Clone(path[k:]))
			path = path[:k]
			if k == 0 {
				break
			}
		}
		path = append(path, q)
	}
	return rings
}

// join makes some rings that share a position one ring that touches itself there.
func (d *draft) join(rings []geo.Ring) []geo.Ring {
	for i := 0; i+1 < len(rings); i++ {
		a, b := rings[i], rings[i+1]
		k := slices.IndexFunc(a, func(p geo.Pos) bool { return slices.Contains(b, p) })
		if k < 0 || d.IntN(2) == 0 || !a.CounterClockwise() || -b.Area2() >= a.Area2() {
			continue
		}
		from := slices.Index(b, a[k])
		rings[i+1] = slices.Concat(a[k:], a[:k], b[from:], b[:from])
		rings = slices.Delete(rings, i, i+1)
		i--
	}
	return rings
}

// polygonsOf makes each counter-clockwise ring a polygon. Which of them a hole is
// listed under says nothing: all go to the first.
func polygonsOf(rings []geo.Ring) geo.MultiPolygon {
	var out geo.MultiPolygon
	for _, r := range rings {
		if r.CounterClockwise() {
			out = append(out, geo.Polygon{r})
		}
	}
	for _, r := range rings {
		if !r.CounterClockwise() {
			out[0] = append(out[0], r)
		}
	}
	return out
}

// at returns the face of p by the ownership rule, looking at every cell.
func (s *sketch) at(p geo.Pos) int32 {
	for _, c := range s.cells {
		if c.face != coverage.None && c.ring.Contains(p) {
			return c.face
		}
	}
	return s.touching(p)
}

// touching returns the lowest face whose ground p touches, or None.
func (s *sketch) touching(p geo.Pos) int32 {
	best := coverage.None
	for _, c := range s.cells {
		if c.face == coverage.None || best != coverage.None && best <= c.face {
			continue
		}
		for i, b := range c.ring {
			if geo.OnSegment(c.ring[(i+len(c.ring)-1)%len(c.ring)], b, p) {
				best = c.face
			}
		}
	}
	return best
}

// probes returns positions to ask for: all vertices, the middles of sides where
// they are on the lattice, positions just beside those, and some anywhere.
func (s *sketch) probes(r *rand.Rand) []geo.Pos {
	var ps []geo.Pos
	box := geo.EmptyBox()
	for _, c := range s.cells {
		box = box.Union(c.ring.Box())
		for i, b := range c.ring {
			a := c.ring[(i+len(c.ring)-1)%len(c.ring)]
			mid := geo.Pos{X: int32((int64(a.X) + int64(b.X)) >> 1), Y: int32((int64(a.Y) + int64(b.Y)) >> 1)}
			ps = append(ps, b, mid)
			for range 3 {
				ps = append(ps, nudged(r, b), nudged(r, mid))
			}
		}
	}
	for range 200 {
		ps = append(ps, nudged(r, anywhere(r, box)))
	}
	return ps
}

func nudged(r *rand.Rand, p geo.Pos) geo.Pos {
	return geo.Pos{X: p.X + r.Int32N(3) - 1, Y: p.Y + r.Int32N(3) - 1}
}

func anywhere(r *rand.Rand, b geo.Box) geo.Pos {
	return geo.Pos{
		X: int32(int64(b.Min.X) + r.Int64N(int64(b.Max.X)-int64(b.Min.X)+1)),
		Y: int32(int64(b.Min.Y) + r.Int64N(int64(b.Max.Y)-int64(b.Min.Y)+1)),
	}
}

// regrouped returns the sketch whose cells have the face group[f] for f.
func (s *sketch) regrouped(group []int32) *sketch {
	out := &sketch{cells: slices.Clone(s.cells)}
	for i, c := range out.cells {
		if c.face != coverage.None {
			out.cells[i].face = group[c.face]
		}
	}
	return out
}

// area2 is twice the area of a face in square units, modulo 2⁶⁴.
func (s *sketch) area2(face int32) int64 {
	sum := int64(0)
	for _, c := range s.cells {
		if c.face == face {
			sum += c.ring.Area2()
		}
	}
	return sum
}

// all of these draw from one source, so that a failure can be drawn again.
func drawRand(t *rapid.T) *rand.Rand {
	return rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "probes"), 2))
}
