// Package bench measures Jingwei beside its peers, in one run on the same data:
//
//	make bench
//
// The figures are in RESULTS.md. What counts is the ratio within a run.
package bench

import (
	"cmp"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"

	"jingwei/geo"
	"jingwei/geo/coverage"
	"jingwei/synth"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"
)

// set is the faces that a benchmark runs on.
type set struct {
	name  string
	faces []coverage.Face
	cover *coverage.Coverage
	box   geo.Box
}

var sets = sync.OnceValues(func() ([]*set, error) {
	var list []*set
	for _, load := range []struct {
		name  string
		faces func() ([]coverage.Face, error)
	}{{"bristol", bristol}, {"city", city}} {
		faces, err := load.faces()
		if err != nil {
			return nil, err
		}
		if len(faces) == 0 {
			continue
		}
		c, err := coverage.Build(faces)
		if err != nil {
			return nil, err
		}
		list = append(list, &set{name: load.name, faces: faces, cover: c, box: boxOf(c)})
	}
	return list, nil
})

// each runs a benchmark on every set.
func each(b *testing.B, run func(b *testing.B, s *set)) {
	list, err := sets()
	if err != nil {
		b.Fatal(err)
	}
	for _, s := range list {
		b.Run(s.name, func(b *testing.B) { run(b, s) })
	}
}

// bristol is the real cells; none when the data is not beside the project.
func bristol() ([]coverage.Face, error) {
	files, err := filepath.Glob("../../shared/data/bristol/output-areas-*.geojson")
	if err != nil {
		return nil, err
	}
	var faces []coverage.Face
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		c, err := geojson.UnmarshalFeatureCollection(text)
		if err != nil {
			return nil, err
		}
		for _, f := range c.Features {
			shape, err := geo.FromOrb(multi(f.Geometry))
			if err != nil {
				return nil, err
			}
			faces = append(faces, coverage.Face{Name: f.Properties.MustString("OA11CD"), Shape: shape})
		}
	}
	return faces, nil
}

func multi(g orb.Geometry) orb.MultiPolygon {
	if p, ok := g.(orb.Polygon); ok {
		return orb.MultiPolygon{p}
	}
	return g.(orb.MultiPolygon)
}

// city is the generated Nantong at full size.
func city() ([]coverage.Face, error) {
	c, err := generated()
	if err != nil {
		return nil, err
	}
	return facesOf(c), nil
}

func facesOf(c *synth.City) []coverage.Face {
	faces := make([]coverage.Face, len(c.Cells))
	for i, a := range c.Cells {
		faces[i] = coverage.Face{Name: c.Areas[a].Code, Shape: c.Areas[a].Shape}
	}
	return faces
}

func boxOf(c *coverage.Coverage) geo.Box {
	box := geo.EmptyBox()
	for f := range c.Len() {
		box = box.Union(c.Box(int32(f)))
	}
	return box
}

func randomIn(rng *rand.Rand, box geo.Box) geo.Pos {
	return geo.Pos{
		X: box.Min.X + int32(rng.Int64N(int64(box.Max.X)-int64(box.Min.X))),
		Y: box.Min.Y + int32(rng.Int64N(int64(box.Max.Y)-int64(box.Min.Y))),
	}
}

var generated = sync.OnceValues(func() (*synth.City, error) { return synth.Generate(synth.Options{Seed: 1}) })

// points returns n positions at random in the box of a set.
func (s *set) points(n int) []geo.Pos {
	rng := rand.New(rand.NewPCG(1, 2))
	ps := make([]geo.Pos, n)
	for i := range ps {
		ps[i] = randomIn(rng, s.box)
	}
	return ps
}

// inOrder returns positions sorted along rows of squares of about 1 km, and of 100 m
// within these.
func inOrder(ps []geo.Pos) []geo.Pos {
	const hm, km = 10_000, 100_000
	return slices.SortedFunc(slices.Values(ps), func(p, q geo.Pos) int {
		return cmp.Or(
			cmp.Compare(p.Y/km, q.Y/km), cmp.Compare(p.X/km, q.X/km), cmp.Compare(p.Y/hm, q.Y/hm), cmp.Compare(p.X/hm, q.X/hm), p.Compare(q),
		)
	})
}

// heapMB returns how many megabytes are live.
func heapMB() float64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / 1e6
}
