package tiles

import (
	"context"
	"errors"
	"fmt"

	"jingwei/geo"
	"jingwei/grid"

	"golang.org/x/sync/singleflight"
)

// Pyramid makes the tiles of one edition. It is immutable but for what it keeps
// to answer faster, and safe for concurrent use.
type Pyramid struct {
	snapshot *grid.Snapshot
	areaM2   []float64
	zooms    []zooms
	flights  singleflight.Group
	levels   *memory // *drawn and *net
	tiles    *memory // what is keyed by a place
}

// What is kept, in bytes: of borders, and of tiles and their parts.
const (
	levelBytes = 256 << 20
	tileBytes  = 192 << 20
)

// NewPyramid returns the pyramid of a snapshot, for all snapshots of its edition.
func NewPyramid(s *grid.Snapshot) *Pyramid { return newPyramid(s, levelBytes, tileBytes) }

func newPyramid(s *grid.Snapshot, levels, tiles int) *Pyramid {
	p := &Pyramid{snapshot: s, areaM2: areasM2(s), levels: newMemory(levels), tiles: newMemory(tiles)}
	p.zooms = policy(s, p.areaM2)
	return p
}

// ErrEdition says that counts are of another edition than the pyramid.
var ErrEdition = errors.New("counts of another edition than the tiles")

// place is an address with all that decides which areas are in the tile.
type place struct {
	Address
	level grid.Level
	root  int32
}

func (p *Pyramid) place(a Address, o Options) (place, error) {
	if err := a.Validate(); err != nil {
		return place{}, err
	}
	if o.Counts != nil && o.Counts.Snapshot.Edition != p.snapshot.Edition {
		return place{}, fmt.Errorf("%w: %d and %d", ErrEdition, o.Counts.Snapshot.Edition, p.snapshot.Edition)
	}
	if o.Level == 0 {
		o.Level = p.LevelAt(a.Z)
	}
	return place{a, o.Level, max(-1, o.Root)}, nil
}

// ETag returns the tag of the tile that [Pyramid.Tile] would return, without
// making it. It fails as Tile does.
func (p *Pyramid) ETag(ctx context.Context, a Address, o Options) (string, error) {
	_, sum, err := p.tag(ctx, a, o)
	return sum.etag(), err
}

func (p *Pyramid) tag(ctx context.Context, a Address, o Options) (place, sum, error) {
	at, err := p.place(a, o)
	if err != nil {
		return place{}, sum{}, err
	}
	near, err := p.near(ctx, at)
	if err != nil {
		return place{}, sum{}, err
	}
	return at, p.sum(at, near, o.Counts), nil
}

// Tile returns the tile at an address. It fails with a [RangeError], with
// [ErrEdition], or when ctx is done first.
func (p *Pyramid) Tile(ctx context.Context, a Address, o Options) (Tile, error) {
	at, sum, err := p.tag(ctx, a, o)
	if err != nil {
		return Tile{}, err
	}
	data, err := kept(ctx, p, p.tiles, sum, func(ctx context.Context) ([]byte, int, error) {
		return p.data(ctx, at, o.Counts)
	})
	return Tile{data, sum.etag()}, err
}

// kept returns what is in memory under a key, or makes it: for the same key at
// the same time only once, and to the end even when who asked first goes away.
func kept[T any](ctx context.Context, p *Pyramid, m *memory, key any, make func(context.Context) (T, int, error)) (none T, err error) {
	if v, ok := m.get(key); ok {
		return v.(T), nil
	}
	done := p.flights.DoChan(fmt.Sprintf("%T%v", key, key), func() (any, error) {
		v, bytes, err := make(context.WithoutCancel(ctx))
		if err == nil {
			m.put(key, v, bytes)
		}
		return v, err
	})
	select {
	case r := <-done:
		if r.Err != nil {
			return none, r.Err
		}
		return r.Val.(T), nil
	case <-ctx.Done():
		return none, ctx.Err()
	}
}

// level returns what is drawn for a level.
func (p *Pyramid) level(ctx context.Context, l grid.Level) (*drawn, error) {
	return kept(ctx, p, p.levels, l, func(context.Context) (*drawn, int, error) {
		d := newDrawn(p.snapshot, l)
		bytes := 8 * positions(d.cover) // their weights
		if d.cover != p.snapshot.Coverage() {
			bytes *= 9 // with the index
		}
		return d, bytes, nil
	})
}

// borders is the key of the net of a level at a zoom.
type borders struct {
	level grid.Level
	z     uint32
}

func (p *Pyramid) net(ctx context.Context, l grid.Level, z uint32) (*net, error) {
	return kept(ctx, p, p.levels, borders{l, z}, func(ctx context.Context) (*net, int, error) {
		d, err := p.level(ctx, l)
		if err != nil {
			return nil, 0, err
		}
		n := d.net(z)
		return n, len(n.wire) + 8*len(n.start), nil
	})
}

// near is the key of what is nearby.
type near place

// nearby are the areas whose boxes touch a tile, ascending, and their faces.
type nearby struct{ areas, faces []int32 }

func (p *Pyramid) near(ctx context.Context, at place) (nearby, error) {
	return kept(ctx, p, p.tiles, near(at), func(ctx context.Context) (n nearby, bytes int, err error) {
		d, err := p.level(ctx, at.level)
		if err != nil {
			return n, 0, err
		}
		for _, g := range d.touching(at.box()) {
			if i := d.areas[g]; p.snapshot.Within(i, at.root) {
				n.areas, n.faces = append(n.areas, i), append(n.faces, g)
			}
		}
		return n, 8 * len(n.areas), nil
	})
}

// Warm makes what all tiles of the zooms that are fetched need.
func (p *Pyramid) Warm(ctx context.Context) error {
	lowest, highest := p.Zooms()
	for z := lowest; z <= highest; z++ {
		if _, err := p.net(ctx, p.LevelAt(z), z); err != nil {
			return err
		}
	}
	return nil
}

// Box returns the box around the cells inside an area; around all for -1.
func (p *Pyramid) Box(root int32) geo.Box {
	c := p.snapshot.Coverage()
	b := geo.EmptyBox()
	for f := range int32(c.Len()) {
		if p.snapshot.Within(p.snapshot.Cell(f), root) {
			b = b.Union(c.Box(f))
		}
	}
	return b
}
