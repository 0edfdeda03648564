package tiles_test

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"jingwei/density"
	"jingwei/geo"
	"jingwei/grid"
	"jingwei/tiles"
	"jingwei/tiles/mvt"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
)

// now is when the reports of these tests are looked at.
var now = time.Date(2026, 1, 20, 0, 0, 0, 0, time.UTC)

// crowd makes reports in and a little around a box: some alone, most in a few places,
// some at the same position.
func crowd(box geo.Box, n int) (list []density.Report) {
	random := rand.New(rand.NewPCG(11, 11))
	anywhere := func() geo.Pos {
		w, h := int64(box.Max.X)-int64(box.Min.X), int64(box.Max.Y)-int64(box.Min.Y)
		return geo.Pos{
			X: int32(min(geo.MaxX, max(-geo.MaxX, int64(box.Min.X)-w/50+random.Int64N(w+w/25+1)))),
			Y: int32(min(geo.MaxY, max(-geo.MaxY, int64(box.Min.Y)-h/50+random.Int64N(h+h/25+1)))),
		}
	}
	var places []geo.Pos
	for range 10 {
		places = append(places, anywhere())
	}
	for i := range n {
		p := anywhere()
		if i%3 > 0 {
			q := places[random.IntN(len(places))]
			p = geo.Pos{X: q.X + int32(random.NormFloat64()*3000), Y: q.Y + int32(random.NormFloat64()*3000)}
		}
		if i%17 == 0 && i > 0 {
			p = list[random.IntN(i)].Pos
		}
		list = append(list, density.Report{
			ID: uuid.UUID{byte(i), byte(i >> 8), byte(i >> 16)}, Pos: p,
			At:     time.Date(2026, 1, 1+i%30, i%24, i%60, 0, 0, time.UTC),
			Matter: []string{"010101", "010203", "020202", ""}[i%4], Open: i%5 == 0,
			Due: time.Date(2026, 1, 1+i%40, 0, 0, 0, 0, time.UTC),
		})
	}
	return list
}

func counting(s *grid.Snapshot, reports []density.Report) *density.Columns {
	c := density.New(s)
	c.Put(reports...)
	c.Advance(now)
	return c
}

// figures are the sums over features or reports.
type figures struct{ Count, Open, Overdue uint64 }

func (f *figures) add(o mvt.DecodedFeature) {
	f.Count += o.Value("count").(uint64)
	f.Open += o.Value("open").(uint64)
	f.Overdue += o.Value("overdue").(uint64)
}

// passing returns those of the reports that pass f and count within root.
func passing(s *grid.Snapshot, reports []density.Report, f density.Filter, root int32) (list []density.Report) {
	for _, r := range reports {
		at := s.Locate(r.Pos, grid.DefaultTolerance).Area
		overdue := r.Open && !r.Due.After(now)
		in := at >= 0 && s.Within(at, root) && (f.From.IsZero() || !r.At.Before(f.From)) && (f.To.IsZero() || r.At.Before(f.To))
		for _, m := range f.Matters {
			in = in && len(r.Matter) >= len(m) && r.Matter[:len(m)] == m
		}
		if in && (f.State == density.AnyState || f.State == density.Open && r.Open || f.State == density.Closed && !r.Open || f.State == density.Overdue && overdue) {
			list = append(list, r)
		}
	}
	return list
}

func sumOf(reports []density.Report) (f figures) {
	for _, r := range reports {
		f.Count++
		if r.Open {
			f.Open++
			if !r.Due.After(now) {
				f.Overdue++
			}
		}
	}
	return f
}

// At every zoom the bins and the clusters of all tiles are those that counting the
// positions one by one gives: each in one tile, at its place, and all together the
// total that every tile tells.
func TestCellsAgainstBruteForce(t *testing.T) {
	for name, s := range map[string]*grid.Snapshot{"town": town(t), "bristol": bristol(t), "ends of the world": ends(t)} {
		t.Run(name, func(t *testing.T) {
			p := tiles.NewPyramid(s)
			reports := crowd(p.Box(-1), 600)
			columns := counting(s, reports)
			for _, f := range []density.Filter{{}, {From: now.AddDate(0, 0, -9), Matters: []string{"01"}}, {State: density.Open}, {State: density.Overdue}} {
				for _, root := range roots(s) {
					list := passing(s, reports, f, root)
					for z := uint32(0); z <= tiles.MaxZoom; z += 3 {
						for _, l := range []tiles.Layer{tiles.Bins, tiles.Reports} {
							checkCells(t, p, z, tiles.Options{Layer: l, Columns: columns, Filter: f, Root: root}, list)
						}
					}
				}
			}
		})
	}
}

