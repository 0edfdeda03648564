package synth

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"jingwei/grid"
)

// levelFiles are the names of the files of boundaries.
var levelFiles = map[grid.Level]string{
	grid.City: "cities", grid.County: "counties", grid.Town: "towns",
	grid.Village: "villages", grid.Grid: "grids", grid.Microgrid: "microgrids",
}

// WriteFiles writes the city and n of its reports to a folder, which it makes:
// a GeoJSON file for each level, and CSV files of workers, posts, matters and
// reports. It fails in a folder that holds another city, and writes nothing then.
func (c *City) WriteFiles(ctx context.Context, dir string, n int) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("write the city: %w", err)
	}
	if err := c.alone(dir); err != nil {
		return err
	}
	for _, l := range grid.Levels() {
		err := c.writeFile(ctx, dir, levelFiles[l]+".geojson", func(w *bufio.Writer) error { return c.writeAreas(ctx, w, l) })
		if err != nil {
			return err
		}
	}
	tables := []struct {
		name  string
		write func(*bufio.Writer) error
	}{
		{workersFile, func(w *bufio.Writer) error { return writeTable(w, c.workerRows()) }},
		{"posts.csv", func(w *bufio.Writer) error { return writeTable(w, c.postRows()) }},
		{"matters.csv", func(w *bufio.Writer) error { return writeTable(w, c.matterRows()) }},
		{"reports.csv", func(w *bufio.Writer) error { return c.writeReports(ctx, w, n) }},
	}
	for _, t := range tables {
		if err := c.writeFile(ctx, dir, t.name, t.write); err != nil {
			return err
		}
	}
	return nil
}

// workersFile tells cities apart: who works there depends on the seed and the scale.
const workersFile = "workers.csv"

// alone fails when a folder holds another city.
func (c *City) alone(dir string) error {
	path := filepath.Join(dir, workersFile)
	there, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var own bytes.Buffer
	if err == nil {
		err = writeTable(&own, c.workerRows())
	}
	if err != nil {
		return fmt.Errorf("look at the folder: %w", err)
	}
	if !bytes.Equal(there, own.Bytes()) {
		return fmt.Errorf("%s is of another city, with another seed or scale: name another folder, or delete that one first", path)
	}
	return nil
}

func (c *City) writeFile(ctx context.Context, dir, name string, write func(*bufio.Writer) error) (err error) {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	f, err := os.Create(filepath.Join(dir, name))
	if err != nil {
		return fmt.Errorf("write the city: %w", err)
	}
	w := bufio.NewWriterSize(f, 1<<18)
	if err = write(w); err == nil {
		err = w.Flush()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

func writeTable(w io.Writer, rows [][]string) error {
	t := csv.NewWriter(w)
	if err := t.WriteAll(rows); err != nil {
		return err
	}
	return t.Error()
}

func (c *City) workerRows() [][]string {
	rows := [][]string{{"code", "name", "role", "phone", "department"}}
	for _, w := range c.Workers {
		rows = append(rows, []string{w.Code, w.Name, string(w.Role), w.Phone, w.Department})
	}
	return rows
}

func (c *City) postRows() [][]string {
	rows := [][]string{{"worker", "area", "rank", "from", "until"}}
	for _, p := range c.Posts {
		rows = append(rows, []string{p.Worker, p.Area, string(p.Rank), stamp(p.From), stamp(p.Until)})
	}
	return rows
}

// stamp writes a time in RFC 3339, and the zero time as nothing.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

func (c *City) matterRows() [][]string {
	rows := [][]string{{"code", "category", "item", "name", "level", "limit_hours"}}
	for _, m := range c.Matters {
		hours := strconv.Itoa(int(m.Limit / time.Hour))
		rows = append(rows, []string{m.Code, m.Category, m.Item, m.Name, m.Level.String(), hours})
	}
	return rows
}
