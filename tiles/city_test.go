package tiles_test

import (
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"jingwei/density"
	"jingwei/geo"
	"jingwei/geo/coverage"
	"jingwei/grid"
	importer "jingwei/import"
	"jingwei/synth"
)

// plan is an area of a city in a test, under the code of its parent.
type plan struct {
	code, parent string
	level        grid.Level
	kind         grid.Kind
	shape        geo.MultiPolygon
}

// build makes a snapshot of plans, parents first; ids go up from 1 in their order.
// The households of a cell are made up.
func build(t testing.TB, edition int64, plans []plan) *grid.Snapshot {
	t.Helper()
	ids := map[string]grid.AreaID{}
	var areas []grid.Area
	var faces []coverage.Face
	for i, p := range plans {
		ids[p.code] = grid.AreaID(i + 1)
		areas = append(areas, grid.Area{
			ID: grid.AreaID(i + 1), Code: p.code, Name: "名" + p.code, Level: p.level, Kind: p.kind,
			Parent: ids[p.parent], Cell: p.shape != nil,
		})
		if p.shape != nil {
			areas[i].Households = int32(i % 5 * 25) // of every fifth cell they are not known
			faces = append(faces, coverage.Face{Name: p.code, Shape: p.shape})
		}
	}
	c, err := coverage.Build(faces)
	if err != nil {
		t.Fatal(err)
	}
	s, err := grid.NewSnapshot(edition, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), areas, c, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// renamed is the next edition of a snapshot: one area has another name.
func renamed(t testing.TB, s *grid.Snapshot, code string) *grid.Snapshot {
	t.Helper()
	var areas []grid.Area
	for i := range int32(s.Len()) {
		a := s.Area(i)
		if a.Code == code {
			a.Name = "新名"
		}
		areas = append(areas, a)
	}
	next, err := grid.NewSnapshot(s.Edition+1, s.Published.AddDate(0, 0, 1), areas, s.Coverage(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return next
}

// town is a hand-made city of 8 times 8 fields of 1 km at 121° E, 32° N: two towns
// of villages of grids of micro-grids, and in the middle of the first micro-grid a
// market, which is a dedicated grid and a cell: a hole.
func town(t testing.TB) *grid.Snapshot {
	t.Helper()
	plans := []plan{
		{code: "3206", level: grid.City},
		{code: "32061", parent: "3206", level: grid.Town},
		{code: "32062", parent: "3206", level: grid.Town},
	}
	for i := range 8 {
		village := fmt.Sprintf("3206%d%d", 1+i/4, i%4)
		general := village + "001"
		plans = append(
			plans,
			plan{code: village, parent: village[:5], level: grid.Village},
			plan{code: general, parent: village, level: grid.Grid, kind: grid.General},
		)
		for j := range 8 {
			p := plan{code: general + fmt.Sprintf("%03d", j), parent: general, level: grid.Microgrid, shape: field(i, j)}
			if i == 0 && j == 0 {
				p.shape[0] = append(p.shape[0], hole(market))
				plans = append(plans, plan{code: village + "901", parent: village, level: grid.Grid, kind: grid.Dedicated, shape: geo.MultiPolygon{{market}}})
			}
			plans = append(plans, p)
		}
	}
	return build(t, 1, plans)
}

// The side of a field, and the corner of the first, in lattice units. Sides are
// not straight: each has a corner in its middle, off the line.
const (
	fieldX, fieldY = 106_000, 90_000
	westX, southY  = 121 * geo.PerDegree, 32 * geo.PerDegree
)

var market = geo.Ring{
	{X: westX + 30_000, Y: southY + 30_000},
	{X: westX + 70_000, Y: southY + 32_000},
	{X: westX + 50_000, Y: southY + 70_000},
}

func hole(r geo.Ring) geo.Ring {
	h := append(geo.Ring{}, r...)
	h.Reverse()
	return h
}

// field is the field in row i from the south, column j from the west.
func field(i, j int) geo.MultiPolygon {
	corner := func(i, j int) geo.Pos {
		return geo.Pos{X: westX + int32(j)*fieldX, Y: southY + int32(i)*fieldY}
	}
	// The middle of the side from a corner to the one east or north of it.
	east := func(i, j int) geo.Pos {
		return geo.Pos{X: corner(i, j).X + fieldX/2, Y: corner(i, j).Y + int32((i*7+j*5)%5-2)*4_000}
	}
	north := func(i, j int) geo.Pos {
		return geo.Pos{X: corner(i, j).X + int32((i*3+j*11)%7-3)*3_000, Y: corner(i, j).Y + fieldY/2}
	}
	return geo.MultiPolygon{{{
		corner(i, j), east(i, j), corner(i, j+1), north(i, j+1),
		corner(i+1, j+1), east(i+1, j), corner(i+1, j), north(i, j),
	}}}
}

// bristol is the snapshot of the output areas of Bristol and its neighbours, or
// skips the test.
func bristol(t testing.TB) *grid.Snapshot {
	t.Helper()
	pattern := filepath.Join("..", "..", "shared", "data", "bristol", "output-areas-*.geojson")
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) != 4 {
		t.Skipf("SKIPPED: the real boundaries of Bristol are absent: %d files match %s, not 4", len(files), pattern)
	}
	bristolOnce.Do(func() { bristolSnapshot = readBristol(t, files) })
	return bristolSnapshot
}

var (
	bristolOnce     sync.Once
	bristolSnapshot *grid.Snapshot
)

func readBristol(t testing.TB, files []string) *grid.Snapshot {
	t.Helper()
	areas, err := importer.ReadBoundaries(t.Context(), files, importer.BoundaryOptions{
		Level: grid.Microgrid, Code: "OA11CD", Parent: "LAD11CD",
	})
	if err != nil {
		t.Fatal(err)
	}
	var plans []plan
	seen := map[string]bool{}
	for _, a := range areas {
		if !seen[a.Parent] {
			seen[a.Parent] = true
			plans = append(plans, plan{code: a.Parent, level: grid.Grid})
		}
		plans = append(plans, plan{code: a.Code, parent: a.Parent, level: a.Level, shape: a.Shape})
	}
	return build(t, 1, plans)
}

// city is a generated city of a part of the size, and so many reports in it.
func city(t testing.TB, scale float64, n int) (*grid.Snapshot, []density.Report) {
	t.Helper()
	c, err := synth.Generate(synth.Options{Seed: 1, Scale: scale})
	if err != nil {
		t.Fatal(err)
	}
	var areas []grid.Area
	var faces []coverage.Face
	ids := map[string]grid.AreaID{}
	for i, a := range c.Areas {
		ids[a.Code] = grid.AreaID(i + 1)
		areas = append(areas, grid.Area{
			ID: ids[a.Code], Code: a.Code, Name: a.Name, Level: a.Level, Kind: a.Kind, Parent: ids[a.Parent],
			Households: a.Households, Cell: a.IsCell(),
		})
		if a.IsCell() {
			faces = append(faces, coverage.Face{Name: a.Code, Shape: a.Shape})
		}
	}
	cover, err := coverage.Build(faces)
	if err != nil {
		t.Fatal(err)
	}
	s, err := grid.NewSnapshot(1, now, areas, cover, nil)
	if err != nil {
		t.Fatal(err)
	}
	var reports []density.Report
	for r := range c.Reports(n) {
		i := len(reports)
		reports = append(reports, density.Report{
			ID: r.ID, At: time.Date(2026, 1, 1+i%30, i%24, i%60, 0, 0, time.UTC), Pos: r.Pos, Matter: r.Matter,
			Open: i%5 == 0, Due: time.Date(2026, 1, 1+i%40, 0, 0, 0, 0, time.UTC),
		})
	}
	return s, reports
}
