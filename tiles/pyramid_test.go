package tiles_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
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

var update = flag.Bool("update", false, "write the goldens")

// everything is the view of a caller without bounds.
var everything = tiles.Options{Root: -1}

func fetch(t testing.TB, p *tiles.Pyramid, a tiles.Address, o tiles.Options) tiles.Tile {
	t.Helper()
	tile, err := p.Tile(t.Context(), a, o)
	if err != nil {
		t.Fatalf("%v: %v", a, err)
	}
	tag, err := p.ETag(t.Context(), a, o)
	if err != nil || tag != tile.ETag {
		t.Fatalf("%v: tag %s, %v; the tile has %s", a, tag, err, tile.ETag)
	}
	return tile
}

func unpack(t testing.TB, tile tiles.Tile) []byte {
	t.Helper()
	if tile.Empty() {
		return nil
	}
	r, err := gzip.NewReader(bytes.NewReader(tile.Data))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// features returns what is in the layer of areas of a tile; none when it is empty.
func features(t testing.TB, p *tiles.Pyramid, a tiles.Address, o tiles.Options) []mvt.DecodedFeature {
	t.Helper()
	return layers(t, p, a, o)[o.Layer.String()]
}

// layers returns the features of a tile by layer; none when it is empty.
func layers(t testing.TB, p *tiles.Pyramid, a tiles.Address, o tiles.Options) map[string][]mvt.DecodedFeature {
	t.Helper()
	return decoded(t, a, fetch(t, p, a, o))
}

func decoded(t testing.TB, a tiles.Address, tile tiles.Tile) map[string][]mvt.DecodedFeature {
	t.Helper()
	list, err := mvt.Decode(unpack(t, tile))
	if err != nil {
		t.Fatalf("%v: %v", a, err)
	}
	all := map[string][]mvt.DecodedFeature{}
	for _, l := range list {
		if _, twice := all[l.Name]; twice || l.Version != 2 || l.Extent != mvt.Extent || len(l.Features) == 0 {
			t.Fatalf("%v: %s version %d extent %d with %d features, twice %v", a, l.Name, l.Version, l.Extent, len(l.Features), twice)
		}
		all[l.Name] = l.Features
	}
	return all
}

// scatter puts reports over the box of a snapshot.
func scatter(s *grid.Snapshot, n int) *density.Columns {
	random := rand.New(rand.NewPCG(7, 7))
	box := tiles.NewPyramid(s).Box(-1)
	c := density.New(s)
	for i := range n {
		c.Put(density.Report{
			ID: uuid.UUID{byte(i), byte(i >> 8), byte(i >> 16)},
			At: time.Date(2026, 1, 1+i%30, 0, 0, 0, 0, time.UTC),
			Pos: geo.Pos{
				X: box.Min.X + random.Int32N(box.Max.X-box.Min.X),
				Y: box.Min.Y + random.Int32N(box.Max.Y-box.Min.Y),
			},
			Matter: []string{"010101", "020202"}[i%2], Open: i%5 == 0, Due: time.Date(2026, 1, 1+i%40, 0, 0, 0, 0, time.UTC),
		})
	}
	c.Advance(time.Date(2026, 1, 20, 0, 0, 0, 0, time.UTC))
	return c
}

func TestTownShowsTheLevelThatFits(t *testing.T) {
	p := tiles.NewPyramid(town(t))
	want := map[uint32]grid.Level{0: grid.City, 9: grid.City, 10: grid.Town, 11: grid.Grid, 12: grid.Grid, 13: grid.Microgrid, 22: grid.Microgrid}
	got := map[uint32]grid.Level{}
	for z := range want {
		got[z] = p.LevelAt(z)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// Everything in a tile is as the specification and the contract want it, at all
// zooms and levels.
func TestFeaturesAndCounts(t *testing.T) {
	for name, s := range map[string]*grid.Snapshot{"town": town(t), "bristol": bristol(t)} {
		t.Run(name, func(t *testing.T) {
			c, f := scatter(s, 5000), density.Filter{Matters: []string{"01"}}
			counts := c.Counts(f)
			p := tiles.NewPyramid(s)
			seen := 0
			for z := range uint32(19) {
				for _, l := range append([]grid.Level{0}, s.Levels()...) {
					o := tiles.Options{Level: l, Columns: c, Filter: f, Root: -1}
					list := features(t, p, middleTile(p, z), o)
					checkFeatures(t, s, p, counts, list)
					seen += len(list)
				}
			}
			if seen == 0 {
				t.Error("no features seen")
			}
		})
	}
}

func middleTile(p *tiles.Pyramid, z uint32) tiles.Address {
	b := p.Box(-1)
	return at(z, (b.Min.Lon()+b.Max.Lon())/2, (b.Min.Lat()+b.Max.Lat())/2)
}

func checkFeatures(t *testing.T, s *grid.Snapshot, p *tiles.Pyramid, n *density.Counts, list []mvt.DecodedFeature) {
	t.Helper()
	last := uint64(0)
	for _, f := range list {
		if f.ID <= last {
			t.Fatalf("id %d after %d", f.ID, last)
		}
		last = f.ID
		i, ok := s.ByID(grid.AreaID(f.ID))
		if !ok {
			t.Fatalf("no area %d", f.ID)
		}
		a, count := s.Area(i), n.Count(i)
		want := []mvt.Tag{
			{Key: "code", Value: a.Code},
			{Key: "name", Value: a.Name},
			{Key: "level", Value: a.Level.String()},
			{Key: "kind", Value: string(a.Kind)},
			{Key: "count", Value: uint64(count)},
			{Key: "open", Value: uint64(n.Open(i))},
			{Key: "overdue", Value: uint64(n.Overdue(i))},
			{Key: "per_km2", Value: f.Value("per_km2")},
		}
		if households := p.Households(i); households > 0 {
			want = append(want, mvt.Tag{Key: "per_100_households", Value: math.Round(float64(count)/float64(households)*1e5) / 1e3})
		}
		if d := cmp.Diff(want, f.Tags); d != "" {
			t.Fatal(d)
		}
		if per := f.Value("per_km2").(float64); (per == 0) != (count == 0) {
			t.Fatalf("%s: %d reports, %v per km²", a.Code, count, per)
		}
		checkRings(t, f)
	}
}

// checkRings checks that rings have three positions or more, all different and in
// the buffer, that the first is an exterior, and that none has no area.
func checkRings(t *testing.T, f mvt.DecodedFeature) {
	t.Helper()
	for i, r := range f.Parts {
		distinct := map[mvt.Point]bool{}
		for _, p := range r {
			if min(p.X, p.Y) < -tiles.Buffer || max(p.X, p.Y) > mvt.Extent+tiles.Buffer {
				t.Fatalf("feature %d: %v is beyond the buffer", f.ID, p)
			}
			distinct[p] = true
		}
		if a := mvt.Area2(r); len(distinct) < 3 || len(distinct) != len(r) || a == 0 || i == 0 && a < 0 {
			t.Fatalf("feature %d, ring %d: %v", f.ID, i, r)
		}
	}
	if f.Type != mvt.Polygons || len(f.Parts) == 0 {
		t.Fatalf("feature %d: type %d with %d rings", f.ID, f.Type, len(f.Parts))
	}
}

// What a caller may not see is not in the tile, in no form.
func TestRootBoundsTheTile(t *testing.T) {
	s := town(t)
	c := scatter(s, 500)
	p := tiles.NewPyramid(s)
	a := at(13, 121.04, 32.03)
	tags := map[string][]byte{}
	for _, code := range []string{"", "3206", "32061", "32062", "320612", "320612001", "320612001003"} {
		o := tiles.Options{Columns: c, Root: -1}
		if i, ok := s.ByCode(code); ok {
			o.Root = i
		}
		for range 2 {
			tile := fetch(t, p, a, o)
			if other, taken := tags[tile.ETag]; taken && !bytes.Equal(other, tile.Data) {
				t.Errorf("%q has the tag of another tile", code)
			}
			tags[tile.ETag] = tile.Data
			checkRoot(t, s, o.Root, unpack(t, tile))
		}
	}
	if len(tags) < 4 {
		t.Errorf("only %d different tiles", len(tags))
	}
}

func checkRoot(t *testing.T, s *grid.Snapshot, root int32, raw []byte) {
	t.Helper()
	layers, err := mvt.Decode(raw)
	if err != nil {
		t.Fatal(err)
	}
	for i := range int32(s.Len()) {
		// In the tile's values a code is preceded by its length, so that none is taken for
		// the beginning of a longer one.
		code := s.Area(i).Code
		if strings.Contains(string(raw), string(rune(len(code)))+code) && !s.Within(i, root) {
			t.Errorf("root %d: %s is in the bytes", root, code)
		}
	}
	if len(layers) == 0 {
		t.Errorf("root %d: nothing in the tile", root)
	}
}

// The tag changes with what is in the tile, and with nothing else.
func TestETag(t *testing.T) {
	s := town(t)
	p, again := tiles.NewPyramid(s), tiles.NewPyramid(s)
	c := density.New(s)
	a := at(14, 121.005, 32.005)
	o := tiles.Options{Columns: c, Root: -1}
	first := fetch(t, p, a, o)
	if other := fetch(t, again, a, o); other.ETag != first.ETag || !bytes.Equal(other.Data, first.Data) {
		t.Error("another node makes another tile")
	}
	o.Filter.Matters = []string{"01"}
	if filtered := fetch(t, p, a, o); filtered.ETag != first.ETag {
		t.Error("the same counts under another filter have another tag")
	}
	o.Filter = density.Filter{}
	c.Put(density.Report{ID: uuid.UUID{2}, Pos: pos(121.005, 32.005)})
	changed := fetch(t, p, a, o)
	if changed.ETag == first.ETag || bytes.Equal(changed.Data, first.Data) {
		t.Error("a report in the tile changes nothing")
	}
	if n := features(t, p, a, o)[0].Value("count"); n != uint64(1) {
		t.Errorf("count %v, want 1", n)
	}
}

func TestNoTile(t *testing.T) {
	s := town(t)
	p := tiles.NewPyramid(s)
	for _, a := range []tiles.Address{{Z: 23}, {Z: 0, X: 1}, {Z: 3, X: 0, Y: 8}, {Z: 22, X: 1 << 22}, {Z: 1 << 31}} {
		_, err := p.Tile(t.Context(), a, everything)
		var out tiles.RangeError
		if !errors.As(err, &out) || out.Address != a {
			t.Errorf("%v: error %v", a, err)
		}
	}
	if tile := fetch(t, p, tiles.Address{Z: 10}, everything); !tile.Empty() {
		t.Error("something in a tile at sea")
	}
	if _, err := p.Tile(t.Context(), tiles.Address{}, tiles.Options{Columns: density.New(town(t))}); err != nil {
		t.Errorf("counts of the same edition, read again: %v", err)
	}
	other := density.New(build(t, 2, []plan{{code: "1", level: grid.Grid, shape: field(0, 0)}}))
	if _, err := p.Tile(t.Context(), tiles.Address{}, tiles.Options{Columns: other}); !errors.Is(err, tiles.ErrEdition) {
		t.Errorf("counts of another edition: %v", err)
	}
}

// Many at a time get the same, also when some of them go away, and when memory is
// too small for anything to be kept.
func TestAllAtOnce(t *testing.T) {
	s := town(t)
	p := tiles.NewPyramid(s)
	o := tiles.Options{Columns: scatter(s, 100), Root: -1}
	want := fetch(t, tiles.NewPyramid(s), at(12, 121.04, 32.03), o)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	var wg sync.WaitGroup
	for i := range 32 {
		wg.Go(func() {
			ctx := t.Context()
			if i%2 == 0 {
				ctx = gone
			}
			got, err := p.Tile(ctx, at(12, 121.04, 32.03), o)
			if err != nil && (ctx != gone || !errors.Is(err, context.Canceled)) {
				t.Error(err)
			}
			if err == nil && !bytes.Equal(got.Data, want.Data) {
				t.Error("another tile")
			}
		})
	}
	wg.Wait()
}

// Whole tiles, byte by byte. Run with -update after a change that is meant, raise
// the format, and look at what has changed.
func TestGoldenTiles(t *testing.T) {
	s := town(t)
	p := tiles.NewPyramid(s)
	columns := counting(s, crowd(p.Box(-1), 300))
	for _, l := range tiles.Layers() {
		o := tiles.Options{Layer: l, Columns: columns, Root: -1}
		for _, a := range []tiles.Address{at(8, 121.04, 32.03), at(11, 121.04, 32.03), at(13, 121.005, 32.005), at(15, 121.005, 32.005)} {
			raw := unpack(t, fetch(t, p, a, o))
			golden(t, fmt.Sprintf("town-%v-%d-%d-%d.mvt", l, a.Z, a.X, a.Y), raw)
		}
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := errors.Join(os.MkdirAll("testdata", 0o755), os.WriteFile(file, got, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, got) {
		t.Errorf("%s: %d bytes differ from the golden's %d", name, len(got), len(want))
	}
}
