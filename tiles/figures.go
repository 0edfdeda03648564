package tiles

import (
	"math"

	"jingwei/density"
	"jingwei/grid"
)

// Figures are what is counted in an area, or in a bin.
type Figures struct {
	Count, Open, Overdue uint64
	PerKm2               float64 // reports per square kilometre, to three decimals
	Per100Households     float64 // the same for 100 households; 0 where there are none
}

// constants are what the figures of an area are measured by.
type constants struct {
	km2        float64
	households int64 // 0 when unknown
}

// constantsOf returns those of each area: the sums over its cells.
func constantsOf(s *grid.Snapshot) []constants {
	sums := make([]constants, s.Len())
	m2 := make([]float64, s.Len())
	c := s.Coverage()
	for f := range int32(c.Len()) {
		size, households := c.AreaM2(f), int64(s.Area(s.Cell(f)).Households)
		for i := s.Cell(f); i >= 0; i = s.Parent(i) {
			m2[i] += size
			sums[i].households += households
		}
	}
	for i := range sums {
		sums[i].km2 = m2[i] / 1e6
	}
	return sums
}

// Households returns the number of households in an area, as far as they are known.
func (p *Pyramid) Households(i int32) int64 { return p.figures[i].households }

// Figures returns the figures of area i, whose index is that of the pyramid's
// edition; n may be nil.
func (p *Pyramid) Figures(n *density.Counts, i int32) Figures {
	if n == nil {
		return Figures{}
	}
	c, count := p.figures[i], uint64(n.Count(i))
	return Figures{
		Count: count, Open: uint64(n.Open(i)), Overdue: uint64(n.Overdue(i)),
		PerKm2: perUnit(count, c.km2), Per100Households: perUnit(count, float64(c.households)/100),
	}
}

// perUnit returns a count per unit to three decimals; 0 without units.
func perUnit(count uint64, units float64) float64 { return thousandths(count, units) / 1e3 }

// thousandths returns the thousandths of a count per unit, a whole number.
func thousandths(count uint64, units float64) float64 {
	if units <= 0 {
		return 0
	}
	return min(math.Floor(float64(count)/units*1e3+0.5), 1e18)
}
