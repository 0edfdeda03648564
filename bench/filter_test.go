package bench

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strconv"
	"syscall"
	"testing"
	"time"

	"jingwei/geo"
	"jingwei/geo/coverage"
	"jingwei/grid"
	importer "jingwei/import"
)

// BenchmarkFilter locates rows of CSV, as jingwei locate does: random positions
// in cells, with and without other columns, beside the same by way of encoding/csv. An
// operation is the whole table; rows/s/core is by the processor time of the whole
// process.
func BenchmarkFilter(b *testing.B) {
	each(b, func(b *testing.B, s *set) {
		snapshot, err := s.snapshot()
		if err != nil {
			b.Fatal(err)
		}
		ps := s.inside(lookups)
		cells := importer.NewCells(snapshot)
		for _, table := range []struct {
			name string
			rows []byte
		}{
			{"narrow", rowsOf(ps, "", "")},
			{"wide", rowsOf(ps, ",at,text", ",2026-05-01T12:00:00Z,路灯不亮")},
			{"quoted", rowsOf(ps, ",at,text", `,2026-05-01T12:00:00Z,"路灯不亮，""急"", 请尽快"`)},
		} {
			b.Run(table.name, func(b *testing.B) {
				filter(b, table.rows, func() error {
					_, err := importer.LocateCSV(b.Context(), io.Discard, bytes.NewReader(table.rows), importer.LocateOptions{Cells: cells})
					return err
				})
			})
			b.Run(table.name+"-encoding-csv", func(b *testing.B) {
				filter(b, table.rows, func() error { return encodingCSV(io.Discard, bytes.NewReader(table.rows), snapshot) })
			})
		}
	})
}

// inside returns n positions at random in the cells of a set.
func (s *set) inside(n int) []geo.Pos {
	var in []geo.Pos
	for _, p := range s.points(4 * n) {
		if len(in) < n && s.cover.Locate(p) != coverage.None {
			in = append(in, p)
		}
	}
	return in
}

// snapshot makes an edition of the faces.
func (s *set) snapshot() (*grid.Snapshot, error) {
	areas := make([]grid.Area, len(s.faces))
	for i, f := range s.faces {
		areas[i] = grid.Area{ID: grid.AreaID(i + 1), Code: f.Name, Level: grid.Microgrid, Cell: true}
	}
	return grid.NewSnapshot(1, time.Time{}, areas, s.cover, nil)
}

// rowsOf writes positions as CSV, with other columns behind.
func rowsOf(ps []geo.Pos, names, more string) []byte {
	out := []byte("lon,lat" + names + "\n")
	for _, p := range ps {
		out = strconv.AppendFloat(out, p.Lon(), 'f', 7, 64)
		out = strconv.AppendFloat(append(out, ','), p.Lat(), 'f', 7, 64)
		out = append(append(out, more...), '\n')
	}
	return out
}

func filter(b *testing.B, rows []byte, run func() error) {
	b.SetBytes(int64(len(rows)))
	before := processorTime(b)
	for b.Loop() {
		if err := run(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(bytes.Count(rows, []byte("\n"))-1)*float64(b.N)/(processorTime(b)-before).Seconds(), "rows/s/core")
}

// processorTime is what the process has used so far, on all processors.
func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// encodingCSV is the peer: rows of lon and lat first, one at a time.
func encodingCSV(dst io.Writer, src io.Reader, s *grid.Snapshot) error {
	in, out := csv.NewReader(src), csv.NewWriter(dst)
	in.ReuseRecord = true
	row, err := in.Read()
	if err != nil {
		return err
	}
	answer := []string{"code", "method", "distance_m"}
	for {
		if err := out.Write(append(row, answer...)); err != nil {
			return err
		}
		if row, err = in.Read(); errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if answer, err = encodingAnswer(row, s); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func encodingAnswer(row []string, s *grid.Snapshot) ([]string, error) {
	lon, err := strconv.ParseFloat(row[0], 64)
	if err != nil {
		return nil, err
	}
	lat, err := strconv.ParseFloat(row[1], 64)
	if err != nil {
		return nil, err
	}
	pos, err := geo.FromDegrees(lon, lat)
	if err != nil {
		return nil, err
	}
	place := s.Locate(pos, grid.DefaultTolerance)
	code := ""
	if place.Area >= 0 {
		code = s.Area(place.Area).Code
	}
	return []string{code, string(place.Method), strconv.FormatFloat(place.DistanceM, 'f', -1, 64)}, nil
}
