package tiles

import (
	"encoding/binary"
	"math"
	"slices"

	"jingwei/geo"
	"jingwei/geo/coverage"
	"jingwei/tiles/mvt"
)

// net is a coverage in tile units of a zoom, in the world: the rings of each face,
// normalised. Its arcs have been projected, rounded and then noded, so that borders
// meet only where they have a position in common. It is immutable.
//
// Of the ends of edges that are cut at the sides of tiles it also tells where they were
// before they were rounded: they are cut as they were, or rounding would come on top of
// rounding.
//
// The rings of face f are wire[start[f]:start[f+1]]: of each the number of its
// positions, and the steps to these from the last before them, in grains, as varints.
// That is a quarter of what they take as they are.
type net struct {
	wire  []byte
	start []int
}

// grains are what a unit has of parts, in which positions are told before they are
// rounded.
const grains = 16

// rounded returns the position that one in grains is rounded to, in units.
func (p point) rounded() point {
	return point{(p.x + grains/2) >> 4, (p.y + grains/2) >> 4} // down, below zero too
}

// origins tells of the ends of edges that are cut where they were before they were
// rounded, in grains. Of several that fall together, one stands for all.
type origins map[point]point

// add adds those of a line that was made of positions of the lattice.
func (o origins) add(m projection, line []point, of []geo.Pos) {
	ends := make(map[point]bool)
	for k := range len(line) - 1 {
		if cutSomewhere(line[k], line[k+1]) {
			ends[line[k]], ends[line[k+1]] = true, true
		}
	}
	if len(ends) == 0 {
		return
	}
	for _, p := range of {
		x, y := m.exact(p)
		at := point{round(x), round(y)}
		if _, known := o[at]; ends[at] && !known {
			o[at] = point{int64(math.Floor(x * grains)), int64(math.Floor(y * grains))}
		}
	}
}

// cutSomewhere reports whether the buffer of any tile ends between two positions.
func cutSomewhere(a, b point) bool {
	tiles := func(p point) [4]int64 { // the last that ends before it, and the last that begins
		return [4]int64{(p.x - Buffer) / mvt.Extent, (p.x + Buffer - 1) / mvt.Extent, (p.y - Buffer) / mvt.Extent, (p.y + Buffer - 1) / mvt.Extent}
	}
	return tiles(a) != tiles(b)
}

// of returns where a position was, if it matters; one that came to be where lines cross
// was there.
func (o origins) of(p point) point {
	if at, known := o[p]; known {
		return at
	}
	return point{p.x * grains, p.y * grains}
}

// lines are the arcs of a net in the making.
type lines [][]point

// step is a line run along, backwards or not.
type step struct {
	line int32
	back bool
}

// newNet makes the net of a coverage whose arcs are drawn as simple has them, which is
// the coverage itself or one that was simplified from it.
func newNet(c, simple *coverage.Coverage, z uint32) *net {
	m := Address{Z: z}.projection()
	all, before := lines{}, origins{}
	around := make([][]step, c.Len())
	arcs := simple.Arcs()
	for k, a := range c.Arcs() {
		line := m.line(a.Pos, arcs[k].Pos)
		if len(line) < 2 {
			continue // no longer than a unit: its ends are one
		}
		before.add(m, line, a.Pos)
		i := int32(len(all))
		all = append(all, line)
		if a.Left != coverage.None {
			around[a.Left] = append(around[a.Left], step{i, false})
		}
		if a.Right != coverage.None {
			around[a.Right] = append(around[a.Right], step{i, true})
		}
	}
	node(all)
	return all.net(around, before)
}

// net makes the faces of a net from the steps around each.
func (l lines) net(around [][]step, before origins) *net {
	n, v := &net{start: make([]int, 1, len(around)+1)}, visits{}
	for _, steps := range around {
		n.add(normalise(l.link(steps), v), before)
	}
	n.wire = slices.Clip(n.wire)
	return n
}

// add adds a face.
func (n *net) add(rings [][]point, before origins) {
	var last point
	for _, r := range rings {
		n.wire = binary.AppendUvarint(n.wire, uint64(len(r)))
		for _, p := range r {
			p = before.of(p)
			n.wire = binary.AppendVarint(binary.AppendVarint(n.wire, p.x-last.x), p.y-last.y)
			last = p
		}
	}
	n.start = append(n.start, len(n.wire))
}

// of returns the rings of a face as they are kept.
func (n *net) of(face int32) []byte { return n.wire[n.start[face]:n.start[face+1]] }

// rings appends the rings of a face as seen from an origin, in grains, reusing the
// memory of those that dst has room for.
func (n *net) rings(dst [][]point, face int32, origin point) [][]point {
	wire := n.of(face)
	at := point{-origin.x * grains, -origin.y * grains}
	for len(wire) > 0 {
		count, k := binary.Uvarint(wire)
		wire = wire[k:]
		dst = slices.Grow(dst, 1)[:len(dst)+1]
		r := &dst[len(dst)-1]
		*r = (*r)[:0]
		for range count {
			dx, k := binary.Varint(wire)
			dy, m := binary.Varint(wire[k:])
			wire = wire[k+m:]
			at.x, at.y = at.x+dx, at.y+dy
			*r = append(*r, at)
		}
	}
	return dst
}

func (l lines) start(s step) point {
	line := l[s.line]
	if s.back {
		return line[len(line)-1]
	}
	return line[0]
}

func (l lines) end(s step) point { return l.start(step{s.line, !s.back}) }

// link joins the steps around a face to rings. Where more than one could be next,
// any will do: a normalised face does not depend on it.
func (l lines) link(steps []step) (rings [][]point) {
	slices.SortStableFunc(steps, func(a, b step) int { return comparePoints(l.start(a), l.start(b)) })
	used := make([]bool, len(steps))
	for i := range steps {
		var ring []point
		for k := i; k >= 0 && !used[k]; k = l.next(steps, used, l.end(steps[k])) {
			used[k] = true
			ring = l.run(ring, steps[k])
		}
		if ring != nil {
			rings = append(rings, slices.Clip(ring))
		}
	}
	return rings
}

// next returns the first unused step that starts at p, or -1.
func (l lines) next(steps []step, used []bool, p point) int {
	k, _ := slices.BinarySearchFunc(steps, p, func(s step, p point) int { return comparePoints(l.start(s), p) })
	for ; k < len(steps) && l.start(steps[k]) == p; k++ {
		if !used[k] {
			return k
		}
	}
	return -1
}

// run appends the positions of a step but the last.
func (l lines) run(ring []point, s step) []point {
	line := l[s.line]
	if !s.back {
		return append(ring, line[:len(line)-1]...)
	}
	for i := len(line) - 1; i > 0; i-- {
		ring = append(ring, line[i])
	}
	return ring
}
