package importer_test

import (
	"bufio"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"

	"jingwei/grid"
	importer "jingwei/import"
)

// A large file is a checkerboard of cells with winding borders: side cells a
// side, and bends corners on each border of a cell.
const (
	side  = 250
	bends = 30
	size  = 0.004 // degrees of a cell
)

// Law: a file of 300 MB is imported in under 1 GB of memory.
func TestALargeFileTakesLittleMemory(t *testing.T) {
	if os.Getenv("JINGWEI_LARGE") == "" {
		t.Skip("SKIPPED: set JINGWEI_LARGE=1 to import 300 MB")
	}
	path := filepath.Join(t.TempDir(), "large.geojson")
	bytes := writeLarge(t, path)
	t.Logf("written")
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(importer.Memory))
	before := peakMemory(t)
	to := &editions{}
	r, err := importer.Boundaries(t.Context(), to, []string{path}, importer.BoundaryOptions{Level: grid.Microgrid})
	if err != nil {
		t.Fatal(err)
	}
	peak := peakMemory(t)
	t.Logf("%d MB: %s; peak memory %d MB, %d MB before", bytes>>20, r.Summary(), peak>>20, before>>20)
	if bytes < 300e6 || r.Cells != side*side || peak > 1e9 {
		t.Errorf("want over 300 MB, %d cells, below 1 GB", side*side)
	}
}

// peakMemory is the most that this process has had resident, in bytes.
func peakMemory(t *testing.T) (n int64) {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skipf("SKIPPED: cannot tell the memory used: %v", err)
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	if _, err := fmt.Sscan(rest, &n); err != nil {
		t.Fatal(err)
	}
	return n << 10
}

func writeLarge(t *testing.T, path string) int64 {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	fmt.Fprint(w, `{"type":"FeatureCollection","features":[`)
	comma := ""
	for y := range side {
		for x := range side {
			fmt.Fprintf(w, "%s\n{\"type\":\"Feature\",\"properties\":{\"code\":\"%03d%03d\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[", comma, y, x)
			writeRing(w, x, y)
			fmt.Fprint(w, "]]}}")
			comma = ","
		}
	}
	fmt.Fprint(w, "]}\n")
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// writeRing writes the border of a cell counter-clockwise.
func writeRing(w *bufio.Writer, x, y int) {
	for k := range bends {
		corner(w, x, y, k, false)
	}
	for k := range bends {
		corner(w, x+1, y, k, true)
	}
	for k := bends; k > 0; k-- {
		corner(w, x, y+1, k, false)
	}
	for k := bends; k > 0; k-- {
		corner(w, x, y, k, true)
	}
	lon, lat := bend(x, y, 0, false)
	fmt.Fprintf(w, "[ %.15f, %.15f ]", lon, lat)
}

func corner(w *bufio.Writer, x, y, k int, up bool) {
	lon, lat := bend(x, y, k, up)
	fmt.Fprintf(w, "[ %.15f, %.15f ], ", lon, lat)
}

// bend is corner k of the border that starts at node (x, y) and runs up or to
// the right.
func bend(x, y, k int, up bool) (lon, lat float64) {
	along := float64(k) / bends
	off := 0.1 * math.Sin(math.Pi*along) * math.Sin(9*along+float64(7*x+13*y))
	if up {
		return 120 + size*(float64(x)+off), 31 + size*(float64(y)+along)
	}
	return 120 + size*(float64(x)+along), 31 + size*(float64(y)+off)
}
