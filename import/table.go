package importer

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// TableOptions say how to read a table.
type TableOptions struct {
	Encoding string   // of CSV: utf-8 (also when empty), gbk or gb18030
	Progress Progress // may be nil

	DryRun  bool             // only tell what would be done
	Replace bool             // take out what is there and in no row
	Now     func() time.Time // when that ends, and after which nothing was received; nil is time.Now
}

func (o TableOptions) now() time.Time {
	if o.Now == nil {
		return time.Now()
	}
	return o.Now()
}

// maxRecord bounds a record of a table, in bytes: a quote that is never closed
// would swallow the rest of the file.
const maxRecord = 1 << 20

// column is something to be known of each row, under any of several names.
type column struct {
	names    []string // the first is the one that messages use
	required bool     // a table without it is refused
}

// table reads the rows of separated values, or of a workbook's sheet, the first of
// which names the columns.
type table struct {
	csv     *csv.Reader
	limit   *recordLimit
	book    *workbook // instead of csv
	columns []column
	index   []int // of each column in the record; -1 when the table lacks it
	ignored []string
	names   []string // of the columns in the table
	width   int
	record  []string
	line    int  // of the record, from 1
	broken  bool // what follows cannot be told apart
}

// openTable reads the first line.
func openTable(r io.Reader, o TableOptions, columns []column) (*table, error) {
	t := &table{columns: columns}
	if err := t.open(bufio.NewReaderSize(r, scanBuffer), o.Encoding); err != nil {
		return nil, err
	}
	if err := t.read(); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, &Problem{Line: 1, Text: "the table is empty: its first line names the columns"}
		}
		return nil, err
	}
	return t, t.header()
}

// open finds out what kind of table it is.
func (t *table) open(in *bufio.Reader, encoding string) (err error) {
	if head, _ := in.Peek(len(zipSignature)); string(head) == zipSignature {
		t.book, err = openWorkbook(in)
		return err
	}
	if in, err = characters(in, encoding); err != nil {
		return err
	}
	first, _ := in.Peek(sniffed)
	t.limit = &recordLimit{r: in}
	t.csv = csv.NewReader(t.limit)
	t.csv.Comma, t.csv.ReuseRecord, t.csv.FieldsPerRecord = separator(first), true, -1
	return nil
}

// close gives back what a workbook takes.
func (t *table) close() error {
	if t == nil || t.book == nil {
		return nil
	}
	return t.book.close()
}

// characters turns the bytes of a file into UTF-8 without a byte order mark.
func characters(in *bufio.Reader, encoding string) (*bufio.Reader, error) {
	head, err := in.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	switch h := string(head); {
	case strings.HasPrefix(h, compoundSignature):
		return nil, &Problem{Text: "this is an Excel workbook of the old kind (.xls), or one with a password: save it as .xlsx without one, or as CSV UTF-8"}
	case strings.HasPrefix(h, "\xFF\xFE"), strings.HasPrefix(h, "\xFE\xFF"):
		return nil, &Problem{Text: "the file is UTF-16: save it as CSV UTF-8"}
	case strings.HasPrefix(h, byteOrderMark):
		_, err := in.Discard(len(byteOrderMark))
		return in, err
	}
	switch strings.ToLower(encoding) {
	case "", "utf-8", "utf8":
		return in, nil
	case "gbk", "gb18030", "gb2312":
		return bufio.NewReaderSize(simplifiedchinese.GB18030.NewDecoder().Reader(in), scanBuffer), nil
	}
	return nil, fmt.Errorf("unknown encoding %q: one of utf-8, gbk, gb18030", encoding)
}

// separator is what separates the names in the first line.
func separator(first []byte) rune {
	line, _, _ := strings.Cut(string(first), "\n")
	for _, c := range ",\t;" {
		if strings.ContainsRune(line, c) {
			return c
		}
	}
	return ','
}

// maxColumns bounds the width of a table.
const maxColumns = 1000

