package tiles

import (
	"context"
	"encoding/binary"
	"math"

	"jingwei/density"
	"jingwei/geo"
	"jingwei/grid"
	"jingwei/tiles/mvt"
)

// place is an address with all that decides which areas are in the tile.
type place struct {
	Address
	level grid.Level
	root  int32
}

// nearby are the areas whose boxes touch a tile, ascending, with their faces, and
// the labels in it. The sum covers everything about them but their counts.
type nearby struct {
	areas, faces []int32
	labels       []label
	sum          sum
}

// label is the position of an area's label in a tile.
type label struct {
	area int32
	at   mvt.Point
}

// near returns what is near a tile.
func (p *Pyramid) near(ctx context.Context, at place) (*nearby, error) {
	return kept(ctx, p.edition, at, func(ctx context.Context) (*nearby, int, error) {
		d, err := p.level(ctx, at.level)
		if err != nil {
			return nil, 0, err
		}
		net, err := p.net(ctx, at.level, at.Z)
		if err != nil {
			return nil, 0, err
		}
		n := &nearby{}
		for _, g := range d.touching(at.box()) {
			if i := d.areas[g]; p.snapshot.Within(i, at.root) {
				n.areas, n.faces = append(n.areas, i), append(n.faces, g)
				if q, in := at.label(d.pole(g)); in {
					n.labels = append(n.labels, label{i, q})
				}
			}
		}
		n.sum = p.sumOf(at, n, net)
		return n, 8*len(n.areas) + 12*len(n.labels), nil
	})
}

// label returns where p is in the tile, and whether it is in this one.
func (a Address) label(p geo.Pos) (q mvt.Point, in bool) {
	if x, y := geo.MercatorCell(p, uint8(a.Z)); x != a.X || y != a.Y {
		return q, false
	}
	at := a.projection().point(p)
	return mvt.Point{X: int32(min(mvt.Extent-1, max(0, at.x))), Y: int32(min(mvt.Extent-1, max(0, at.y)))}, true
}

// format is raised when the same content comes to give other bytes.
const format = 5

func (p *Pyramid) sumOf(at place, near *nearby, net *net) sum {
	size := 0
	for _, g := range near.faces {
		size += 128 + len(net.of(g)) // more or less
	}
	b := at.append(make([]byte, 0, size), Areas)
	for k, i := range near.areas {
		a, c, wire := p.snapshot.Area(i), p.figures[i], net.of(near.faces[k])
		b = binary.AppendUvarint(b, uint64(a.ID))
		for _, s := range []string{a.Code, a.Name, string(a.Kind)} {
			b = append(binary.AppendUvarint(b, uint64(len(s))), s...)
		}
		b = binary.AppendUvarint(append(b, byte(a.Level)), uint64(c.households))
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(c.km2))
		b = append(binary.AppendUvarint(b, uint64(len(wire))), wire...)
	}
	for _, l := range near.labels {
		b = binary.AppendUvarint(b, uint64(p.snapshot.Area(l.area).ID))
		b = binary.AppendUvarint(binary.AppendUvarint(b, uint64(l.at.X)), uint64(l.at.Y))
	}
	return sumOf(b)
}

// append begins what a sum is drawn from.
func (a Address) append(dst []byte, l Layer) []byte {
	for _, v := range []uint32{format, uint32(l), a.Z, a.X, a.Y} {
		dst = binary.AppendUvarint(dst, uint64(v))
	}
	return dst
}

// counted covers the counts of all that is near, of which the areas in the tile are
// a part: which these are need not be known.
func (n *nearby) counted(counts *density.Counts) sum {
	b := append(make([]byte, 0, 32+6*len(n.areas)), n.sum[:]...)
	if counts == nil {
		return sumOf(b)
	}
	for _, i := range n.areas {
		b = binary.AppendUvarint(b, uint64(counts.Count(i)))
		b = binary.AppendUvarint(b, uint64(counts.Open(i)))
		b = binary.AppendUvarint(b, uint64(counts.Overdue(i)))
	}
	return sumOf(b)
}
