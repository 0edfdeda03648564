package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"math"
	"sync"
	"time"

	"jingwei/grid"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
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

// copyBuffers are those that are free.
var copyBuffers = sync.Pool{New: func() any { return new(copyBuffer) }}

// newCopy returns data of so many rows, which write writes, until it is freed.
func newCopy(rows int, write func(b *copyBuffer, row int)) *copyBuffer {
	b := copyBuffers.Get().(*copyBuffer)
	*b = (*b)[:0]
	b.raw(copyHeader)
	for i := range rows {
		write(b, i)
	}
	b.raw(copyTrailer)
	return b
}

// free gives back the memory. After a failure a connection that is being closed may still
// be reading it.
func (b *copyBuffer) free() { copyBuffers.Put(b) }

// copyInto copies data into a table, of which the columns are named.
func copyInto(ctx context.Context, tx pgx.Tx, table string, data *copyBuffer) (pgconn.CommandTag, error) {
	return tx.Conn().PgConn().CopyFrom(ctx, bytes.NewReader(*data), `COPY `+table+` FROM STDIN BINARY`)
}

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

// copiedColumns are those that are copied in.
const copiedColumns = `id, at, received, x, y, accuracy, matter, text, reporter, cell, method, distance_m, edition,
	state, holder_level, holder_area, holder_worker, version, urgency, due, stage_due, alarm, stage_alarm, filed_by, filed_who, filed_as, filed_with, batch`

// imported writes a row of copiedColumns: a report of a batch.
func (b *copyBuffer) imported(e *grid.Entry, batch int64) {
	b.report(&e.Report)
	b.text("")
	b.null()
	b.text("")
	b.text(e.Reason)
	b.int64(batch)
}

// filed writes a row of copiedColumns.
func (b *copyBuffer) filed(e *grid.Entry) {
	b.report(&e.Report)
	b.text(e.Actor)
	b.textOrNull(e.Who)
	b.text(e.AsWhom)
	b.text(e.Reason)
	b.null()
}

// report begins a row of copiedColumns, to which the last five are still to come.
func (b *copyBuffer) report(r *grid.Report) {
	b.row(28)
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
	b.holder(r.Holder)
	b.int64(r.Version)
	b.urgency(r.Urgency)
	b.clocks(r.Clocks)
}

// urgency writes what is more than normal.
func (b *copyBuffer) urgency(u grid.Urgency) {
	if u == grid.Normal {
		b.null()
	} else {
		b.text(u.String())
	}
}

func (b *copyBuffer) holder(h grid.Holder) {
	b.textOrNull(levelName(h.Level))
	b.int64OrNull(int64(h.Area))
	b.int64OrNull(int64(h.Worker))
}

// clocks writes those that a new report can have.
func (b *copyBuffer) clocks(c grid.Clocks) {
	for _, t := range [...]time.Time{c.Due, c.StageDue, c.Alarm, c.StageAlarm} {
		b.momentOrNull(t)
	}
}

// news writes a row of the feed.
func (b *copyBuffer) news(seq int64, what, id string) {
	b.row(3)
	b.int64(seq)
	b.text(what)
	b.text(id)
}
