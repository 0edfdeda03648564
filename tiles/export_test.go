package tiles

import (
	"context"

	"jingwei/density"
)

// Forget drops all tiles and their parts, and keeps the borders and the poles.
func (p *Pyramid) Forget() {
	p.shared.tiles = newMemory(tileBytes)
	p.edition.forget(func(key any) bool { _, is := key.(place); return is })
}

// ForgetCounts drops all that was made of counts: bodies of tiles, and views.
func (p *Pyramid) ForgetCounts() {
	p.shared.tiles.forget(func(key any) bool { _, is := key.(sum); return is })
	p.shared.views = newMemory(viewBytes)
}

// Splicer returns what makes the values of a tile anew, its geometry being kept, and
// what makes its body of them.
func (p *Pyramid) Splicer(ctx context.Context, a Address, o Options) (values func() []byte, body func() []byte, err error) {
	at := place{a, o.Level, o.Root}
	near, err := p.near(ctx, at)
	if err != nil {
		return nil, nil, err
	}
	s, err := p.still(ctx, at, near)
	n, k := o.counts(), &splicer{}
	values = func() []byte { k.count(p, s, near, n); return k.areas }
	return values, func() []byte { return p.splice(s, near, n).wire }, err
}

// ViewAt returns the view of areas at counts that were taken before.
func (p *Pyramid) ViewAt(ctx context.Context, o Options, n *density.Counts) (View, error) {
	v, err := p.viewOfAreas(ctx, o.Level, o, n)
	if err != nil {
		return View{}, err
	}
	return v.View, nil
}

func (m *memory) forget(which func(key any) bool) {
	for key, e := range m.items {
		if which(key) {
			m.drop(e)
		}
	}
}
