package bench

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"testing"

	"jingwei/geo"
	"jingwei/geo/coverage"
	"jingwei/synth"
)

// BenchmarkGrowth locates random positions inside ever more cells on the same
// ground, and tells what a cell costs. A hundred cities take 20 GB to make, so
// JINGWEI_GROWTH names the largest scale; the default is 10.
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
		c, cells, mb := grown(b, scale)
		ps := inside(c)
		b.Run(fmt.Sprintf("%d/batched", cells), func(b *testing.B) {
			batched(b, c, ps)
			b.ReportMetric(mb*1e6/float64(cells), "bytes/cell")
		})
		b.Run(fmt.Sprintf("%d/single", cells), func(b *testing.B) { one(b, ps, c.Locate) })
	}
}

// grown returns the coverage of a city of that scale, how many cells it has, and
// how many megabytes it takes once the city is gone.
func grown(b *testing.B, scale float64) (c *coverage.Coverage, cells int, mb float64) {
	before := heapMB()
	c, cells = build(b, scale)
	debug.FreeOSMemory()
	mb = heapMB() - before
	runtime.KeepAlive(c)
	return c, cells, mb
}

func build(b *testing.B, scale float64) (*coverage.Coverage, int) {
	city, err := synth.Generate(synth.Options{Seed: 1, Scale: scale})
	if err != nil {
		b.Fatal(err)
	}
	faces := facesOf(city)
	c, err := coverage.Build(faces)
	if err != nil {
		b.Fatal(err)
	}
	return c, len(faces)
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
