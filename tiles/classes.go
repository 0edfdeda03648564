package tiles

import (
	"maps"
	"math"
	"math/bits"
	"slices"

	"jingwei/density"
)

// Breaks cut values above zero into classes, one for each colour of the [Ramp]:
// they are the upper ends of all classes but the last, ascending. A value belongs
// to the first class whose end it does not exceed.
type Breaks struct {
	Quantile []float64 // classes of about the same size
	Jenks    []float64 // natural breaks: classes of the least variance within
}

// classifier collects the counts and densities of areas or cells. Densities are
// rounded up to two digits, so that there are few different ones and the ends of
// their classes are short numbers: as these have two digits themselves, a density
// exceeds an end if and only if it does so rounded.
type classifier struct {
	small     [1 << 12]int64      // how often counts below its length occur
	large     map[uint32]int64    // and others
	densities [100 * digits]int64 // by exponent and leading digits, see leading
}

// digits is more than the thousandths of a density have, as decimal digits.
const digits = 20

// classed is the count of an area or a cell, and its density as leading has it.
type classed struct {
	count   uint32
	density uint16
}

// add adds so many of the same; fewer than none takes them away again.
func (c *classifier) add(v classed, times int64) {
	c.densities[v.density] += times
	if v.count < uint32(len(c.small)) {
		c.small[v.count] += times
		return
	}
	if c.large == nil {
		c.large = map[uint32]int64{}
	}
	if c.large[v.count] += times; c.large[v.count] == 0 {
		delete(c.large, v.count)
	}
}

// leading returns how many times a number of thousandths has to be divided by ten for
// two digits to be left, rounded up, times 100, plus these: greater numbers have
// greater ones.
func leading(thousandths float64) uint16 {
	n := uint64(thousandths)
	exponent := exponents[bits.Len64(n)]
	if n > 99*tens[exponent] {
		exponent++
	}
	return 100*exponent + uint16((n+tens[exponent]-1)/tens[exponent])
}

// tens are the powers of ten. Exponents are how many times a number of so many bits has
// to be divided by ten, if it is the least of them, for two digits to be left.
var (
	tens      = powersOfTen()
	exponents = exponentsByBits()
)

func powersOfTen() (list [digits]uint64) {
	list[0] = 1
	for e := range digits - 1 {
		list[e+1] = 10 * list[e]
	}
	return list
}

func exponentsByBits() (list [64]uint16) {
	for n := 1; n < len(list); n++ {
		list[n] = list[n-1]
		for 99*tens[list[n]] < 1<<(n-1) {
			list[n]++
		}
	}
	return list
}

// breaks returns the breaks of counts and of densities.
func (c *classifier) breaks() (counts, densities Breaks) {
	var values []float64
	var times []int64
	for count, n := range c.small {
		if n > 0 && count > 0 {
			values, times = append(values, float64(count)), append(times, n)
		}
	}
	for _, count := range slices.Sorted(maps.Keys(c.large)) {
		values, times = append(values, float64(count)), append(times, c.large[count])
	}
	counts = breaksOf(density.Weighted(values, times))
	values, times = nil, nil
	for k, n := range c.densities {
		if n > 0 && k > 0 {
			values, times = append(values, float64(k%100)*math.Pow10(k/100)/1e3), append(times, n)
		}
	}
	return counts, breaksOf(density.Weighted(values, times))
}

func breaksOf(d density.Distribution) Breaks {
	return Breaks{d.Quantiles(len(Ramp)), d.Jenks(len(Ramp))}
}
