package density_test

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"jingwei/density"
	"jingwei/geo"
	"jingwei/geo/coverage"
	"jingwei/grid"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"
)

const side = 40_000 // of a cell, in lattice units: about 400 m, less than a tile of zoom 16

// board is a snapshot of n times n square cells from 0,0 on: microgrids, by rows
// in grids (the last of which is a cell itself), these in one city, as is the first
// microgrid.
func board(t testing.TB, edition int64, n int32) *grid.Snapshot {
	t.Helper()
	return boardFrom(t, edition, n, 0)
}

// boardFrom is a board from another corner on.
func boardFrom(t testing.TB, edition int64, n, corner int32) *grid.Snapshot {
	t.Helper()
	areas := []grid.Area{{ID: 1, Code: "3206", Level: grid.City}}
	var faces []coverage.Face
	for row := range n {
		g := grid.Area{ID: grid.AreaID(10 + row), Code: fmt.Sprintf("g%d", row), Level: grid.Grid, Parent: 1, Cell: row == n-1}
		areas = append(areas, g)
		if g.Cell {
			faces = append(faces, coverage.Face{Name: g.Code, Shape: rectangle(corner, corner+row*side, corner+n*side, corner+row*side+side)})
		}
	}
	for i := range n * (n - 1) {
		row, column := i/n, i%n
		x, y := corner+column*side, corner+row*side
		m := grid.Area{ID: grid.AreaID(1000 + i), Code: fmt.Sprintf("m%d", i), Level: grid.Microgrid, Parent: grid.AreaID(10 + row), Cell: true}
		if i == 0 {
			m.Parent = 1
		}
		areas = append(areas, m)
		faces = append(faces, coverage.Face{Name: m.Code, Shape: rectangle(x, y, x+side, y+side)})
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
			Pos:    geo.Pos{X: rapid.Int32Range(-10, 45).Draw(t, "x") * 4000, Y: rapid.Int32Range(-10, 45).Draw(t, "y") * 4000},
			Matter: rapid.SampledFrom([]string{"", "010101", "010102", "010201", "020101", "990101", "other"}).Draw(t, "matter"),
			Open:   rapid.Bool().Draw(t, "open"),
			Due:    rapid.SampledFrom([]time.Time{{}, start, start.Add(time.Minute), start.Add(time.Hour), start.Add(time.Hour + time.Second/2)}).Draw(t, "due"),
		}
	})
}

