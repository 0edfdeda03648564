package store_test

import (
	"context"
	"fmt"
	"iter"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"jingwei/grid"
	"jingwei/store/storetest"

	"github.com/google/uuid"
)

// fullSide makes a city of 63,001 cells, each with 24 positions.
const fullSide = 251

var fullCity = sync.OnceValue(func() []grid.CodedArea { return city(fullSide, 1) })

func BenchmarkPublishFullCity(b *testing.B) {
	areas := fullCity()
	for b.Loop() {
		db := storetest.New(b)
		publish(b, db, 0, areas)
	}
}

func BenchmarkPublishOneCell(b *testing.B) {
	areas := fullCity()
	db := storetest.New(b)
	base := publish(b, db, 0, areas)
	for b.Loop() {
		areas[7].Households++
		base = publish(b, db, base, areas)
	}
}

func BenchmarkLoadFullCity(b *testing.B) {
	db := storetest.New(b)
	publish(b, db, 0, fullCity())
	b.Run("areas", func(b *testing.B) {
		for b.Loop() {
			if _, _, err := db.CurrentAreas(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("snapshot", func(b *testing.B) {
		for b.Loop() {
			if _, err := db.Load(b.Context(), 0); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("check", func(b *testing.B) {
		for b.Loop() {
			if _, err := db.Check(b.Context(), 0); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// past yields n reports over five years, in the order of time.
func past(n int) iter.Seq2[grid.Report, error] {
	return func(yield func(grid.Report, error) bool) {
		start := time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC)
		step := 5 * 365 * 24 * time.Hour / time.Duration(n)
		for i := range n {
			r := report(start.Add(time.Duration(i)*step), i)
			r.State, r.Urgency, r.Clocks = grid.Closed, grid.Normal, grid.Clocks{} // books tell neither
			if !yield(r, nil) {
				return
			}
		}
	}
}

func BenchmarkImport(b *testing.B) {
	const n = 400_000
	db := seeded(b, 5)
	for b.Loop() {
		exec(b, db, `TRUNCATE report, report_history, task`)
		if added, err := db.ImportReports(b.Context(), "bench", "", booked(past(n))); err != nil || added != n {
			b.Fatal(added, err)
		}
	}
	b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "reports/s")
}

func BenchmarkColumns(b *testing.B) {
	const n = 1_000_000
	db := seeded(b, 5)
	if _, err := db.ImportReports(b.Context(), "bench", "", booked(past(n))); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		count := 0
		for _, err := range db.ReportColumns(b.Context()) {
			if err != nil {
				b.Fatal(err)
			}
			count++
		}
		if count != n {
			b.Fatal(count)
		}
	}
	b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "reports/s")
}

func BenchmarkAppend(b *testing.B) {
	db := seeded(b, 5)
	a := db.NewAppender(context.Background())
	defer a.Close()
	b.SetParallelism(100)
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			r := report(time.Now(), 1)
			r.ID = uuid.Must(uuid.NewV7())
			if _, err := a.Append(b.Context(), entry(r)); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "reports/s")
}

// BenchmarkAct takes steps, each on a report of its own.
func BenchmarkAct(b *testing.B) {
	db := seeded(b, 5)
	var next atomic.Int64
	b.SetParallelism(8)
	b.RunParallel(func(p *testing.PB) {
		r := report(time.Now(), int(next.Add(1)))
		if a := db.AppendAll(b.Context(), []grid.Entry{entry(r)}); a[0].Err != nil {
			b.Error(a[0].Err)
			return
		}
		for p.Next() {
			after, err := db.Act(b.Context(), r.ID, r.Version, uuid.Nil, mark)
			if err != nil {
				b.Error(err)
				return
			}
			r = after
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "steps/s")
}

// A roster of 63,001 workers with a post each: what every node reads after a
// change, what one place asks for as known at a time, and a change itself.
func BenchmarkRoster(b *testing.B) {
	areas := fullCity()
	var workers []grid.Worker
	var posts []grid.CodedPost
	for i, a := range areas[1:] {
		code := fmt.Sprintf("w%05d", i)
		workers = append(workers, grid.Worker{Code: code, Name: "王芳", Role: grid.Leader})
		posts = append(posts, grid.CodedPost{Worker: code, Area: a.Code, Rank: grid.Primary, From: day(1)})
	}
	db := storetest.New(b)
	publish(b, db, 0, areas)
	if _, err := db.UpsertWorkers(b.Context(), workers); err != nil {
		b.Fatal(err)
	}
	if _, err := db.UpsertPosts(b.Context(), posts); err != nil {
		b.Fatal(err)
	}
	b.Run("read", func(b *testing.B) {
		for b.Loop() {
			if _, err := db.Roster(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("as known", func(b *testing.B) {
		for b.Loop() {
			if _, err := db.RosterAsKnown(b.Context(), time.Now(), []grid.AreaID{2, 3, 4, 5, 6, 7}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("change", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			until := day(2 + i%20)
			if _, err := db.ChangePost(b.Context(), 1, func(p *grid.Post) error { p.Until = until; return nil }, ""); err != nil {
				b.Fatal(err)
			}
		}
	})
}
