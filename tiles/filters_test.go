package tiles_test

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"jingwei/density"
	"jingwei/geo"
	"jingwei/grid"
	"jingwei/tiles"
)

// fiveYears yields 7.8 million reports in the order of time, most of them in the middle
// of a box, of 284 matters of 6 categories and 64 items, the first of each more often
// than the last.
func fiveYears(box geo.Box) func(func(density.Report, error) bool) {
	const reports, seconds = 7_800_000, 5 * 365 * 86400
	random := rand.New(rand.NewPCG(1, 2))
	skewed := func(n int) int { return min(random.IntN(n), random.IntN(n)) }
	matters := make([]string, 1<<12)
	for k := range matters {
		c := skewed(6)
		i := skewed(10 + (6-c)/3)
		matters[k] = fmt.Sprintf("%02d%02d%02d", c+1, i+1, skewed(4+(c+i)%2)+1)
	}
	between := func(low, high int32) int32 {
		return low + (random.Int32N(high-low)+random.Int32N(high-low))/2
	}
	return func(yield func(density.Report, error) bool) {
		for i := range reports {
			r := density.Report{
				At:     began.Add(time.Duration(i*(seconds/1000)/(reports/1000)+random.IntN(3600)) * time.Second),
				Pos:    geo.Pos{X: between(box.Min.X, box.Max.X), Y: between(box.Min.Y, box.Max.Y)},
				Matter: matters[random.IntN(len(matters))], Open: random.IntN(2500) == 0,
			}
			r.Due = r.At.AddDate(0, 0, 30)
			binary.LittleEndian.PutUint64(r.ID[:], uint64(i))
			if !yield(r, nil) {
				return
			}
		}
	}
}

// began is when the first of five years of reports was made.
var began = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// asked are the filters to compare, the first without a condition.
var asked = []struct {
	name string
	f    density.Filter
}{
	{"none", density.Filter{}},
	{"window", density.Filter{From: began.AddDate(1, 2, 3), To: began.AddDate(3, 5, 7)}},
	{"category-in-window", density.Filter{From: began.AddDate(1, 2, 3), To: began.AddDate(3, 5, 7), Matters: []string{"01"}}},
	{"item", density.Filter{Matters: []string{"0101"}}},
	{"set-of-three", density.Filter{Matters: []string{"02", "0101", "030201"}, From: began.AddDate(1, 2, 3)}},
}

// Whole tiles with filters that were not asked for before, of five years in 62,500 cells:
// counts, classes of the view, drawing and compression. The filters come in turns, and the
// medians are told of none, in milliseconds, and of each as a multiple of that.
func BenchmarkFilters(b *testing.B) {
	s := mosaic(b, 250)
	p := tiles.NewPyramid(s)
	columns, err := density.Load(s, 0, fiveYears(p.Box(-1)))
	if err != nil {
		b.Fatal(err)
	}
	columns.Advance(began.AddDate(5, 0, 0))
	forget := func() {
		p.ForgetCounts()
		forgetCounts(columns)
	}
	run := func(name string, z uint32, l tiles.Layer, forget func()) {
		b.Run(name, func(b *testing.B) {
			o := tiles.Options{Layer: l, Level: grid.Microgrid, Columns: columns, Root: -1}
			compareFilters(b, p, middleTile(p, z), o, forget)
		})
	}
	run("areas/zoom 12", 12, tiles.Areas, forget)
	run("areas/zoom 12, drawn anew", 12, tiles.Areas, func() {
		forget()
		p.Forget()
	})
	for _, z := range []uint32{7, 9, 10, 12, 14} {
		run(fmt.Sprintf("bins/zoom %d", z), z, tiles.Bins, forget)
	}
	for _, z := range []uint32{7, 10, 14} {
		run(fmt.Sprintf("reports/zoom %d", z), z, tiles.Reports, forget)
	}
}

func compareFilters(b *testing.B, p *tiles.Pyramid, a tiles.Address, o tiles.Options, forget func()) {
	took := make([][]time.Duration, len(asked))
	for b.Loop() {
		for i := range asked {
			b.StopTimer()
			forget()
			o.Filter = asked[i].f
			b.StartTimer()
			start := time.Now()
			var err error
			if sinkTile, err = p.Tile(b.Context(), a, o); err != nil || sinkTile.Empty() {
				b.Fatalf("%v: empty %v, %v", a, sinkTile.Empty(), err)
			}
			took[i] = append(took[i], time.Since(start))
		}
	}
	median := func(i int) float64 {
		slices.Sort(took[i])
		return took[i][len(took[i])/2].Seconds() * 1e3
	}
	none := median(0)
	b.ReportMetric(none, "none-ms")
	for i := range asked[1:] {
		b.ReportMetric(median(i+1)/none, asked[i+1].name)
	}
	b.ReportMetric(0, "ns/op") // of all filters together
}

// forgetCounts has columns drop the counts that they keep, by asking for more others than
// they keep: of seconds before the first report, each asked for once.
func forgetCounts(c *density.Columns) {
	const more = 64
	for range more {
		elsewhen = elsewhen.Add(time.Second)
		f := density.Filter{From: elsewhen, To: elsewhen.Add(time.Second)}
		c.Counts(f)
		c.Bins(f, -1, density.View{MaxX: 1, MaxY: 1})
	}
}

var elsewhen = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)