// roots are everything, and the first area that has children but the top.
func roots(s *grid.Snapshot) []int32 {
	for i := range int32(s.Len()) {
		if s.Parent(i) >= 0 && len(s.Children(i)) > 0 {
			return []int32{-1, i}
		}
	}
	return []int32{-1, 0}
}

func checkCells(t *testing.T, p *tiles.Pyramid, z uint32, o tiles.Options, list []density.Report) {
	t.Helper()
	byTile := map[tiles.Address][]density.Report{}
	for _, r := range list {
		x, y := geo.MercatorCell(r.Pos, uint8(z))
		a := tiles.Address{Z: z, X: x, Y: y}
		byTile[a] = append(byTile[a], r)
	}
	total := sumOf(list)
	ids := map[uint64]bool{}
	var sum figures
	for a, inside := range byTile {
		all := layers(t, p, a, o)
		got := all[o.Layer.String()]
		for _, f := range got {
			if ids[f.ID] {
				t.Fatalf("%v: feature %d is in two tiles", a, f.ID)
			}
			ids[f.ID] = true
			sum.add(f)
			checkCell(t, a, o.Layer, f)
		}
		if len(got) > 4096 {
			t.Fatalf("%v: %d features", a, len(got))
		}
		checkCounts(t, a, o.Layer, got, inside)
		if m := all["meta"]; len(m) != 1 || m[0].Value("total") != total.Count || m[0].Value("open") != total.Open || m[0].Value("overdue") != total.Overdue {
			t.Fatalf("%v: meta %v, want %v", a, m, total)
		}
	}
	if sum != total {
		t.Fatalf("zoom %d of %v: the tiles have %v, all have %v", z, o.Layer, sum, total)
	}
}

// checkCell checks that a feature lies in its tile, and that a bin is a square whose
// sides meet the next ones'.
func checkCell(t *testing.T, a tiles.Address, l tiles.Layer, f mvt.DecodedFeature) {
	t.Helper()
	if l == tiles.Reports {
		if q := f.Parts[0][0]; f.Type != mvt.Points || len(f.Parts) != 1 || len(f.Parts[0]) != 1 || min(q.X, q.Y) < 0 || max(q.X, q.Y) >= mvt.Extent {
			t.Fatalf("%v: %v", a, f)
		}
		return
	}
	r := f.Parts[0]
	side := r[2].X - r[0].X
	if f.Type != mvt.Polygons || len(f.Parts) != 1 || len(r) != 4 || mvt.Area2(r) != 2*int64(side)*int64(side) ||
		r[0].X%side != 0 || r[0].Y%side != 0 || min(r[0].X, r[0].Y) < 0 || max(r[2].X, r[2].Y) > mvt.Extent {
		t.Fatalf("%v: %v", a, f)
	}
}

// checkCounts compares features with reports by the cells that these are in, by
// their share of the tile's sides.
func checkCounts(t *testing.T, a tiles.Address, l tiles.Layer, got []mvt.DecodedFeature, inside []density.Report) {
	t.Helper()
	zoom := cellZoom(l, a.Z)
	side := int32(mvt.Extent) >> (zoom - a.Z)
	cells := map[string][]density.Report{}
	for _, r := range inside {
		x, y := geo.MercatorCell(r.Pos, uint8(zoom))
		key := fmt.Sprint(int32(x-a.X<<(zoom-a.Z)), int32(y-a.Y<<(zoom-a.Z)))
		cells[key] = append(cells[key], r)
	}
	want, have := map[string]figures{}, map[string]figures{}
	for key, list := range cells {
		want[key] = sumOf(list)
	}
	for _, f := range got {
		q := f.Parts[0][0]
		key := fmt.Sprint(q.X/side, q.Y/side)
		n := figures{}
		n.add(f)
		have[key] = n
		if list := cells[key]; l == tiles.Reports && len(list) == 1 {
			checkReport(t, a, f, list[0])
		} else if l == tiles.Reports && (f.Value("at") != nil || f.Value("matter") != nil) {
			t.Fatalf("%v: a cluster %v", a, f)
		}
	}
	if d := cmp.Diff(want, have); d != "" {
		t.Fatalf("%v %v (-want +got):\n%s", l, a, d)
	}
}

