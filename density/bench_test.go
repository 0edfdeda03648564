package density_test

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"
	"time"

	"jingwei/density"
	"jingwei/geo"
)

var sink *density.Counts

// No window is asked for twice, so that none is answered from the cache.
func BenchmarkCounts(b *testing.B) {
	const cells, reports = 200, 2_000_000
	random := rand.New(rand.NewPCG(1, 2))
	began := time.Now()
	c, err := density.Load(board(b, 1, cells), 0, func(yield func(density.Report, error) bool) {
		for i := range reports {
			r := density.Report{
				At:     start.Add(time.Duration(random.IntN(5*365*86400)) * time.Second),
				Pos:    geo.Pos{X: random.Int32N(cells * side), Y: random.Int32N(cells * side)},
				Matter: []string{"010101", "010102", "020304", "050607"}[random.IntN(4)],
				Open:   random.IntN(2500) == 0,
			}
			binary.LittleEndian.PutUint64(r.ID[:], uint64(i))
			if !yield(r, nil) {
				return
			}
		}
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Logf("%d reports in %d cells laid out in %v", c.Len(), cells*cells, time.Since(began))
	from := start.AddDate(1, 0, 0)
	for name, f := range map[string]func(i int) density.Filter{
		"window": func(i int) density.Filter { return density.Filter{From: from.Add(time.Duration(i) * time.Second)} },
		"window and matter": func(i int) density.Filter {
			return density.Filter{From: from.Add(time.Duration(i) * time.Second), Matters: []string{"0101"}}
		},
	} {
		b.Run(name, func(b *testing.B) {
			for i := range b.N {
				sink = c.Counts(f(i))
			}
		})
	}
	b.Run("after a report", func(b *testing.B) {
		for i := range b.N {
			r := density.Report{At: start, Pos: geo.Pos{X: 5, Y: 5}}
			binary.BigEndian.PutUint64(r.ID[:], uint64(i))
			c.Put(r)
			sink = c.Counts(density.Filter{})
		}
	})
}
