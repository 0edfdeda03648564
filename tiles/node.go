package tiles

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
)

// node adds positions to lines until they meet nowhere but in positions of both.
// Rounding to a coarse lattice can push a line across another: there both get the
// crossing, itself rounded, as a position. That moves them by less than a unit and
// may make them cross a third line, hence the rounds; what should remain after the
// last, which has not been seen, stays.
func node(lines [][]point) {
	const rounds = 16
	fresh := func(int) bool { return true }
	for range rounds {
		added := meetings(lines, fresh)
		if len(added) == 0 {
			return
		}
		changed := make(map[int]bool, len(added))
		for i, at := range added {
			lines[i] = insert(lines[i], at)
			changed[i] = true
		}
		fresh = func(i int) bool { return changed[i] }
	}
}

// addition is a position to be added to a line after position k.
type addition struct {
	k int32
	p point
}

// segment is the part of a line from position k to the next.
type segment struct {
	a, b point
	line int32
	k    int32
}

func (s *segment) minX() int64 { return min(s.a.x, s.b.x) }
func (s *segment) maxX() int64 { return max(s.a.x, s.b.x) }
func (s *segment) minY() int64 { return min(s.a.y, s.b.y) }
func (s *segment) maxY() int64 { return max(s.a.y, s.b.y) }

// meetings returns what is to be added to each line where one that is fresh meets
// another.
func meetings(lines [][]point, fresh func(line int) bool) map[int][]addition {
	added := map[int][]addition{}
	add := func(s *segment, p point) {
		if p != s.a && p != s.b {
			added[int(s.line)] = append(added[int(s.line)], addition{s.k, p})
		}
	}
	for _, strip := range newRows(segments(lines)).strips {
		slices.SortFunc(strip, func(s, o *segment) int { return cmp.Compare(s.minX(), o.minX()) })
		for i, s := range strip {
			for _, o := range strip[i+1:] {
				if o.minX() > s.maxX() {
					break
				}
				if s.minY() > o.maxY() || o.minY() > s.maxY() || !fresh(int(s.line)) && !fresh(int(o.line)) {
					continue
				}
				meet(s, o, add)
			}
		}
	}
	return added
}

func segments(lines [][]point) []segment {
	n := 0
	for _, l := range lines {
		n += max(0, len(l)-1)
	}
	all := make([]segment, 0, n)
	for i, l := range lines {
		for k := range len(l) - 1 {
			all = append(all, segment{l[k], l[k+1], int32(i), int32(k)})
		}
	}
	return all
}

// rows are segments in horizontal strips of a height, from low up; a segment is in
// all that it reaches into.
type rows struct {
	strips      [][]*segment
	low, height int64
}

// newRows makes as many strips as there are segments in each if they lie evenly.
func newRows(all []segment) rows {
	if len(all) == 0 {
		return rows{}
	}
	low, high := all[0].minY(), all[0].maxY()
	for i := range all {
		low, high = min(low, all[i].minY()), max(high, all[i].maxY())
	}
	n := int64(math.Sqrt(float64(len(all)))) + 1
	r := rows{make([][]*segment, n), low, (high-low)/n + 1}
	for i := range all {
		s := &all[i]
		for k := (s.minY() - low) / r.height; k <= (s.maxY()-low)/r.height; k++ {
			r.strips[k] = append(r.strips[k], s)
		}
	}
	return r
}

// meet adds the ends of each segment that lie on the other, or where they cross.
func meet(s, o *segment, add func(*segment, point)) {
	oa, ob := turn(s.a, s.b, o.a), turn(s.a, s.b, o.b)
	sa, sb := turn(o.a, o.b, s.a), turn(o.a, o.b, s.b)
	if oa*ob < 0 && sa*sb < 0 {
		p := crossingOf(s, o)
		add(s, p)
		add(o, p)
		return
	}
	for _, end := range [4]struct {
		turn int
		on   *segment
		p    point
	}{{oa, s, o.a}, {ob, s, o.b}, {sa, o, s.a}, {sb, o, s.b}} {
		if end.turn == 0 && end.on.spans(end.p) {
			add(end.on, end.p)
		}
	}
}

// spans reports whether p, on the line through s, is within s.
func (s *segment) spans(p point) bool {
	return s.minX() <= p.x && p.x <= s.maxX() && s.minY() <= p.y && p.y <= s.maxY()
}

// turn returns the side of c seen along the line from a to b.
func turn(a, b, c point) int {
	return compareProducts(b.x-a.x, c.y-a.y, c.x-a.x, b.y-a.y)
}

// compareProducts compares a·b with c·d, exactly.
func compareProducts(a, b, c, d int64) int {
	const small = 1 << 31
	if max(a, -a, b, -b, c, -c, d, -d) < small {
		return cmp.Compare(a*b, c*d)
	}
	h1, l1 := product(a, b)
	h2, l2 := product(c, d)
	return cmp.Or(cmp.Compare(h1, h2), cmp.Compare(l1, l2))
}

// product returns a·b in 128 bits, in two's complement.
func product(a, b int64) (high int64, low uint64) {
	h, l := bits.Mul64(uint64(max(a, -a)), uint64(max(b, -b)))
	if (a < 0) != (b < 0) {
		l, h = -l, ^h
		if l == 0 {
			h++
		}
	}
	return int64(h), l
}

// crossingOf returns where two segments that cross do so, rounded.
func crossingOf(s, o *segment) point {
	dx, dy := float64(s.b.x-s.a.x), float64(s.b.y-s.a.y)
	ex, ey := float64(o.b.x-o.a.x), float64(o.b.y-o.a.y)
	t := (float64(float64(o.a.x-s.a.x)*ey) - float64(float64(o.a.y-s.a.y)*ex)) / (float64(dx*ey) - float64(dy*ex))
	return point{s.a.x + round(float64(t*dx)), s.a.y + round(float64(t*dy))}
}

// insert returns a line with additions, which it sorts along the line.
func insert(line []point, at []addition) []point {
	slices.SortFunc(at, func(a, b addition) int {
		from := line[a.k]
		return cmp.Or(cmp.Compare(a.k, b.k), cmp.Compare(distance2(from, a.p), distance2(from, b.p)), comparePoints(a.p, b.p))
	})
	at = slices.Compact(at)
	out := make([]point, 0, len(line)+len(at))
	for k, p := range line {
		out = append(out, p)
		for ; len(at) > 0 && int(at[0].k) == k; at = at[1:] {
			out = append(out, at[0].p)
		}
	}
	return out
}

func distance2(a, b point) float64 {
	dx, dy := float64(a.x-b.x), float64(a.y-b.y)
	return float64(dx*dx) + float64(dy*dy)
}

func comparePoints(a, b point) int { return cmp.Or(cmp.Compare(a.x, b.x), cmp.Compare(a.y, b.y)) }
