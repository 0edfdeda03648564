// Package archive writes tiles into one file, as MBTiles 1.3 or PMTiles 3.
//
// # Laws
//
//   - The file appears under its name when it is whole, and not before: it is
//     written beside it and renamed.
//   - The same description and tiles give the same bytes.
package archive

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"jingwei/tiles"
)

// Format is how tiles are laid out in a file.
type Format string

// The formats there are, by their names and the endings of files.
const (
	MBTiles Format = "mbtiles" // https://github.com/mapbox/mbtiles-spec/tree/master/1.3
	PMTiles Format = "pmtiles" // https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md
)

// ParseFormat returns the format of a name, or, when that is empty, the one that
// the ending of a file says.
func ParseFormat(name, file string) (Format, error) {
	if name == "" {
		name = strings.ToLower(strings.TrimPrefix(filepath.Ext(file), "."))
	}
	if f := Format(name); f == MBTiles || f == PMTiles {
		return f, nil
	}
	return "", fmt.Errorf("unknown format %q of an archive: want %s or %s", name, MBTiles, PMTiles)
}

// Errors of a Writer.
var (
	ErrOrder = errors.New("tiles out of order")
	ErrEmpty = errors.New("there are no tiles")
)

// Writer writes an archive. Whoever makes one ends it with Commit or Discard.
type Writer struct {
	path, part string
	out        output
	next       uint64 // the lowest ID that may come
	tiles      int64  // so far
}

// output is an archive in a format that is being written.
type output interface {
	put(id uint64, a tiles.Address, data []byte) error
	finish() error // after the last tile
	close() error  // in any case
}

// Create begins an archive of the tiles that d describes. What is there under its
// name stays until Commit.
func Create(path string, f Format, d tiles.TileJSON) (*Writer, error) {
	w := &Writer{path: path, part: fmt.Sprintf("%s.%d.part", path, os.Getpid())}
	err := os.Remove(w.part) // of another process with this number, long ago
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if f == MBTiles {
		w.out, err = createMBTiles(w.part, d)
	} else {
		w.out, err = createPMTiles(w.part, d)
	}
	if err != nil {
		return nil, w.failed(err)
	}
	return w, nil
}

// Put adds a tile, compressed by gzip. Tiles come by zoom, and along the Hilbert
// curve of each, or it fails with ErrOrder; one without data is left out.
func (w *Writer) Put(a tiles.Address, data []byte) error {
	id := ID(a)
	if id < w.next {
		return fmt.Errorf("%w: %d/%d/%d", ErrOrder, a.Z, a.X, a.Y)
	}
	w.next = id + 1
	if len(data) == 0 {
		return nil
	}
	w.tiles++
	if err := w.out.put(id, a, data); err != nil {
		return fmt.Errorf("write %s: %w", w.path, err)
	}
	return nil
}

// Tiles returns how many tiles have been put.
func (w *Writer) Tiles() int64 { return w.tiles }

// Commit ends the archive and gives it its name. It fails with ErrEmpty when no
// tile was put; when it fails, nothing is left, as after Discard.
func (w *Writer) Commit() error {
	if err := errors.Join(w.end(), w.out.close()); err != nil {
		return w.failed(err)
	}
	if err := settle(w.part); err != nil {
		return w.failed(err)
	}
	if err := os.Rename(w.part, w.path); err != nil {
		return w.failed(err)
	}
	return nil
}

func (w *Writer) end() error {
	if w.tiles == 0 {
		return ErrEmpty
	}
	return w.out.finish()
}

// Discard leaves nothing of the archive.
func (w *Writer) Discard() error { return errors.Join(w.out.close(), os.Remove(w.part)) }

func (w *Writer) failed(err error) error {
	os.Remove(w.part) // which may not be there
	return fmt.Errorf("write %s: %w", w.path, err)
}

// settle waits until a file is on the disk.
func settle(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// ID returns the place of a tile among those of all zooms, as PMTiles counts them:
// the zooms one after the other, each along its Hilbert curve.
func ID(a tiles.Address) uint64 { return (1<<(2*a.Z)-1)/3 + a.Hilbert() }
