// Package density counts reports by area, time and matter, from memory.
//
// # Shape
//
// The reports of an edition are columns (see [Columns]): about 20 bytes each,
// those of a cell together and in the order of time. What came or changed since
// the columns were laid out is a log of events. A count is taken over the columns
// and brought up to date along the log, so that a new report costs the readers
// one event and not another count.
//
// # Laws
//
//   - Counts are exact: at any version they are what counting every report one by
//     one would give.
//   - A report counts in the cell that its position has in the snapshot, and in
//     every area above. A report outside every cell is kept and counts nowhere.
//   - The order in which reports come does not matter, and a report put twice is
//     one report.
//   - Readers never wait for a writer.
package density

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"time"

	"jingwei/geo"

	"github.com/google/uuid"
)

// Report is what of a report is counted. All but Open stays the same for an id.
type Report struct {
	ID     uuid.UUID
	At     time.Time // counted to the second, from 1970 to 2106
	Pos    geo.Pos
	Matter string // six digits; one that has not is found without a filter only
	Open   bool   // work on it is still owed
}

// Filter says which reports are counted; the zero Filter, all.
type Filter struct {
	From   time.Time // inclusive, to the second; zero: from the beginning
	To     time.Time // exclusive, to the second; zero: without end
	Matter string    // prefix of 2, 4 or 6 digits; empty: any or none
}

// Validate names what is wrong with f.
func (f Filter) Validate() error {
	if _, err := strconv.ParseUint(f.Matter, 10, 32); f.Matter != "" && (err != nil || len(f.Matter) > 6 || len(f.Matter)%2 != 0) {
		return fmt.Errorf("matter %q: a prefix of 2, 4 or 6 digits", f.Matter)
	}
	if !f.From.IsZero() && !f.To.IsZero() && f.To.Before(f.From) {
		return fmt.Errorf("to %s is before from %s", f.To.Format(time.RFC3339), f.From.Format(time.RFC3339))
	}
	return nil
}

// window is a Filter in the terms of the columns: at in [from, to), matter in
// [low, high). Equal windows count the same.
type window struct {
	from, to  uint64
	low, high uint32
}

// always and any are the bounds that leave nothing out.
const (
	always    = math.MaxUint32 + 1
	anyMatter = math.MaxUint32
)

func (f Filter) window() window {
	w := window{to: always, high: anyMatter}
	if !f.From.IsZero() {
		w.from = uint64(seconds(f.From))
	}
	if !f.To.IsZero() {
		w.to = max(w.from, uint64(seconds(f.To)))
	}
	if f.Matter != "" {
		code, _ := strconv.Atoi(f.Matter)
		width := 1
		for range 6 - len(f.Matter) {
			width *= 10
		}
		w.low, w.high = uint32(code*width+1), uint32((code+1)*width+1)
	}
	return w
}

func (w window) anyTime() bool   { return w.from == 0 && w.to == always }
func (w window) anyMatter() bool { return w.low == 0 && w.high == anyMatter }

func (w window) holds(at, matter uint32) bool {
	return w.from <= uint64(at) && uint64(at) < w.to && w.low <= matter && matter < w.high
}

// seconds returns the whole seconds since 1970, within 32 bits.
func seconds(t time.Time) uint32 {
	return uint32(min(math.MaxUint32, max(0, t.Unix())))
}

// matterNumber returns the number of a six-digit code plus one, so that prefixes
// are ranges; 0 for anything else.
func matterNumber(code string) uint32 {
	n, err := strconv.ParseUint(code, 10, 32)
	if err != nil || len(code) != 6 {
		return 0
	}
	return uint32(n) + 1
}

// row is a report in the terms of the columns.
type row struct {
	face   int32 // of the coverage; the number of faces when outside
	at     uint32
	pos    geo.Pos
	tag    uint32 // of the id
	matter uint32
}

// compare orders rows as the columns do. Rows that compare equal are one report:
// to be taken for one, two would have to be of the same second and centimetre and
// their ids to have the same hash of 32 bits.
func (r row) compare(o row) int {
	return cmp.Or(
		cmp.Compare(r.face, o.face), cmp.Compare(r.at, o.at), r.pos.Compare(o.pos), cmp.Compare(r.tag, o.tag),
	)
}

// tag is the FNV-1a hash of an id.
func tag(id uuid.UUID) uint32 {
	h := uint32(2166136261)
	for _, b := range id {
		h = (h ^ uint32(b)) * 16777619
	}
	return h
}
