package importer

import (
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"time"

	"jingwei/grid"

	"github.com/xuri/excelize/v2"
)

// What workbooks begin with: .xlsx is a ZIP archive; .xls, and .xlsx with a
// password, are compound files.
const (
	zipSignature      = "PK\x03\x04"
	compoundSignature = "\xD0\xCF\x11\xE0"
)

// Bounds of a workbook, in bytes: a small archive may hold a large file.
const (
	maxUnzipped = 2 << 30
	maxInMemory = 64 << 20 // of a sheet; a larger one goes through a temporary file
)

// workbook reads the rows of the first visible sheet, cells as they are stored:
// numbers in full, dates as numbers.
type workbook struct {
	file  *excelize.File
	rows  *excelize.Rows
	row   int
	epoch bool // days are counted from 1904, not from 1900
}

func openWorkbook(r io.Reader) (*workbook, error) {
	f, err := excelize.OpenReader(r, excelize.Options{RawCellValue: true, UnzipSizeLimit: maxUnzipped, UnzipXMLSizeLimit: maxInMemory})
	if err != nil {
		return nil, &Problem{Text: fmt.Sprintf("the Excel workbook cannot be read: %v", err)}
	}
	w := &workbook{file: f}
	for _, sheet := range f.GetSheetList() {
		if shown, err := f.GetSheetVisible(sheet); err != nil || !shown {
			continue
		}
		props, err := f.GetWorkbookProps()
		w.epoch = err == nil && props.Date1904 != nil && *props.Date1904
		w.rows, err = f.Rows(sheet)
		if err != nil {
			return nil, &Problem{Text: fmt.Sprintf("the sheet %s cannot be read: %v", sheet, err)}
		}
		return w, nil
	}
	return nil, &Problem{Text: "the Excel workbook has no sheet that is shown"}
}

// read returns the next row and its number on the sheet.
func (w *workbook) read() (record []string, row int, err error) {
	if !w.rows.Next() {
		return nil, w.row, errors.Join(w.rows.Error(), io.EOF)
	}
	w.row++
	record, err = w.rows.Columns(excelize.Options{RawCellValue: true})
	return record, w.row, err
}

func (w *workbook) close() error { return errors.Join(w.rows.Close(), w.file.Close()) }

// fit cuts and fills a record to a width. It leaves cells beyond it that hold
// something, so that they are found.
func fit(record []string, width int) []string {
	for len(record) > width && record[len(record)-1] == "" {
		record = record[:len(record)-1]
	}
	if missing := width - len(record); missing > 0 {
		record = append(record, make([]string, missing)...)
	}
	return record
}

// exponent matches how programs write large numbers into cells: 3.2E+17, 3.2e+17, 3.2E17.
var exponent = regexp.MustCompile(`^-?[0-9]+(\.[0-9]*[eE]\+?|[eE]\+)[0-9]+$`)

// worn reports whether a cell is a number of more digits than are kept of one, which are
// 15.
func worn(text string) bool {
	if !exponent.MatchString(text) {
		return false
	}
	v, err := strconv.ParseFloat(text, 64)
	return err != nil || math.Abs(v) >= 1e15
}

// date reads a date as workbooks keep it, a number of days, by the clock of
// [grid.Beijing].
func (w *workbook) date(text string) (time.Time, bool) {
	days, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return time.Time{}, false
	}
	t, err := excelize.ExcelDateToTime(days, w.epoch)
	if err != nil {
		return time.Time{}, false
	}
	t = t.Round(time.Second)
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, grid.Beijing), true
}
