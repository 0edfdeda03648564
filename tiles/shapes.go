package tiles

import (
	"context"
	"runtime"
	"slices"
	"sync"
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
		list = draw(net, at.Address, near.faces)
		for _, s := range list {
			bytes += 32 + len(s.wire)
		}
		return list, bytes, nil
	})
}

// fewFaces are drawn by one processor.
const fewFaces = 128

// draw returns the geometry of faces, drawn on all processors.
func draw(n *net, a Address, faces []int32) []shape {
	parts := make([][]shape, min(runtime.GOMAXPROCS(0), 1+len(faces)/fewFaces))
	var wg sync.WaitGroup
	for i := range parts {
		from, to := i*len(faces)/len(parts), (i+1)*len(faces)/len(parts)
		wg.Go(func() { parts[i] = newPen(n, a).draw(faces[from:to], from) })
	}
	wg.Wait()
	return slices.Concat(parts...)
}

// draw returns the geometry of faces, the first of which has a place in the list, all in
// one piece of memory.
func (p *pen) draw(faces []int32, first int) []shape {
	var all []byte
	var list []shape
	var starts []int
	for k, g := range faces {
		start := len(all)
		if all = p.append(all, g); len(all) > start {
			list, starts = append(list, shape{near: int32(first + k)}), append(starts, start)
		}
	}
	all, starts = slices.Clone(all), append(starts, len(all))
	for k := range list {
		list[k].wire = all[starts[k]:starts[k+1]]
	}
	return list
}
