package dispatch_test

import (
	"testing"
	"time"

	"jingwei/dispatch"
	"jingwei/geo/coverage"
	"jingwei/grid"

	"github.com/google/go-cmp/cmp"
)

var noon = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

// The areas of the examples: a chain with every level but the village, and a
// dedicated grid beside it. Routing asks nothing of the coverage.
var areas = []grid.Area{
	{ID: 1, Code: "3206", Name: "南通市", Level: grid.City},
	{ID: 2, Code: "320602", Name: "崇川区", Level: grid.County, Parent: 1},
	{ID: 3, Code: "320602001", Name: "城东街道", Level: grid.Town, Parent: 2},
	{ID: 4, Code: "320602001001001", Name: "第一网格", Level: grid.Grid, Kind: grid.General, Parent: 3},
	{ID: 5, Code: "320602001001001001", Name: "1号微网格", Level: grid.Microgrid, Parent: 4},
	{ID: 6, Code: "320602001001901", Name: "产业园", Level: grid.Grid, Kind: grid.Dedicated, Parent: 3},
}

var workers = []grid.Worker{
	{ID: 11, Code: "L001", Name: "王芳", Role: grid.Liaison},
	{ID: 12, Code: "L002", Name: "李强", Role: grid.Liaison},
	{ID: 13, Code: "W001", Name: "陈静", Role: grid.Leader},
	{ID: 14, Code: "W901", Name: "赵军", Role: grid.Leader},
	{ID: 15, Code: "D001", Name: "孙丽", Role: grid.Dispatcher},
}

func day(n int) time.Time { return noon.AddDate(0, 0, n) }

func snapshot(t interface{ Fatal(...any) }, workers []grid.Worker, posts []grid.Post) *grid.Snapshot {
	return staffed(t, grid.NewRoster(workers, posts, nil))
}

