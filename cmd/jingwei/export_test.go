package main

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"jingwei/tiles"

	gocmp "github.com/google/go-cmp/cmp"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// exportAgain exports each layer of a service's database in both formats, and finds
// in the files what the service has, tile by tile.
func exportAgain(t *testing.T, s site, data string) {
	t.Helper()
	for _, e := range []struct {
		layer, query string
		flags        []string
	}{
		{"areas", "?level=town&state=closed", []string{"--level", "town", "--state", "closed", "--max-zoom", "11"}},
		{"areas", "", []string{"--min-zoom", "8", "--max-zoom", "13"}},
		{"bins", "?matter=01%2C02", []string{"--matter", "01,02", "--max-zoom", "12"}},
		{"reports", "?from=2024-01-01", []string{"--from", "2024-01-01", "--max-zoom", "12"}},
	} {
		dir := t.TempDir()
		mb, pm := filepath.Join(dir, "city.mbtiles"), filepath.Join(dir, "city.pmtiles")
		for _, file := range []string{mb, pm} {
			a := succeed(t, append([]string{"--data", data, "export", "tiles", "--layer", e.layer, "--out", file}, e.flags...)...)
			if !strings.Contains(a.err, " tiles, ") || a.out != "" {
				t.Errorf("export says %q and %q", a.out, a.err)
			}
		}
		found := readMBTiles(t, mb)
		if len(found) < 20 {
			t.Fatalf("%d tiles of %s", len(found), e.layer)
		}
		served := map[tiles.Address]string{}
		for a := range around(found) {
			path := fmt.Sprintf("/tiles/%s/%d/%d/%d.mvt%s", e.layer, a.Z, a.X, a.Y, e.query)
			status, body := s.call(t, http.MethodGet, path, "", nil)
			if status == http.StatusOK {
				served[a] = hash(body)
			} else if status != http.StatusNoContent {
				t.Fatalf("GET %s: %d %s", path, status, body)
			}
		}
		if diff := gocmp.Diff(served, found); diff != "" {
			t.Errorf("%s, MBTiles (-served +exported):\n%s", e.layer, diff)
		}
		if diff := gocmp.Diff(served, readPMTiles(t, pm, served)); diff != "" {
			t.Errorf("%s, PMTiles (-served +exported):\n%s", e.layer, diff)
		}
		var all struct{ Total uint64 }
		s.getJSON(t, "/v1/density"+e.query, &all)
		once := map[string]string{"areas": "labels"}[e.layer] // of each area, not of each part
		if n := gdalCounts(t, mb, cmp.Or(once, e.layer), all.Total); n != all.Total || n == 0 {
			t.Errorf("%s: GDAL counts %d reports of %d", e.layer, n, all.Total)
		}
	}
	for _, format := range []string{"mbtiles", "pmtiles"} {
		exportTwice(t, data, format)
		interruptExport(t, data, format)
	}
}

// around returns tiles and those beside them.
func around(found map[tiles.Address]string) map[tiles.Address]bool {
	all := map[tiles.Address]bool{}
	for a := range found {
		for k := range uint32(9) {
			b := tiles.Address{Z: a.Z, X: a.X + k%3 - 1, Y: a.Y + k/3 - 1}
			if b.Validate() == nil {
				all[b] = true
			}
		}
	}
	return all
}

