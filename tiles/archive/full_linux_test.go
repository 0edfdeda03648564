package archive_test

import (
	"errors"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"jingwei/tiles"
	"jingwei/tiles/archive"
)

// On a full disk writing fails and nothing is left.
func TestFullDisk(t *testing.T) {
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=256k"); err != nil {
		t.Skipf("left out: a small disk cannot be mounted: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(disk, 0); err != nil {
			t.Error(err)
		}
	})
	for _, f := range []archive.Format{archive.MBTiles, archive.PMTiles} {
		if err := fill(filepath.Join(disk, "city"), f); err == nil || !strings.Contains(err.Error(), "city") {
			t.Errorf("%s: more than the disk holds is written: %v", f, err)
		}
		if left, err := filepath.Glob(filepath.Join(disk, "*")); err != nil || len(left) > 0 {
			t.Errorf("%s: %v is left, %v", f, left, err)
		}
	}
}

// fill writes a megabyte.
func fill(path string, f archive.Format) error {
	w, err := archive.Create(path, f, described)
	if err != nil {
		return err
	}
	random := rand.NewChaCha8([32]byte{})
	for d := range uint64(64) {
		noise := make([]byte, 16<<10)
		if _, err := random.Read(noise); err != nil {
			return err
		}
		if err := w.Put(tiles.AlongHilbert(3, d), noise); err != nil {
			return errors.Join(err, w.Discard())
		}
	}
	return w.Commit()
}