func staffed(t interface{ Fatal(...any) }, r *grid.Roster) *grid.Snapshot {
	s, err := grid.NewSnapshot(1, noon, areas, &coverage.Coverage{}, r)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func place(s *grid.Snapshot, code string) grid.Place {
	i, ok := s.ByCode(code)
	if !ok {
		return grid.Place{Area: -1, Method: grid.Outside}
	}
	return grid.Place{Area: i, Method: grid.Exact}
}

func TestRoute(t *testing.T) {
	const micro, dedicated = "320602001001001001", "320602001001901"
	leader := grid.Post{ID: 9, Worker: 13, Area: 4, Rank: grid.Primary, From: day(-9)}
	tests := []struct {
		name    string
		code    string
		posts   []grid.Post
		want    grid.Holder
		reasons []string
	}{
		{
			"the liaison", micro,
			[]grid.Post{leader, {ID: 1, Worker: 11, Area: 5, Rank: grid.Primary, From: day(-1)}},
			grid.Holder{Level: grid.Microgrid, Area: 5, Worker: 11},
			[]string{"microgrid 1号微网格 (320602001001001001): primary liaison 王芳 (L001) answers"},
		},
		{
			"the deputy of a primary who left this very moment", micro,
			[]grid.Post{
				leader,
				{ID: 1, Worker: 11, Area: 5, Rank: grid.Primary, From: day(-3), Until: day(0)},
				{ID: 2, Worker: 12, Area: 5, Rank: grid.Deputy, From: day(0)},
			},
			grid.Holder{Level: grid.Microgrid, Area: 5, Worker: 12},
			[]string{
				"microgrid 1号微网格 (320602001001001001): no primary, 王芳 left on 2026-05-01",
				"microgrid 1号微网格 (320602001001001001): deputy liaison 李强 (L002) answers",
			},
		},
		{
			"the level above a vacancy", micro,
			[]grid.Post{leader, {ID: 1, Worker: 11, Area: 5, Rank: grid.Primary, From: day(1)}},
			grid.Holder{Level: grid.Grid, Area: 4, Worker: 13},
			[]string{
				"microgrid 1号微网格 (320602001001001001): no primary yet, 王芳 begins on 2026-05-02",
				"microgrid 1号微网格 (320602001001001001): no deputy",
				"grid 第一网格 (320602001001001): primary leader 陈静 (W001) answers",
			},
		},
		{
			"the leader of a dedicated grid", dedicated,
			[]grid.Post{leader, {ID: 1, Worker: 14, Area: 6, Rank: grid.Primary, From: day(-1)}},
			grid.Holder{Level: grid.Grid, Area: 6, Worker: 14},
			[]string{"grid 产业园 (320602001001901): primary leader 赵军 (W901) answers"},
		},
		{
			"a post of nobody known", dedicated,
			[]grid.Post{
				{ID: 1, Worker: 99, Area: 6, Rank: grid.Primary, From: day(-1)},
				{ID: 2, Worker: 15, Area: 1, Rank: grid.Primary, From: day(-1)},
			},
			grid.Holder{Level: grid.City, Area: 1, Worker: 15},
			[]string{
				"grid 产业园 (320602001001901): the primary is not in the roster",
				"grid 产业园 (320602001001901): no deputy",
				"town 城东街道 (320602001): no primary", "town 城东街道 (320602001): no deputy",
				"county 崇川区 (320602): no primary", "county 崇川区 (320602): no deputy",
				"city 南通市 (3206): primary dispatcher 孙丽 (D001) answers",
			},
		},
		{
			"nobody up to the top", "3206", nil,
			grid.Holder{},
			[]string{
				"city 南通市 (3206): no primary", "city 南通市 (3206): no deputy",
				"unrouted: nobody is there from the cell up to the top",
			},
		},
		{
			"outside", "",
			[]grid.Post{leader},
			grid.Holder{},
			[]string{"unrouted: the place is outside every cell"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := snapshot(t, workers, tt.posts)
			d := dispatch.Route(s, dispatch.Request{Place: place(s, tt.code), At: noon})
			if diff := cmp.Diff(tt.want, d.Holder); diff != "" {
				t.Errorf("holder (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.reasons, d.Reasons(s)); diff != "" {
				t.Errorf("reasons (-want +got):\n%s", diff)
			}
			if routed := d.Holder != (grid.Holder{}); routed != (d.State == grid.Assigned) {
				t.Errorf("state %v with holder %+v", d.State, d.Holder)
			}
		})
	}
}

func TestRouteTellsDistance(t *testing.T) {
	s := snapshot(t, workers, []grid.Post{{ID: 1, Worker: 14, Area: 6, Rank: grid.Primary, From: day(-1)}})
	p := place(s, "320602001001901")
	p.Method, p.DistanceM = grid.Nearest, 12.34
	want := []string{
		"the place is 12.3 m outside the nearest cell, within the tolerance",
		"grid 产业园 (320602001001901): primary leader 赵军 (W901) answers",
	}
	d := dispatch.Route(s, dispatch.Request{Place: p, At: noon})
	if diff := cmp.Diff(want, d.Reasons(s)); diff != "" {
		t.Error(diff)
	}
}

func TestAnswers(t *testing.T) {
	s := snapshot(t, workers, []grid.Post{
		{ID: 1, Worker: 12, Area: 5, Rank: grid.Deputy, From: day(-9)},
		{ID: 2, Worker: 11, Area: 5, Rank: grid.Primary, From: day(-1)},
		{ID: 3, Worker: 13, Area: 4, Rank: grid.Primary, From: day(1)},
		{ID: 4, Worker: 99, Area: 4, Rank: grid.Deputy, From: day(-1)},
	})
	i, _ := s.ByID(5)
	var got []string
	for _, a := range dispatch.Answers(s, i, noon) {
		got = append(got, s.Area(a.Area).Level.String())
		for _, p := range a.People {
			got = append(got, string(p.Rank)+" "+p.Worker.Name)
		}
	}
	want := []string{"city", "county", "town", "grid", "microgrid", "primary 王芳", "deputy 李强"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