// header finds the columns in the first record.
func (t *table) header() error {
	if len(t.record) > maxColumns {
		return t.problem("%d columns, more than %d", len(t.record), maxColumns)
	}
	names := make([]string, len(t.record))
	for i, n := range t.record {
		names[i] = strings.ToLower(strings.TrimSpace(n))
		if n := names[i]; n != "" && slices.Index(names, n) < i {
			return t.problem("the column %q comes twice", n)
		}
	}
	t.names, t.width, t.index = names, len(names), make([]int, len(t.columns))
	used := make([]bool, len(names))
	for c, col := range t.columns {
		i := slices.IndexFunc(names, func(n string) bool { return slices.Contains(col.names, n) })
		if t.index[c] = i; i >= 0 {
			used[i] = true
		} else if col.required {
			return t.problem("the column %q is missing (also understood: %s); there are: %s",
				col.names[0], strings.Join(col.names[1:], ", "), strings.Join(names, ", "))
		}
	}
	for i, n := range names {
		if !used[i] && n != "" {
			t.ignored = append(t.ignored, n)
		}
	}
	return nil
}

// read reads a record. After one that is broken there are no more.
func (t *table) read() error {
	if t.broken {
		return io.EOF
	}
	if t.book != nil {
		return t.readSheet()
	}
	t.limit.left = maxRecord
	record, err := t.csv.Read()
	if err != nil {
		return t.broke(err)
	}
	t.record = record
	t.line, _ = t.csv.FieldPos(0)
	for i, field := range record {
		if !utf8.ValidString(field) {
			t.broken = true
			return t.problem("field %d is not UTF-8: if the file is GBK, say --encoding gbk", i+1)
		}
	}
	return nil
}

// readSheet reads a row of a workbook.
func (t *table) readSheet() (err error) {
	if t.record, t.line, err = t.book.read(); err != nil {
		return err
	}
	if t.width == 0 { // up to the names of the columns
		if len(t.record) == 0 {
			return t.readSheet()
		}
		return nil
	}
	t.record = fit(t.record, t.width)
	if i := slices.IndexFunc(t.record, worn); i >= 0 && i < t.width {
		return t.problem("column %q: the cell is a number that has lost its last digits: format the column as text and enter it again", t.names[i])
	}
	return nil
}

// broke tells where the table is broken; the end and what the file system says
// pass through.
func (t *table) broke(err error) error {
	var parse *csv.ParseError
	switch {
	case errors.Is(err, errLongRecord):
		t.line++
	case errors.As(err, &parse):
		t.line, err = parse.StartLine, parse.Err
	default:
		return err
	}
	t.broken = true
	return t.problem("%v", err)
}

// next reads the next row that holds anything. The error is io.EOF at the end
// and a *Problem for a row that is not one.
func (t *table) next() error {
	for {
		if err := t.read(); err != nil {
			return err
		}
		if slices.ContainsFunc(t.record, func(f string) bool { return strings.TrimSpace(f) != "" }) {
			break
		}
	}
	if len(t.record) != t.width {
		return t.problem("%d fields, but the first line names %d columns", len(t.record), t.width)
	}
	return nil
}

// get returns what the row has in a column, without white space around it.
func (t *table) get(column int) string {
	if i := t.index[column]; i >= 0 {
		return strings.TrimSpace(t.record[i])
	}
	return ""
}

// has reports whether the table has a column.
func (t *table) has(column int) bool { return t.index[column] >= 0 }

// problem is something wrong with the row.
func (t *table) problem(format string, args ...any) *Problem {
	return &Problem{Line: t.line, Text: fmt.Sprintf(format, args...)}
}

var errLongRecord = fmt.Errorf("a record of more than %d bytes: is a quote left open?", maxRecord)

// recordLimit is a reader that fails when too much is read without a new record.
type recordLimit struct {
	r    io.Reader
	left int
}

func (l *recordLimit) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, errLongRecord
	}
	n, err := l.r.Read(p)
	l.left -= n
	return n, err
}
