package tiles_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"jingwei/density"
	"jingwei/geo"
	"jingwei/grid"
	"jingwei/store/storetest"
	"jingwei/tiles"
	"jingwei/tiles/archive"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// window is what the proof counts: twelve days of one category.
var window = density.Filter{From: now.AddDate(0, 0, -12), To: now, Matters: []string{"01"}}

// Two decoders of other makers, @mapbox/vector-tile and GDAL, read the same of tiles
// in all layers at zooms 0 to 18, their counts are those of SQL, each found exactly
// where it has to be, and areas lie where they are. So it is of all tiles of the Bristol
// set at zooms 0 to 14, beyond these of those of sixty reports, and of a generated city
// of those of sixty reports at each zoom. With JINGWEI_PROOF=all it is of all tiles of
// Bristol, 50 times the reports in them, and of those of a thousand reports in the city at
// full size, which takes twenty minutes on two busy processors.
func TestDecodersAndSQLAgree(t *testing.T) {
	needDecoders(t)
	all := os.Getenv("JINGWEI_PROOF") == "all"
	t.Run("bristol", func(t *testing.T) {
		s, whole, reports := bristol(t), 14, 4000
		if all {
			whole, reports = 18, 200_000
		}
		newProof(t, s, crowd(tiles.NewPyramid(s).Box(-1), reports), whole, 60).run(t)
	})
	t.Run("city", func(t *testing.T) {
		scale, reports, sample := 0.05, 4000, 60
		if all {
			scale, reports, sample = 1, 200_000, 1000
		}
		s, list := city(t, scale, reports)
		newProof(t, s, list, -1, sample).run(t)
	})
}

// proof is what tiles are compared with.
type proof struct {
	s       *grid.Snapshot
	p       *tiles.Pyramid
	reports []density.Report
	columns *density.Columns
	judge   *judge
	grounds map[grid.Level]*ground
	folder  string

	whole  int // the highest zoom of which all tiles are compared
	sample int // how many reports those of higher zooms are from
}

func newProof(t *testing.T, s *grid.Snapshot, reports []density.Report, whole, sample int) *proof {
	t.Helper()
	return &proof{
		s, tiles.NewPyramid(s), reports, counting(s, reports), newJudge(t, s, reports, window), map[grid.Level]*ground{}, t.TempDir(), whole, sample,
	}
}

func (p *proof) run(t *testing.T) {
	for _, l := range tiles.Layers() {
		start := time.Now()
		var zooms [19]*recount
		var places []tiles.Address
		for z := range zooms {
			zooms[z] = p.recount(t, l, uint32(z))
			places = append(places, p.places(uint32(z))...)
		}
		for some := range slices.Chunk(places, 1<<14) { // as many as memory has room for
			p.part(t, l, zooms[:], some)
		}
		for z, r := range zooms {
			r.end(t, len(p.ground(r.level).borders), z <= p.whole)
			t.Logf("%v, zoom %d: %v", l, z, r)
		}
		t.Logf("%v: %v", l, time.Since(start).Round(time.Second))
	}
}

// part compares some tiles.
func (p *proof) part(t *testing.T, l tiles.Layer, zooms []*recount, places []tiles.Address) {
	t.Helper()
	o := tiles.Options{Layer: l, Columns: p.columns, Filter: window, Root: -1}
	var list []served
	for _, a := range places {
		zooms[a.Z].visited[a] = true
		if tile := fetch(t, p.p, a, o); !tile.Empty() {
			list = append(list, served{a, tile.Data})
		}
	}
	var node, gdal []seen
	if len(list) > 0 {
		node, gdal = decode(t, l, p.pack(t, o, list), list)
	}
	compareDecoders(t, node, gdal)
	drawn := map[tiles.Address][]seen{}
	for _, f := range node {
		zooms[f.Z].add(t, f)
		if f.Layer == "areas" {
			drawn[f.tile] = append(drawn[f.tile], f)
		}
	}
	for _, a := range places {
		if l == tiles.Areas {
			p.ground(zooms[a.Z].level).check(t, a, drawn[a])
		}
	}
}

// pack puts tiles into an archive.
func (p *proof) pack(t *testing.T, o tiles.Options, list []served) (file string) {
	t.Helper()
	file = filepath.Join(p.folder, "some.mbtiles")
	w, err := archive.Create(file, archive.MBTiles, p.p.TileJSON(o, ""))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range list {
		if err := w.Put(s.Address, s.data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Commit(); err != nil {
		t.Fatal(err)
	}
	return file
}

// decode reads tiles with both decoders: from memory, and from an archive of them.
func decode(t *testing.T, l tiles.Layer, file string, list []served) (node, gdal []seen) {
	t.Helper()
	g, ctx := errgroup.WithContext(t.Context())
	g.Go(func() (err error) {
		node, err = byNode(ctx, list)
		return err
	})
	zooms := map[uint32]bool{}
	for _, s := range list {
		zooms[s.Z] = true
	}
	g.Go(func() error {
		for z := range zooms {
			for _, name := range layersOf[l] {
				of, err := byGDAL(ctx, file, name, z)
				if err != nil {
					return err
				}
				gdal = append(gdal, of...)
			}
		}
		return nil
	})
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	return node, gdal
}

// layersOf are the layers in the tiles of each layer.
var layersOf = map[tiles.Layer][]string{
	tiles.Areas:   {"areas", "labels", "meta"},
	tiles.Bins:    {"bins", "meta"},
	tiles.Reports: {"reports", "meta"},
}

// compareDecoders compares what two decoders read of the same tiles.
func compareDecoders(t *testing.T, node, gdal []seen) {
	t.Helper()
	text := func(list []seen) (out []string) {
		for _, f := range list {
			out = append(out, f.String())
		}
		slices.Sort(out)
		return out
	}
	a, b := text(node), text(gdal)
	if !slices.Equal(a, b) {
		t.Fatalf("@mapbox/vector-tile and GDAL differ (-+):\n%.3000s", cmp.Diff(a, b))
	}
}

// ground returns where the areas of a level are.
func (p *proof) ground(l grid.Level) *ground {
	if p.grounds[l] == nil {
		p.grounds[l] = newGround(p.s, l)
	}
	return p.grounds[l]
}

// places returns all tiles of a zoom around the territory, or those of some reports,
// along the Hilbert curve.
func (p *proof) places(z uint32) []tiles.Address {
	list := map[tiles.Address]bool{}
	if int(z) <= p.whole {
		first, last, _ := p.p.Limits(z, -1)
		for x := first.X; x <= last.X; x++ {
			for y := first.Y; y <= last.Y; y++ {
				list[tiles.Address{Z: z, X: x, Y: y}] = true
			}
		}
	} else {
		for i := 0; i < len(p.reports); i += max(1, len(p.reports)/p.sample) {
			x, y := geo.MercatorCell(p.reports[i].Pos, uint8(z))
			list[tiles.Address{Z: z, X: x, Y: y}] = true
		}
	}
	return slices.SortedFunc(maps.Keys(list), func(a, b tiles.Address) int { return int(a.Hilbert()) - int(b.Hilbert()) })
}
