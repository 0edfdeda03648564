package density

import "slices"

// Distribution is how often which value above zero occurs, for cutting values into
// classes. A cut is told by the upper ends of all classes but the last, ascending
// and different: a value belongs to the first class whose end it does not exceed.
type Distribution struct {
	values []float64 // ascending
	upTo   []int64   // how many do not exceed values[i]
}

// Distribute returns the distribution of values, those of zero and less left out.
func Distribute(values []float64) Distribution {
	sorted := slices.DeleteFunc(slices.Clone(values), func(v float64) bool { return !(v > 0) })
	slices.Sort(sorted)
	var d Distribution
	for i, v := range sorted {
		if i == 0 || v != sorted[i-1] {
			d.values, d.upTo = append(d.values, v), append(d.upTo, 0)
		}
		d.upTo[len(d.upTo)-1] = int64(i + 1)
	}
	return d
}

// Weighted returns the distribution of values that occur so many times each; they
// are above zero, ascending and different.
func Weighted(values []float64, times []int64) Distribution {
	d := Distribution{values: values}
	sum := int64(0)
	for _, n := range times {
		sum += n
		d.upTo = append(d.upTo, sum)
	}
	return d
}

// Quantiles cuts values into at most n classes of about the same size.
func (d Distribution) Quantiles(n int) []float64 {
	breaks := []float64{}
	if len(d.values) == 0 {
		return breaks
	}
	last := len(d.values) - 1
	for k := int64(1); k < int64(n); k++ {
		rank := (k*d.upTo[last] + int64(n) - 1) / int64(n)
		i, _ := slices.BinarySearch(d.upTo, rank)
		if end := d.values[i]; i < last && (len(breaks) == 0 || end > breaks[len(breaks)-1]) {
			breaks = append(breaks, end)
		}
	}
	return breaks
}
