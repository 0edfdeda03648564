package importer_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"jingwei/grid"
	importer "jingwei/import"

	"github.com/google/go-cmp/cmp"
)

// roster keeps what it is given beside what was there.
type roster struct {
	codes     []string // of workers of whom no more is known
	people    []grid.Worker
	areas     []string
	there     []grid.CodedPost
	catalogue []grid.Matter
	used      []string
	ruled     []grid.CodedRule
	calendar  []grid.CalendarDay
	limited   []grid.Limit

	workers   []grid.Worker
	posts     []grid.CodedPost
	matters   []grid.Matter
	rules     []grid.CodedRule
	removed   []string
	withdrawn []string
	days      []grid.CalendarDay
	limits    []grid.Limit
	undone    []string // days and limits
}

func (r *roster) Workers(context.Context) ([]grid.Worker, error) {
	workers := r.people
	for _, c := range r.codes {
		workers = append(workers, grid.Worker{Code: c})
	}
	return workers, nil
}

func (r *roster) Matters(context.Context) ([]grid.Matter, error)  { return r.catalogue, nil }
func (r *roster) Rules(context.Context) ([]grid.CodedRule, error) { return r.ruled, nil }

func (r *roster) UsedMatters(_ context.Context, codes []string) ([]string, error) {
	return slices.DeleteFunc(slices.Clone(codes), func(c string) bool { return !slices.Contains(r.used, c) }), nil
}

func (r *roster) RemoveMatters(_ context.Context, codes []string) error {
	r.removed = codes
	return nil
}

func (r *roster) CalendarDays(context.Context) ([]grid.CalendarDay, error) { return r.calendar, nil }
func (r *roster) Limits(context.Context) ([]grid.Limit, error)             { return r.limited, nil }

func (r *roster) PutCalendarDays(_ context.Context, days []grid.CalendarDay, withdraw []string) error {
	r.days, r.undone = days, append(r.undone, withdraw...)
	return nil
}

func (r *roster) PutLimits(_ context.Context, limits []grid.Limit, withdraw []string) error {
	r.limits, r.undone = limits, append(r.undone, withdraw...)
	return nil
}

func (r *roster) PutRules(_ context.Context, rules []grid.CodedRule, withdraw []string) error {
	r.rules, r.withdrawn = rules, withdraw
	return nil
}

func (r *roster) AreaCodes(context.Context) ([]string, error)     { return r.areas, nil }
func (r *roster) Posts(context.Context) ([]grid.CodedPost, error) { return r.there, nil }

func (r *roster) UpsertWorkers(_ context.Context, ws []grid.Worker) (grid.Tally, error) {
	r.workers = ws
	return grid.Tally{Added: len(ws)}, nil
}

func (r *roster) UpsertPosts(_ context.Context, ps []grid.CodedPost) (grid.Tally, error) {
	r.posts = ps
	return grid.Tally{Added: len(ps)}, nil
}

func (r *roster) UpsertMatters(_ context.Context, ms []grid.Matter) (grid.Tally, error) {
	r.matters = ms
	return grid.Tally{Added: len(ms)}, nil
}

var zone = grid.Beijing

// Where the table is read, it may be another time.
func TestTimesWithoutAZone(t *testing.T) {
	was := time.Local
	time.Local = time.FixedZone("elsewhere", -5*3600)
	defer func() { time.Local = was }()
	sheet := workbook(t, nil, []any{"worker", "area", "from"}, []any{"L1", "G1", time.Date(2025, 2, 3, 0, 0, 0, 0, time.UTC)}, []any{"L1", "G2", "2025-02-03"})
	rows := filepath.Join(t.TempDir(), "posts.csv")
	write(t, rows, "worker,area,from\nL1,G1,2025-02-03\nL1,G2,2025/2/3 00:00\nL1,G3,2025-02-02T16:00:00Z\n")
	for _, path := range []string{rows, sheet} {
		to := &roster{codes: []string{"L1"}, areas: []string{"G1", "G2", "G3"}}
		if _, err := importer.Posts(t.Context(), to, path, importer.TableOptions{}); err != nil {
			t.Fatal(err)
		}
		for _, p := range to.posts {
			if want := time.Date(2025, 2, 2, 16, 0, 0, 0, time.UTC); !p.From.Equal(want) {
				t.Errorf("%s: from %v, want %v", filepath.Base(path), p.From, want)
			}
		}
	}
}

