package density_test

import (
	"math"
	"testing"

	"jingwei/density"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestQuantiles(t *testing.T) {
	for _, tt := range []struct {
		values []float64
		n      int
		want   []float64
	}{
		{nil, 5, []float64{}},
		{[]float64{0, 0, 0}, 5, []float64{}},
		{[]float64{3}, 5, []float64{}},
		{[]float64{7, 7, 7, 0}, 3, []float64{}},
		{[]float64{4, 1, 3, 2}, 2, []float64{2}},
		{[]float64{1, 2, 3, 4, 5, 6, 7, 8, 0, 0}, 4, []float64{2, 4, 6}},
		{[]float64{1, 1, 1, 1, 1, 1, 9, 10}, 4, []float64{1}},
		{[]float64{1, 2, 3}, 2, []float64{2}},
	} {
		if d := gocmp.Diff(tt.want, density.Distribute(tt.values).Quantiles(tt.n)); d != "" {
			t.Errorf("%v in %d classes (-want +got):\n%s", tt.values, tt.n, d)
		}
	}
}

func TestJenks(t *testing.T) {
	for _, tt := range []struct {
		values []float64
		n      int
		want   []float64
	}{
		{nil, 5, []float64{}},
		{[]float64{0, 0}, 5, []float64{}},
		{[]float64{3, 3}, 5, []float64{}},
		{[]float64{1, 2, 3}, 1, []float64{}},
		{[]float64{1, 2, 3}, 7, []float64{1, 2}},
		{[]float64{1, 2, 50, 51, 52, 900}, 3, []float64{2, 52}},
		{[]float64{1, 9, 10, 10, 10, 10, 10, 12}, 2, []float64{1}},
	} {
		if d := gocmp.Diff(tt.want, density.Distribute(tt.values).Jenks(tt.n)); d != "" {
			t.Errorf("%v in %d classes (-want +got):\n%s", tt.values, tt.n, d)
		}
	}
}

// No other cut into as many classes has a smaller sum of squared distances.
func TestJenksIsTheBest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Map(rapid.IntRange(0, 60), func(v int) float64 { return float64(v*v) / 8 }), 0, 40).Draw(t, "values")
		n := rapid.IntRange(1, 5).Draw(t, "classes")
		d := density.Distribute(values)
		different := map[float64]bool{}
		for _, v := range values {
			different[v] = v > 0
		}
		delete(different, 0)
		got := d.Jenks(n)
		if want := max(0, min(n, len(different))-1); len(got) != want {
			t.Fatalf("%d cuts, want %d", len(got), want)
		}
		best := math.Inf(1)
		for cut := range cuts(different, len(got)) {
			best = min(best, spreadOf(values, cut))
		}
		if s := spreadOf(values, got); s > best*(1+1e-9)+1e-9 {
			t.Fatalf("cut at %v: %v, but %v is possible", got, s, best)
		}
	})
}

// cuts yields all choices of n values, ascending.
func cuts(values map[float64]bool, n int) func(func([]float64) bool) {
	return func(yield func([]float64) bool) { choose(values, nil, n, yield) }
}

func choose(values map[float64]bool, chosen []float64, n int, yield func([]float64) bool) bool {
	if len(chosen) == n {
		return yield(chosen)
	}
	for v := range values {
		if len(chosen) > 0 && v <= chosen[len(chosen)-1] {
			continue
		}
		if !choose(values, append(chosen[:len(chosen):len(chosen)], v), n, yield) {
			return false
		}
	}
	return true
}

// spread is the sum of squared distances of the values above zero to the means of
// their classes.
func spreadOf(values, ends []float64) (total float64) {
	classes := make([][]float64, len(ends)+1)
	for _, v := range values {
		k := 0
		for k < len(ends) && v > ends[k] {
			k++
		}
		if v > 0 {
			classes[k] = append(classes[k], v)
		}
	}
	for _, class := range classes {
		mean := 0.0
		for _, v := range class {
			mean += v / float64(len(class))
		}
		for _, v := range class {
			total += (v - mean) * (v - mean)
		}
	}
	return total
}
