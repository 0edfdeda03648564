package tiles

import (
	"context"
	"encoding/json"
	"sync"

	"jingwei/density"
	"jingwei/geo"
	"jingwei/grid"
	"jingwei/tiles/mvt"
)

// View are the figures of all that a caller sees of a layer at a zoom, in all tiles
// together.
type View struct {
	Layer                Layer
	Level                grid.Level // of Areas
	Zoom                 uint8      // of the cells that the breaks are of, for other layers
	Total, Open, Overdue uint64     // reports
	Count, PerKm2        Breaks     // of the areas, or of the cells that hold reports
}

// view is a View as it comes along in each tile: the layer meta.
type view struct {
	View
	tail piece
	sum  sum
}

// View returns the figures that all tiles of a zoom carry. It fails as
// [Pyramid.Tile] does.
func (p *Pyramid) View(ctx context.Context, z uint32, o Options) (View, error) {
	if err := p.validate(o); err != nil {
		return View{}, err
	}
	o.Root = max(-1, o.Root)
	v, err := p.view(ctx, z, o)
	if err != nil {
		return View{}, err
	}
	return v.View, nil
}

func (p *Pyramid) view(ctx context.Context, z uint32, o Options) (*view, error) {
	if o.Layer == Areas {
		return p.viewOfAreas(ctx, p.levelOf(o, z), o, o.counts())
	}
	return p.viewOfCells(ctx, z, o)
}

// seen is the key of a view.
type seen struct {
	source
	edition, published int64
	level              grid.Level
	zoom               uint8
}

// entry is a view as of the last version it was asked for, with what helps to bring
// it up to date. Who holds mu does that.
type entry struct {
	mu     sync.Mutex
	view   *view
	tally  *tally  // of areas
	blocks *blocks // of cells
}

func (p *Pyramid) entry(ctx context.Context, key seen) (*entry, error) {
	key.edition, key.published = p.snapshot.Edition, p.snapshot.Published.UnixNano()
	return kept(ctx, p.shared.views, key, func(context.Context) (*entry, int, error) {
		return &entry{}, p.viewSize(key), nil
	})
}

// viewSize returns about how many bytes the tally or the blocks of a view may come to
// take, but not so many that there would be no room for others.
func (p *Pyramid) viewSize(key seen) int {
	if key.layer == Areas {
		const histograms, perArea = 48 << 10, 12
		return histograms + perArea*p.snapshot.Len()
	}
	if p.reach.Empty() {
		return 0
	}
	const perCell = 8
	west, north := geo.MercatorCell(geo.Pos{X: p.reach.Min.X, Y: p.reach.Max.Y}, key.zoom)
	east, south := geo.MercatorCell(geo.Pos{X: p.reach.Max.X, Y: p.reach.Min.Y}, key.zoom)
	return int(min(viewBytes/8, perCell*uint64(east-west+1)*uint64(south-north+1)))
}

// viewOfAreas returns the view of a level at counts, and at no others: who asks with
// earlier ones than who asked last has it brought back.
func (p *Pyramid) viewOfAreas(ctx context.Context, l grid.Level, o Options, n *density.Counts) (*view, error) {
	list, err := p.members(ctx, l, o.Root)
	if err != nil {
		return nil, err
	}
	e, err := p.entry(ctx, seen{source: sourceOf(o), level: l})
	if err != nil {
		return nil, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.tally == nil:
		e.tally = p.tally(list, n)
	case e.tally.version() == versionOf(n):
		return e.view, nil
	default:
		p.bring(e.tally, n)
	}
	e.view = e.tally.view(l).view()
	return e.view, nil
}

// member is the key of the areas of a level within a root.
type member struct {
	level grid.Level
	root  int32
}

func (p *Pyramid) members(ctx context.Context, l grid.Level, root int32) ([]int32, error) {
	return kept(ctx, p.edition, member{l, root}, func(ctx context.Context) (list []int32, bytes int, err error) {
		d, err := p.level(ctx, l)
		if err != nil {
			return nil, 0, err
		}
		for _, i := range d.areas {
			if p.snapshot.Within(i, root) {
				list = append(list, i)
			}
		}
		return list, 4 * len(list), nil
	})
}

// view returns v with the layer that tells of it.
func (v View) view() *view {
	var l mvt.Layer
	l.Reset(metaName, mvt.Extent)
	tags := []uint32{l.Key("layer"), l.String(v.Layer.String())}
	if v.Layer == Areas {
		tags = append(tags, l.Key("level"), l.String(v.Level.String()))
	} else {
		tags = append(tags, l.Key("zoom"), l.Uint(uint64(v.Zoom)))
	}
	tags = append(
		tags,
		l.Key("total"), l.Uint(v.Total), l.Key("open"), l.Uint(v.Open), l.Key("overdue"), l.Uint(v.Overdue),
		l.Key("quantile"), l.String(jsonList(v.Count.Quantile)), l.Key("jenks"), l.String(jsonList(v.Count.Jenks)),
		l.Key("quantile_per_km2"), l.String(jsonList(v.PerKm2.Quantile)), l.Key("jenks_per_km2"), l.String(jsonList(v.PerKm2.Jenks)),
	)
	middle := mvt.AppendPoints(nil, new(mvt.Cursor), []mvt.Point{{X: mvt.Extent / 2, Y: mvt.Extent / 2}})
	l.Add(mvt.Feature{Type: mvt.Points, Geometry: middle}, tags...)
	raw := l.Append(nil)
	return &view{v, deflate(raw, levelOfStill), sumOf(raw)}
}

// jsonList writes numbers as a JSON array.
func jsonList(values []float64) string {
	b, err := json.Marshal(values)
	if err != nil {
		panic(err) // they are finite
	}
	return string(b)
}
