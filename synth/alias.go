package synth

import "math/rand/v2"

// alias draws numbers with given weights in constant time (Vose's method).
type alias []struct {
	keep  uint32 // of 2³²: how often the number itself is drawn, not the other
	other int32
}

func newAlias(weights []float64) alias {
	n, sum := len(weights), 0.0
	for _, w := range weights {
		sum += w
	}
	a := make(alias, n)
	p := make([]float64, n)
	var small, large []int32
	for i, w := range weights {
		p[i] = w * float64(n) / sum
		if p[i] < 1 {
			small = append(small, int32(i))
		} else {
			large = append(large, int32(i))
		}
	}
	for len(small) > 0 && len(large) > 0 {
		s, l := small[len(small)-1], large[len(large)-1]
		small = small[:len(small)-1]
		a[s].keep, a[s].other = uint32(p[s]*(1<<32-1)), l
		if p[l] -= 1 - p[s]; p[l] < 1 {
			large = large[:len(large)-1]
			small = append(small, l)
		}
	}
	for _, i := range append(small, large...) {
		a[i].keep, a[i].other = 1<<32-1, i
	}
	return a
}

func (a alias) draw(r *rand.Rand) int32 {
	i := int32(r.Uint64N(uint64(len(a))))
	if r.Uint32() <= a[i].keep {
		return i
	}
	return a[i].other
}
