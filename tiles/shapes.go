package tiles

import (
	"context"
	"slices"
)

// shapes is the key of the geometry of a tile.
type shapes sum

// shape is the geometry of an area in a tile, encoded. The area is the one at a place
// in the list of all that are nearby.
type shape struct {
	near int32
	wire []byte
}

// shapes returns the geometry of all areas in a tile, whoever asks, ascending.
func (p *Pyramid) shapes(ctx context.Context, at place, near *nearby) ([]shape, error) {
	return kept(ctx, p.shared.tiles, shapes(near.sum), func(ctx context.Context) (list []shape, bytes int, err error) {
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
func draw(pen *pen, near *nearby) []shape {
	var all []byte
	var list []shape
	var starts []int
	for k, g := range near.faces {
		start := len(all)
		if all = pen.append(all, g); len(all) > start {
			list, starts = append(list, shape{near: int32(k)}), append(starts, start)
		}
	}
	all, starts = slices.Clone(all), append(starts, len(all))
	for k := range list {
		list[k].wire = all[starts[k]:starts[k+1]]
	}
	return list
}
