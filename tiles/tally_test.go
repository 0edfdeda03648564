package tiles_test

import (
	"bytes"
	"slices"
	"sync"
	"testing"
	"time"

	"jingwei/density"
	"jingwei/grid"
	"jingwei/tiles"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"
)

// Whatever happens to reports, the figures of areas that are brought along are those
// that are summed up from nothing, and the tiles the same to the byte.
func TestAreasAreBroughtAlong(t *testing.T) {
	s := town(t)
	options := optionsOfAreas(s)
	p := tiles.NewPyramid(s)
	box := p.Box(-1)
	rapid.Check(t, func(r *rapid.T) {
		c, clock := density.New(s), now
		var reports []density.Report
		put := func(report density.Report, times int) {
			for range times {
				report.ID = uuid.UUID{byte(len(reports)), byte(len(reports) >> 8)}
				reports = append(reports, report)
			}
			c.Put(reports[len(reports)-times:]...)
		}
		for range rapid.IntRange(1, 8).Draw(r, "rounds") {
			switch rapid.IntRange(0, 4).Draw(r, "what happens") {
			case 0:
				clock = clock.Add(time.Hour * time.Duration(rapid.IntRange(0, 99).Draw(r, "hours")))
				c.Advance(clock)
			case 1:
				for i := range reports[:min(len(reports), 50)] {
					reports[i].Open = rapid.Bool().Draw(r, "open")
				}
				c.Put(reports...)
			case 2: // so many that no two areas have their number
				put(crowd(box, 1)[0], rapid.IntRange(4000, 9000).Draw(r, "at one place"))
			default:
				for _, report := range crowd(box, rapid.IntRange(1, 300).Draw(r, "reports")) {
					report.Due = clock.Add(time.Hour * time.Duration(len(reports)%99))
					put(report, 1)
				}
			}
			anew := tiles.NewPyramid(s)
			for _, o := range options {
				o.Columns = c
				compareWithAnew(t, r, anew, p, o)
			}
		}
	})
}

// optionsOfAreas are some levels, filters and roots.
func optionsOfAreas(s *grid.Snapshot) (list []tiles.Options) {
	part, _ := s.ByCode("32062")
	for _, l := range []grid.Level{grid.City, grid.Grid, grid.Microgrid} {
		for _, f := range []density.Filter{{}, {State: density.Closed}, {State: density.Overdue, Matters: []string{"01"}}} {
			list = append(list, tiles.Options{Level: l, Filter: f, Root: -1}, tiles.Options{Level: l, Filter: f, Root: part})
		}
	}
	return list
}

// A view is of the counts that it is asked for with, also when another was asked for
// with later ones meanwhile.
func TestAViewIsOfItsCounts(t *testing.T) {
	s := town(t)
	c, p := density.New(s), tiles.NewPyramid(s)
	o := tiles.Options{Level: grid.Microgrid, Columns: c, Root: -1}
	var at []*density.Counts
	var want []tiles.View
	for i := range 4 {
		c.Put(crowd(p.Box(-1), 100*(1+i))...)
		at, want = append(at, c.Counts(o.Filter)), append(want, view(t, tiles.NewPyramid(s), 0, o))
	}
	for _, k := range []int{3, 0, 2, 1, 1, 3} {
		got, err := p.ViewAt(t.Context(), o, at[k])
		if d := cmp.Diff(want[k], got); d != "" || err != nil {
			t.Errorf("counts %d, %v (-want +got):\n%s", k, err, d)
		}
	}
}

// While reports come in, the areas of a tile and the total that comes along are of the
// same moment.
func TestATileIsOfOneMoment(t *testing.T) {
	s := town(t)
	c, p := density.New(s), tiles.NewPyramid(s)
	a, o := at(8, 121.04, 32.04), tiles.Options{Level: grid.Microgrid, Columns: c, Root: -1} // all areas are in it
	var wg sync.WaitGroup
	wg.Go(func() {
		for _, r := range crowd(p.Box(-1), 600) {
			c.Put(r)
		}
	})
	var made [4][]tiles.Tile
	for k := range made {
		wg.Go(func() {
			for len(made[k]) < 300 {
				tile, err := p.Tile(t.Context(), a, o)
				if err != nil {
					t.Error(err)
					return
				}
				made[k] = append(made[k], tile)
			}
		})
	}
	wg.Wait()
	for _, tile := range slices.Concat(made[:]...) {
		all, sum := decoded(t, a, tile), uint64(0)
		for _, f := range all["areas"] {
			sum += f.Value("count").(uint64)
		}
		if total := all["meta"][0].Value("total"); total != sum {
			t.Fatalf("%d reports in the areas of a tile whose total is %v", sum, total)
		}
	}
}

func compareWithAnew(t *testing.T, r *rapid.T, anew, p *tiles.Pyramid, o tiles.Options) {
	a := at(13, 121.04, 32.04)
	if d := cmp.Diff(view(t, anew, a.Z, o), view(t, p, a.Z, o)); d != "" {
		r.Fatalf("%v, %+v (-from nothing +brought along):\n%s", o.Level, o.Filter, d)
	}
	want, got := fetch(t, anew, a, o), fetch(t, p, a, o)
	if want.ETag != got.ETag || !bytes.Equal(want.Data, got.Data) {
		r.Fatalf("%v, %+v: another tile than one that is made from nothing", o.Level, o.Filter)
	}
}
