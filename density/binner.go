package density

import (
	"fmt"
	"slices"

	"jingwei/geo"
	"jingwei/grid"
)

// binner sums reports by the cells of a view.
type binner struct {
	snapshot *grid.Snapshot
	query    *query
	root     int32
	view     View
	west     []int32 // edges of the columns
	south    []int32 // edges of the rows, as far south of the equator, so that they ascend
	cells    []sum   // by row, then column
}

// sum is what is known of a cell. All of it is linear in the events, so that of
// the only report that is left, however many came and went, number is the number.
type sum struct {
	count, open, overdue int32
	midX, midY           int64 // of the middles of the places, in coarse views
	x, y                 int64 // of the positions; in coarse views, of those that are looked up
	number               int64 // of the reports' numbers
}

func (s *sum) add(o *sum) {
	s.count += o.count
	s.open += o.open
	s.overdue += o.overdue
	s.midX += o.midX
	s.midY += o.midY
	s.x += o.x
	s.y += o.y
	s.number += o.number
}

func newBinner(s *grid.Snapshot, q *query, root int32, v View) *binner {
	b := &binner{snapshot: s, query: q, root: root, view: v}
	for x := v.MinX; x <= v.MaxX; x++ {
		b.west = append(b.west, geo.MercatorWest(v.Z, x))
	}
	for y := v.MinY; y <= v.MaxY; y++ {
		b.south = append(b.south, southward(v.Z, y))
	}
	b.cells = make([]sum, b.columns()*(len(b.south)-1))
	return b
}

// southward returns how far south of the equator, in lattice units, the
// northernmost latitude of a row is.
func southward(z uint8, y uint32) int32 {
	if y == 0 {
		return -geo.MaxY
	}
	return 1 - geo.MercatorSouth(z, y-1)
}

func (b *binner) columns() int { return len(b.west) - 1 }

// addAll adds the events that pass. Most are elsewhere, as a rule, which is seen
// first.
func (b *binner) addAll(events []event) {
	for i := range events {
		e := &events[i]
		if b.around(e.pos) && b.query.holds(e.at, e.matter) && b.within(e.face) {
			b.add(b.query.state.in(*e))
		}
	}
}

// around reports whether the view holds a position.
func (b *binner) around(p geo.Pos) bool {
	return b.west[0] <= p.X && p.X < b.west[len(b.west)-1] && b.south[0] <= -p.Y && -p.Y < b.south[len(b.south)-1]
}

func (b *binner) add(e event) {
	n := int64(e.count)
	s := sum{
		count: int32(e.count), open: int32(e.open), overdue: int32(e.overdue),
		x: n * int64(e.pos.X), y: n * int64(e.pos.Y), number: n * int64(e.number),
	}
	if b.coarse() {
		m := placeOf(e.pos).middle()
		s.midX, s.midY = n*int64(m.X), n*int64(m.Y)
	}
	b.cells[cellOf(b.south, -e.pos.Y)*b.columns()+cellOf(b.west, e.pos.X)].add(&s)
}

func (b *binner) within(face int32) bool {
	return int(face) < b.snapshot.Coverage().Len() && b.snapshot.Within(b.snapshot.Cell(face), b.root)
}

// bins returns the cells that hold reports.
func (b *binner) bins(v *view) []Bin {
	out := slices.Grow([]Bin(nil), b.holding())
	for i := range b.cells {
		s := &b.cells[i]
		if s.count == 0 {
			continue
		}
		bin := Bin{
			X: b.view.MinX + uint32(i%b.columns()), Y: b.view.MinY + uint32(i/b.columns()),
			Count: uint32(s.count), Open: uint32(s.open), Overdue: uint32(s.overdue),
		}
		if b.view.Where {
			if b.coarse() && s.count > few {
				s.x, s.y = s.midX, s.midY
			}
			bin.Mean = geo.Pos{X: mean(s.x, s.count), Y: mean(s.y, s.count)}
			if s.count == 1 {
				r := v.row(uint32(s.number))
				bin.At, bin.Matter = r.at, matterCode(r.matter)
			}
		}
		out = append(out, bin)
	}
	return out
}

// holding returns how many cells hold reports.
func (b *binner) holding() (n int) {
	for i := range b.cells {
		if b.cells[i].count != 0 {
			n++
		}
	}
	return n
}

// mean is rounded to the nearest, halves up.
func mean(sum int64, n int32) int32 {
	twice := 2*sum + int64(n)
	m := twice / (2 * int64(n))
	if twice%(2*int64(n)) < 0 {
		m--
	}
	return int32(m)
}

// matterCode is the inverse of matterNumber.
func matterCode(number uint32) string {
	if number == 0 {
		return ""
	}
	return fmt.Sprintf("%06d", number-1)
}
