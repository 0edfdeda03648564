package tiles

import (
	"context"
	"math"
	"slices"

	"jingwei/density"
	"jingwei/tiles/mvt"
)

// shapes is the key of the geometry of a tile.
type shapes place

// shape is an area's geometry in a tile, encoded.
type shape struct {
	area int32
	wire []byte
}

// shapes returns the geometry of all areas in a tile, whoever asks, ascending.
func (p *Pyramid) shapes(ctx context.Context, at place) ([]shape, error) {
	at.root = -1
	return kept(ctx, p, p.tiles, shapes(at), func(ctx context.Context) (list []shape, bytes int, err error) {
		near, err := p.near(ctx, at)
		if err != nil {
			return nil, 0, err
		}
		net, err := p.net(ctx, at.level, at.Z)
		if err != nil {
			return nil, 0, err
		}
		list = draw(newPen(net, at.Address), near)
		for _, s := range list {
			bytes += 32 + len(s.wire)
		}
		return list, bytes, nil
	})
}

// draw returns the geometry of areas, all in one piece of memory.
func draw(pen *pen, near nearby) []shape {
	var all []byte
	var areas, starts []int32
	for k, g := range near.faces {
		start := int32(len(all))
		if all = pen.append(all, g); len(all) > int(start) {
			areas, starts = append(areas, near.areas[k]), append(starts, start)
		}
	}
	all, starts = slices.Clone(all), append(starts, int32(len(all)))
	list := make([]shape, len(areas))
	for k, i := range areas {
		list[k] = shape{i, all[starts[k]:starts[k+1]]}
	}
	return list
}

// frame is the key of a tile without counts.
type frame place

// framed is a tile without counts: its features, and the keys and values that
// they refer to.
type framed struct {
	words                mvt.Dictionary
	areas                []int32
	features             []mvt.Feature
	tags                 []byte // of the features
	count, open, density uint32 // keys
}

func (p *Pyramid) frame(ctx context.Context, at place) (*framed, error) {
	return kept(ctx, p, p.tiles, frame(at), func(ctx context.Context) (*framed, int, error) {
		list, err := p.shapes(ctx, at)
		if err != nil {
			return nil, 0, err
		}
		f, bytes := &framed{tags: make([]byte, 0, 16*len(list))}, 0
		for _, s := range list {
			if p.snapshot.Within(s.area, at.root) {
				bytes += p.add(f, s)
			}
		}
		f.count, f.open, f.density = f.words.Key("count"), f.words.Key("open"), f.words.Key("per_km2")
		return f, bytes, nil
	})
}

// add adds an area with its unchanging properties; it returns the bytes these
// take, about.
func (p *Pyramid) add(f *framed, s shape) int {
	a, w, start := p.snapshot.Area(s.area), &f.words, len(f.tags)
	f.tags = mvt.AppendTags(
		f.tags,
		w.Key("code"), w.String(a.Code), w.Key("name"), w.String(a.Name),
		w.Key("level"), w.String(a.Level.String()), w.Key("kind"), w.String(string(a.Kind)),
	)
	f.areas = append(f.areas, s.area)
	f.features = append(f.features, mvt.Feature{ID: uint64(a.ID), Type: mvt.Polygons, Tags: f.tags[start:], Geometry: s.wire})
	const perFeature = 200 // with the entries of the dictionary
	return perFeature + 2*(len(a.Code)+len(a.Name))
}

// splice adds the features of f with their counts to a layer.
func (p *Pyramid) splice(l *mvt.Layer, f *framed, n *density.Counts) {
	l.Reset(LayerName, mvt.Extent, &f.words)
	for k, i := range f.areas {
		count, open := counted(n, i)
		l.Add(
			f.features[k],
			f.count, l.Uint(count), f.open, l.Uint(open), f.density, l.Double(perKm2(count, p.areaM2[i])),
		)
	}
}

// counted returns the counts of an area; without counts there are none.
func counted(n *density.Counts, i int32) (count, open uint64) {
	if n == nil {
		return 0, 0
	}
	return uint64(n.Count(i)), uint64(n.Open(i))
}

// perKm2 returns the count per square kilometre, to three decimals.
func perKm2(count uint64, areaM2 float64) float64 {
	if areaM2 <= 0 {
		return 0
	}
	return math.Round(float64(count)/areaM2*1e9) / 1e3
}
