package mvt

// Commands of a geometry, in the low three bits of a command integer; the count
// of repetitions is above them.
const (
	moveTo    = 1
	lineTo    = 2
	closePath = 7
)

// Cursor is where the last command left the pen. Each feature starts with a zero
// Cursor, and all its parts are appended with the same one.
type Cursor Point

// AppendPoints appends all points of a feature; it can be called once for each.
func AppendPoints(dst []byte, c *Cursor, ps []Point) []byte {
	if len(ps) == 0 {
		return dst
	}
	dst = appendCommand(dst, moveTo, len(ps))
	for _, p := range ps {
		dst = c.appendTo(dst, p)
	}
	return dst
}

// AppendLine appends one line of a feature. Steps of no length are left out; a
// line with fewer than two distinct points is dropped.
func AppendLine(dst []byte, c *Cursor, line []Point) []byte {
	n := steps(line)
	if n == 0 {
		return dst
	}
	dst = appendCommand(dst, moveTo, 1)
	dst = c.appendTo(dst, line[0])
	dst = appendCommand(dst, lineTo, n)
	for _, p := range line[1:] {
		if p != Point(*c) {
			dst = c.appendTo(dst, p)
		}
	}
	return dst
}

// steps counts the steps of a line that have a length.
func steps(line []Point) (n int) {
	for i := 1; i < len(line); i++ {
		if line[i] != line[i-1] {
			n++
		}
	}
	return n
}

// AppendPolygon appends one polygon of a feature: its exterior ring, then its
// holes. The first position of a ring is not repeated at its end. Rings are
// written with the winding that tells them apart: the exterior with a positive
// [Area2], clockwise on the screen, holes the other way. A ring without area is
// dropped, and so is a polygon whose exterior has none.
func AppendPolygon(dst []byte, c *Cursor, rings ...[]Point) []byte {
	for i, r := range rings {
		switch a := Area2(r); {
		case a == 0 && i == 0:
			return dst
		case a != 0:
			dst = appendRing(dst, c, r, (a > 0) == (i == 0))
		}
	}
	return dst
}

func appendRing(dst []byte, c *Cursor, r []Point, forward bool) []byte {
	r = trim(r)
	dst = appendCommand(dst, moveTo, 1)
	dst = c.appendTo(dst, r[0])
	dst = appendCommand(dst, lineTo, steps(r))
	for i := range r[1:] {
		p := r[i+1]
		if !forward {
			p = r[len(r)-1-i]
		}
		if p != Point(*c) {
			dst = c.appendTo(dst, p)
		}
	}
	return appendCommand(dst, closePath, 1)
}

// trim cuts what repeats the first position off both ends, so that the ring has
// as many steps in one direction as in the other.
func trim(r []Point) []Point {
	for len(r) > 1 && r[len(r)-1] == r[0] {
		r = r[:len(r)-1]
	}
	for len(r) > 1 && r[1] == r[0] {
		r = r[1:]
	}
	return r
}

// Area2 returns twice the area of a ring by the surveyor's formula, positive
// when the ring runs clockwise on the screen.
func Area2(r []Point) (sum int64) {
	if len(r) < 3 {
		return 0
	}
	a := r[len(r)-1]
	for _, b := range r {
		sum += int64(a.X)*int64(b.Y) - int64(b.X)*int64(a.Y)
		a = b
	}
	return sum
}

func appendCommand(dst []byte, command, count int) []byte {
	return appendVarint(dst, uint64(count)<<3|uint64(command))
}

// appendTo appends the step to p, zigzag coded, and moves the cursor there.
func (c *Cursor) appendTo(dst []byte, p Point) []byte {
	dst = appendZigzag(dst, int64(p.X)-int64(c.X))
	dst = appendZigzag(dst, int64(p.Y)-int64(c.Y))
	*c = Cursor(p)
	return dst
}

func appendZigzag(dst []byte, v int64) []byte {
	return appendVarint(dst, uint64(v<<1)^uint64(v>>63))
}
