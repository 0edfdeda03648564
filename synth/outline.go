package synth

import (
	"math"
	"math/bits"
	"math/rand/v2"
)

// landParts are the parts of the territory in broad strokes, longitude and
// latitude in degrees, drawn by hand for this package: the mainland clockwise
// from the western tip, then the two townships on Chongming island.
var landParts = [][][2]float64{
	{
		{120.21, 32.60},
		{120.23, 32.67},
		{120.30, 32.69},
		{120.38, 32.71},
		{120.42, 32.66},
		{120.45, 32.615},
		{120.54, 32.61},
		{120.60, 32.60},
		{120.65, 32.57},
		{120.72, 32.56},
		{120.79, 32.57},
		{120.86, 32.59},
		{120.93, 32.63},
		{120.99, 32.56},
		{121.06, 32.51},
		{121.14, 32.47},
		{121.23, 32.43},
		{121.32, 32.41},
		{121.37, 32.38},
		{121.39, 32.32},
		{121.40, 32.27},
		{121.43, 32.20},
		{121.41, 32.15},
		{121.46, 32.11},
		{121.52, 32.085},
		{121.59, 32.06},
		{121.67, 32.01},
		{121.74, 31.96},
		{121.79, 31.90},
		{121.84, 31.83},
		{121.89, 31.76},
		{121.94, 31.71},
		{121.91, 31.68},
		{121.81, 31.70},
		{121.72, 31.725},
		{121.61, 31.76},
		{121.53, 31.79},
		{121.46, 31.81},
		{121.42, 31.85},
		{121.36, 31.88},
		{121.29, 31.89},
		{121.22, 31.87},
		{121.17, 31.83},
		{121.11, 31.79},
		{121.04, 31.78},
		{120.98, 31.82},
		{120.94, 31.89},
		{120.89, 31.955},
		{120.84, 32.00},
		{120.79, 32.04},
		{120.71, 32.055},
		{120.65, 32.035},
		{120.58, 32.055},
		{120.54, 32.075},
		{120.50, 32.11},
		{120.43, 32.14},
		{120.37, 32.16},
		{120.38, 32.20},
		{120.39, 32.25},
		{120.37, 32.30},
		{120.38, 32.34},
		{120.32, 32.38},
		{120.30, 32.45},
		{120.29, 32.52},
		{120.28, 32.58},
	},
	{{121.35, 31.79}, {121.39, 31.795}, {121.42, 31.78}, {121.41, 31.765}, {121.36, 31.77}},
	{{121.44, 31.75}, {121.50, 31.745}, {121.54, 31.73}, {121.52, 31.705}, {121.45, 31.72}},
}

// outline is the border of the territory as segments, with an index by place.
type outline struct {
	segs    []segment
	buckets [][]int32 // segments that come near each bucket, bucketCols to a row
	rows    [][]int32 // segments that cross each strip from west to east
}

// segment is a piece of the outline; before is the one that ends where it begins.
type segment struct {
	a, b   vec
	before int32
	part   int // index into landParts
}

// Buckets are squares of bucketSize units, about 4 km.
const (
	bucketSize = 400_000
	bucketCols = width/bucketSize + 1
	bucketRows = height/bucketSize + 1
)

// Strips are stripSize units wide, about 280 m.
const (
	stripSize = 25_000
	strips    = height/stripSize + 1
)

// newOutline winds the hand-drawn strokes by midpoint displacement until no
// segment is longer than step units.
func newOutline(seed uint64, step float64) *outline {
	r := newStream(seed, streamOutline)
	o := &outline{buckets: make([][]int32, bucketCols*bucketRows), rows: make([][]int32, strips)}
	for k, part := range landParts {
		var ring []vec
		for i, p := range part {
			q := part[(i+1)%len(part)]
			ring = wind(r, ring, fromDegrees(p[0], p[1]), fromDegrees(q[0], q[1]), step)
		}
		o.addRing(ring, k)
	}
	o.index()
	return o
}

