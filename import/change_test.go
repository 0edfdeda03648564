package importer_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"jingwei/grid"
	importer "jingwei/import"

	"github.com/google/go-cmp/cmp"
)

// filled is a roster with something of everything.
func filled() *roster {
	monday, week := time.Date(2024, 1, 1, 0, 0, 0, 0, zone), grid.Week{{Days: 1, Start: 480, Stop: 1080}}
	matter := grid.Matter{Category: "市容", Item: "垃圾", Name: "暴露垃圾", Level: grid.Grid, Limit: 4 * time.Hour}
	catalogue := []grid.Matter{matter, matter, matter}
	for i, code := range []string{"010101", "010102", "010103"} {
		catalogue[i].Code = code
	}
	return &roster{
		people: []grid.Worker{{Code: "L1", Name: "张三", Role: grid.Leader, Phone: "110"}, {Code: "L2", Name: "李四", Role: grid.Leader}, {Code: "L3", Name: "王五", Role: grid.Liaison}},
		areas:  []string{"G1", "G2"},
		there: []grid.CodedPost{
			{Worker: "L1", Area: "G1", Rank: grid.Primary, From: monday, Duty: week},
			{Worker: "L2", Area: "G2", Rank: grid.Primary, From: monday},
			{Worker: "L3", Area: "G1", Rank: grid.Deputy, From: monday, Until: monday.AddDate(0, 0, 9)}, // past
			{Worker: "L3", Area: "G2", Rank: grid.Deputy, From: monday.AddDate(5, 0, 0)},                // to come
			{Worker: "L3", Area: "G9", Rank: grid.Deputy, From: monday},                                 // of an area that is no more
		},
		catalogue: catalogue, used: []string{"010103", "010101"},
		ruled: []grid.CodedRule{
			{Rule: grid.Rule{Code: "R1", Level: grid.Town}},
			{Rule: grid.Rule{Code: "R2", Matter: "01", Week: week, Role: grid.Leader}, Area: "G1"},
		},
		calendar: []grid.CalendarDay{
			{Date: time.Date(2026, 10, 1, 0, 0, 0, 0, zone), Kind: grid.Holiday, Name: "国庆节"},
			{Date: time.Date(2026, 10, 10, 0, 0, 0, 0, zone), Kind: grid.Workday, Hours: week},
		},
		limited: []grid.Limit{
			{Stage: grid.StageAccept, Time: 2 * time.Hour},
			{Matter: "01", Stage: grid.StageCheck, Time: 4 * time.Hour, AroundTheClock: true, Note: "x"},
		},
	}
}

var tables = []struct {
	kind, body string
	want       []string // changes
	notes      []string // without --replace
}{
	{
		"workers", "code,name,role\nL1,张三,leader\nL2,李思,leader\nL4,赵六,liaison\n",
		[]string{"changed\tL2\tname \"李四\" → \"李思\"", "new\tL4\tname 赵六, role liaison", "gone\tL3\tname 王五, role liaison"},
		[]string{"1 worker in no row of the table: left as they are"},
	},
	{
		"posts", "worker,area,from,until\nL1,G1,2024-01-01,2024-06-01\nL2,G1,2024-06-01,\n",
		[]string{
			"changed\tL1 in G1 from 2024-01-01 00:00:00\tuntil \"\" → \"2024-06-01 00:00:00\"",
			"new\tL2 in G1 from 2024-06-01 00:00:00\trank primary",
			"gone\tL2 in G2 from 2024-01-01 00:00:00\trank primary",
			"gone\tL3 in G2 from 2029-01-01 00:00:00\trank deputy",
		},
		[]string{"2 posts in no row of the table: left as they are"},
	},
	{
		"matters", "code,category,item,name,level,limit_hours\n010101,市容,垃圾,暴露垃圾,town,6\n010199,市容,垃圾,其他,grid,1\n",
		[]string{
			"changed\t010101\tlevel \"grid\" → \"town\", limit_hours \"4\" → \"6\"",
			"new\t010199\tcategory 市容, item 垃圾, name 其他, level grid, limit_hours 1",
			"gone\t010102\tcategory 市容, item 垃圾, name 暴露垃圾, level grid, limit_hours 4",
			"kept\t010103\tcategory 市容, item 垃圾, name 暴露垃圾, level grid, limit_hours 4",
		},
		[]string{"1 matter in no row of the table: left as they are"},
	},
	{
		"rules", "编号,事项,区域,紧急程度,时段,层级\nR1,,,,,乡镇\nR3,0101,G1,紧急,周末 08:00-12:00,村\n",
		[]string{
			"new\tR3\tmatter 0101, area G1, urgency urgent, week sat,sun 08:00-12:00, level village",
			"gone\tR2\tmatter 01, area G1, urgency normal, week mon 08:00-18:00, role leader",
		},
		[]string{"1 rule in no row of the table: left as they are"},
	},
	{
		"calendar", "date,kind,name,hours\n2026-10-01,holiday,国庆,\n,ordinary,,mon 08:00-18:00\n",
		[]string{
			"changed\t2026-10-01\tname \"国庆节\" → \"国庆\"",
			"new\tordinary\tkind ordinary, hours mon 08:00-18:00",
			"gone\t2026-10-10\tkind workday, hours mon 08:00-18:00",
		},
		[]string{"1 day in no row of the table: left as they are"},
	},
	{
		"limits", "matter,urgency,stage,limit_hours,clock\n,,accept,1,working\n0101,urgent,overall,0.5,continuous\n",
		[]string{
			"changed\t*/normal/accept\tlimit_hours \"2\" → \"1\"",
			"new\t0101/urgent/overall\tlimit_hours 0.5, clock continuous",
			"gone\t01/normal/check\tlimit_hours 4, clock continuous, note x",
		},
		[]string{"1 limit in no row of the table: left as they are"},
	},
}

