package archive

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"jingwei/tiles"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// mbtiles is an archive in a database of SQLite, written in one transaction.
type mbtiles struct {
	db     *sqlite.Conn
	insert *sqlite.Stmt
}

// schema: the application's id is "MPBX". There is no journal, as a file that is
// not finished is thrown away.
const schema = `
PRAGMA encoding = 'UTF-8';
PRAGMA page_size = 4096;
PRAGMA application_id = 0x4d504258;
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA locking_mode = EXCLUSIVE;
BEGIN;
CREATE TABLE metadata (name text, value text);
CREATE UNIQUE INDEX metadata_index ON metadata (name);
CREATE TABLE tiles (zoom_level integer, tile_column integer, tile_row integer, tile_data blob);
CREATE UNIQUE INDEX tile_index ON tiles (zoom_level, tile_column, tile_row);
`

func createMBTiles(path string, d tiles.TileJSON) (output, error) {
	db, err := sqlite.OpenConn(path, sqlite.OpenReadWrite, sqlite.OpenCreate)
	if err != nil {
		return nil, err
	}
	m := &mbtiles{db: db}
	if err := m.begin(d); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return m, nil
}

func (m *mbtiles) begin(d tiles.TileJSON) error {
	for statement := range strings.SplitSeq(strings.TrimSpace(schema), "\n") {
		if err := sqlitex.ExecuteTransient(m.db, statement, nil); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	if err := m.describe(d); err != nil {
		return err
	}
	var err error
	m.insert, err = m.db.Prepare("INSERT INTO tiles (zoom_level, tile_column, tile_row, tile_data) VALUES (?, ?, ?, ?)")
	return err
}

// describe writes the metadata.
func (m *mbtiles) describe(d tiles.TileJSON) error {
	about, err := json.Marshal(map[string]any{"vector_layers": d.VectorLayers})
	if err != nil {
		return err
	}
	for _, row := range [][2]string{
		{"name", d.Name},
		{"format", "pbf"},
		{"type", "overlay"},
		{"bounds", list(d.Bounds[:])},
		{"center", list(d.Center[:])},
		{"minzoom", fmt.Sprint(d.MinZoom)},
		{"maxzoom", fmt.Sprint(d.MaxZoom)},
		{"json", string(about)},
	} {
		err := sqlitex.ExecuteTransient(m.db, "INSERT INTO metadata (name, value) VALUES (?, ?)", &sqlitex.ExecOptions{Args: []any{row[0], row[1]}})
		if err != nil {
			return err
		}
	}
	return nil
}

// list writes numbers with commas between them.
func list(numbers []float64) string {
	texts := make([]string, len(numbers))
	for i, v := range numbers {
		texts[i] = strconv.FormatFloat(v, 'f', -1, 64)
	}
	return strings.Join(texts, ",")
}

// put adds a tile; rows are counted from the south, as TMS does.
func (m *mbtiles) put(_ uint64, a tiles.Address, data []byte) error {
	m.insert.BindInt64(1, int64(a.Z))
	m.insert.BindInt64(2, int64(a.X))
	m.insert.BindInt64(3, 1<<a.Z-1-int64(a.Y))
	m.insert.BindBytes(4, data)
	if _, err := m.insert.Step(); err != nil {
		return err
	}
	return m.insert.Reset()
}

func (m *mbtiles) finish() error { return sqlitex.ExecuteTransient(m.db, "COMMIT", nil) }

func (m *mbtiles) close() error { return m.db.Close() }
