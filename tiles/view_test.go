package tiles_test

import (
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"jingwei/density"
	"jingwei/geo"
	"jingwei/grid"
	"jingwei/tiles"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
)

// A view that is brought up to date report by report is the one that is made anew.
func TestViewKeepsUp(t *testing.T) {
	s := town(t)
	p := tiles.NewPyramid(s)
	reports := crowd(p.Box(-1), 300)
	c := density.New(s)
	for i := 0; i < len(reports); i += 10 {
		c.Put(reports[i : i+10]...)
		if i%50 == 0 {
			c.Advance(now.AddDate(0, 0, i/50))
			reports[i/2].Open = !reports[i/2].Open
			c.Put(reports[i/2])
		}
		for _, l := range tiles.Layers() {
			for z := uint32(0); z <= tiles.MaxZoom; z += 4 {
				for _, f := range []density.Filter{{}, {State: density.Open}} {
					o := tiles.Options{Layer: l, Columns: c, Filter: f, Root: int32(i/100) - 1}
					if d := cmp.Diff(view(t, tiles.NewPyramid(s), z, o), view(t, p, z, o)); d != "" {
						t.Fatalf("%v at zoom %d after %d reports (-want +got):\n%s", l, z, i+10, d)
					}
				}
			}
		}
	}
}

// Nothing is missing for good in a view that was looked at while reports came in.
func TestViewBesideAWriter(t *testing.T) {
	s := town(t)
	p := tiles.NewPyramid(s)
	reports := crowd(p.Box(-1), 40_000)
	c := density.New(s)
	o := tiles.Options{Layer: tiles.Bins, Columns: c, Root: -1}
	for batch := range slices.Chunk(reports, 2000) {
		done := make(chan struct{})
		var looking sync.WaitGroup
		looking.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
					if _, err := p.View(t.Context(), 10, o); err != nil {
						t.Error(err)
						return
					}
				}
			}
		})
		c.Put(batch...)
		close(done)
		looking.Wait()
		if d := cmp.Diff(view(t, tiles.NewPyramid(s), 10, o), view(t, p, 10, o)); d != "" {
			t.Fatalf("after %d reports (-want +got):\n%s", c.Len(), d)
		}
	}
}