// cellZoom is the zoom of the cells of a layer: 32 to the side of a tile, of clusters 16
// below zoom 12 and 64 from zoom 14 on.
func cellZoom(l tiles.Layer, z uint32) uint32 {
	switch {
	case l == tiles.Bins:
		return max(z, min(z+5, 18))
	case z < 12:
		return z + 4
	case z < 14:
		return z + 5
	}
	return max(z, min(z+6, 24))
}

// checkReport checks that a report is itself, and at its place unless that is
// beyond the square world.
func checkReport(t *testing.T, a tiles.Address, f mvt.DecodedFeature, r density.Report) {
	t.Helper()
	var matter any = r.Matter
	if r.Matter == "" {
		matter = nil
	}
	if f.Value("at") != r.At.Format(time.RFC3339) || f.Value("matter") != matter {
		t.Fatalf("%v: %v of %+v", a, f, r)
	}
	x, y := tilePosition(a, r.Pos)
	y = min(mvt.Extent, max(0, y))
	if q := f.Parts[0][0]; math.Abs(float64(q.X)-x) > 1.01 || math.Abs(float64(q.Y)-y) > 1.01 {
		t.Fatalf("%v: the report at %v, %v is drawn at %v", a, x, y, q)
	}
}

// A report makes only those tiles anew that it is in, and the totals of all; the
// rest of what an edition changes is remade only where it changes something.
func TestOnlyWhatIsTouchedIsMadeAnew(t *testing.T) {
	s := town(t)
	p := tiles.NewPyramid(s)
	c := counting(s, crowd(p.Box(-1), 400))
	b := p.Box(-1)
	fetchAll := func(p *tiles.Pyramid, l tiles.Layer) (all map[tiles.Address]tiles.Tile, made uint64) {
		before := p.Made()
		all = map[tiles.Address]tiles.Tile{}
		for z := uint32(11); z <= 15; z++ {
			low, high := at(z, b.Min.Lon(), b.Max.Lat()), at(z, b.Max.Lon(), b.Min.Lat())
			for x := low.X; x <= high.X; x++ {
				for y := low.Y; y <= high.Y; y++ {
					a := tiles.Address{Z: z, X: x, Y: y}
					all[a] = fetch(t, p, a, tiles.Options{Layer: l, Columns: c, Root: -1})
				}
			}
		}
		return all, p.Made() - before
	}
	for _, l := range tiles.Layers() {
		first, made := fetchAll(p, l)
		again, none := fetchAll(p, l)
		if made < 20 || none != 0 {
			t.Fatalf("%v: %d made at first, %d then", l, made, none)
		}
		c.Put(density.Report{ID: uuid.New(), At: now, Pos: pos(121.0511, 32.0322), Matter: "010101"})
		third, few := fetchAll(p, l)
		if few < 5 || few > made/4 { // one at each of five zooms, more where an area reaches into others
			t.Errorf("%v: a report has %d of %d tiles made anew", l, few, made)
		}
		for a := range first {
			if first[a].ETag != again[a].ETag || !first[a].Empty() && (first[a].ETag == third[a].ETag || bytes.Equal(first[a].Data, third[a].Data)) {
				t.Fatalf("%v %v: a report changes the totals of all tiles", l, a)
			}
		}
	}
	edition := renamed(t, s, "3206101001003")
	next := p.On(edition)
	c = c.On(edition)
	if _, made := fetchAll(next, tiles.Areas); made == 0 || made > 20 {
		t.Errorf("%d tiles are made anew for the name of an area", made)
	}
}
