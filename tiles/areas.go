package tiles

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"jingwei/tiles/mvt"
)

func (p *Pyramid) outlineAreas(ctx context.Context, a Address, o Options) (outline, error) {
	at := place{a, p.levelOf(o, a.Z), o.Root}
	near, err := p.near(ctx, at)
	if err != nil || len(near.areas) == 0 {
		return outline{}, err
	}
	n := o.counts()
	view, err := p.viewOfAreas(ctx, at.level, o, n)
	return outline{
		body: near.counted(n),
		make: func(ctx context.Context) (piece, error) {
			s, err := p.still(ctx, at, near)
			if err != nil {
				return piece{}, err
			}
			return p.splice(s, near, n), nil
		},
		view: view,
	}, err
}

// still is the key of what of a tile does not change with the counts.
type still sum

// stills are the layers of a tile of areas without their counts.
type stills struct{ areas, labels stillLayer }

// stillLayer is a layer without its header and without the values that change. These
// come behind it: of areas their counts one after the other, then those open, then
// those overdue, and so on; of labels their counts.
//
// The specification would rather have each value once in a layer. Here every
// feature has places of its own, so that it stays as it is, compressed, whatever is
// counted: that is what makes a tile with new counts cheap.
type stillLayer struct {
	fields piece
	of     []int32 // places in nearby.areas, or nearby.labels, of the features
}

func (p *Pyramid) still(ctx context.Context, at place, near *nearby) (*stills, error) {
	return kept(ctx, p.shared.tiles, still(near.sum), func(ctx context.Context) (*stills, int, error) {
		mine, err := p.mine(ctx, at, near)
		if err != nil {
			return nil, 0, err
		}
		var s stills
		var wg sync.WaitGroup
		wg.Go(func() { s.areas = p.areas(mine, near) })
		s.labels = p.labels(mine, near)
		wg.Wait()
		return &s, len(s.areas.fields.wire) + len(s.labels.fields.wire) + 4*len(s.areas.of) + 4*len(s.labels.of), nil
	})
}

// mine returns the shapes of what is nearby within a root.
func (p *Pyramid) mine(ctx context.Context, at place, near *nearby) ([]shape, error) {
	whole := at
	whole.root = -1
	all, err := p.near(ctx, whole)
	if err != nil {
		return nil, err
	}
	list, err := p.shapes(ctx, whole, all)
	var mine []shape
	for _, s := range list {
		if k, in := slices.BinarySearch(near.areas, all.areas[s.near]); in {
			mine = append(mine, shape{int32(k), s.wire})
		}
	}
	return mine, err
}

// layers are made in memory that is used again.
var layers = sync.Pool{New: func() any { return new(mvt.Layer) }}

// wordTags is how many tags of an area do not change: pairs of four keys and values.
const wordTags = 8

// areas returns the layer of areas.
func (p *Pyramid) areas(list []shape, near *nearby) (out stillLayer) {
	l := layers.Get().(*mvt.Layer)
	defer layers.Put(l)
	l.Reset(Areas.String(), mvt.Extent)
	words := make([]uint32, 0, wordTags*len(list))
	for _, s := range list {
		words = p.appendWords(words, l, near.areas[s.near])
	}
	count, open, overdue, perKm2 := l.Key("count"), l.Key("open"), l.Key("overdue"), l.Key("per_km2")
	n, v := uint32(len(list)), l.Values()
	inhabited := v + 4*n
	for k, s := range list {
		i := near.areas[s.near]
		tags := append(make([]uint32, 0, wordTags+10), words[wordTags*k:wordTags*(k+1)]...)
		tags = append(tags, count, v, open, v+n, overdue, v+2*n, perKm2, v+3*n)
		if p.figures[i].households > 0 {
			tags = append(tags, l.Key("per_100_households"), inhabited)
			inhabited++
		}
		v++
		out.of = append(out.of, s.near)
		l.Add(mvt.Feature{ID: uint64(p.snapshot.Area(i).ID), Type: mvt.Polygons, Geometry: s.wire}, tags...)
	}
	return out.with(l)
}

// appendWords appends the tags of area i that do not change.
func (p *Pyramid) appendWords(dst []uint32, l *mvt.Layer, i int32) []uint32 {
	a := p.snapshot.Area(i)
	return append(
		dst,
		l.Key("code"), l.String(a.Code), l.Key("name"), l.String(a.Name),
		l.Key("level"), l.String(a.Level.String()), l.Key("kind"), l.String(string(a.Kind)),
	)
}

// labels returns the layer of labels: of the areas that are drawn in the tile. So many
// as these are, there are at most, however small the areas of a level are at a zoom.
func (p *Pyramid) labels(drawn []shape, near *nearby) (out stillLayer) {
	for k, b := range near.labels {
		if _, in := slices.BinarySearchFunc(drawn, b.area, func(s shape, i int32) int { return cmp.Compare(near.areas[s.near], i) }); in {
			out.of = append(out.of, int32(k))
		}
	}
	l := layers.Get().(*mvt.Layer)
	defer layers.Put(l)
	l.Reset(labelsName, mvt.Extent)
	var words []uint32
	for _, k := range out.of {
		a := p.snapshot.Area(near.labels[k].area)
		words = append(words, l.Key("code"), l.String(a.Code), l.Key("name"), l.String(a.Name))
	}
	count, v := l.Key("count"), l.Values()
	var at []byte
	for n, k := range out.of {
		b := near.labels[k]
		at = mvt.AppendPoints(at[:0], new(mvt.Cursor), []mvt.Point{b.at})
		w := words[4*n:]
		l.Add(mvt.Feature{ID: uint64(p.snapshot.Area(b.area).ID), Type: mvt.Points, Geometry: at}, w[0], w[1], w[2], w[3], count, v+uint32(n))
	}
	return out.with(l)
}

func (out stillLayer) with(l *mvt.Layer) stillLayer {
	if !l.Empty() {
		out.fields = deflate(l.AppendFields(nil), levelOfStill)
	}
	return out
}
