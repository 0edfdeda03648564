package tiles

import "context"

// Forget drops all tiles and their parts, and keeps the nets.
func (p *Pyramid) Forget() { p.tiles = newMemory(tileBytes) }

// Splice makes a tile from its kept geometry, without compressing it.
func (p *Pyramid) Splice(ctx context.Context, a Address, o Options, use func([]byte)) error {
	at, err := p.place(a, o)
	if err != nil {
		return err
	}
	f, err := p.frame(ctx, at)
	if err != nil {
		return err
	}
	k := packers.Get().(*packer)
	defer packers.Put(k)
	p.splice(&k.layer, f, o.Counts)
	k.raw = k.layer.Append(k.raw[:0])
	use(k.raw)
	return nil
}

// Compress makes a tile from its kept geometry.
func (p *Pyramid) Compress(ctx context.Context, a Address, o Options) ([]byte, error) {
	at, err := p.place(a, o)
	if err != nil {
		return nil, err
	}
	data, _, err := p.data(ctx, at, o.Counts)
	return data, err
}