// importTable imports body as a table of that kind.
func importTable(t *testing.T, kind, body, encoding string, to *roster) (*importer.TableResult, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), kind+".csv")
	write(t, path, body)
	return readers[kind](t.Context(), to, path, importer.TableOptions{Encoding: encoding})
}

var readers = map[string]func(context.Context, importer.Roster, string, importer.TableOptions) (*importer.TableResult, error){
	"workers": importer.Workers, "posts": importer.Posts, "matters": importer.Matters, "rules": importer.Rules,
	"calendar": importer.Calendar, "limits": importer.Limits,
}

func TestWorkers(t *testing.T) {
	want := []grid.Worker{
		{Code: "L1", Name: "张三", Role: grid.Leader, Phone: "139 0000 0001"},
		{Code: "D1", Name: "Li, Si", Role: grid.Officer, Department: "城管局"},
	}
	for name, c := range map[string]struct{ body, encoding string }{
		"English":            {body: "code,name,role,phone,department\nL1,张三,leader,139 0000 0001,\nD1,\"Li, Si\",officer,,城管局\n"},
		"Chinese from Excel": {body: "\uFEFF编号;姓名;角色;电话;部门\r\n L1 ;张三;网格长;139 0000 0001;\r\n;;;;\r\nD1;Li, Si;部门;;城管局\r\n"},
		"GBK":                {encoding: "gbk", body: "\xB1\xE0\xBA\xC5,\xD0\xD5\xC3\xFB,\xBD\xC7\xC9\xAB,\xB5\xE7\xBB\xB0,\xB2\xBF\xC3\xC5\nL1,\xD5\xC5\xC8\xFD,\xCD\xF8\xB8\xF1\xB3\xA4,139 0000 0001,\nD1,\"Li, Si\",\xB2\xBF\xC3\xC5,,\xB3\xC7\xB9\xDC\xBE\xD6\n"},
	} {
		t.Run(name, func(t *testing.T) {
			to := &roster{}
			r, err := importTable(t, "workers", c.body, c.encoding, to)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, to.workers); diff != "" || r.Rows != 2 || r.Added != 2 || r.Notes != nil {
				t.Errorf("%+v\n%s", r, diff)
			}
		})
	}
}

func TestCalendar(t *testing.T) {
	to := &roster{}
	r, err := importTable(t, "calendar", "日期,类型,名称,时段\n,平时,,周一至周五 08:30-12:00；周一至周五 14:00-18:00\n2026/10/1,节假日,国庆节,\n2026-10-10,调休,国庆节调休,\n2026-10-11,班,,09:00-17:00\n", "", to)
	if err != nil {
		t.Fatal(err)
	}
	day := func(date int) time.Time { return time.Date(2026, 10, date, 0, 0, 0, 0, grid.Beijing) }
	want := []grid.CalendarDay{
		{Kind: grid.Ordinary, Hours: grid.OfficeHours},
		{Date: day(1), Kind: grid.Holiday, Name: "国庆节"},
		{Date: day(10), Kind: grid.Workday, Name: "国庆节调休"},
		{Date: day(11), Kind: grid.Workday, Hours: grid.Week{{Days: 127, Start: 540, Stop: 1020}}},
	}
	if d := cmp.Diff(want, to.days); d != "" || r.Rows != 4 || r.Added != 4 {
		t.Errorf("%+v\n%s", r, d)
	}
}

// The calendar that comes with the documentation has as many working days as the law
// gives a year: 365 without 104 days of weekends and 13 of holidays.
func TestCalendarOf2026(t *testing.T) {
	to := &roster{}
	if _, err := importer.Calendar(t.Context(), to, "../docs/calendar-2026.csv", importer.TableOptions{}); err != nil {
		t.Fatal(err)
	}
	year := func(y int) time.Time { return time.Date(y, 1, 1, 0, 0, 0, 0, grid.Beijing) }
	const day = 7*time.Hour + 30*time.Minute
	if got := grid.CalendarOf(to.days).Left(year(2026), year(2027)); got != 248*day {
		t.Errorf("%v working days", got.Hours()/day.Hours())
	}
}

