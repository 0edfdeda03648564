package tiles

import (
	"math"
	"slices"

	"jingwei/density"
)

// Breaks returns the ends of classes of count per square kilometre, one for each
// colour of the [Ramp] but the last: quantiles over the cells inside an area, or
// over all for -1, to two digits. A density means the same at every level, and so
// do they.
func (p *Pyramid) Breaks(n *density.Counts, root int32) []float64 {
	var values []float64
	for f := range int32(p.snapshot.Coverage().Len()) {
		if i := p.snapshot.Cell(f); p.snapshot.Within(i, root) {
			count, _ := counted(n, i)
			values = append(values, perKm2(count, p.areaM2[i]))
		}
	}
	breaks := density.Distribute(values).Quantiles(len(Ramp))
	for k, v := range breaks {
		breaks[k] = twoDigits(v)
	}
	return slices.Compact(breaks)
}

// twoDigits rounds a number above zero to two significant digits.
func twoDigits(v float64) float64 {
	unit := math.Pow(10, math.Floor(math.Log10(v))-1)
	if unit < 1 {
		return math.Round(v/unit) / math.Round(1/unit)
	}
	return math.Round(v/unit) * unit
}
