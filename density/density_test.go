package density_test

import (
	"errors"
	"fmt"
	"iter"
	"sync"
	"testing"
	"time"

	"jingwei/density"
	"jingwei/geo"
	"jingwei/geo/coverage"
	"jingwei/grid"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"
)

const side = 1000 // of a cell, in lattice units: about 10 m

// board is a snapshot of n times n square cells from 0,0 on: microgrids, by rows
// in grids (the last of which is a cell itself), these in one city.
func board(t testing.TB, edition int64, n int32) *grid.Snapshot {
	t.Helper()
	areas := []grid.Area{{ID: 1, Code: "3206", Level: grid.City}}
	var faces []coverage.Face
	for row := range n {
		g := grid.Area{ID: grid.AreaID(10 + row), Code: fmt.Sprintf("g%d", row), Level: grid.Grid, Parent: 1, Cell: row == n-1}
		areas = append(areas, g)
		if g.Cell {
			faces = append(faces, coverage.Face{Name: g.Code, Shape: rectangle(0, row*side, n*side, row*side+side)})
		}
	}
	for i := range n * (n - 1) {
		row, column := i/n, i%n
		m := grid.Area{ID: grid.AreaID(1000 + i), Code: fmt.Sprintf("m%d", i), Level: grid.Microgrid, Parent: grid.AreaID(10 + row), Cell: true}
		areas = append(areas, m)
		faces = append(faces, coverage.Face{Name: m.Code, Shape: rectangle(column*side, row*side, column*side+side, row*side+side)})
	}
	c, err := coverage.Build(faces)
	if err != nil {
		t.Fatal(err)
	}
	s, err := grid.NewSnapshot(edition, time.Time{}, areas, c, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func rectangle(x0, y0, x1, y1 int32) geo.MultiPolygon {
	return geo.MultiPolygon{{{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}}}}
}

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// Few different values, so that reports often share them.
func anyReport() *rapid.Generator[density.Report] {
	return rapid.Custom(func(t *rapid.T) density.Report {
		return density.Report{
			ID:     uuid.UUID{15: byte(rapid.IntRange(0, 60).Draw(t, "id"))},
			At:     start.Add(time.Duration(rapid.IntRange(0, 20).Draw(t, "half seconds")) * time.Second / 2),
			Pos:    geo.Pos{X: rapid.Int32Range(-10, 45).Draw(t, "x") * 100, Y: rapid.Int32Range(-10, 45).Draw(t, "y") * 100},
			Matter: rapid.SampledFrom([]string{"", "010101", "010102", "010201", "020101", "990101", "other"}).Draw(t, "matter"),
			Open:   rapid.Bool().Draw(t, "open"),
		}
	})
}

func anyFilter() *rapid.Generator[density.Filter] {
	return rapid.Custom(func(t *rapid.T) density.Filter {
		f := density.Filter{Matter: rapid.SampledFrom([]string{"", "", "01", "0101", "010102", "99", "990101"}).Draw(t, "prefix")}
		if rapid.Bool().Draw(t, "from") {
			f.From = start.Add(time.Duration(rapid.IntRange(-1, 11).Draw(t, "from second")) * time.Second)
		}
		if rapid.Bool().Draw(t, "to") {
			f.To = start.Add(time.Duration(rapid.IntRange(-1, 11).Draw(t, "to second")) * time.Second)
		}
		return f
	})
}

// model is the brute force: every report, one by one.
type model map[uuid.UUID]density.Report

// put keeps all of a known report but its state.
func (m model) put(r density.Report) density.Report {
	if old, ok := m[r.ID]; ok {
		old.Open = r.Open
		r = old
	}
	m[r.ID] = r
	return r
}

func (m model) count(s *grid.Snapshot, f density.Filter) (count, open []uint32) {
	count, open = make([]uint32, s.Len()), make([]uint32, s.Len())
	for _, r := range m {
		at := r.At.Truncate(time.Second)
		if at.Before(f.From) || !f.To.IsZero() && !at.Before(f.To) || !matches(r.Matter, f.Matter) {
			continue
		}
		for i := s.Locate(r.Pos, grid.DefaultTolerance).Area; i >= 0; i = s.Parent(i) {
			count[i]++
			if r.Open {
				open[i]++
			}
		}
	}
	return count, open
}

// vectors returns both counts of all areas.
func vectors(n *density.Counts) (count, open []uint32) {
	for i := range int32(n.Snapshot.Len()) {
		count, open = append(count, uint32(n.Count(i))), append(open, uint32(n.Open(i)))
	}
	return count, open
}

func matches(matter, prefix string) bool {
	return prefix == "" || len(matter) == 6 && matter[:len(prefix)] == prefix
}

func (m model) check(t *rapid.T, c *density.Columns, f density.Filter) {
	got := c.Counts(f)
	count, open := m.count(c.Snapshot(), f)
	gotCount, gotOpen := vectors(got)
	if d := cmp.Diff(count, gotCount); d != "" {
		t.Fatalf("count of %+v (-want +got):\n%s", f, d)
	}
	if d := cmp.Diff(open, gotOpen); d != "" {
		t.Fatalf("open of %+v (-want +got):\n%s", f, d)
	}
	if got.Version != c.Version() {
		t.Fatalf("version %d, columns at %d", got.Version, c.Version())
	}
}

func all(reports []density.Report) iter.Seq2[density.Report, error] {
	return func(yield func(density.Report, error) bool) {
		for _, r := range reports {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// Whatever is loaded, put, put again and moved to another edition, counts are
// those of counting one by one.
func TestCountsAreExact(t *testing.T) {
	boards := []*grid.Snapshot{board(t, 1, 4), board(t, 2, 3), board(t, 3, 1)}
	rapid.Check(t, func(t *rapid.T) {
		m := model{}
		var loaded []density.Report
		for _, r := range rapid.SliceOfN(anyReport(), 0, 30).Draw(t, "loaded") {
			loaded = append(loaded, m.put(r))
		}
		c, err := density.Load(boards[0], all(loaded))
		if err != nil {
			t.Fatal(err)
		}
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				before := c.Version()
				var batch []density.Report
				for _, r := range rapid.SliceOfN(anyReport(), 0, 5).Draw(t, "reports") {
					batch = append(batch, m.put(r))
				}
				c.Put(batch...)
				if c.Version() < before {
					t.Fatalf("version fell from %d to %d", before, c.Version())
				}
			},
			"redraw": func(t *rapid.T) {
				before := c.Version()
				c = c.On(rapid.SampledFrom(boards).Draw(t, "board"))
				if c.Version() <= before {
					t.Fatalf("version did not grow from %d", before)
				}
			},
			"count": func(t *rapid.T) { m.check(t, c, anyFilter().Draw(t, "filter")) },
			"": func(t *rapid.T) {
				m.check(t, c, density.Filter{})
				if c.Len() != len(m) {
					t.Fatalf("%d reports, want %d", c.Len(), len(m))
				}
			},
		})
	})
}

// Enough reports that the log is laid out as a new base several times over.
func TestCountsAreExactAcrossCompaction(t *testing.T) {
	c := density.New(board(t, 1, 4))
	m := model{}
	filters := []density.Filter{{}, {From: start.Add(time.Hour)}, {Matter: "0101"}, {To: start.Add(20 * time.Hour), Matter: "02"}}
	for round := range 4 {
		batch := make([]density.Report, 50_000)
		for i := range batch {
			k := round*40_000 + i // a fifth of them known, with another state
			batch[i] = m.put(density.Report{
				ID: uuid.NewSHA1(uuid.Nil, fmt.Append(nil, k)), At: start.Add(time.Duration(k*7919%86400) * time.Second),
				Pos:    geo.Pos{X: int32(k * 31 % 4400), Y: int32(k * 17 % 4400)},
				Matter: []string{"010101", "010102", "020304", ""}[k%4], Open: (k+round)%3 == 0,
			})
		}
		c.Put(batch...)
		for _, f := range filters {
			count, open := m.count(c.Snapshot(), f)
			gotCount, gotOpen := vectors(c.Counts(f))
			if d := cmp.Diff([][]uint32{count, open}, [][]uint32{gotCount, gotOpen}); d != "" {
				t.Fatalf("round %d, %+v: %s", round, f, d)
			}
		}
	}
}

// More windows than are kept: none is answered with another's counts.
func TestManyFilters(t *testing.T) {
	c := density.New(board(t, 1, 2))
	for i := range 200 {
		c.Put(density.Report{ID: uuid.UUID{byte(i)}, At: start.Add(time.Duration(i) * time.Second)})
	}
	for range 2 {
		for i := range 200 {
			if n := c.Counts(density.Filter{From: start.Add(time.Duration(i) * time.Second)}).Count(0); n != int64(200-i) {
				t.Fatalf("from %d s: %d reports, want %d", i, n, 200-i)
			}
		}
	}
}

// A reader never sees the counts of two moments, nor of a moment before it asked.
func TestReadersBesideAWriter(t *testing.T) {
	const n = 100_000
	c := density.New(board(t, 1, 3))
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for v := uint64(0); v < n; {
				v = c.Version()
				got := c.Counts(density.Filter{})
				if got.Version < v || uint64(got.Count(0)) != got.Version || got.Open(0) != got.Count(0) {
					t.Errorf("asked at %d, got version %d with count %d, open %d", v, got.Version, got.Count(0), got.Open(0))
					return
				}
			}
		})
	}
	for i := range n {
		c.Put(density.Report{ID: uuid.UUID{byte(i), byte(i >> 8), byte(i >> 16)}, At: start, Open: true})
	}
	wg.Wait()
}

