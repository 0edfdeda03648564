package archive_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"jingwei/tiles"
	"jingwei/tiles/archive"

	"github.com/google/go-cmp/cmp"
)

// put is a tile with its content, unpacked.
type put struct {
	tiles.Address
	content string
}

// scattered returns tiles of the zooms up to 12, in order: of every seventh place
// on average, in stretches, every fifth with the content of another.
func scattered(n int) []put {
	random := rand.New(rand.NewPCG(1, 2))
	var list []put
	for z := range uint32(13) {
		for d := uint64(0); d < 1<<(2*z) && len(list) < n; d++ {
			if z > 2 && random.IntN(50) == 0 {
				d += random.Uint64N(600)
			}
			content := fmt.Sprintf("tile %d of zoom %d %0*d", d, z, 1+random.IntN(500), random.Uint64())
			if random.IntN(5) == 0 {
				content = fmt.Sprintf("the same %d", random.IntN(3))
			}
			list = append(list, put{tiles.AlongHilbert(z, min(d, 1<<(2*z)-1)), content})
		}
	}
	return list
}

var described = tiles.TileJSON{
	Name: "Jingwei", MinZoom: 0, MaxZoom: 12,
	Bounds: [4]float64{120.8, 32, 121.5, 32.7654321}, Center: [3]float64{121, 32.5, 9},
	VectorLayers: []tiles.VectorLayer{{ID: "areas", MaxZoom: 12, Fields: map[string]string{"code": "String", "count": "Number"}}},
}

