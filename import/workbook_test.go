package importer_test

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"jingwei/grid"
	importer "jingwei/import"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

// worn is how Excel keeps the number 320602001001001002.
const worn = "3.2060200100100102E+17"

// workbook makes an Excel workbook of rows; a nil row is left out.
func workbook(t *testing.T, change func(*excelize.File), rows ...[]any) string {
	t.Helper()
	f := excelize.NewFile()
	var numbers []string // cells
	for i, row := range rows {
		cell, _ := excelize.CoordinatesToCellName(1, i+1)
		if row == nil {
			continue
		}
		if k := slices.Index(row, any(worn)); k >= 0 {
			number, _ := excelize.CoordinatesToCellName(k+1, i+1)
			row[k] = nil
			numbers = append(numbers, number)
		}
		if err := f.SetSheetRow("Sheet1", cell, &row); err != nil {
			t.Fatal(err)
		}
	}
	for _, cell := range numbers {
		if err := f.SetCellDefault("Sheet1", cell, worn); err != nil {
			t.Fatal(err)
		}
	}
	if change != nil {
		change(f)
	}
	path := filepath.Join(t.TempDir(), "book.xlsx")
	if err := errors.Join(f.SaveAs(path), f.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestWorkbookOfPosts(t *testing.T) {
	const micro = "320602001001001001"
	july := time.Date(2024, 7, 1, 0, 0, 0, 0, time.UTC)
	path := workbook(t, nil,
		[]any{"人员", "区域", "岗位类别", "开始", "结束", "值班时段", nil},
		[]any{"L1", micro, "主责", july, july.Add(36*time.Hour + 30*time.Minute), "周一至周五 08:30-17:30"},
		nil,
		[]any{"L2", micro, nil, "2025-01-01 08:00"},
		[]any{1001, "G1", "deputy", "2024/7/1", nil, nil, nil, nil},
	)
	to := &roster{codes: []string{"L1", "L2", "1001"}, areas: []string{micro, "G1"}}
	r, err := importer.Posts(t.Context(), to, path, importer.TableOptions{})
	if err != nil {
		t.Fatal(err)
	}
	local := func(d, h, m int) time.Time { return time.Date(2024, 7, d, h, m, 0, 0, zone) }
	want := []grid.CodedPost{
		{Worker: "L1", Area: micro, Rank: grid.Primary, From: local(1, 0, 0), Until: local(2, 12, 30), Duty: grid.Week{{Days: 31, Start: 510, Stop: 1050}}},
		{Worker: "L2", Area: micro, Rank: grid.Primary, From: time.Date(2025, 1, 1, 8, 0, 0, 0, zone)},
		{Worker: "1001", Area: "G1", Rank: grid.Deputy, From: local(1, 0, 0)},
	}
	if d := cmp.Diff(want, to.posts); d != "" || r.Rows != 3 {
		t.Errorf("%+v\n%s", r, d)
	}
}

func TestWorkbookSince1904(t *testing.T) {
	path := workbook(t, func(f *excelize.File) {
		yes := true
		if err := f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &yes}); err != nil {
			t.Fatal(err)
		}
	}, []any{"worker", "area", "from"}, []any{"L1", "G1", 44012}) // 2024-07-01 there
	to := &roster{codes: []string{"L1"}, areas: []string{"G1"}}
	if _, err := importer.Posts(t.Context(), to, path, importer.TableOptions{}); err != nil {
		t.Fatal(err)
	}
	if got := to.posts[0].From.Format(time.DateTime); got != "2024-07-01 00:00:00" {
		t.Error(got)
	}
}

// The first sheet that is shown counts.
func TestWorkbookOfWorkers(t *testing.T) {
	path := workbook(t, func(f *excelize.File) {
		if _, err := f.NewSheet("名册"); err != nil {
			t.Fatal(err)
		}
		for i, row := range [][]any{{"code", "name", "role", "phone"}, {"W1", "张三", "网格长", 13800000001}, {"W2", "李四", "网格长", nil}} {
			cell, _ := excelize.CoordinatesToCellName(1, i+1)
			if err := f.SetSheetRow("名册", cell, &row); err != nil {
				t.Fatal(err)
			}
		}
		f.SetActiveSheet(1)
		if err := f.SetSheetVisible("Sheet1", false); err != nil {
			t.Fatal(err)
		}
	}, []any{"nothing", "of", "use"})
	to := &roster{}
	if _, err := importer.Workers(t.Context(), to, path, importer.TableOptions{}); err != nil {
		t.Fatal(err)
	}
	want := []grid.Worker{{Code: "W1", Name: "张三", Role: grid.Leader, Phone: "13800000001"}, {Code: "W2", Name: "李四", Role: grid.Leader}}
	if d := cmp.Diff(want, to.workers); d != "" {
		t.Error(d)
	}
}

func TestRefusedWorkbooksAreNamedRowByRow(t *testing.T) {
	for _, tt := range []struct {
		name string
		rows [][]any
		want string
	}{
		{"rows", [][]any{{"code", "name", "role", "phone"}, {"A", "a", "boss"}, nil, {"B", "b", "leader", worn}, {"C", "c", "leader", "1", "more"}, {"D", "d", "leader"}, {"3.20612001001001e+17", "e", "leader"}, {"32E+16", "f", "leader"}, {"3.2E17", "g", "leader"}, {"3E17", "h", "leader"}, {"G", "g", "leader", "1.38e+10"}}, `book.xlsx: line 2: unknown role "boss": one of leader 网格长, liaison 联络员, dispatcher 指挥中心, officer 部门
book.xlsx: line 4: column "phone": the cell is a number that has lost its last digits: format the column as text and enter it again
book.xlsx: line 5: 5 fields, but the first line names 4 columns
book.xlsx: line 7: column "code": the cell is a number that has lost its last digits: format the column as text and enter it again
book.xlsx: line 8: column "code": the cell is a number that has lost its last digits: format the column as text and enter it again
book.xlsx: line 9: column "code": the cell is a number that has lost its last digits: format the column as text and enter it again
book.xlsx: line 11: phone "1.38e+10": digits, spaces and + - ( ) * # only, at most 32`},
		{"no column", [][]any{nil, {"网格员名册"}}, `book.xlsx: line 2: the column "code" is missing (also understood: 编号, 工号, 人员编号); there are: 网格员名册`},
		{"empty", nil, `book.xlsx: line 1: the table is empty: its first line names the columns`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			to := &roster{}
			_, err := importer.Workers(t.Context(), to, workbook(t, nil, tt.rows...), importer.TableOptions{})
			var refused *importer.Refused
			if !errors.As(err, &refused) || to.workers != nil {
				t.Fatalf("got %v, want it refused", err)
			}
			var got []string
			for _, p := range refused.Problems {
				p.File = filepath.Base(p.File)
				got = append(got, p.Error())
			}
			if d := cmp.Diff(tt.want, strings.Join(got, "\n")); d != "" {
				t.Error(d)
			}
		})
	}
}