func TestLoadStopsAtAnError(t *testing.T) {
	broken := errors.New("connection lost")
	_, err := density.Load(board(t, 1, 2), func(yield func(density.Report, error) bool) {
		_ = yield(density.Report{}, nil) && yield(density.Report{}, broken)
	})
	if !errors.Is(err, broken) {
		t.Errorf("error %v, want %v", err, broken)
	}
}

// Breaks cut the values above zero into classes of about the same size.
func TestBreaks(t *testing.T) {
	for _, tt := range []struct {
		values []float64
		n      int
		want   []float64
	}{
		{nil, 5, []float64{}},
		{[]float64{0, 0, 0}, 5, []float64{}},
		{[]float64{3}, 5, []float64{}},
		{[]float64{7, 7, 7, 0}, 3, []float64{}},
		{[]float64{4, 1, 3, 2}, 2, []float64{2}},
		{[]float64{1, 2, 3, 4, 5, 6, 7, 8, 0, 0}, 4, []float64{2, 4, 6}},
		{[]float64{1, 1, 1, 1, 1, 1, 9, 10}, 4, []float64{1}},
	} {
		if d := cmp.Diff(tt.want, density.Breaks(tt.values, tt.n)); d != "" {
			t.Errorf("%v in %d classes (-want +got):\n%s", tt.values, tt.n, d)
		}
	}
}

func TestFilterNamesWhatIsWrong(t *testing.T) {
	for _, f := range []density.Filter{
		{Matter: "1"},
		{Matter: "010"},
		{Matter: "01010101"},
		{Matter: "ab"},
		{Matter: "+1"},
		{Matter: "-1"},
		{From: start, To: start.Add(-time.Second)},
	} {
		if f.Validate() == nil {
			t.Errorf("%+v is valid", f)
		}
	}
	for _, f := range []density.Filter{{}, {Matter: "01"}, {Matter: "0102"}, {Matter: "010203"}, {From: start, To: start}} {
		if err := f.Validate(); err != nil {
			t.Errorf("%+v: %v", f, err)
		}
	}
}
