package dispatch_test

import (
	"testing"

	"jingwei/dispatch"
	"jingwei/grid"

	"github.com/google/go-cmp/cmp"
)

// The chain of the first micro-grid fully in post, with two officers in the town.
var staff = []grid.Post{
	{ID: 1, Worker: 11, Area: 5, Rank: grid.Primary, From: day(-9)},
	{ID: 2, Worker: 12, Area: 5, Rank: grid.Deputy, From: day(-9)},
	{ID: 3, Worker: 13, Area: 4, Rank: grid.Primary, From: day(-9)},
	{ID: 4, Worker: 21, Area: 3, Rank: grid.Primary, From: day(-9)},
	{ID: 5, Worker: 22, Area: 3, Rank: grid.Deputy, From: day(-9)},
	{ID: 6, Worker: 15, Area: 1, Rank: grid.Primary, From: day(-9)},
}

const first = "320602001001001001"

func TestRouteByRule(t *testing.T) {
	for _, tt := range []struct {
		name    string
		matter  string
		urgency grid.Urgency
		world   world
		want    grid.Holder
		reasons []string
	}{
		{
			"the catalogue's level without a rule", "010101", 0,
			world{posts: staff},
			grid.Holder{Level: grid.Grid, Area: 4, Worker: 13},
			[]string{
				"matter 010101 占道经营 is answered at grid by the catalogue",
				"grid 第一网格 (320602001001001): primary leader 陈静 (W001) answers",
			},
		},
		{
			"the level above one that the chain has not, passing officers over", "010201", 0,
			world{posts: staff},
			grid.Holder{Level: grid.City, Area: 1, Worker: 15},
			[]string{
				"matter 010201 路灯不亮 is answered at village by the catalogue",
				"town 城东街道 (320602001): primary officer 周涛 (C001) is not looked for",
				"town 城东街道 (320602001): deputy officer 吴敏 (F001) is not looked for",
				"county 崇川区 (320602): no primary", "county 崇川区 (320602): no deputy",
				"city 南通市 (3206): primary dispatcher 孙丽 (D001) answers",
			},
		},
		{
			"a department", "020101", 0,
			world{posts: staff, rules: []grid.Rule{{ID: 1, Code: "R1", Matter: "02", Level: grid.Town, Role: grid.Officer, Department: "消防"}}},
			grid.Holder{Level: grid.Town, Area: 3, Worker: 22},
			[]string{
				"rule R1 holds: at town, officer, of 消防",
				"town 城东街道 (320602001): primary officer 周涛 (C001) is not looked for",
				"town 城东街道 (320602001): deputy officer 吴敏 (F001) answers",
			},
		},
		{
			"a department that is not there", "020101", 0,
			world{
				posts:    staff[3:5],
				absences: []grid.Absence{{ID: 1, Worker: 22, From: day(-1), Until: day(2)}},
				rules:    []grid.Rule{{ID: 1, Code: "R1", Matter: "02", Level: grid.Town, Department: "消防"}},
			},
			grid.Holder{Level: grid.Town, Area: 3, Worker: 21},
			[]string{
				"rule R1 holds: at town, of 消防",
				"town 城东街道 (320602001): primary officer 周涛 (C001) is not looked for",
				"town 城东街道 (320602001): deputy officer 吴敏 (F001) is absent until 2026-05-03 20:00",
				"county 崇川区 (320602): no primary", "county 崇川区 (320602): no deputy",
				"city 南通市 (3206): no primary", "city 南通市 (3206): no deputy",
				"grid 第一网格 (320602001001001): no primary", "grid 第一网格 (320602001001001): no deputy",
				"microgrid 1号微网格 (320602001001001001): no primary", "microgrid 1号微网格 (320602001001001001): no deputy",
				"town 城东街道 (320602001): primary officer 周涛 (C001) stands in: nobody who is looked for is there",
			},
		},
		{
			"the officer at the desk of a department, who has no post", "020101", 0,
			world{
				posts:    append([]grid.Post{{ID: 8, Worker: 21, Area: 6, Rank: grid.Primary, From: day(-9)}}, staff[2], staff[5]),
				absences: []grid.Absence{{ID: 1, Worker: 22, From: day(-1)}},
				rules:    []grid.Rule{{ID: 1, Code: "R1", Matter: "02", Level: grid.Town, Department: "城管局"}},
			},
			grid.Holder{Level: grid.Town, Area: 3, Worker: 23},
			[]string{
				"rule R1 holds: at town, of 城管局",
				"town 城东街道 (320602001): no primary", "town 城东街道 (320602001): no deputy",
				"county 崇川区 (320602): no primary", "county 崇川区 (320602): no deputy",
				"city 南通市 (3206): primary dispatcher 孙丽 (D001) is not looked for", "city 南通市 (3206): no deputy",
				"grid 第一网格 (320602001001001): primary leader 陈静 (W001) is not looked for", "grid 第一网格 (320602001001001): no deputy",
				"microgrid 1号微网格 (320602001001001001): no primary", "microgrid 1号微网格 (320602001001001001): no deputy",
				"town 城东街道 (320602001): officer 郑洁 (C000) of 城管局, without a post, answers",
			},
		},
		{
			"the level below when nobody is there above", "020101", 0,
			world{posts: staff[:3]},
			grid.Holder{Level: grid.Grid, Area: 4, Worker: 13},
			[]string{
				"matter 020101 堵塞通道 is answered at county by the catalogue",
				"county 崇川区 (320602): no primary", "county 崇川区 (320602): no deputy",
				"city 南通市 (3206): no primary", "city 南通市 (3206): no deputy",
				"town 城东街道 (320602001): no primary", "town 城东街道 (320602001): no deputy",
				"grid 第一网格 (320602001001001): primary leader 陈静 (W001) answers",
			},
		},
		{
			"the most specific, and why others are passed over", "010101", grid.Urgent,
			world{posts: staff, rules: []grid.Rule{
				{ID: 1, Code: "all", Level: grid.City},
				{ID: 2, Code: "office hours", Matter: "0101", Area: 3, Week: workday, Level: grid.Grid},
				{ID: 3, Code: "evenings", Matter: "0101", Area: 3, Week: evening, Level: grid.Microgrid, Role: grid.Liaison},
				{ID: 4, Code: "critical", Matter: "0101", Area: 4, Urgency: grid.Critical, Level: grid.City},
				{ID: 5, Code: "past", Matter: "010101", Area: 1, Until: day(-1), Level: grid.City},
				{ID: 6, Code: "future", Matter: "010101", From: day(1), Level: grid.City},
			}},
			grid.Holder{Level: grid.Microgrid, Area: 5, Worker: 11},
			[]string{
				"rule past is passed over: it held until 2026-04-30",
				"rule future is passed over: it holds from 2026-05-02",
				"rule critical is passed over: it is for what is critical at least",
				"rule evenings holds: at microgrid, liaison",
				"microgrid 1号微网格 (320602001001001001): primary liaison 王芳 (L001) answers",
			},
		},
		{
			"the deputy of an absent primary, the level above one off duty", "", 0,
			world{
				posts: []grid.Post{
					staff[0], {ID: 2, Worker: 12, Area: 5, Rank: grid.Deputy, From: day(-9), Duty: workday}, staff[2],
				},
				absences: []grid.Absence{{ID: 1, Worker: 11, From: day(-1)}},
			},
			grid.Holder{Level: grid.Grid, Area: 4, Worker: 13},
			[]string{
				"microgrid 1号微网格 (320602001001001001): primary liaison 王芳 (L001) is absent",
				"microgrid 1号微网格 (320602001001001001): deputy liaison 李强 (L002) is off duty",
				"grid 第一网格 (320602001001001): primary leader 陈静 (W001) answers",
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := tt.world.snapshot(t)
			d := dispatch.Route(s, dispatch.Request{Place: place(s, first), Matter: tt.matter, Urgency: tt.urgency, At: noon})
			if diff := cmp.Diff(tt.want, d.Holder); diff != "" {
				t.Errorf("holder (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.reasons, d.Reasons(s)); diff != "" {
				t.Errorf("reasons (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRouteOfAnAmbiguousPlace(t *testing.T) {
	s := world{posts: append([]grid.Post{{ID: 9, Worker: 14, Area: 6, Rank: grid.Primary, From: day(-9)}}, staff...)}.snapshot(t)
	micro, park := place(s, first).Area, place(s, "320602001001901").Area
	for _, tt := range []struct {
		shares  [2]float64
		want    grid.Holder
		reasons []string
	}{
		{
			[2]float64{.994, .005}, // which is no percent
			grid.Holder{Level: grid.Grid, Area: 6, Worker: 14},
			[]string{
				"the place is ambiguous: 99 % in grid 产业园 (320602001001901)",
				"grid 产业园 (320602001001901): primary leader 赵军 (W901) answers",
			},
		},
		{
			[2]float64{.6, .3},
			grid.Holder{Level: grid.Grid, Area: 6, Worker: 14},
			[]string{
				"the place is ambiguous: 60 % in grid 产业园 (320602001001901)",
				"the place is ambiguous: 30 % in microgrid 1号微网格 (320602001001001001)",
				"grid 产业园 (320602001001901): primary leader 赵军 (W901) answers",
			},
		},
		{
			[2]float64{.55, .45},
			grid.Holder{},
			[]string{
				"the place is ambiguous: 55 % in grid 产业园 (320602001001901)",
				"the place is ambiguous: 45 % in microgrid 1号微网格 (320602001001001001)",
				"unrouted: no cell has 60 % of the probability",
			},
		},
	} {
		d := dispatch.Route(s, dispatch.Request{
			Place:      grid.Place{Area: micro, Method: grid.Ambiguous},
			Candidates: []grid.Candidate{{Area: park, Share: tt.shares[0]}, {Area: micro, Share: tt.shares[1]}},
			At:         noon,
		})
		if diff := cmp.Diff(tt.want, d.Holder); diff != "" {
			t.Errorf("holder (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(tt.reasons, d.Reasons(s)); diff != "" {
			t.Errorf("reasons (-want +got):\n%s", diff)
		}
	}
}