func view(t *testing.T, p *tiles.Pyramid, z uint32, o tiles.Options) tiles.View {
	t.Helper()
	v, err := p.View(t.Context(), z, o)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// The classes are those of the features of all tiles, their densities rounded up to
// two digits.
func TestClassesOfAView(t *testing.T) {
	s := bristol(t)
	p := tiles.NewPyramid(s)
	c := counting(s, crowd(p.Box(-1), 5000))
	for _, l := range []tiles.Layer{tiles.Areas, tiles.Bins} {
		const z = 13
		o := tiles.Options{Layer: l, Columns: c, Root: -1}
		v := view(t, p, z, o)
		counts, densities := map[uint64]float64{}, map[uint64]float64{}
		low, high := at(z, p.Box(-1).Min.Lon(), p.Box(-1).Max.Lat()), at(z, p.Box(-1).Max.Lon(), p.Box(-1).Min.Lat())
		for x := low.X; x <= high.X; x++ {
			for y := low.Y; y <= high.Y; y++ {
				for _, f := range features(t, p, tiles.Address{Z: z, X: x, Y: y}, o) {
					counts[f.ID], densities[f.ID] = float64(f.Value("count").(uint64)), f.Value("per_km2").(float64)
				}
			}
		}
		for id, v := range densities {
			densities[id] = twoDigits(v)
		}
		checkBreaks(t, v.Count, counts)
		checkBreaks(t, v.PerKm2, densities)
	}
}

// twoDigits rounds thousandths up to two digits.
func twoDigits(v float64) float64 {
	unit := 1.0
	for n := math.Round(v * 1e3); n > 99*unit; {
		unit *= 10
	}
	return math.Ceil(math.Round(v*1e3)/unit) * unit / 1e3
}

// checkBreaks compares breaks with those of the values of features.
func checkBreaks(t *testing.T, got tiles.Breaks, values map[uint64]float64) {
	t.Helper()
	var list []float64
	for _, v := range values {
		list = append(list, v)
	}
	d := density.Distribute(list)
	for _, k := range []struct{ got, want []float64 }{{got.Quantile, d.Quantiles(len(tiles.Ramp))}, {got.Jenks, d.Jenks(len(tiles.Ramp))}} {
		if d := cmp.Diff(k.want, k.got); d != "" || len(k.got) == 0 {
			t.Errorf("breaks %v, want %v", k.got, k.want)
		}
	}
}

// Every area that is drawn has one label at each zoom, in all tiles together, in a tile
// that it is drawn in, and it is inside of the area, as precisely as tile units are.
func TestLabels(t *testing.T) {
	s := bristol(t)
	p := tiles.NewPyramid(s)
	c := counting(s, crowd(p.Box(-1), 1000))
	n, b := c.Counts(density.Filter{}), p.Box(-1)
	for _, z := range []uint32{0, 8, 11, 13} {
		for _, l := range []grid.Level{grid.Grid, grid.Microgrid} {
			o, seen, drawn := tiles.Options{Level: l, Columns: c, Root: -1}, map[uint64]bool{}, map[uint64]tiles.Address{}
			low, high := at(z, b.Min.Lon(), b.Max.Lat()), at(z, b.Max.Lon(), b.Min.Lat())
			for x := low.X; x <= high.X; x++ {
				for y := low.Y; y <= high.Y; y++ {
					a := tiles.Address{Z: z, X: x, Y: y}
					all := layers(t, p, a, o)
					for _, f := range all["areas"] {
						drawn[f.ID] = a
					}
					for _, f := range all["labels"] {
						if drawn[f.ID] != a {
							t.Fatalf("%v: label %v of what is not drawn there", a, f)
						}
						i, ok := s.ByID(grid.AreaID(f.ID))
						if !ok || seen[f.ID] || f.Value("code") != s.Area(i).Code || f.Value("name") != s.Area(i).Name || f.Value("count") != uint64(n.Count(i)) {
							t.Fatalf("%v: label %v, seen already: %v", a, f, seen[f.ID])
						}
						seen[f.ID] = true
						q := position(a, (float64(f.Parts[0][0].X)+0.5)/4096, (float64(f.Parts[0][0].Y)+0.5)/4096)
						if z == 13 && !nearby(s, i, l, q) {
							t.Errorf("%v: the label of %s is at %v, not in it", a, s.Area(i).Code, q)
						}
					}
				}
			}
			all := 0
			for i := range int32(s.Len()) {
				if s.Area(i).Level == l {
					all++
				}
			}
			if len(seen) != len(drawn) || z > 8 && len(drawn) != all || z == 0 && l == grid.Microgrid && len(drawn) > all/10 {
				t.Errorf("zoom %d: %d labels for %d areas drawn of %d", z, len(seen), len(drawn), all)
			}
		}
	}
}

// nearby reports whether q or a position within a tile unit of it at zoom 13 is in
// area i.
func nearby(s *grid.Snapshot, i int32, l grid.Level, q geo.Pos) bool {
	const unit = 360 * geo.PerDegree / (4096 << 13)
	for k := range int32(9) {
		if f := s.Coverage().Locate(geo.Pos{X: q.X + (k%3-1)*unit, Y: q.Y + (k/3-1)*unit}); f >= 0 && s.At(s.Cell(f), l) == i {
			return true
		}
	}
	return false
}

// The same tile asked for many times at once is made once, also while reports come.
func TestMadeOnce(t *testing.T) {
	s := town(t)
	for _, l := range tiles.Layers() {
		p := tiles.NewPyramid(s)
		c := counting(s, crowd(p.Box(-1), 1000))
		var wg sync.WaitGroup
		for range 32 {
			wg.Go(func() {
				if _, err := p.Tile(t.Context(), at(12, 121.04, 32.03), tiles.Options{Layer: l, Columns: c, Root: -1}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if p.Made() != 1 {
			t.Errorf("%v: made %d times", l, p.Made())
		}
		for i := range 20 {
			wg.Go(func() {
				c.Put(density.Report{ID: uuid.New(), At: now.Add(time.Duration(i)), Pos: pos(121.041, 32.031)})
			})
			wg.Go(func() {
				if _, err := p.Tile(t.Context(), at(12, 121.04, 32.03), tiles.Options{Layer: l, Columns: c, Root: -1}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		o := tiles.Options{Layer: l, Columns: c, Root: -1}
		want, got := fetch(t, tiles.NewPyramid(s), at(12, 121.04, 32.03), o), fetch(t, p, at(12, 121.04, 32.03), o)
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%v after reports while it was made: %s", l, d)
		}
	}
}
