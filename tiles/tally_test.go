package tiles_test

import (
	"bytes"
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