func TestDryRunShowsNewChangedAndGone(t *testing.T) {
	for _, tt := range tables {
		t.Run(tt.kind, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "t.csv")
			write(t, path, tt.body)
			now := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
			o := importer.TableOptions{DryRun: true, Now: func() time.Time { return now }}
			to := filled()
			r, err := readers[tt.kind](t.Context(), to, path, o)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, c := range r.Changes {
				got = append(got, c.String())
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(tt.notes, r.Notes); d != "" || r.Gone() != strings.Count(strings.Join(got, "\n"), "gone\t") {
				t.Errorf("%d gone, and notes: %s", r.Gone(), d)
			}
			if r.Added != 1 || r.Added+r.Changed+r.Same != r.Rows {
				t.Errorf("%+v", r.Tally)
			}
			if to.workers != nil || to.posts != nil || to.matters != nil || to.rules != nil || to.removed != nil || to.withdrawn != nil || to.days != nil || to.limits != nil || to.undone != nil {
				t.Error("something was written")
			}
			o.DryRun = false
			to = filled()
			if r, err = readers[tt.kind](t.Context(), to, path, o); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.notes, r.Notes); d != "" || to.removed != nil || to.withdrawn != nil || to.undone != nil {
				t.Error(d)
			}
		})
	}
}

func TestReplaceTakesOutWhatIsGone(t *testing.T) {
	now := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	to := filled()
	for _, tt := range tables {
		path := filepath.Join(t.TempDir(), "t.csv")
		write(t, path, tt.body)
		if _, err := readers[tt.kind](t.Context(), to, path, importer.TableOptions{Replace: true, Now: func() time.Time { return now }}); err != nil {
			t.Fatal(err)
		}
	}
	there := filled().there
	ended, withdrawn := there[1], there[3]
	ended.Until, withdrawn.Withdrawn = now, true
	if d := cmp.Diff([]grid.CodedPost{ended, withdrawn}, to.posts[2:]); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([][]string{{"010102"}, {"R2"}, {"2026-10-10", "01/normal/check"}}, [][]string{to.removed, to.withdrawn, to.undone}); d != "" {
		t.Error(d)
	}
	if len(to.workers) != 3 {
		t.Errorf("%d workers", len(to.workers))
	}
}

// What a table does not speak of stays as it was.
func TestMissingColumnsChangeNothing(t *testing.T) {
	to := filled()
	for kind, body := range map[string]string{
		"workers": "code,name,role\nL1,张三,leader\n", "posts": "worker,area,from\nL1,G1,2024-01-01\n",
	} {
		r, err := importTable(t, kind, body, "", to)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range r.Changes {
			if c.Kind != importer.Gone {
				t.Errorf("%s: %v", kind, c)
			}
		}
	}
	if to.workers[0].Phone != "110" || to.posts[0].Duty == nil {
		t.Errorf("%+v, %+v", to.workers, to.posts)
	}
}

// A table without rows is a mistake, not the wish to have nobody in post.
func TestReplaceByNothingIsRefused(t *testing.T) {
	for _, tt := range tables {
		if tt.kind == "workers" {
			continue // of whom none is ever taken out
		}
		path := filepath.Join(t.TempDir(), "t.csv")
		header, _, _ := strings.Cut(tt.body, "\n")
		write(t, path, header+"\n")
		to := filled()
		_, err := readers[tt.kind](t.Context(), to, path, importer.TableOptions{Replace: true})
		if err == nil || !strings.Contains(err.Error(), "t.csv: the table has no row: with --replace it would take out all that is there") {
			t.Errorf("%s: %v, want it refused", tt.kind, err)
		}
		if to.posts != nil || to.removed != nil || to.withdrawn != nil || to.undone != nil {
			t.Errorf("%s: something was written", tt.kind)
		}
		if r, err := readers[tt.kind](t.Context(), to, path, importer.TableOptions{}); err != nil || r.Rows != 0 {
			t.Errorf("%s: %+v, %v: want nothing done", tt.kind, r, err)
		}
	}
}