func TestLimits(t *testing.T) {
	to := filled()
	_, err := importTable(t, "limits", "事项,紧急程度,环节,时限,计时\n,,接收,1.5,\n01,特急,总时限,24,全天\n", "", to)
	if err != nil {
		t.Fatal(err)
	}
	want := []grid.Limit{
		{Stage: grid.StageAccept, Time: 90 * time.Minute},
		{Matter: "01", Urgency: grid.Critical, Stage: grid.StageOverall, Time: 24 * time.Hour, AroundTheClock: true},
	}
	if d := cmp.Diff(want, to.limits); d != "" {
		t.Error(d)
	}
}

func TestWhatIsNotTakenIsNoted(t *testing.T) {
	to := &roster{}
	r, err := importTable(t, "workers", "code,name,role,department,age\nL1,a,leader,x,60\n", "", to)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"columns that are not understood and were not read: age", "the departments of 1 worker who are no officers were not taken"}
	if diff := cmp.Diff(want, r.Notes); diff != "" || to.workers[0].Department != "" {
		t.Error(diff)
	}
}

func TestPosts(t *testing.T) {
	to := &roster{codes: []string{"L1", "L2"}, areas: []string{"G1"}, there: []grid.CodedPost{
		{Worker: "L1", Area: "G1", Rank: grid.Primary, From: time.Date(2024, 1, 1, 0, 0, 0, 0, zone)},
	}}
	// The first row ends the post that is there, so that the second may follow.
	_, err := importTable(t, "posts", "人员,区域,岗位类别,开始,结束\nL1,G1,主责,2024-01-01,2024/7/1\nL2,G1,primary,2024-07-01 00:00,\nL1,G1,deputy,2024-07-01T00:00:00+08:00,\n", "", to)
	if err != nil {
		t.Fatal(err)
	}
	july := time.Date(2024, 7, 1, 0, 0, 0, 0, zone)
	want := []grid.CodedPost{
		{Worker: "L1", Area: "G1", Rank: grid.Primary, From: to.there[0].From, Until: july},
		{Worker: "L2", Area: "G1", Rank: grid.Primary, From: july},
		{Worker: "L1", Area: "G1", Rank: grid.Deputy, From: july},
	}
	if diff := cmp.Diff(want, to.posts); diff != "" {
		t.Error(diff)
	}
}

func TestMatters(t *testing.T) {
	to := &roster{}
	_, err := importTable(t, "matters", "code,category,item,name,level,limit_hours\n010101,市容,垃圾,暴露垃圾,网格,4\n010102,市容,垃圾,积存渣土,village,0.5\n", "", to)
	if err != nil {
		t.Fatal(err)
	}
	want := []grid.Matter{
		{Code: "010101", Category: "市容", Item: "垃圾", Name: "暴露垃圾", Level: grid.Grid, Limit: 4 * time.Hour},
		{Code: "010102", Category: "市容", Item: "垃圾", Name: "积存渣土", Level: grid.Village, Limit: 30 * time.Minute},
	}
	if diff := cmp.Diff(want, to.matters); diff != "" {
		t.Error(diff)
	}
}

// There are rules for two departments, and one for a third that has ended.
var (
	officers = []grid.Worker{
		{Code: "F1", Role: grid.Officer, Department: "消防"}, {Code: "P1", Role: grid.Officer, Department: "民政"}, {Code: "C1", Role: grid.Officer, Department: "城管"},
	}
	rulesOfDepartments = []grid.CodedRule{
		{Rule: grid.Rule{Code: "R3", Department: "消防"}},
		{Rule: grid.Rule{Code: "R1", Department: "消防", Until: time.Now().AddDate(1, 0, 0)}},
		{Rule: grid.Rule{Code: "R2", Department: "民政"}},
		{Rule: grid.Rule{Code: "R4", Department: "城管", Until: time.Now().AddDate(-1, 0, 0)}},
	}
)

