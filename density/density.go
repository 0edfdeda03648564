// Package density counts reports by area, time, matter and state, from memory.
//
// # Shape
//
// The reports of an edition are columns (see [Columns]), laid out twice, in about
// 20 bytes a report. By place: cells of Web Mercator in Morton order, so that a
// tile is a range; within a place by cell of the edition, and within that by time.
// By time: periods, within a period by matter, and within that by time, with the
// running totals of all tracts at the ends of periods, so that a window is the
// difference of two of them and little more. A tract is what a cell of the edition and
// one of zoom 16 have in common, or a part of that with no more reports than a byte can
// count: areas are made of whole ones, and so are bins, but the smallest. Reports that
// are open are few, and kept beside.
//
// What came or changed since the columns were laid out is a log of events. A count
// is taken over the columns and brought up to date along the log, so that a new
// report costs the readers one event and not another count.
//
// # Laws
//
//   - Counts are exact: at any version they are what counting every report one by
//     one would give.
//   - A report counts in the cell that its position has in the snapshot, and in
//     every area above. A report outside every cell is kept and counts nowhere,
//     in no area and in no bin.
//   - The order in which reports come does not matter, and a report put twice is
//     one report.
//   - Readers never wait for a writer.
package density

import (
	"cmp"
	"time"

	"jingwei/geo"

	"github.com/google/uuid"
)

// Report is what of a report is counted. All but Open and Due stays the same for
// an id.
type Report struct {
	ID     uuid.UUID
	At     time.Time // counted to the second, from 1970 to 2106
	Pos    geo.Pos
	Matter string    // six digits; one that has not is found by no prefix
	Open   bool      // work on it is still owed
	Due    time.Time // from then on, to the second, an open report is overdue; zero: never
}

// state returns Open and Due as one number: 0 when no work is owed, else the
// second from which on it is overdue, or never.
func (r Report) state() uint32 {
	if !r.Open {
		return 0
	}
	return dueSecond(r.Due)
}

// row is a report in the terms of the columns.
type row struct {
	face   int32 // of the coverage; the number of faces when outside
	at     uint32
	pos    geo.Pos
	matter uint32
	tag    uint32 // of the id
}

func rowOf(r Report) row {
	return row{at: seconds(r.At), pos: r.Pos, matter: matterNumber(r.Matter), tag: tag(r.ID)}
}

// compare orders rows as the columns of a place do. Rows that compare equal are one
// report: to be taken for one, two would have to be of the same second, centimetre and
// matter, and their ids to have the same tag. Of this the columns keep the upper bits,
// as many as the number of a matter among those that occur leaves of 32: with 284
// matters 23, so that two that have all else in common are told apart but for once in
// 8 million.
func (r row) compare(o row) int {
	switch {
	case r.face != o.face:
		return cmp.Compare(r.face, o.face)
	case r.at != o.at:
		return cmp.Compare(r.at, o.at)
	case r.pos != o.pos:
		return r.pos.Compare(o.pos)
	case r.matter != o.matter:
		return cmp.Compare(r.matter, o.matter)
	}
	return cmp.Compare(r.tag, o.tag)
}

// tag is the FNV-1a hash of an id.
func tag(id uuid.UUID) uint32 {
	h := uint32(2166136261)
	for _, b := range id {
		h = (h ^ uint32(b)) * 16777619
	}
	return h
}
