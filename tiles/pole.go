package tiles

import (
	"container/heap"
	"math"

	"jingwei/geo"
	"jingwei/geo/coverage"
)

// pole returns the pole of inaccessibility of face g: the position in it that is
// farthest from its border, to 2 % of that distance, where a label finds room. The
// search is that of Mapbox's polylabel (Agafonkin, 2016): squares that cover the
// face, those that could hold the best position first, are quartered until none can
// be better. Whether what is found is in the face is decided on the lattice.
func pole(c *coverage.Coverage, g int32) geo.Pos {
	s := newSearch(c.Shape(g), c.Box(g))
	if p := s.run(); c.Locate(p) == g {
		return p
	}
	return somewhere(c, g)
}

// somewhere returns a position in face g at or next to one of its vertices; a
// vertex when the face is so narrow that there is none.
func somewhere(c *coverage.Coverage, g int32) (p geo.Pos) {
	for _, polygon := range c.Shape(g) {
		for _, q := range polygon[0] {
			p = q
			for i := range int32(9) {
				if near := (geo.Pos{X: q.X + i%3 - 1, Y: q.Y + i/3 - 1}); c.Locate(near) == g {
					return near
				}
			}
		}
	}
	return p
}

// search is a search for a pole, in lattice units north of the box's corner and, so
// that distances are the same in all directions, as long ones east of it. Products
// are kept from being fused with sums, which would give other poles on other
// machines.
type search struct {
	corner        geo.Pos
	east          float64 // lattice units of latitude in one of longitude
	width, height float64
	edges         []line
	open          squares
	best          square
}

// line is an edge of the border.
type line struct{ ax, ay, dx, dy, squared float64 }

// square is a square by its middle, with the distance from there to the border,
// negative outside, and the most that a position in it can have.
type square struct{ x, y, half, distance, most float64 }

func newSearch(shape geo.MultiPolygon, b geo.Box) *search {
	lat := (b.Min.Lat() + b.Max.Lat()) / 2
	s := &search{corner: b.Min, east: max(1e-3, math.Cos(lat*math.Pi/180))}
	s.width, s.height = s.plane(b.Max)
	for _, polygon := range shape {
		for _, r := range polygon {
			ax, ay := s.plane(r[len(r)-1])
			for _, q := range r {
				bx, by := s.plane(q)
				dx, dy := bx-ax, by-ay
				s.edges = append(s.edges, line{ax, ay, dx, dy, float64(dx*dx) + float64(dy*dy)})
				ax, ay = bx, by
			}
		}
	}
	return s
}

func (s *search) plane(p geo.Pos) (x, y float64) {
	return float64(float64(int64(p.X)-int64(s.corner.X)) * s.east), float64(int64(p.Y) - int64(s.corner.Y))
}

func (s *search) run() geo.Pos {
	const most = 64 // squares along the longer side
	side := max(min(s.width, s.height), max(s.width, s.height)/most, 1)
	s.best = s.square(s.width/2, s.height/2, 0)
	for y := side / 2; y < s.height+side/2; y += side {
		for x := side / 2; x < s.width+side/2; x += side {
			s.push(x, y, side/2)
		}
	}
	for len(s.open) > 0 {
		q := heap.Pop(&s.open).(square)
		if q.half < 0.5 || q.most-s.best.distance <= 0.02*s.best.distance {
			break
		}
		h := q.half / 2
		s.push(q.x-h, q.y-h, h)
		s.push(q.x+h, q.y-h, h)
		s.push(q.x-h, q.y+h, h)
		s.push(q.x+h, q.y+h, h)
	}
	return geo.Pos{
		X: int32(int64(s.corner.X) + int64(s.best.x/s.east)),
		Y: int32(int64(s.corner.Y) + int64(s.best.y)),
	}
}

func (s *search) push(x, y, half float64) {
	q := s.square(x, y, half)
	if q.distance > s.best.distance {
		s.best = q
	}
	if q.most > s.best.distance {
		heap.Push(&s.open, q)
	}
}

func (s *search) square(x, y, half float64) square {
	d := s.distance(x, y)
	return square{x, y, half, d, d + float64(half*math.Sqrt2)}
}

// distance returns the distance to the border, negative outside by the even-odd
// rule.
func (s *search) distance(x, y float64) float64 {
	in, least := false, math.Inf(1)
	for i := range s.edges {
		e := &s.edges[i]
		px, py := x-e.ax, y-e.ay
		if (py < 0) != (py < e.dy) && (px < e.dx*py/e.dy) {
			in = !in
		}
		if t := float64(px*e.dx) + float64(py*e.dy); t > 0 {
			if t >= e.squared {
				px, py = px-e.dx, py-e.dy
			} else {
				px, py = px-float64(e.dx*(t/e.squared)), py-float64(e.dy*(t/e.squared))
			}
		}
		least = min(least, float64(px*px)+float64(py*py))
	}
	if in {
		return math.Sqrt(least)
	}
	return -math.Sqrt(least)
}

// squares is a heap, that which can hold the best position on top.
type squares []square

func (s squares) Len() int           { return len(s) }
func (s squares) Less(i, j int) bool { return s[i].most > s[j].most }
func (s squares) Swap(i, j int)      { s[i], s[j] = s[j], s[i] }
func (s *squares) Push(q any)        { *s = append(*s, q.(square)) }
func (s *squares) Pop() any {
	last := (*s)[len(*s)-1]
	*s = (*s)[:len(*s)-1]
	return last
}
