package density

import (
	"fmt"

	"jingwei/geo"
	"jingwei/grid"
)

// binner sums events by the cells of a view.
type binner struct {
	snapshot *grid.Snapshot
	query    *query
	root     int32
	view     View
	west     int32   // first longitude of the view
	east     int32   // first one behind it
	south    []int32 // first latitude of each row, the northernmost first
	north    int32   // first one above them
	cells    []sum   // by row, then column
}

// sum is what is known of a cell. All of it is linear in the events, so that of
// the only report that is left, however many came and went, number is the number.
type sum struct {
	count, open, overdue int32
	x, y                 int64 // of the positions
	number               int64 // of the reports' numbers
}

func newBinner(s *grid.Snapshot, q *query, root int32, v View) *binner {
	b := &binner{snapshot: s, query: q, root: root, view: v, north: geo.MaxY + 1}
	b.west, b.east = geo.MercatorWest(v.Z, v.MinX), geo.MercatorWest(v.Z, v.MaxX)
	if v.MinY > 0 {
		b.north = geo.MercatorSouth(v.Z, v.MinY-1)
	}
	for y := v.MinY; y < v.MaxY; y++ {
		b.south = append(b.south, geo.MercatorSouth(v.Z, y))
	}
	b.cells = make([]sum, len(b.south)*b.columns())
	return b
}

func (b *binner) columns() int { return int(b.view.MaxX - b.view.MinX) }

// cell returns the cell that holds a position, or nil outside of the view.
func (b *binner) cell(p geo.Pos) *sum {
	if p.X < b.west || p.X >= b.east || p.Y >= b.north {
		return nil
	}
	row, end := 0, len(b.south)
	for row < end {
		if mid := (row + end) / 2; p.Y < b.south[mid] {
			row = mid + 1
		} else {
			end = mid
		}
	}
	if row == len(b.south) {
		return nil
	}
	x, _ := geo.MercatorCell(geo.Pos{X: p.X}, b.view.Z)
	return &b.cells[row*b.columns()+int(x-b.view.MinX)]
}

// add adds an event, if it passes.
func (b *binner) add(change *event) {
	e := b.query.state.in(*change)
	if !e.changes() || !b.query.holds(e.at, e.matter) || !b.within(e.face) {
		return
	}
	s := b.cell(e.pos)
	if s == nil {
		return
	}
	s.count += int32(e.count)
	s.open += int32(e.open)
	s.overdue += int32(e.overdue)
	s.x += int64(e.count) * int64(e.pos.X)
	s.y += int64(e.count) * int64(e.pos.Y)
	s.number += int64(e.count) * int64(e.number)
}

func (b *binner) within(face int32) bool {
	return int(face) < b.snapshot.Coverage().Len() && b.snapshot.Within(b.snapshot.Cell(face), b.root)
}

// bins returns the cells that hold reports.
func (b *binner) bins(v *view) []Bin {
	var out []Bin
	for i := range b.cells {
		s := &b.cells[i]
		if s.count == 0 {
			continue
		}
		bin := Bin{
			X: b.view.MinX + uint32(i%b.columns()), Y: b.view.MinY + uint32(i/b.columns()),
			Count: uint32(s.count), Open: uint32(s.open), Overdue: uint32(s.overdue),
			Mean: geo.Pos{X: mean(s.x, s.count), Y: mean(s.y, s.count)},
		}
		if s.count == 1 {
			r := v.row(uint32(s.number))
			bin.At, bin.Matter = r.at, matterCode(r.matter)
		}
		out = append(out, bin)
	}
	return out
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
