package tiles

import (
	"sync"

	"jingwei/density"
	"jingwei/tiles/mvt"
)

// splicer makes the values of a tile that are counted, in memory that is used again.
type splicer struct {
	figures []Figures
	areas   []byte
	labels  []byte
}

var splicers = sync.Pool{New: func() any { return &splicer{} }}

// splice puts layers and counts together to the body of a tile.
func (p *Pyramid) splice(s *stills, near *nearby, n *density.Counts) piece {
	k := splicers.Get().(*splicer)
	defer splicers.Put(k)
	k.count(p, s, near, n)
	return k.join(s)
}

// count makes the values of both layers.
func (k *splicer) count(p *Pyramid, s *stills, near *nearby, n *density.Counts) {
	k.figures, k.areas, k.labels = k.figures[:0], k.areas[:0], k.labels[:0]
	for _, at := range s.areas.of {
		k.figures = append(k.figures, p.Figures(n, near.areas[at]))
	}
	k.appendAreas(p, s, near)
	for _, at := range s.labels.of {
		k.labels = mvt.AppendUint(k.labels, p.Figures(n, near.labels[at].area).Count)
	}
}

// appendAreas appends the values of areas, in the order that [Pyramid.areas] numbers
// them in.
func (k *splicer) appendAreas(p *Pyramid, s *stills, near *nearby) {
	for i := range k.figures {
		k.areas = mvt.AppendUint(k.areas, k.figures[i].Count)
	}
	for i := range k.figures {
		k.areas = mvt.AppendUint(k.areas, k.figures[i].Open)
	}
	for i := range k.figures {
		k.areas = mvt.AppendUint(k.areas, k.figures[i].Overdue)
	}
	for i := range k.figures {
		k.areas = mvt.AppendDouble(k.areas, k.figures[i].PerKm2)
	}
	for i, at := range s.areas.of {
		if p.figures[near.areas[at]].households > 0 {
			k.areas = mvt.AppendDouble(k.areas, k.figures[i].Per100Households)
		}
	}
}

// join returns the layers that have features, each with its header, its fields and
// its values.
func (k *splicer) join(s *stills) piece {
	var parts []piece
	for _, l := range []struct {
		stillLayer
		values []byte
	}{{s.areas, k.areas}, {s.labels, k.labels}} {
		if len(l.of) > 0 {
			header := mvt.AppendHeader(nil, l.fields.size+len(l.values))
			parts = append(parts, store(header), l.fields, deflate(l.values, levelOfFresh))
		}
	}
	return concat(parts...)
}
