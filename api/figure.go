package api

import (
	"sync"

	"jingwei/geo"
	"jingwei/geo/coverage"
	"jingwei/grid"
)

// figure is what an area's cells add up to.
type figure struct {
	cells, households int32
	km2               float64
	box               geo.Box
}

// figures keeps the figures of one edition: adding them up looks at every border,
// so it is done once, when they are first asked for.
type figures struct {
	mu     sync.Mutex
	cover  *coverage.Coverage
	byArea []figure
}

func (k *figures) of(s *grid.Snapshot) []figure {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.cover != s.Coverage() || len(k.byArea) != s.Len() {
		k.cover, k.byArea = s.Coverage(), addUp(s)
	}
	return k.byArea
}

func addUp(s *grid.Snapshot) []figure {
	out := make([]figure, s.Len())
	for i := range out {
		out[i].box = geo.EmptyBox()
	}
	for f := range int32(s.Coverage().Len()) {
		cell := s.Cell(f)
		km2 := s.Coverage().AreaM2(f) / 1e6
		for i := cell; i >= 0; i = s.Parent(i) {
			out[i].cells++
			out[i].households += s.Area(cell).Households
			out[i].km2 += km2
			out[i].box = out[i].box.Union(s.Coverage().Box(f))
		}
	}
	return out
}
