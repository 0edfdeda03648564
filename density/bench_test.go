package density_test

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"time"

	"jingwei/density"
	"jingwei/geo"
	"jingwei/grid"
)

// A city of 62,500 cells and the reports of five years, as many as Nantong has.
const (
	cellsAcross = 250
	reports     = 7_800_000
	years       = 5
)

var city = sync.OnceValue(func() *grid.Snapshot { return board(benchmark, 1, cellsAcross) })

// benchmark is that which asks for the city first.
var benchmark testing.TB

// matter returns one of 284 matters of 6 categories and 64 items, the first of
// each more often than the last.
func matter(random *rand.Rand) string {
	skewed := func(n int) int { return min(random.IntN(n), random.IntN(n)) }
	c := skewed(6)
	i := skewed(10 + (6-c)/3)
	return fmt.Sprintf("%02d%02d%02d", c+1, i+1, skewed(4+(c+i)%2)+1)
}

// some yields reports in the order of time, most of them in the middle of the
// city.
func some(n int) func(func(density.Report, error) bool) {
	random := rand.New(rand.NewPCG(1, 2))
	matters := make([]string, 1<<12)
	for i := range matters {
		matters[i] = matter(random)
	}
	across := func() int32 { return (random.Int32N(cellsAcross*side) + random.Int32N(cellsAcross*side)) / 2 }
	return func(yield func(density.Report, error) bool) {
		for i := range n {
			r := density.Report{
				At:     start.Add(time.Duration(float64(i)/float64(n)*years*365*86400)*time.Second + time.Duration(random.IntN(3600))*time.Second),
				Pos:    geo.Pos{X: across(), Y: across()},
				Matter: matters[random.IntN(len(matters))],
				Open:   random.IntN(2500) == 0,
			}
			r.Due = r.At.AddDate(0, 0, 30)
			binary.LittleEndian.PutUint64(r.ID[:], uint64(i))
			if !yield(r, nil) {
				return
			}
		}
	}
}

var loaded = sync.OnceValues(func() (*density.Columns, error) {
	c, err := density.Load(city(), 0, some(reports))
	if err == nil {
		c.Advance(start.AddDate(years, 0, 0))
	}
	return c, err
})

func columns(b *testing.B) *density.Columns {
	b.Helper()
	benchmark = b
	c, err := loaded()
	if err != nil {
		b.Fatal(err)
	}
	return c
}

// BenchmarkLoad tells the bytes that a report takes in memory as well: as loaded,
// and after so many more all over the city that all were laid out anew.
func BenchmarkLoad(b *testing.B) {
	benchmark = b
	city()
	for b.Loop() {
		before := heap()
		c, err := density.Load(city(), 0, some(reports))
		if err != nil {
			b.Fatal(err)
		}
		loaded := heap()
		b.ReportMetric(float64(loaded-before)/float64(c.Len()), "bytes/report")
		b.StopTimer()
		put(b, c, reports, reports+reports/32)
		b.ReportMetric(float64(heap()-before)/float64(c.Len()), "bytes/report-after")
		b.StartTimer()
		runtime.KeepAlive(c)
	}
}

// heap returns the bytes of what is reachable.
func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// put puts the reports of some from a number to before another.
func put(b *testing.B, c *density.Columns, from, to int) {
	b.Helper()
	i := 0
	for r, err := range some(to) {
		if err != nil {
			b.Fatal(err)
		}
		if i++; i > from {
			c.Put(r)
		}
	}
}

// BenchmarkGenerate is the part of BenchmarkLoad that makes the reports.
func BenchmarkGenerate(b *testing.B) {
	for b.Loop() {
		for r, err := range some(reports) {
			if sinkReport = r; err != nil {
				b.Fatal(err)
			}
		}
	}
}

func BenchmarkRedraw(b *testing.B) {
	c := columns(b)
	for b.Loop() {
		sinkColumns = c.On(city())
	}
}

var (
	sink        *density.Counts
	sinkBins    []density.Bin
	sinkColumns *density.Columns
	sinkReport  density.Report
	sinkBreaks  []float64

	sinkDistribution density.Distribution
)

// filters are what is counted. Nothing is answered from the cache: see Forget.
var filters = []struct {
	name string
	f    density.Filter
}{
	{"none", density.Filter{}},
	{"window", density.Filter{From: start.AddDate(1, 2, 3), To: start.AddDate(3, 5, 7)}},
	{"day", density.Filter{From: start.AddDate(3, 2, 3), To: start.AddDate(3, 2, 4)}},
	{"category", density.Filter{Matters: []string{"01"}}},
	{"category in window", density.Filter{Matters: []string{"01"}, From: start.AddDate(1, 2, 3), To: start.AddDate(3, 5, 7)}},
	{"item", density.Filter{Matters: []string{"0101"}}},
	{"matter", density.Filter{Matters: []string{"010101"}}},
	{"set of three", density.Filter{Matters: []string{"02", "0101", "030201"}, From: start.AddDate(1, 2, 3)}},
	{"open", density.Filter{State: density.Open}},
	{"closed in window", density.Filter{State: density.Closed, From: start.AddDate(1, 2, 3), To: start.AddDate(3, 5, 7)}},
}

func BenchmarkCounts(b *testing.B) {
	c := columns(b)
	for _, f := range filters {
		b.Run(f.name, func(b *testing.B) {
			for b.Loop() {
				c.Forget()
				sink = c.Counts(f.f)
			}
		})
	}
	b.Run("after a report", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			r := density.Report{At: start, Pos: geo.Pos{X: 5, Y: 5}}
			binary.BigEndian.PutUint64(r.ID[:], uint64(i))
			c.Put(r)
			sink = c.Counts(density.Filter{})
		}
	})
}

func BenchmarkBins(b *testing.B) {
	c := columns(b)
	middle := geo.Pos{X: cellsAcross * side / 2, Y: cellsAcross * side / 2}
	for _, v := range []struct {
		name string
		z    uint8
		bins uint8 // to a tile's side: 2^bins
	}{{"z8 of 64x64", 8, 6}, {"z8 of 128x128", 8, 7}, {"z10 of 128x128", 10, 7}, {"z14 of 64x64", 14, 6}, {"z18 of 64x64", 18, 6}} {
		x, y := geo.MercatorCell(middle, v.z)
		view := density.View{Z: v.z + v.bins, MinX: x << v.bins, MinY: y << v.bins, MaxX: (x + 1) << v.bins, MaxY: (y + 1) << v.bins}
		for _, f := range filters {
			for _, view.Where = range []bool{false, true} {
				b.Run(fmt.Sprintf("%s/%s/where=%v", v.name, f.name, view.Where), func(b *testing.B) {
					for b.Loop() {
						c.Forget()
						sinkBins = c.Bins(f.f, -1, view)
					}
				})
			}
		}
	}
}

// As many different values as a city has cells.
func BenchmarkBreaks(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 2))
	values := make([]float64, cellsAcross*cellsAcross)
	for i := range values {
		values[i] = random.ExpFloat64()
	}
	b.Run("distribute", func(b *testing.B) {
		for b.Loop() {
			sinkDistribution = density.Distribute(values)
		}
	})
	d := density.Distribute(values)
	b.Run("quantiles", func(b *testing.B) {
		for b.Loop() {
			sinkBreaks = d.Quantiles(7)
		}
	})
	b.Run("jenks", func(b *testing.B) {
		for b.Loop() {
			sinkBreaks = d.Jenks(7)
		}
	})
}
