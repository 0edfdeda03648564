package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"time"

	"jingwei/density"
)

// ReportColumns yields what is counted of every report, as of one moment, in no
// particular order. Start with [DB.Horizon] and follow the feed from there
// afterwards: what then comes twice is one report.
func (db *DB) ReportColumns(ctx context.Context) iter.Seq2[density.Report, error] {
	return func(yield func(density.Report, error) bool) {
		r := columnReader{yield: yield, matters: map[string]string{}}
		err := db.copyOut(ctx, &r)
		if err != nil && !errors.Is(err, errEnough) {
			yield(density.Report{}, fmt.Errorf("read the columns of reports: %w", err))
		}
	}
}

func (db *DB) copyOut(ctx context.Context, r *columnReader) error {
	conn, err := db.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	_, err = conn.Conn().PgConn().CopyTo(ctx, r, `
		COPY (SELECT id, at, x, y, matter, state IN ('reported', 'assigned', 'verifying', 'handling', 'suspended', 'checking') FROM report)
		TO STDOUT BINARY`)
	return err
}

// errEnough ends reading when the user wants no more.
var errEnough = errors.New("enough")

// columnReader reads the binary format of COPY as it comes. See copyBuffer.
type columnReader struct {
	yield   func(density.Report, error) bool
	matters map[string]string // each code once
	rest    []byte            // of a row that has not come whole
	begun   bool              // the header is read
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
	var field [6][]byte
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

func (r *columnReader) report(field [6][]byte) (out density.Report) {
	copy(out.ID[:], field[0])
	out.At = time.UnixMicro(int64(binary.BigEndian.Uint64(field[1])) + epoch2000).UTC()
	out.Pos.X = int32(binary.BigEndian.Uint32(field[2]))
	out.Pos.Y = int32(binary.BigEndian.Uint32(field[3]))
	out.Matter = r.matter(field[4])
	out.Open = field[5][0] != 0
	return out
}

func (r *columnReader) matter(b []byte) string {
	s, ok := r.matters[string(b)]
	if !ok {
		s = string(b)
		r.matters[s] = s
	}
	return s
}
