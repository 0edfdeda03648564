package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"time"

	"jingwei/density"
	"jingwei/grid"

	"github.com/jackc/pgx/v5"
)

// ReportColumns yields what is counted of every report, as of one moment, in no
// particular order. Start with [DB.Horizon] and follow the feed from there
// afterwards: what then comes twice is one report. An open report is due when the
// limit of its matter is over.
func (db *DB) ReportColumns(ctx context.Context) iter.Seq2[density.Report, error] {
	return func(yield func(density.Report, error) bool) {
		err := pgx.BeginTxFunc(ctx, db.pool, snapshotTx, func(tx pgx.Tx) error {
			matters, err := readMatters(ctx, tx)
			if err != nil {
				return err
			}
			return copyOut(ctx, tx, newColumnReader(matters, yield))
		})
		if err != nil && !errors.Is(err, errEnough) {
			yield(density.Report{}, fmt.Errorf("read the columns of reports: %w", err))
		}
	}
}

func copyOut(ctx context.Context, tx pgx.Tx, r *columnReader) error {
	_, err := tx.Conn().PgConn().CopyTo(ctx, r, `
		COPY (SELECT id, at, x, y, matter, state IN ('reported', 'assigned', 'verifying', 'handling', 'suspended', 'checking'), due, stopped FROM report)
		TO STDOUT BINARY`)
	return err
}

// errEnough ends reading when the user wants no more.
var errEnough = errors.New("enough")

// columnReader reads the binary format of COPY as it comes. See copyBuffer.
type columnReader struct {
	yield   func(density.Report, error) bool
	matters map[string]grid.Matter // by code
	rest    []byte                 // of a row that has not come whole
	begun   bool                   // the header is read
}

func newColumnReader(matters []grid.Matter, yield func(density.Report, error) bool) *columnReader {
	r := &columnReader{yield: yield, matters: make(map[string]grid.Matter, len(matters))}
	for _, m := range matters {
		r.matters[m.Code] = m
	}
	return r
}

// Write takes the next bytes.
func (r *columnReader) Write(data []byte) (int, error) {
	in := data
	if len(r.rest) > 0 {
		in = append(r.rest, data...)
	}
	for {
		n, err := r.next(in)
		if err != nil {
			return 0, err
		}
		if n == 0 {
			break
		}
		in = in[n:]
	}
	r.rest = append(r.rest[:0:0], in...)
	return len(data), nil
}

// next reads the header, a row or the trailer and returns its length; 0 when it
// has not come whole.
func (r *columnReader) next(in []byte) (int, error) {
	if !r.begun {
		if len(in) < len(copyHeader) {
			return 0, nil
		}
		r.begun = true
		return len(copyHeader), nil
	}
	if len(in) < 2 {
		return 0, nil
	}
	if string(in[:2]) == copyTrailer {
		return 2, nil
	}
	return r.row(in)
}

func (r *columnReader) row(in []byte) (int, error) {
	var field [8][]byte
	if n := int(binary.BigEndian.Uint16(in)); n != len(field) {
		return 0, fmt.Errorf("a row of %d columns, not %d", n, len(field))
	}
	at := 2
	for i := range field {
		if len(in) < at+4 {
			return 0, nil
		}
		size := int(int32(binary.BigEndian.Uint32(in[at:])))
		at += 4
		if size < 0 { // NULL
			continue
		}
		if len(in) < at+size {
			return 0, nil
		}
		field[i] = in[at : at+size]
		at += size
	}
	if !r.yield(r.report(field), nil) {
		return 0, errEnough
	}
	return at, nil
}

func (r *columnReader) report(field [8][]byte) (out density.Report) {
	copy(out.ID[:], field[0])
	out.At = copiedTime(field[1])
	out.Pos.X = int32(binary.BigEndian.Uint32(field[2]))
	out.Pos.Y = int32(binary.BigEndian.Uint32(field[3]))
	m := r.matters[string(field[4])] // none for NULL
	out.Matter = m.Code
	if out.Open = field[5][0] != 0; out.Open {
		out.Due = grid.Report{At: out.At, Clocks: grid.Clocks{Due: copiedTime(field[6]), Stopped: copiedTime(field[7])}}.Deadline(m)
	}
	return out
}

// copiedTime reads a timestamptz; the zero time for NULL.
func copiedTime(b []byte) time.Time {
	if b == nil {
		return time.Time{}
	}
	return time.UnixMicro(int64(binary.BigEndian.Uint64(b)) + epoch2000).UTC()
}