// write makes an archive of tiles and returns its path.
func write(t *testing.T, f archive.Format, list []put) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "city."+string(f))
	w, err := archive.Create(path, f, described)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range list {
		if err := w.Put(p.Address, pack(t, p.content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Commit(); err != nil {
		t.Fatal(err)
	}
	return path
}

var packer = gzip.NewWriter(nil)

func pack(t *testing.T, content string) []byte {
	t.Helper()
	var out bytes.Buffer
	z := packer
	z.Reset(&out)
	if _, err := z.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// nodeReads asks the decoder of npm's package pmtiles for tiles: the first line
// is the header, the others as in web/test/pmtiles.mjs.
func nodeReads(t *testing.T, path string, list []tiles.Address) []string {
	t.Helper()
	if _, err := os.Stat("../../web/node_modules/pmtiles"); err != nil {
		t.Skip("left out: make test installs Node.js and the pages' packages, pmtiles among them")
	}
	var ask strings.Builder
	for _, a := range list {
		fmt.Fprintf(&ask, "%d/%d/%d\n", a.Z, a.X, a.Y)
	}
	cmd := exec.CommandContext(t.Context(), "node", "../../web/test/pmtiles.mjs", path)
	cmd.Stdin = strings.NewReader(ask.String())
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("node: %v: %s", err, complaints.String())
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) != len(list)+1 {
		t.Fatalf("%d answers to %d tiles", len(lines)-1, len(list))
	}
	return lines
}

// Another decoder finds the same tiles, with leaf directories and without.
func TestPMTilesIsReadByOthers(t *testing.T) {
	for _, n := range []int{1, 300, 15_000} {
		list := scattered(n)
		var ask []tiles.Address
		var want []string
		there := map[tiles.Address]bool{}
		for i, p := range list {
			there[p.Address] = true
			if i%(1+n/3000) > 0 {
				continue // the decoder is slow
			}
			sum := sha256.Sum256([]byte(p.content))
			ask, want = append(ask, p.Address), append(want, hex.EncodeToString(sum[:]))
		}
		for d := range uint64(3000) {
			if a := tiles.AlongHilbert(7, 5*d); !there[a] {
				ask, want = append(ask, a), append(want, "none")
			}
		}
		lines := nodeReads(t, write(t, archive.PMTiles, list), ask)
		if diff := cmp.Diff(want, lines[1:]); diff != "" {
			t.Errorf("%d tiles (-want +got):\n%s", n, diff)
		}
		for _, part := range []string{
			`"specVersion":3`, `"clustered":true`, `"tileType":1`, `"minZoom":0,"maxZoom":12`, `"minLon":120.8,"minLat":32,"maxLon":121.5,"maxLat":32.7654321`,
			`"centerZoom":9,"centerLon":121,"centerLat":32.5`, fmt.Sprintf(`"numAddressedTiles":%d,`, len(list)), `"vector_layers":[{"id":"areas"`,
		} {
			if !strings.Contains(lines[0], part) {
				t.Errorf("%s is not in the header %s", part, lines[0])
			}
		}
		if leaves := !strings.Contains(lines[0], `"leafDirectoryLength":0`); leaves != (n == 15_000) {
			t.Errorf("%d tiles: leaf directories %v", n, leaves)
		}
	}
}

func TestTheSameBytes(t *testing.T) {
	for _, f := range []archive.Format{archive.MBTiles, archive.PMTiles} {
		list := scattered(5000)
		var files [2][]byte
		for i := range files {
			b, err := os.ReadFile(write(t, f, list))
			if err != nil {
				t.Fatal(err)
			}
			files[i] = b
		}
		if !bytes.Equal(files[0], files[1]) {
			t.Errorf("%s: the same tiles gave different bytes", f)
		}
	}
}

// Until it is whole, a file is not there, and what was there before stays.
func TestNothingHalf(t *testing.T) {
	for _, f := range []archive.Format{archive.MBTiles, archive.PMTiles} {
		dir := t.TempDir()
		path := filepath.Join(dir, "city."+string(f))
		if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
			t.Fatal(err)
		}
		w, err := archive.Create(path, f, described)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Put(tiles.Address{}, pack(t, "new")); err != nil {
			t.Fatal(err)
		}
		if err := w.Discard(); err != nil {
			t.Fatal(err)
		}
		wantOnly(t, dir, path, "old")
		empty, err := archive.Create(path, f, described)
		if err != nil {
			t.Fatal(err)
		}
		if err := empty.Put(tiles.Address{}, nil); err != nil {
			t.Fatal(err)
		}
		if err := empty.Commit(); !errors.Is(err, archive.ErrEmpty) {
			t.Errorf("%s without a tile: %v", f, err)
		}
		wantOnly(t, dir, path, "old")
		if _, err := archive.Create(filepath.Join(dir, "nowhere", "x"), f, described); err == nil {
			t.Errorf("%s: a file in a folder that is not there", f)
		}
	}
}

// wantOnly fails unless a folder has one file, with that content.
func wantOnly(t *testing.T, dir, path, content string) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{path}, names); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if b, err := os.ReadFile(path); err != nil || string(b) != content {
		t.Errorf("%s has %q, %v, want %q", path, b, err, content)
	}
}

func TestOrder(t *testing.T) {
	w, err := archive.Create(filepath.Join(t.TempDir(), "x"), archive.PMTiles, described)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Discard(); err != nil {
			t.Error(err)
		}
	})
	if err := w.Put(tiles.Address{Z: 1, X: 0, Y: 1}, nil); err != nil {
		t.Fatal(err)
	}
	for _, a := range []tiles.Address{{}, {Z: 1}, {Z: 1, X: 0, Y: 1}} {
		if err := w.Put(a, []byte("x")); !errors.Is(err, archive.ErrOrder) {
			t.Errorf("%v after 1/0/1: %v", a, err)
		}
	}
}

func TestParseFormat(t *testing.T) {
	for _, c := range []struct {
		name, file string
		want       archive.Format
	}{
		{"", "a.mbtiles", archive.MBTiles},
		{"", "b/a.PMTiles", archive.PMTiles},
		{"pmtiles", "a.mbtiles", archive.PMTiles},
		{"", "a.zip", ""},
		{"", "mbtiles", ""},
		{"zip", "a.mbtiles", ""},
	} {
		if got, err := archive.ParseFormat(c.name, c.file); got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("format %q of %s: %q, %v", c.name, c.file, got, err)
		}
	}
}
