package tiles

import (
	"slices"

	"jingwei/density"
	"jingwei/grid"
)

// tally are the figures and the histograms of areas at some counts. It is brought
// along to others by way of the areas that differ.
type tally struct {
	classifier
	list                 []int32         // the areas, ascending
	counts               *density.Counts // nil: none
	total, open, overdue int64
}

// SumUp returns the figures of areas of a level, ascending, as tiles carry them; n may
// be nil.
func (p *Pyramid) SumUp(list []int32, l grid.Level, n *density.Counts) View {
	return p.tally(list, n).view(l)
}

func (p *Pyramid) tally(list []int32, n *density.Counts) *tally {
	t := &tally{list: list}
	if n == nil {
		return t
	}
	for _, i := range list {
		t.add(n, i, p.figures[i], 1)
	}
	t.keep(n)
	return t
}

// bring makes of a tally that of other counts, earlier or later.
func (p *Pyramid) bring(t *tally, n *density.Counts) {
	for i := range n.Changed(t.counts) {
		if _, in := slices.BinarySearch(t.list, i); in {
			t.add(t.counts, i, p.figures[i], -1)
			t.add(n, i, p.figures[i], 1)
		}
	}
	t.keep(n)
}

// add adds area i, as it counts at n, so many times.
func (t *tally) add(n *density.Counts, i int32, c constants, times int64) {
	count := n.Count(i)
	t.total, t.open, t.overdue = t.total+times*count, t.open+times*n.Open(i), t.overdue+times*n.Overdue(i)
	t.classifier.add(classed{uint32(count), leading(thousandths(uint64(count), c.km2))}, times)
}

// keep keeps counts to compare others with, but not their snapshot alive.
func (t *tally) keep(n *density.Counts) {
	own := *n
	own.Snapshot = nil
	t.counts = &own
}

func (t *tally) version() uint64 { return versionOf(t.counts) }

func versionOf(n *density.Counts) uint64 {
	if n == nil {
		return 0
	}
	return n.Version
}

func (t *tally) view(l grid.Level) View {
	v := View{Layer: Areas, Level: l, Total: uint64(t.total), Open: uint64(t.open), Overdue: uint64(t.overdue)}
	v.Count, v.PerKm2 = t.breaks()
	return v
}