// hash stands for the content of a tile, unpacked.
func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func readMBTiles(t *testing.T, file string) map[tiles.Address]string {
	t.Helper()
	db, err := sqlite.OpenConn(file, sqlite.OpenReadOnly)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	found := map[tiles.Address]string{}
	err = sqlitex.Execute(db, "SELECT zoom_level, tile_column, tile_row, tile_data FROM tiles", &sqlitex.ExecOptions{
		ResultFunc: func(r *sqlite.Stmt) error {
			z := r.ColumnInt64(0)
			data := make([]byte, r.ColumnLen(3))
			r.ColumnBytes(3, data)
			found[tiles.Address{Z: uint32(z), X: uint32(r.ColumnInt64(1)), Y: uint32(1<<z - 1 - r.ColumnInt64(2))}] = hash(unpack(t, data))
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// readPMTiles reads tiles at some places with the decoder of npm's package pmtiles.
func readPMTiles(t *testing.T, file string, places map[tiles.Address]string) map[tiles.Address]string {
	t.Helper()
	if _, err := os.Stat("../../web/node_modules/pmtiles"); err != nil {
		t.Log("PMTiles are not read: make test installs what that takes, Node.js with the pages' packages")
		return places
	}
	var ask strings.Builder
	var order []tiles.Address
	for a := range places {
		order = append(order, a)
		fmt.Fprintf(&ask, "%d/%d/%d\n", a.Z, a.X, a.Y)
	}
	cmd := exec.CommandContext(t.Context(), "node", "../../web/test/pmtiles.mjs", file)
	cmd.Stdin = strings.NewReader(ask.String())
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	header, sums, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	var about struct {
		Header struct{ NumAddressedTiles int }
	}
	if err := json.Unmarshal([]byte(header), &about); err != nil || about.Header.NumAddressedTiles != len(places) {
		t.Errorf("%d tiles in %s, want %d; %v", about.Header.NumAddressedTiles, file, len(places), err)
	}
	found := map[tiles.Address]string{}
	for i, sum := range strings.Split(sums, "\n") {
		found[order[i]] = sum
	}
	return found
}

// gdalCounts returns the sum of a layer's counts at the highest zoom, as GDAL reads
// a file; without GDAL, what is expected.
func gdalCounts(t *testing.T, file, layer string, expected uint64) (n uint64) {
	t.Helper()
	if _, err := exec.LookPath("ogr2ogr"); err != nil {
		t.Log("MBTiles are not read by GDAL: needs ogr2ogr (Debian: gdal-bin)")
		return expected
	}
	out, err := exec.CommandContext(t.Context(), "ogr2ogr", "-f", "CSV", "/vsistdout/", file, "-sql", "SELECT SUM(count) AS n FROM "+layer).Output()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Sscanf(string(out), "n,\n%d", &n); err != nil {
		t.Errorf("%v: %s", err, out)
	}
	return n
}

// exportTwice fails unless the same reports give the same bytes.
func exportTwice(t *testing.T, data, format string) {
	t.Helper()
	var written [2][]byte
	file := filepath.Join(t.TempDir(), "city")
	for i := range written {
		a := succeed(t, "--data", data, "export", "tiles", "--layer", "reports", "--format", format, "--out", file, "--max-zoom", "10", "--state", "closed")
		if replaced := strings.Contains(a.err, "replaced "+file+"\n"); replaced != (i > 0) {
			t.Errorf("export number %d says %q", i, a.err)
		}
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		written[i] = b
	}
	if !bytes.Equal(written[0], written[1]) {
		t.Errorf("%s: the same reports gave different files", format)
	}
}

// interruptExport fails when an export that is interrupted leaves anything.
func interruptExport(t *testing.T, data, format string) {
	t.Helper()
	dir := t.TempDir()
	ctx, stop := context.WithCancel(t.Context())
	go func() {
		for begun, _ := os.ReadDir(dir); len(begun) == 0; begun, _ = os.ReadDir(dir) {
			time.Sleep(time.Millisecond)
		}
		stop()
	}()
	var out, messages bytes.Buffer
	status := run(ctx, []string{"--data", data, "export", "tiles", "--layer", "areas", "--max-zoom", "18", "--out", filepath.Join(dir, "city."+format)},
		streams{strings.NewReader(""), &out, &messages})
	if left, err := os.ReadDir(dir); status != exitFailed || err != nil || len(left) > 0 {
		t.Errorf("interrupted: status %d, %s; left %v, %v", status, messages.String(), left, err)
	}
}

func unpack(t *testing.T, data []byte) []byte {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
