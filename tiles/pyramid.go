package tiles

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"sync/atomic"

	"jingwei/density"
	"jingwei/geo"
	"jingwei/grid"
)

// Pyramid makes the tiles of one edition. It is immutable but for what it keeps
// to answer faster, and safe for concurrent use.
type Pyramid struct {
	snapshot *grid.Snapshot
	figures  []constants // of each area
	reach    geo.Box     // around everything that is drawn or counted
	zooms    []zooms
	edition  *memory // of this edition only: borders, and who is where
	shared   *shared
}

// shared is what pyramids of later editions take over: it is named by its content.
type shared struct {
	tiles *memory // their parts
	views *memory // *entry
	made  atomic.Uint64
}

// What is kept, in bytes: of borders, of tiles and their parts, and of views.
const (
	editionBytes = 256 << 20
	tileBytes    = 160 << 20
	viewBytes    = 64 << 20
)

// NewPyramid returns the pyramid of a snapshot, for all snapshots of its edition.
func NewPyramid(s *grid.Snapshot) *Pyramid {
	return newPyramid(s, &shared{tiles: newMemory(tileBytes), views: newMemory(viewBytes)})
}

// On returns the pyramid of another edition, which has what p keeps of tiles that
// are the same in both.
func (p *Pyramid) On(s *grid.Snapshot) *Pyramid { return newPyramid(s, p.shared) }

func newPyramid(s *grid.Snapshot, with *shared) *Pyramid {
	p := &Pyramid{snapshot: s, figures: constantsOf(s), edition: newMemory(editionBytes), shared: with}
	p.reach = widened(box(s.Coverage()))
	p.zooms = policy(s, p.figures)
	return p
}

// Made returns how often the body of a tile has been made, by this pyramid and by
// those that share its memory.
func (p *Pyramid) Made() uint64 { return p.shared.made.Load() }

// ErrEdition says that reports are counted on another edition than the pyramid's.
var ErrEdition = errors.New("counts of another edition than the tiles")

// sum names content.
type sum [16]byte

func sumOf(b []byte) sum {
	h := sha256.Sum256(b)
	return sum(h[:len(sum{})])
}

// outline is a tile that is not made yet: what it depends on is known. Without
// make, nothing is in it.
type outline struct {
	body sum // names it
	make func(context.Context) (piece, error)
	view *view
}

// ETag returns the tag of the tile that [Pyramid.Tile] would return, without
// making it. It fails as Tile does.
func (p *Pyramid) ETag(ctx context.Context, a Address, o Options) (string, error) {
	l, err := p.outline(ctx, a, o)
	return l.etag(), err
}

func (l outline) etag() string {
	if l.make == nil {
		return `"empty"`
	}
	s := sumOf(append(l.body[:], l.view.sum[:]...))
	return `"` + hex.EncodeToString(s[:]) + `"`
}

// Tile returns the tile at an address. It fails with a [RangeError], with
// [ErrEdition], or when ctx is done first.
func (p *Pyramid) Tile(ctx context.Context, a Address, o Options) (Tile, error) {
	l, err := p.outline(ctx, a, o)
	if err != nil {
		return Tile{}, err
	}
	t := Tile{ETag: l.etag()}
	if l.make == nil {
		return t, nil
	}
	body, err := kept(ctx, p.shared.tiles, l.body, func(ctx context.Context) (piece, int, error) {
		p.shared.made.Add(1)
		body, err := l.make(ctx)
		return body, len(body.wire), err
	})
	if err == nil && body.size > 0 {
		t.Data = gzipped(body, l.view.tail)
	}
	return t, err
}

func (p *Pyramid) outline(ctx context.Context, a Address, o Options) (outline, error) {
	if err := a.Validate(); err != nil {
		return outline{}, err
	}
	if err := p.validate(o); err != nil {
		return outline{}, err
	}
	o.Root = max(-1, o.Root)
	switch {
	case !a.box().Intersects(p.reach):
		return outline{}, nil
	case o.Layer == Areas:
		return p.outlineAreas(ctx, a, o)
	}
	return p.outlineCells(ctx, a, o)
}

func (p *Pyramid) validate(o Options) error {
	if o.Columns == nil {
		return nil
	}
	if e := o.Columns.Snapshot().Edition; e != p.snapshot.Edition {
		return fmt.Errorf("%w: %d and %d", ErrEdition, e, p.snapshot.Edition)
	}
	return nil
}

// counts returns the counts of areas that options select; nil when there are no
// reports.
func (o Options) counts() *density.Counts {
	if o.Columns == nil {
		return nil
	}
	return o.Columns.Counts(o.Filter)
}

// Warm makes what all tiles of the zooms that are fetched need.
func (p *Pyramid) Warm(ctx context.Context) error {
	lowest, highest := p.Zooms(Areas)
	for z := lowest; z <= highest; z++ {
		if _, err := p.net(ctx, p.LevelAt(z), z); err != nil {
			return err
		}
	}
	for _, z := range p.zooms {
		d, err := p.level(ctx, z.level)
		if err != nil {
			return err
		}
		for g := range d.areas {
			if d.pole(int32(g)); ctx.Err() != nil {
				return ctx.Err()
			}
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

// widened returns a box with all positions that count in a cell in b: those outside
// every cell count in one that is near, see [grid.DefaultTolerance].
func widened(b geo.Box) geo.Box {
	const margin = geo.PerDegree / 10 // more than the tolerance up to 89.7° of latitude
	if b.Empty() {
		return b
	}
	return geo.Box{
		Min: geo.Pos{X: clamp(float64(b.Min.X)-margin, geo.MaxX), Y: clamp(float64(b.Min.Y)-margin, geo.MaxY)},
		Max: geo.Pos{X: clamp(float64(b.Max.X)+margin, geo.MaxX), Y: clamp(float64(b.Max.Y)+margin, geo.MaxY)},
	}
}
