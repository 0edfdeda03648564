package bench

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"

	"jingwei/geo"
	"jingwei/geo/coverage"
	"jingwei/synth"
)

// BenchmarkGrowth locates random positions inside ever more cells on the same
// ground, and tells what a cell costs once built and how many gigabytes the process
// took at its peak. JINGWEI_GROWTH names the largest scale, up to 100, which takes
// ten minutes; the default is 10.
func BenchmarkGrowth(b *testing.B) {
	most := 10.0
	if s := os.Getenv("JINGWEI_GROWTH"); s != "" {
		var err error
		if most, err = strconv.ParseFloat(s, 64); err != nil {
			b.Fatal(err)
		}
	}
	for _, scale := range []float64{1, 10, 100} {
		if scale > most {
			continue
		}
		c, mb := grown(b, scale)
		cells, peak := c.Len(), peakGB()
		ps := inside(c)
		b.Run(fmt.Sprintf("%d/batched", cells), func(b *testing.B) {
			batched(b, c, ps)
			b.ReportMetric(mb*1e6/float64(cells), "bytes/cell")
			b.ReportMetric(peak, "peak-GB")
		})
		b.Run(fmt.Sprintf("%d/single", cells), func(b *testing.B) { one(b, ps, c.Locate) })
	}
}

// grown returns the coverage of a city of that scale, and how many megabytes it
// takes once the city is gone. It collects garbage often, so that the peak is what
// is needed.
func grown(b *testing.B, scale float64) (c *coverage.Coverage, mb float64) {
	defer debug.SetGCPercent(debug.SetGCPercent(20))
	before := heapMB()
	c, err := coverage.Build(cellsOf(b, scale))
	if err != nil {
		b.Fatal(err)
	}
	debug.FreeOSMemory()
	mb = heapMB() - before
	runtime.KeepAlive(c)
	return c, mb
}

// cellsOf returns the cells of a city, which nothing holds any more.
func cellsOf(b *testing.B, scale float64) []coverage.Face {
	city, err := synth.Generate(synth.Options{Seed: 1, Scale: scale})
	if err != nil {
		b.Fatal(err)
	}
	return facesOf(city)
}

// peakGB returns the most gigabytes that the process has had resident, or 0 where
// the system does not tell.
func peakGB() float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, peak, _ := strings.Cut(string(status), "VmHWM:")
	var kB float64
	if _, err := fmt.Sscan(peak, &kB); err != nil {
		return 0
	}
	return kB * 1024 / 1e9
}

// inside returns lookups positions at random that lie in a face.
func inside(c *coverage.Coverage) []geo.Pos {
	box := boxOf(c)
	rng := rand.New(rand.NewPCG(3, 4))
	ps := make([]geo.Pos, 0, lookups)
	for len(ps) < lookups {
		if p := randomIn(rng, box); c.Locate(p) != coverage.None {
			ps = append(ps, p)
		}
	}
	return ps
}
