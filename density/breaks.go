package density

import "slices"

// Breaks cuts the values above zero into at most n classes of about the same size
// (quantiles). It returns the upper ends of all classes but the last, ascending
// and different: a value belongs to the first class whose end it does not exceed.
func Breaks(values []float64, n int) []float64 {
	sorted := slices.DeleteFunc(slices.Sorted(slices.Values(values)), func(v float64) bool { return v <= 0 })
	breaks := []float64{}
	for k := 1; k < n && len(sorted) > 0; k++ {
		end := sorted[(k*len(sorted)-1)/n]
		if end < sorted[len(sorted)-1] && (len(breaks) == 0 || end > breaks[len(breaks)-1]) {
			breaks = append(breaks, end)
		}
	}
	return breaks
}
