package synth

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Full-size numbers of areas.
const (
	fullVillages   = 1960
	fullGeneral    = 8470
	fullDedicated  = 861
	fullMicrogrids = 61_993
)

// counts is how many areas of each sort a city has.
type counts struct {
	towns                               int // wanted; a town too small to be one is joined to its neighbour
	villages, general, dedicated, atSea int
	microgrids                          int
	townsPerAnchor                      int // above the full size
}

// Scales that a city can have: below the smallest, counties would be empty; above
// the largest, codes would run out of digits.
const (
	minScale = 0.005
	maxScale = 100
)

func newCounts(scale float64) (counts, error) {
	if !(minScale <= scale && scale <= maxScale) {
		return counts{}, fmt.Errorf("scale %v out of range: it must be from %v to %v", scale, minScale, maxScale)
	}
	times := func(n, least int) int { return max(least, int(math.Round(float64(n)*scale))) }
	anchors := 0
	for _, c := range counties {
		anchors += len(c.towns)
	}
	c := counts{
		towns:          min(anchors, times(anchors, len(counties))),
		townsPerAnchor: times(1, 1),
		dedicated:      times(fullDedicated, 1),
		microgrids:     times(fullMicrogrids, 1),
	}
	c.villages = times(fullVillages, c.towns)
	c.general = times(fullGeneral, c.villages)
	c.atSea = min(len(windFarms), c.dedicated/8)
	return c, nil
}

// share is one taker in an apportionment: what it gets is proportional to its
// weight but from least to most.
type share struct {
	weight      float64
	least, most int
}

// apportion hands out total by largest remainders, within the bounds. Bounds that
// cannot hold together give way: the sum is total if the most allow it.
func apportion(total int, shares []share) []int {
	got := make([]int, len(shares))
	for i, s := range shares {
		got[i] = min(s.least, s.most)
		total -= got[i]
	}
	for total > 0 {
		open := openShares(shares, got)
		if len(open) == 0 {
			return got
		}
		total -= handOut(total, shares, got, open)
	}
	return got
}

func openShares(shares []share, got []int) []int {
	var open []int
	for i, s := range shares {
		if got[i] < s.most {
			open = append(open, i)
		}
	}
	return open
}

// handOut gives the open shares their quotas of total, rounded down, or one each
// to those with the largest remainders when all of them round to nothing.
func handOut(total int, shares []share, got, open []int) int {
	sum := 0.0
	for _, i := range open {
		sum += shares[i].weight
	}
	quota := func(i int) float64 { return shares[i].weight / sum * float64(total) }
	given := 0
	for _, i := range open {
		n := min(int(quota(i)), shares[i].most-got[i])
		got[i] += n
		given += n
	}
	if given == 0 {
		slices.SortStableFunc(open, func(a, b int) int { return cmp.Compare(quota(b), quota(a)) })
		for _, i := range open[:min(total, len(open))] {
			got[i]++
			given++
		}
	}
	return given
}
