package store

import (
	"errors"
	"strings"
	"testing"
	"time"

	"jingwei/density"
	"jingwei/geo"
	"jingwei/grid"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	"pgregory.net/rapid"
)

func TestCheckPostGIS(t *testing.T) {
	for version, want := range map[string]string{
		"3.3.2": "", "3.4.0dev": "", "4.0": "",
		"3.2.9": "3.3 or newer is needed", "2.5.5": "3.3 or newer is needed", "new": "version of PostGIS",
	} {
		err := checkPostGIS(version)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("PostGIS %s: %v, want %q", version, err, want)
		}
	}
}

// Of what PostgreSQL says itself, only that it goes down or is not up yet means
// that it cannot be reached.
func TestPlainTellsUnavailable(t *testing.T) {
	for code, want := range map[string]bool{
		"08006": true, "57P01": true, "57P02": true, "57P03": true,
		"57014": false, "23505": false, "40001": false, "53300": false,
	} {
		err := plain(&pgconn.PgError{Code: code, Message: "so"})
		if got := errors.Is(err, grid.ErrUnavailable); got != want || !isCode(err, code) {
			t.Errorf("%s: %v", code, err)
		}
	}
}

// Law: how COPY cuts its data does not matter.
func TestColumnsInAnyPieces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOfN(rapid.Custom(columns), 0, 20).Draw(t, "reports")
		var data copyBuffer
		data.raw(copyHeader)
		for _, r := range want {
			data.columns(r)
		}
		data.raw(copyTrailer)
		var got []density.Report
		r := newColumnReader(limits, func(d density.Report, err error) bool {
			got = append(got, d)
			return err == nil
		})
		for len(data) > 0 {
			n := rapid.IntRange(1, len(data)).Draw(t, "piece")
			if wrote, err := r.Write(data[:n]); wrote != n || err != nil {
				t.Fatal(wrote, err)
			}
			data = data[n:]
		}
		if len(want) != len(got) || len(want) > 0 && !cmp.Equal(want, got) {
			t.Fatal(cmp.Diff(want, got))
		}
	})
}

// limits are matters with one and without.
var limits = []grid.Matter{{Code: "010101", Limit: time.Hour}, {Code: "020202"}}

func columns(t *rapid.T) density.Report {
	r := density.Report{
		ID:     uuid.UUID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "id")),
		At:     time.UnixMicro(rapid.Int64Range(0, 1<<52).Draw(t, "at")).UTC(),
		Pos:    geo.Pos{X: rapid.Int32().Draw(t, "x"), Y: rapid.Int32().Draw(t, "y")},
		Matter: rapid.SampledFrom([]string{"", "010101", "020202"}).Draw(t, "matter"),
		Open:   rapid.Bool().Draw(t, "open"),
	}
	if r.Open && r.Matter == limits[0].Code {
		r.Due = r.At.Add(limits[0].Limit)
	}
	if r.Open && rapid.Bool().Draw(t, "clock") {
		r.Due = r.At.Add(time.Minute)
	}
	return r
}

// columns writes what columnReader reads: the clock of a report that has one
// says when it is due.
func (b *copyBuffer) columns(r density.Report) {
	b.row(8)
	b.text(string(r.ID[:]))
	b.moment(r.At)
	b.int32(r.Pos.X)
	b.int32(r.Pos.Y)
	b.textOrNull(r.Matter)
	if r.Open {
		b.text("\x01")
	} else {
		b.text("\x00")
	}
	b.momentOrNull(r.Due)
	b.momentOrNull(time.Time{}) // not stopped
}