// wind appends a and the bends on the way from a to b, b excluded.
func wind(r *rand.Rand, ring []vec, a, b vec, step float64) []vec {
	d := b.sub(a)
	if d.dot(d) <= float64(step*step) {
		return append(ring, a)
	}
	s := between(r, -0.07, 0.07)
	m := lerp(a, b, between(r, 0.4, 0.6))
	m = vec{m.u - float64(d.v*s), m.v + float64(d.u*s)}
	return wind(r, wind(r, ring, a, m, step), m, b, step)
}

func (o *outline) addRing(ring []vec, part int) {
	base, n := len(o.segs), len(ring)
	for i, a := range ring {
		o.segs = append(o.segs, segment{
			a: a, b: ring[(i+1)%n],
			before: int32(base + (i+n-1)%n), part: part,
		})
	}
}

func (o *outline) index() {
	for k, s := range o.segs {
		for row := strip(min(s.a.v, s.b.v)); row <= strip(max(s.a.v, s.b.v)); row++ {
			o.rows[row] = append(o.rows[row], int32(k))
		}
		c0, c1 := bucket(min(s.a.u, s.b.u)), bucket(max(s.a.u, s.b.u))
		r0, r1 := bucket(min(s.a.v, s.b.v)), bucket(max(s.a.v, s.b.v))
		for row := r0; row <= r1; row++ {
			for col := c0; col <= c1; col++ {
				o.buckets[row*bucketCols+col] = append(o.buckets[row*bucketCols+col], int32(k))
			}
		}
	}
}

func bucket(x float64) int { return int(x / bucketSize) }

func strip(v float64) int { return int(v / stripSize) }

// contains reports whether p lies in the territory.
func (o *outline) contains(p vec) bool { return o.partOf(p) >= 0 }

// clear reports whether no border comes near p, so that all places of its bucket
// are in the territory if p is.
func (o *outline) clear(p vec) bool {
	return len(o.buckets[bucket(p.v)*bucketCols+bucket(p.u)]) == 0
}

// partOf returns which part of the territory p lies in, -1 if none.
func (o *outline) partOf(p vec) int {
	var odd uint // a bit for each part whose border lies an odd number of times to one side
	for _, k := range o.rows[strip(p.v)] {
		s := o.segs[k]
		if (s.a.v <= p.v) == (s.b.v <= p.v) {
			continue
		}
		if (s.b.sub(s.a).cross(p.sub(s.a)) > 0) == (s.b.v > s.a.v) {
			odd ^= 1 << s.part
		}
	}
	return bits.Len(odd) - 1
}

// feet calls visit with each place on the outline within reach of p that is, as
// seen from p, nearer than the outline on both sides of it.
func (o *outline) feet(p vec, reach float64, visit func(foot vec)) {
	c0, c1 := bucket(max(0, p.u-reach)), bucket(min(width-1, p.u+reach))
	r0, r1 := bucket(max(0, p.v-reach)), bucket(min(height-1, p.v+reach))
	for row := r0; row <= r1; row++ {
		for col := c0; col <= c1; col++ {
			for _, k := range o.buckets[row*bucketCols+col] {
				o.foot(k, p, reach, visit)
			}
		}
	}
}

func (o *outline) foot(k int32, p vec, reach float64, visit func(foot vec)) {
	s := o.segs[k]
	t := s.param(p)
	if t >= 1 || t <= 0 && o.segs[s.before].param(p) < 1 {
		return
	}
	foot := lerp(s.a, s.b, max(t, 0))
	if d := p.sub(foot); math.Sqrt(d.dot(d)) <= reach {
		visit(foot)
	}
}

// param returns where the foot of p is on the line of s: 0 at a, 1 at b.
func (s segment) param(p vec) float64 {
	d := s.b.sub(s.a)
	return p.sub(s.a).dot(d) / d.dot(d)
}