func anyFilter() *rapid.Generator[density.Filter] {
	return rapid.Custom(func(t *rapid.T) density.Filter {
		f := density.Filter{
			Matters: rapid.SliceOfN(rapid.SampledFrom([]string{"01", "0101", "010102", "02", "99", "990101"}), 0, 3).Draw(t, "prefixes"),
			State:   density.State(rapid.IntRange(0, 3).Draw(t, "state")),
		}
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
type model struct {
	reports map[uuid.UUID]density.Report
	now     time.Time
}

func newModel() *model { return &model{reports: map[uuid.UUID]density.Report{}} }

// put keeps all of a known report but its state.
func (m *model) put(r density.Report) density.Report {
	if old, ok := m.reports[r.ID]; ok {
		old.Open, old.Due = r.Open, r.Due
		r = old
	}
	m.reports[r.ID] = r
	return r
}

func (m *model) overdue(r density.Report) bool {
	return r.Open && !r.Due.IsZero() && !m.now.Before(r.Due.Truncate(time.Second))
}

func (m *model) passes(r density.Report, f density.Filter) bool {
	at := r.At.Truncate(time.Second)
	if at.Before(f.From) || !f.To.IsZero() && !at.Before(f.To) || !matches(r.Matter, f.Matters) {
		return false
	}
	switch f.State {
	case density.Open:
		return r.Open
	case density.Closed:
		return !r.Open
	case density.Overdue:
		return m.overdue(r)
	}
	return true
}

// count returns the counts of all areas: of reports, open and overdue ones.
func (m *model) count(s *grid.Snapshot, f density.Filter) (out [3][]int64) {
	for k := range out {
		out[k] = make([]int64, s.Len())
	}
	for _, r := range m.reports {
		if !m.passes(r, f) {
			continue
		}
		for i := s.Locate(r.Pos, grid.DefaultTolerance).Area; i >= 0; i = s.Parent(i) {
			for k, counts := range []bool{true, r.Open, m.overdue(r)} {
				if counts {
					out[k][i]++
				}
			}
		}
	}
	return out
}

func counted(n *density.Counts) (out [3][]int64) {
	for i := range int32(n.Snapshot.Len()) {
		out[0], out[1], out[2] = append(out[0], n.Count(i)), append(out[1], n.Open(i)), append(out[2], n.Overdue(i))
	}
	return out
}

func matches(matter string, prefixes []string) bool {
	return len(prefixes) == 0 || len(matter) == 6 && slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(matter, p) })
}

// tb is a test of either kind.
type tb interface{ Fatalf(string, ...any) }

func (m *model) check(t tb, c *density.Columns, f density.Filter) {
	got := c.Counts(f)
	if d := gocmp.Diff(m.count(c.Snapshot(), f), counted(got)); d != "" {
		t.Fatalf("count, open and overdue of %+v (-want +got):\n%s", f, d)
	}
	if got.Version != c.Version() {
		t.Fatalf("version %d, columns at %d", got.Version, c.Version())
	}
}

// bins bins every report, one by one.
func (m *model) bins(s *grid.Snapshot, f density.Filter, root int32, v density.View) []density.Bin {
	type place struct{ y, x uint32 }
	in := map[place][]density.Report{}
	for _, r := range m.reports {
		area := s.Locate(r.Pos, grid.DefaultTolerance).Area
		x, y := geo.MercatorCell(r.Pos, v.Z)
		if area >= 0 && s.Within(area, root) && m.passes(r, f) && v.MinX <= x && x < v.MaxX && v.MinY <= y && y < v.MaxY {
			in[place{y, x}] = append(in[place{y, x}], r)
		}
	}
	var out []density.Bin
	for p, reports := range in {
		out = append(out, m.bin(v.Z, p.x, p.y, reports))
	}
	slices.SortFunc(out, func(a, b density.Bin) int { return cmp.Or(cmp.Compare(a.Y, b.Y), cmp.Compare(a.X, b.X)) })
	return out
}

func (m *model) bin(z uint8, x, y uint32, reports []density.Report) density.Bin {
	b := density.Bin{X: x, Y: y, Count: uint32(len(reports))}
	var sumX, sumY float64
	for _, r := range reports {
		p := r.Pos
		if z < 16 && len(reports) > 8 {
			p = middle(p)
		}
		sumX, sumY = sumX+float64(p.X), sumY+float64(p.Y)
		if r.Open {
			b.Open++
		}
		if m.overdue(r) {
			b.Overdue++
		}
	}
	n := float64(len(reports))
	b.Mean = geo.Pos{X: int32(math.Floor(sumX/n + 0.5)), Y: int32(math.Floor(sumY/n + 0.5))}
	if len(reports) == 1 {
		b.At = uint32(reports[0].At.Unix())
		if len(reports[0].Matter) == 6 {
			b.Matter = reports[0].Matter
		}
	}
	return b
}

// middle returns the middle of the cell of zoom 16 that holds p.
func middle(p geo.Pos) geo.Pos {
	x, y := geo.MercatorCell(p, 16)
	south := geo.MercatorSouth(16, y)
	north := south
	if y > 0 {
		north = geo.MercatorSouth(16, y-1)
	}
	return geo.Pos{
		X: int32((int64(geo.MercatorWest(16, x)) + int64(geo.MercatorWest(16, x+1))) / 2),
		Y: int32((int64(south) + int64(north)) / 2),
	}
}

func (m *model) checkBins(t tb, c *density.Columns, f density.Filter, root int32, v density.View) {
	want := m.bins(c.Snapshot(), f, root, v)
	for i, b := range want {
		if !v.Where {
			want[i] = density.Bin{X: b.X, Y: b.Y, Count: b.Count, Open: b.Open, Overdue: b.Overdue}
		}
	}
	for range 2 { // the second from what is kept of the first
		if d := gocmp.Diff(want, c.Bins(f, root, v)); d != "" {
			t.Fatalf("bins in %+v within %d of %+v (-want +got):\n%s", v, root, f, d)
		}
	}
}

// anyView is of the whole board, where it is many times larger than its bins, and
// of parts of it.
func anyView() *rapid.Generator[density.View] {
	return rapid.Custom(func(t *rapid.T) density.View {
		z := uint8(rapid.IntRange(0, 26).Draw(t, "zoom"))
		minX, maxY := geo.MercatorCell(geo.Pos{X: -60_000, Y: -60_000}, z)
		maxX, minY := geo.MercatorCell(geo.Pos{X: 200_000, Y: 200_000}, z)
		x := rapid.Uint32Range(minX, maxX).Draw(t, "first column")
		y := rapid.Uint32Range(minY, maxY).Draw(t, "first row")
		return density.View{
			Z: z, MinX: x, MinY: y, Where: rapid.Bool().Draw(t, "where"),
			MaxX: rapid.Uint32Range(x, min(x+300, maxX+1)).Draw(t, "end of columns"),
			MaxY: rapid.Uint32Range(y, min(y+300, maxY+1)).Draw(t, "end of rows"),
		}
	})
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

// straddling is a board whose middle cell is in four of every zoom's.
func straddling(t testing.TB, edition int64) *grid.Snapshot {
	t.Helper()
	return boardFrom(t, edition, 3, -3*side/2)
}

// Whatever is loaded, put, put again and moved to another edition, counts and bins
// are those of counting one by one.
func TestCountsAreExact(t *testing.T) {
	boards := []*grid.Snapshot{straddling(t, 1), board(t, 2, 4), board(t, 3, 1)}
	rapid.Check(t, func(t *rapid.T) {
		m := newModel()
		var loaded []density.Report
		for _, r := range rapid.SliceOfN(anyReport(), 0, 30).Draw(t, "loaded") {
			loaded = append(loaded, m.put(r))
		}
		c, err := density.Load(boards[0], 7, all(loaded))
		if err != nil {
			t.Fatal(err)
		}
		if c.Version() <= 7 {
			t.Fatalf("version %d is not after 7", c.Version())
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
			"advance": func(t *rapid.T) {
				now := start.Add(time.Duration(rapid.SampledFrom([]int{-1, 0, 59, 60, 3599, 3600, 4000}).Draw(t, "now")) * time.Second)
				c.Advance(now)
				if now.After(m.now) {
					m.now = now
				}
			},
			"redraw": func(t *rapid.T) {
				before := c.Version()
				c = c.On(rapid.SampledFrom(boards).Draw(t, "board"))
				if c.Version() <= before {
					t.Fatalf("version did not grow from %d", before)
				}
			},
			"settle": func(t *rapid.T) { c.Settle() },
			"count":  func(t *rapid.T) { m.check(t, c, anyFilter().Draw(t, "filter")) },
			"bins": func(t *rapid.T) {
				root := rapid.Int32Range(-1, int32(c.Snapshot().Len())-1).Draw(t, "root")
				f := anyFilter().Draw(t, "filter")
				for range 2 {
					m.checkBins(t, c, f, root, anyView().Draw(t, "view"))
				}
			},
			"": func(t *rapid.T) {
				m.check(t, c, density.Filter{})
				if c.Len() != len(m.reports) {
					t.Fatalf("%d reports, want %d", c.Len(), len(m.reports))
				}
			},
		})
	})
}

// At every zoom, counts of bins within areas, of the whole board and from the middle on,
// are those of counting one by one.
func TestBinsAreExact(t *testing.T) {
	const n, corner = 8, -2*side - side/2 // across an edge of zoom 14 and others
	s := boardFrom(t, 1, n, corner)
	random := rand.New(rand.NewPCG(1, 2))
	m := newModel()
	var loaded []density.Report
	for i := range 600 {
		loaded = append(loaded, m.put(density.Report{
			ID: uuid.UUID{byte(i >> 8), byte(i)}, At: start.Add(time.Duration(random.IntN(10)) * time.Second),
			Pos:    geo.Pos{X: corner - side + random.Int32N((n+2)*side), Y: corner - side + random.Int32N((n+2)*side)},
			Matter: []string{"010101", "010102", "020101", ""}[i%4], Open: i%5 == 0,
		}))
	}
	c, err := density.Load(s, 0, all(loaded))
	if err != nil {
		t.Fatal(err)
	}
	middle, end := geo.Pos{X: corner + n*side/2, Y: corner + n*side/2}, int32(corner+(n+1)*side)
	for z := range uint8(19) {
		minX, maxY := geo.MercatorCell(geo.Pos{X: corner - side, Y: corner - side}, z)
		maxX, minY := geo.MercatorCell(geo.Pos{X: end, Y: end}, z)
		x, y := geo.MercatorCell(middle, z)
		for _, f := range []density.Filter{
			{},
			{Matters: []string{"01"}, State: density.Closed},
			{From: start.Add(2 * time.Second), To: start.Add(7 * time.Second), Matters: []string{"010102", "02"}},
		} {
			for root := range int32(n + 3) { // all, the city, its grids and a microgrid
				m.checkBins(t, c, f, root-1, density.View{Z: z, MinX: minX, MinY: minY, MaxX: maxX + 1, MaxY: maxY + 1})
				m.checkBins(t, c, f, root-1, density.View{Z: z, MinX: x, MinY: y, MaxX: maxX + 1, MaxY: maxY + 1})
			}
		}
	}
}

// Enough reports that the log is laid out as a new base several times over, and
// that there are running totals of all, of categories and an item, and at many times.
func TestCountsAreExactAcrossCompaction(t *testing.T) {
	const hour, year = 3600, 8760
	c := density.New(board(t, 1, 4))
	m := newModel()
	after := func(hours int) time.Time { return start.Add(time.Duration(hours) * time.Hour) }
	filters := []density.Filter{
		{},
		{From: after(0)},
		{From: after(-5), To: after(6 * year)},
		{From: after(100), To: after(101)},
		{From: after(100), To: after(4 * year)},
		{To: after(3*year + 17), Matters: []string{"01"}},
		{From: after(year), To: after(2 * year), Matters: []string{"01", "0203"}},
		{From: after(year), Matters: []string{"0101"}},
		{From: after(6 * year)},
		{Matters: []string{"03"}},
		{State: density.Overdue},
		{State: density.Closed, Matters: []string{"01"}, From: after(700), To: after(800)},
	}
	for round := range 4 {
		batch := make([]density.Report, 50_000)
		for i := range batch {
			k := round*40_000 + i // a fifth of them known, with another state
			at := k * 7919 % (5 * year)
			batch[i] = m.put(density.Report{
				ID: uuid.NewSHA1(uuid.Nil, fmt.Append(nil, k)), At: after(at).Add(time.Duration(k%hour) * time.Second),
				Pos:    geo.Pos{X: int32(k * 1231 % 176_000), Y: int32(k * 677 % 176_000)},
				Matter: []string{"010101", "010102", "020304", "010101", ""}[k%5], Open: (k+round)%3 == 0, Due: after(at + 1000),
			})
		}
		c.Put(batch...)
		m.now = after(round * year)
		c.Advance(m.now)
		if round == 2 {
			c = c.On(straddling(t, 2))
		}
		for i, f := range filters {
			m.check(t, c, f)
			m.checkBins(t, c, f, -1, anyView().Example(i))
		}
	}
}

// Cells that reach to the poles and to the antimeridian: what is beyond the sides
// of the square world counts at its sides, and is told apart all the same.
func TestAllOverTheWorld(t *testing.T) {
	s := world(t)
	rapid.Check(t, func(t *rapid.T) {
		m := newModel()
		var batch []density.Report
		for i := range rapid.IntRange(0, 40).Draw(t, "reports") {
			r := anyReport().Draw(t, "report")
			r.ID = uuid.UUID{byte(i / 2)}
			r.Pos = geo.Pos{
				X: rapid.SampledFrom([]int32{-geo.MaxX, -geo.MaxX + 1, -7, 5, geo.MaxX - 1, geo.MaxX}).Draw(t, "x"),
				Y: rapid.OneOf(rapid.Int32Range(-geo.MaxY, geo.MaxY), rapid.Int32Range(geo.MaxY-200_000, geo.MaxY),
					rapid.SampledFrom([]int32{-geo.MaxY, geo.MaxY, 850_511_287, 850_511_288, -850_511_288})).Draw(t, "y"),
			}
			batch = append(batch, m.put(r))
		}
		n := rapid.IntRange(0, len(batch)).Draw(t, "loaded")
		c, err := density.Load(s, 0, all(batch[:n]))
		if err != nil {
			t.Fatal(err)
		}
		c.Put(batch[n:]...)
		for range 2 {
			if c.Len() != len(m.reports) {
				t.Fatalf("%d reports, want %d", c.Len(), len(m.reports))
			}
			m.check(t, c, anyFilter().Draw(t, "filter"))
			z := uint8(rapid.IntRange(0, 6).Draw(t, "zoom"))
			m.checkBins(t, c, anyFilter().Draw(t, "filter"), -1, density.View{Z: z, MaxX: 1 << z, MaxY: 1 << z, Where: rapid.Bool().Draw(t, "where")})
			far := uint32(1)<<18 - 1
			m.checkBins(t, c, density.Filter{}, -1, density.View{Z: 18, MinX: far - 9, MaxX: far + 1, MaxY: 10, Where: true})
			c = c.On(s)
			c.Settle()
			c.Put(batch...) // all of them known
		}
	})
}

// world is a snapshot of four cells, the quarters of the world.
func world(t testing.TB) *grid.Snapshot {
	t.Helper()
	var areas []grid.Area
	var faces []coverage.Face
	for i, low := range []geo.Pos{{X: -geo.MaxX, Y: -geo.MaxY}, {X: 0, Y: -geo.MaxY}, {X: -geo.MaxX, Y: 0}, {X: 0, Y: 0}} {
		a := grid.Area{ID: grid.AreaID(i + 1), Code: fmt.Sprint(i), Level: grid.Grid, Cell: true}
		areas = append(areas, a)
		faces = append(faces, coverage.Face{Name: a.Code, Shape: rectangle(low.X, low.Y, low.X+geo.MaxX, low.Y+geo.MaxY)})
	}
	c, err := coverage.Build(faces)
	if err != nil {
		t.Fatal(err)
	}
	s, err := grid.NewSnapshot(1, time.Time{}, areas, c, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// What changed in a tile is told by its version, at every zoom, and nothing else
// is: a report outside every cell, or a state that is known, changes nothing.
func TestTouched(t *testing.T) {
	c := density.New(board(t, 1, 4))
	near, far, outside := geo.Pos{X: 10, Y: 10}, geo.Pos{X: 10, Y: 150_000}, geo.Pos{X: 10, Y: 900_000}
	touched := func(p geo.Pos, z uint8) uint64 {
		x, y := geo.MercatorCell(p, z)
		return c.Touched(z, x, y)
	}
	r := density.Report{ID: uuid.UUID{1}, At: start, Pos: near, Open: true, Due: start.Add(time.Hour)}
	change := []func(){
		func() { c.Put(r) },
		func() { c.Advance(start.Add(time.Hour)) },
		func() { r.Open = false; c.Put(r) },
	}
	nothing := []func(){
		func() { c.Put(r) },
		func() { c.Advance(start.Add(2 * time.Hour)) },
		func() { c.Put(density.Report{ID: uuid.UUID{2}, At: start, Pos: outside}) },
	}
	for i := range change {
		before := c.Version()
		change[i]()
		for z := range uint8(23) {
			if v := touched(near, z); v != before+1 {
				t.Errorf("change %d at zoom %d: version %d, want %d", i, z, v, before+1)
			}
		}
		if v := touched(far, 16); v != 0 {
			t.Errorf("change %d far away: version %d", i, v)
		}
		nothing[i]()
		if v := touched(near, 0); v != before+1 {
			t.Errorf("no change %d: version %d, want %d", i, v, before+1)
		}
	}
	d := c.On(board(t, 2, 3))
	x, y := geo.MercatorCell(far, 18)
	if v := d.Touched(18, x, y); v != d.Version() {
		t.Errorf("on another board: version %d, want %d", v, d.Version())
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
				var binned uint64
				for _, b := range c.Bins(density.Filter{}, -1, density.View{MaxX: 1, MaxY: 1}) {
					binned += uint64(b.Count)
				}
				if binned < got.Version {
					t.Errorf("%d in bins after version %d", binned, got.Version)
				}
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
	_, err := density.Load(board(t, 1, 2), 0, func(yield func(density.Report, error) bool) {
		_ = yield(density.Report{}, nil) && yield(density.Report{}, broken)
	})
	if !errors.Is(err, broken) {
		t.Errorf("error %v, want %v", err, broken)
	}
}
