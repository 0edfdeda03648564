package grid_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"jingwei/geo"
	"jingwei/geo/coverage"
	"jingwei/grid"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// side of a test cell, in lattice units: about 100 m.
const side = 10_000

var origin = geo.Pos{X: 1_208_000_000, Y: 320_000_000}

// row returns n square cells from west to east.
func row(t *testing.T, n int32) *coverage.Coverage {
	t.Helper()
	var faces []coverage.Face
	for i := range n {
		x, y := origin.X+i*side, origin.Y
		faces = append(faces, coverage.Face{Name: string('a' + i), Shape: geo.MultiPolygon{{{
			{X: x, Y: y}, {X: x + side, Y: y}, {X: x + side, Y: y + side}, {X: x, Y: y + side},
		}}}})
	}
	c, err := coverage.Build(faces)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// town is a town with a grid of two micro-grids and a dedicated grid, given in
// no order.
func town() []grid.Area {
	return []grid.Area{
		{ID: 40, Code: "3201", Name: "专属", Level: grid.Grid, Kind: grid.Dedicated, Parent: 10, Cell: true},
		{ID: 30, Code: "320102", Name: "二", Level: grid.Microgrid, Parent: 20, Cell: true},
		{ID: 10, Code: "32", Name: "镇", Level: grid.Town},
		{ID: 25, Code: "320101", Name: "一", Level: grid.Microgrid, Parent: 20, Cell: true},
		{ID: 20, Code: "3200", Name: "网格", Level: grid.Grid, Kind: grid.General, Parent: 10},
	}
}

func snapshot(t *testing.T) *grid.Snapshot {
	t.Helper()
	s, err := grid.NewSnapshot(1, time.Time{}, town(), row(t, 3), nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func at(x, y float64) geo.Pos {
	return geo.Pos{X: origin.X + int32(math.Round(x*side)), Y: origin.Y + int32(math.Round(y*side))}
}

func codes(s *grid.Snapshot, areas []int32) []string {
	out := []string{}
	for _, i := range areas {
		out = append(out, s.Area(i).Code)
	}
	return out
}

func TestFacesFollowIDs(t *testing.T) {
	s := snapshot(t)
	for x, want := range []string{"320101", "320102", "3201"} {
		p := s.Locate(at(float64(x)+.5, .5), 0)
		if got := s.Area(p.Area).Code; got != want || p.Method != grid.Exact {
			t.Errorf("cell %d: %s %s, want %s exact", x, got, p.Method, want)
		}
	}
}

func TestChain(t *testing.T) {
	s := snapshot(t)
	i, _ := s.ByCode("320102")
	if diff := cmp.Diff([]string{"32", "3200", "320102"}, codes(s, s.Chain(i))); diff != "" {
		t.Error(diff)
	}
	root, _ := s.ByCode("3200")
	other, _ := s.ByCode("3201")
	if !s.Within(i, root) || s.Within(other, root) || !s.Within(other, -1) {
		t.Error("Within does not follow the chain")
	}
}

func TestAtDrawsTheLowestThatIsNotBelow(t *testing.T) {
	s := snapshot(t)
	micro, _ := s.ByCode("320101")
	dedicated, _ := s.ByCode("3201")
	for l, want := range map[grid.Level][2]string{
		grid.City:      {"32", "32"},
		grid.Town:      {"32", "32"},
		grid.Village:   {"32", "32"},
		grid.Grid:      {"3200", "3201"},
		grid.Microgrid: {"320101", "3201"},
	} {
		got := codes(s, []int32{s.At(micro, l), s.At(dedicated, l)})
		if diff := cmp.Diff(want[:], got); diff != "" {
			t.Errorf("%v: %s", l, diff)
		}
	}
}

func TestLocateOutside(t *testing.T) {
	s := snapshot(t)
	near := s.Locate(at(-.1, .5), grid.DefaultTolerance)
	if near.Method != grid.Nearest || s.Area(near.Area).Code != "320101" || math.Abs(near.DistanceM-9.44) > .01 {
		t.Errorf("10 m outside: %+v", near)
	}
	if far := s.Locate(at(-1, .5), grid.DefaultTolerance); far.Method != grid.Outside || far.Area != -1 {
		t.Errorf("100 m outside: %+v", far)
	}
}

func TestLocateWithin(t *testing.T) {
	s := snapshot(t)
	for _, tt := range []struct {
		x, accuracy float64
		method      grid.Method
		candidates  int
	}{
		{.5, 0, grid.Exact, 1},
		{.5, 10, grid.Exact, 1},
		{.95, 20, grid.Ambiguous, 2},
		{-.1, 20, grid.Nearest, 1},
		{-5, 20, grid.Outside, 0},
	} {
		p, list := s.LocateWithin(at(tt.x, .5), tt.accuracy, grid.DefaultTolerance)
		if p.Method != tt.method || len(list) != tt.candidates {
			t.Errorf("at %v, accuracy %v: %s with %d candidates, want %s with %d", tt.x, tt.accuracy, p.Method, len(list), tt.method, tt.candidates)
		}
	}
}

// Law: PlaceWithin is the place of LocateWithin.
func TestPlaceWithin(t *testing.T) {
	s, methods := snapshot(t), map[grid.Method]int{}
	rapid.Check(t, func(t *rapid.T) {
		p := at(rapid.Float64Range(-2, 5).Draw(t, "x"), rapid.Float64Range(-1, 2).Draw(t, "y"))
		accuracy := rapid.OneOf(rapid.Just(0.0), rapid.Float64Range(0, 20), rapid.Float64Range(0, 500)).Draw(t, "accuracy")
		want, _ := s.LocateWithin(p, accuracy, grid.DefaultTolerance)
		if got := s.PlaceWithin(p, accuracy, grid.DefaultTolerance); got != want {
			t.Fatalf("%v, accuracy %v: %+v, want %+v", p, accuracy, got, want)
		}
		methods[want.Method]++
	})
	for _, m := range []grid.Method{grid.Exact, grid.Ambiguous, grid.Nearest, grid.Outside} {
		if methods[m] == 0 {
			t.Errorf("no place was %s", m)
		}
	}
}

func TestSnapshotRefuses(t *testing.T) {
	for name, tt := range map[string]struct {
		change func([]grid.Area)
		want   string
	}{
		"an id twice":           {func(a []grid.Area) { a[1].ID = 40 }, "area id 40 twice"},
		"a code twice":          {func(a []grid.Area) { a[1].Code = "3201" }, "code 3201 of both area 30 and area 40"},
		"a missing parent":      {func(a []grid.Area) { a[1].Parent = 99 }, "area 320102 has no parent: id 99"},
		"a parent not above":    {func(a []grid.Area) { a[1].Parent = 25 }, "not of a higher level"},
		"a cell without a face": {func(a []grid.Area) { a[4].Cell = true }, "4 cells but 3 faces"},
	} {
		areas := town()
		tt.change(areas)
		_, err := grid.NewSnapshot(7, time.Time{}, areas, row(t, 3), nil)
		if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "edition 7") {
			t.Errorf("%s: %v, want edition 7: … %s", name, err, tt.want)
		}
	}
}

func TestRosterPosts(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2026, 1, d, 0, 0, 0, 0, time.UTC) }
	r := grid.NewRoster(
		[]grid.Worker{{ID: 1, Code: "w1"}, {ID: 2, Code: "w2"}},
		[]grid.Post{
			{ID: 3, Worker: 2, Area: 10, Rank: grid.Deputy, From: day(1)},
			{ID: 2, Worker: 1, Area: 10, Rank: grid.Primary, From: day(10)},
			{ID: 1, Worker: 1, Area: 10, Rank: grid.Primary, From: day(1), Until: day(5)},
		}, nil)
	for d, want := range map[int][]int64{1: {1, 3}, 4: {1, 3}, 5: {3}, 9: {3}, 10: {2, 3}} {
		var got []int64
		for _, p := range r.On(10, day(d)) {
			got = append(got, p.ID)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("day %d: %s", d, diff)
		}
	}
}