var badTables = []struct{ name, kind, body, want string }{
	{"wrong roles, twice the code", "workers", "code,name,role\nA,a,boss\nB,b,leader\nB,c,liaison\n,d,leader\nE,,leader\nF,f,officer\nG G,g,leader\n", `workers.csv: line 2: unknown role "boss": one of leader 网格长, liaison 联络员, dispatcher 指挥中心, officer 部门
workers.csv: line 4: code B is already that of line 3
workers.csv: line 5: the code is missing
workers.csv: line 6: the name is missing
workers.csv: line 7: the department of an officer is missing
workers.csv: line 8: the code "G G": want one without white space or /; . and .. are none`},
	{"a phone of letters", "workers", "code,name,role,phone\nA,a,leader,call me\n", `workers.csv: line 2: phone "call me": digits, spaces and + - ( ) * # only, at most 32`},
	{"a missing column", "workers", "code,role\nA,leader\n", `workers.csv: line 1: the column "name" is missing (also understood: 姓名); there are: code, role`},
	{"a column twice", "workers", "code,name,role,Name\n", `workers.csv: line 1: the column "name" comes twice`},
	{"too few fields", "workers", "code,name,role\nA,a\nB,b,leader\n", `workers.csv: line 2: 2 fields, but the first line names 3 columns`},
	{"an open quote", "workers", "code,name,role\nA,\"a,leader\nB,b,leader\n", `workers.csv: line 2: extraneous or missing " in quoted-field`},
	{"GBK that is not announced", "workers", "code,name,role\nA,a,leader\nB,\xD5\xC5,leader\nC,\xD5\xC5,leader\n", `workers.csv: line 3: field 2 is not UTF-8: if the file is GBK, say --encoding gbk`},
	{"an empty file", "workers", "", `workers.csv: line 1: the table is empty: its first line names the columns`},
	{"a workbook that is none", "workers", "PK\x03\x04\x14\x00", `workers.csv: the Excel workbook cannot be read: zip: not a valid zip file`},
	{"a workbook of the old kind", "workers", "\xD0\xCF\x11\xE0", `workers.csv: this is an Excel workbook of the old kind (.xls), or one with a password: save it as .xlsx without one, or as CSV UTF-8`},
	{"UTF-16", "workers", "\xFF\xFEc\x00", `workers.csv: the file is UTF-16: save it as CSV UTF-8`},
	{"the last officers of what rules name", "workers", "code,name,role,department\nP2,q,officer,民政\nP1,p,leader,\nF1,f,leader,\nC1,c,liaison,\n", `workers.csv: line 4: department "消防" would have no officer any more, and is named by the rules R1, R3`},
	{"people and places nobody knows", "posts", "worker,area,from\nL9,G1,2024-01-01\nL1,G9,2024-01-01\n", `posts.csv: line 2: worker "L9" is not known
posts.csv: line 3: area "G9" is not in the current edition`},
	{"times", "posts", "worker,area,rank,from,until\nL1,G1,chief,2024-01-01,\nL1,G1,,01.02.2024,\nL1,G1,,2024-01-01,2024-01-01\nL1,G1,,,\n", `posts.csv: line 2: unknown rank "chief": one of primary 主责, deputy 副职
posts.csv: line 3: from "01.02.2024": a time such as 2024-06-30, 2024-06-30 08:15 or 2024-06-30T08:15:00+08:00, from 1970 on
posts.csv: line 4: until 2024-01-01 is not after from 2024-01-01
posts.csv: line 5: from "": a time such as 2024-06-30, 2024-06-30 08:15 or 2024-06-30T08:15:00+08:00, from 1970 on`},
	{"two primaries", "posts", "worker,area,rank,from,until\nL1,G1,primary,2024-01-01,2024-06-01\nL2,G1,primary,2024-05-31,\nL2,G2,primary,2025-01-01,\n", `posts.csv: line 3: the area has a primary at that time already: line 2
posts.csv: line 4: the area has a primary at that time already: the post of L1 in G2 from 2024-01-01`},
	{"a post twice", "posts", "worker,area,from\nL1,G1,2024-01-01\nL1,G1,2024/1/1\n", `posts.csv: line 3: the same worker, area and from as line 2`},
	{"all that is wrong at once", "posts", "worker,area,rank,from,until\nL1,G1,,2024-01-01,\nL9,G1,,2024-01-01,\nL2,G1,,2024-02-01,\nL1,G1,,2024-01-01,\nL2,G1,deputy,2024-03-01,\nL2,G2,chief,2025-01-01,\n", `posts.csv: line 3: worker "L9" is not known
posts.csv: line 4: the area has a primary at that time already: line 2
posts.csv: line 5: the same worker, area and from as line 2
posts.csv: line 6: the worker has a post in the area at that time already: line 4
posts.csv: line 7: unknown rank "chief": one of primary 主责, deputy 副职`},
	{"two posts in an area", "posts", "worker,area,rank,from\nL1,G1,primary,2024-01-01\nL1,G1,deputy,2024-02-01\n", `posts.csv: line 3: the worker has a post in the area at that time already: line 2`},
	{"calendar", "calendar", "date,kind,name,hours\n2026-10-01,ordinary,,mon 08:00-09:00\n,ordinary,,\n,holiday,,\n2026-10-01,feast,,\n2026-13-01,holiday,,\n2026-10-01,holiday,,08:00-12:00\n2026-10-10,workday,,noon\n2026-10-02,holiday,,\n2026/10/2,workday,,\n2026-12-27,workday,,mon 09:00-12:00; tue 22:00-06:00\n2026-12-20,workday,,sun 09:00-12:00\n2026-12-19,workday,,09:00-12:00\n", `calendar.csv: line 2: ordinary days have no date
calendar.csv: line 3: ordinary days need hours, as in mon-fri 08:30-12:00; mon-fri 14:00-18:00
calendar.csv: line 4: date "": a time such as 2024-06-30, 2024-06-30 08:15 or 2024-06-30T08:15:00+08:00, from 1970 on
calendar.csv: line 5: unknown kind of day "feast": one of ordinary 平时, holiday 节假日, workday 调休
calendar.csv: line 6: date "2026-13-01": a time such as 2024-06-30, 2024-06-30 08:15 or 2024-06-30T08:15:00+08:00, from 1970 on
calendar.csv: line 7: a holiday has no hours
calendar.csv: line 8: hours "noon": "noon" is no day or run of days; write them as in mon-fri 08:30-17:30; sat,sun 09:00-12:00
calendar.csv: line 10: 2026-10-02 is already that of line 9
calendar.csv: line 11: hours "mon 09:00-12:00; tue 22:00-06:00" never come: 2026-12-27 is a Sunday`},
	{"limits", "limits", "matter,urgency,stage,limit_hours,clock\n02,,accept,1,\n,very,accept,1,\n,,nap,1,\n,,accept,0,\n,,accept,1,sundial\n,,accept,1,\n,normal,接收,2,working\n", `limits.csv: line 2: matter "02": no matter of the catalogue begins so
limits.csv: line 3: unknown urgency "very": one of normal, urgent, critical, or 一般, 紧急, 特急
limits.csv: line 4: unknown stage "nap": one of route 交办, accept 接收, verify 核查, handle 处置, check 核验, evaluate 问效, report_in 报到, overall 总时限
limits.csv: line 5: limit_hours "0": a number of hours above 0, at most 87840
limits.csv: line 6: unknown clock "sundial": working 工作时间 or continuous 连续
limits.csv: line 8: the limit */normal/accept is already that of line 7`},
	{"rules", "rules", "code,matter,area,urgency,week,from,until,level,role,department\n,,,,,,,town,,\nA,1,,,,,,town,,\nA,02,,,,,,town,,\nA,,G9,,,,,town,,\nA,,,very,,,,town,,\nA,,,,noon,,,town,,\nA,,,,,soon,,town,,\nA,,,,,,,hill,,\nA,,,,,,,,king,\nA,,,,,,,,,\nA,,,,,2024-02-01,2024-02-01,town,,\nB,01,G1,特急,周末 08:00-12:00,,,,部门,城管局\nB,01,G1,特急,周末 08:00-12:00,,,,部门,消防\nB,,,,,,,town,,\n", `rules.csv: line 2: the code is missing
rules.csv: line 3: matter "1": two, four or six digits
rules.csv: line 4: matter "02": no matter of the catalogue begins so
rules.csv: line 5: area "G9" is not in the current edition
rules.csv: line 6: unknown urgency "very": one of normal, urgent, critical, or 一般, 紧急, 特急
rules.csv: line 7: hours "noon": "noon" is no day or run of days; write them as in mon-fri 08:30-17:30; sat,sun 09:00-12:00
rules.csv: line 8: from "soon": a time such as 2024-06-30, 2024-06-30 08:15 or 2024-06-30T08:15:00+08:00, from 1970 on
rules.csv: line 9: unknown level "hill": one of city, county, town, village, grid, microgrid, or 市, 县, 乡镇, 村, 网格, 微网格
rules.csv: line 10: unknown role "king": one of leader 网格长, liaison 联络员, dispatcher 指挥中心, officer 部门
rules.csv: line 11: the rule asks for nobody: a level, a role or a department
rules.csv: line 12: until 2024-02-01 00:00:00 is not after from 2024-02-01 00:00:00
rules.csv: line 13: department "城管局" has no officer in the roster
rules.csv: line 15: code B is already that of line 14`},
	{"matters", "matters", "code,category,item,name,level,limit_hours\n0101,a,b,c,grid,4\n010101,a,b,c,hamlet,4\n010101,a,b,c,grid,-1\n010101,a,b,c,grid,4\n010102,x,b,d,grid,4\n010201,a,c,d,grid,4\n010101,a,b,c,grid,4\n010103,a,,c,grid,4\n", `matters.csv: line 2: code "0101": six digits, two each for category, item and matter
matters.csv: line 3: unknown level "hamlet": one of city, county, town, village, grid, microgrid, or 市, 县, 乡镇, 村, 网格, 微网格
matters.csv: line 4: limit_hours "-1": a number of hours above 0, at most 87840
matters.csv: line 6: category 01 is "x", but "a" on line 5
matters.csv: line 8: code 010101 is already that of line 5
matters.csv: line 9: the item is missing`},
}

