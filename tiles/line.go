package tiles

import (
	"math"
	"slices"

	"jingwei/geo"
)

// tolerance is how far, in tile units, a position of a border may be from the line
// drawn for it.
const tolerance = 1

// line projects those positions of an arc that are kept. The triangle of one that is
// not may be small and yet long: between two that are kept, those farthest from the
// line are taken back until none is off by more than the tolerance (Douglas and
// Peucker, 1973). Positions that fall together are one.
func (m projection) line(all, kept []geo.Pos) []point {
	line := append(make([]point, 0, len(kept)), m.point(all[0]))
	first := 0
	for _, p := range kept[1:] {
		last := first + 1 + slices.Index(all[first+1:], p)
		line = add(m.between(line, all[first:last+1]), m.point(p))
		first = last
	}
	return slices.Clip(line)
}

// between appends what has to be taken back of the positions between the ends of a
// run, the first of which is the last in line.
func (m projection) between(line []point, run []geo.Pos) []point {
	a, b := m.point(run[0]), m.point(run[len(run)-1])
	worst, far := 0, float64(tolerance)
	for k := 1; k < len(run)-1; k++ {
		if x, y := m.exact(run[k]); away(x, y, a, b) > far {
			worst, far = k, away(x, y, a, b)
		}
	}
	if worst == 0 {
		return line
	}
	line = add(m.between(line, run[:worst+1]), m.point(run[worst]))
	return m.between(line, run[worst:])
}

// add appends p unless it is the last in line.
func add(line []point, p point) []point {
	if len(line) > 0 && line[len(line)-1] == p {
		return line
	}
	return append(line, p)
}

// away returns how far a position is from the line between two others.
func away(x, y float64, a, b point) float64 {
	x, y = x-float64(a.x), y-float64(a.y)
	dx, dy := float64(b.x-a.x), float64(b.y-a.y)
	if length := float64(dx*dx) + float64(dy*dy); length > 0 {
		t := min(1, max(0, (float64(x*dx)+float64(y*dy))/length))
		x, y = x-float64(t*dx), y-float64(t*dy)
	}
	return math.Sqrt(float64(x*x) + float64(y*y))
}
