package store

import (
	"encoding/binary"
	"math"
	"time"

	"jingwei/grid"
)

// copyBuffer is data in the binary format of COPY: a header, rows, and a trailer
// (PostgreSQL manual, COPY, "Binary Format"). A field is its length in bytes and
// the bytes, big-endian.
type copyBuffer []byte

// copyHeader is the signature, no flags, and a header extension of length 0.
const copyHeader = "PGCOPY\n\xff\r\n\x00" + "\x00\x00\x00\x00" + "\x00\x00\x00\x00"

// copyTrailer ends the rows.
const copyTrailer = "\xff\xff"

func (b *copyBuffer) raw(s string)   { *b = append(*b, s...) }
func (b *copyBuffer) row(fields int) { *b = binary.BigEndian.AppendUint16(*b, uint16(fields)) }
func (b *copyBuffer) null()          { *b = binary.BigEndian.AppendUint32(*b, math.MaxUint32) }

func (b *copyBuffer) text(s string) {
	*b = binary.BigEndian.AppendUint32(*b, uint32(len(s)))
	*b = append(*b, s...)
}

func (b *copyBuffer) int32(v int32) {
	*b = binary.BigEndian.AppendUint32(*b, 4)
	*b = binary.BigEndian.AppendUint32(*b, uint32(v))
}

func (b *copyBuffer) int64(v int64) {
	*b = binary.BigEndian.AppendUint32(*b, 8)
	*b = binary.BigEndian.AppendUint64(*b, uint64(v))
}

func (b *copyBuffer) float32(v float64) { b.int32(int32(math.Float32bits(float32(v)))) }

// moment is a timestamp: microseconds since 2000.
func (b *copyBuffer) moment(t time.Time) { b.int64(moment(t).UnixMicro() - epoch2000) }

// epoch2000 is the beginning of 2000, UTC, in microseconds since 1970.
const epoch2000 = 946_684_800_000_000

func (b *copyBuffer) momentOrNull(t time.Time) {
	if t.IsZero() {
		b.null()
	} else {
		b.moment(t)
	}
}

func (b *copyBuffer) textOrNull(s string) {
	if s == "" {
		b.null()
	} else {
		b.text(s)
	}
}

func (b *copyBuffer) int64OrNull(v int64) {
	if v == 0 {
		b.null()
	} else {
		b.int64(v)
	}
}

// copiedColumns are those that report writes.
const copiedColumns = `id, at, received, x, y, accuracy, matter, text, reporter, cell, method, distance_m, edition,
	state, holder_level, holder_area, holder_worker, version, batch, due, stage_due, alarm, stage_alarm`

// report writes a row of copiedColumns.
func (b *copyBuffer) report(r *grid.Report, batch int64) {
	b.row(23)
	b.text(string(r.ID[:]))
	b.moment(r.At)
	b.moment(r.Received)
	b.int32(r.Pos.X)
	b.int32(r.Pos.Y)
	b.float32(r.Accuracy)
	b.textOrNull(r.Matter)
	b.text(r.Text)
	b.text(r.Reporter)
	b.int64OrNull(int64(r.Cell))
	b.text(string(r.Method))
	b.float32(r.DistanceM)
	b.int32(int32(r.Edition))
	b.text(r.State.String())
	b.textOrNull(levelName(r.Holder.Level))
	b.int64OrNull(int64(r.Holder.Area))
	b.int64OrNull(int64(r.Holder.Worker))
	b.int64(r.Version)
	b.int64OrNull(batch)
	b.momentOrNull(r.Due)
	b.momentOrNull(r.StageDue)
	b.momentOrNull(r.Alarm)
	b.momentOrNull(r.StageAlarm)
}
