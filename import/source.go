package importer

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Progress is told how many bytes have been read of how many in all; total is 0
// when that is not known.
type Progress func(done, total int64)

// pass is the progress of one of several passes over the same bytes.
func (tell Progress) pass(i, of int64) Progress {
	if tell == nil {
		return nil
	}
	return func(done, total int64) { tell(i*total+done, of*total) }
}

// meter counts what is read through it.
type meter struct {
	r     io.Reader
	done  *int64
	total int64
	tell  Progress
}

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	*m.done += int64(n)
	if m.tell != nil {
		m.tell(*m.done, m.total)
	}
	return n, err
}

// totalSize returns the bytes in all files, 0 when some are converted first.
func totalSize(files []string, crs string) (total int64) {
	for _, f := range files {
		plain, err := native(f)
		if err != nil || !plain || crs != "" {
			return 0
		}
		if info, err := os.Stat(f); err == nil {
			total += info.Size()
		}
	}
	return total
}

// foreign are the extensions of formats that look like GeoJSON and are not.
var foreign = []string{".topojson", ".czml"}

// sniffed is how many bytes tell what a file is.
const sniffed = 512

// native reports whether a file is one for the reader of GeoJSON: it starts like
// JSON, or with a byte order mark of any kind, or is empty.
func native(path string) (bool, error) {
	for _, ext := range foreign {
		if strings.EqualFold(filepath.Ext(path), ext) {
			return false, nil
		}
	}
	if strings.HasPrefix(path, "/vsi") {
		return false, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || info.IsDir() {
		return false, err
	}
	return startsLikeJSON(f)
}

func startsLikeJSON(r io.Reader) (bool, error) {
	head := make([]byte, sniffed)
	n, err := io.ReadFull(r, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return false, err
	}
	head = bytes.TrimLeft(head[:n], " \t\r\n\x1E")
	return len(head) == 0 || bytes.IndexByte([]byte("{[\xEF\xFE\xFF"), head[0]) >= 0, nil
}

// withBoundaries calls read with the GeoJSON of a file, converted by ogr2ogr
// unless it is that already and no projection is to be undone.
func withBoundaries(ctx context.Context, path, crs string, read func(io.Reader) error) error {
	plain, err := native(path)
	if err != nil {
		return err
	}
	if !plain || crs != "" {
		return convert(ctx, path, crs, read)
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return read(&cancellable{ctx, f})
}

// cancellable is a reader that ends when the context does.
type cancellable struct {
	ctx context.Context
	r   io.Reader
}

func (c *cancellable) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
