package density

import "math"

// Jenks cuts values into n classes, or into as many as there are different ones,
// such that the sum of squared distances to the means of the classes is the least
// (natural breaks). It is exact: dynamic programming over the different values,
// each layer in n log n steps because the best cut of a longer beginning is never
// before that of a shorter one (Grønlund, Larsen, Mathiasen, Nielsen, Schneider
// and Song, "Fast Exact k-Means, k-Medians and Bregman Divergence Clustering in
// 1D", 2017). Of cuts that are equally good it takes the one further down.
func (d Distribution) Jenks(n int) []float64 {
	n = min(n, len(d.values))
	if n < 2 {
		return []float64{}
	}
	j := newJenks(d)
	for range n - 1 {
		j.layer(n)
	}
	breaks := make([]float64, n-1)
	end := len(d.values)
	for k := n - 2; k >= 0; k-- {
		end = int(j.cuts[k][end])
		breaks[k] = d.values[end-1]
	}
	return breaks
}

// jenks holds for each i what is known of the first i values.
type jenks struct {
	weight, sum, square []float64 // of the values, less the middle one so that they stay small
	cost                []float64 // the least, in as many classes as there are layers
	next                []float64 // of the layer being made
	ahead               []float64 // cost less square
	cuts                [][]int32 // by layer: where the last class begins
}

func newJenks(d Distribution) *jenks {
	n := len(d.values)
	of := func() []float64 { return make([]float64, n+1) }
	j := &jenks{weight: of(), sum: of(), square: of(), cost: of(), next: of(), ahead: of()}
	before := int64(0)
	for i, v := range d.values {
		w := float64(d.upTo[i] - before)
		v -= d.values[n/2]
		j.weight[i+1] = j.weight[i] + w
		j.sum[i+1] = j.sum[i] + float64(w*v)
		j.square[i+1] = j.square[i] + float64(w*v*v)
		before = d.upTo[i]
	}
	for i := 1; i <= n; i++ {
		j.cost[i] = j.spread(0, i)
	}
	return j
}

// spread returns the sum of squared distances of values i to k-1 to their mean.
func (j *jenks) spread(i, k int) float64 {
	sum := j.sum[k] - j.sum[i]
	return max(0, j.square[k]-j.square[i]-float64(sum*sum/(j.weight[k]-j.weight[i])))
}

// layer allows one class more; for the last of so many classes in all, only the cut
// of all values is looked for.
func (j *jenks) layer(last int) {
	n, classes := len(j.cost)-1, len(j.cuts)+2
	for i, c := range j.cost {
		j.ahead[i] = c - j.square[i]
	}
	j.cuts = append(j.cuts, make([]int32, n+1))
	if classes == last {
		j.cut(n, classes-1, n-1)
		return
	}
	j.fill(classes, n, classes-1, n-1)
	j.cost, j.next = j.next, j.cost
}

// fill finds the cuts of the first lo to hi values, which are from low to high.
func (j *jenks) fill(lo, hi, low, high int) {
	if lo > hi {
		return
	}
	mid := (lo + hi) / 2
	cut := j.cut(mid, low, min(high, mid-1))
	j.fill(lo, mid-1, low, cut)
	j.fill(mid+1, hi, cut, high)
}

// cut finds the cut of the first k values, which is from low to high: where the cost
// before it and the spread behind it, less the squares of all k, are the least.
func (j *jenks) cut(k, low, high int) int {
	ahead, sum, weight := j.ahead[:high+1], j.sum[:high+1], j.weight[:high+1]
	cut, cost, all, heavy := low, math.Inf(1), j.sum[k], j.weight[k]
	for i := low; i < len(ahead); i++ {
		behind := all - sum[i]
		if c := ahead[i] - float64(behind*behind/(heavy-weight[i])); c < cost {
			cut, cost = i, c
		}
	}
	j.next[k], j.cuts[len(j.cuts)-1][k] = max(0, cost+j.square[k]), int32(cut)
	return cut
}