func TestRefusedTablesAreNamedRowByRow(t *testing.T) {
	for _, c := range badTables {
		t.Run(c.name, func(t *testing.T) {
			to := &roster{codes: []string{"L1", "L2"}, people: officers, ruled: rulesOfDepartments, areas: []string{"G1", "G2"}, catalogue: []grid.Matter{{Code: "010101"}}, there: []grid.CodedPost{
				{Worker: "L1", Area: "G2", Rank: grid.Primary, From: time.Date(2024, 1, 1, 0, 0, 0, 0, zone)},
			}}
			_, err := importTable(t, c.kind, c.body, "", to)
			var refused *importer.Refused
			if !errors.As(err, &refused) {
				t.Fatalf("got %v, want it refused", err)
			}
			if to.workers != nil || to.posts != nil || to.matters != nil || to.rules != nil {
				t.Error("something was written")
			}
			var got []string
			for _, p := range refused.Problems {
				p.File = filepath.Base(p.File)
				got = append(got, p.Error())
			}
			if diff := cmp.Diff(c.want, strings.Join(got, "\n")); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// An officer leaves when another takes over, also in the same table, or no rule asks for
// the department any more.
func TestOfficersLeave(t *testing.T) {
	to := &roster{people: officers, ruled: rulesOfDepartments}
	if _, err := importTable(t, "workers", "code,name,role,department\nF1,f,leader,\nF2,g,officer,消防\nC1,c,liaison,\n", "", to); err != nil || len(to.workers) != 3 {
		t.Errorf("%d workers, %v", len(to.workers), err)
	}
}

func TestManyProblemsAreCounted(t *testing.T) {
	_, err := importTable(t, "workers", "code,name,role\n"+strings.Repeat("A,a,boss\n", 1500), "", &roster{})
	if err == nil || !strings.HasSuffix(err.Error(), "\n  and 1480 more") {
		t.Errorf("got %v", err)
	}
}

func TestAQuoteThatNeverEndsIsFoundEarly(t *testing.T) {
	_, err := importTable(t, "workers", "code,name,role\nA,\""+strings.Repeat("a,leader\n", 1<<18), "", &roster{})
	if err == nil || !strings.Contains(err.Error(), "line 2: a record of more than 1048576 bytes: is a quote left open?") {
		t.Errorf("got %v", err)
	}
}
