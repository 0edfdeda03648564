package coverage

import (
	"jingwei/geo"
)

// strips is an index of directed edges by horizontal strips, to find winding
// numbers.
type strips struct {
	edges []edge
	minY  int64
	high  int64 // of a strip, in lattice units
	list  [][]int32
}

func newStrips(edges []edge) *strips {
	box, sum := geo.EmptyBox(), int64(0)
	for _, e := range edges {
		box = box.Add(e.a).Add(e.b)
		sum += int64(max(e.a.Y, e.b.Y)) - int64(min(e.a.Y, e.b.Y))
	}
	s := &strips{edges: edges, minY: int64(box.Min.Y)}
	if len(edges) == 0 {
		return s
	}
	s.high = bandHeight(int64(box.Max.Y)-s.minY, sum, len(edges))
	s.list = make([][]int32, (int64(box.Max.Y)-s.minY)/s.high+1)
	for i, e := range edges {
		lo, hi := min(e.a.Y, e.b.Y), max(e.a.Y, e.b.Y)
		for k := s.strip(int64(lo)); k <= s.strip(int64(hi)); k++ {
			s.list[k] = append(s.list[k], int32(i))
		}
	}
	return s
}

func (s *strips) strip(y int64) int64 { return (y - s.minY) / s.high }

// winding returns the winding number of all edges about the point p, moved as
// [geo.Side] moves it.
func (s *strips) winding(p half) int {
	w := 0
	for _, i := range s.at(p) {
		w += windings(s.edges[i].a, s.edges[i].b, p)
	}
	return w
}

// at returns the edges in the strip of p.
func (s *strips) at(p half) []int32 {
	y := p.y >> 1
	if len(s.list) == 0 || y < s.minY || s.strip(y) >= int64(len(s.list)) {
		return nil
	}
	return s.list[s.strip(y)]
}

// beside returns the winding numbers just left and just right of e, one of the
// edges, which must be noded and not cross.
func (s *strips) beside(e edge) (left, right int) {
	p := middle(e.a, e.b)
	w := s.winding(p)
	net := s.net(e.a, e.b, p)
	if geo.Side(e.a, e.b, e.a) > 0 {
		return w, w - net
	}
	return w + net, w
}

// net returns how many edges run from a to b, less those from b to a; p is a
// point on them.
func (s *strips) net(a, b geo.Pos, p half) int {
	n := 0
	for _, i := range s.at(p) {
		switch s.edges[i] {
		case edge{a, b}:
			n++
		case edge{b, a}:
			n--
		}
	}
	return n
}
