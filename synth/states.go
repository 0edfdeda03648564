package synth

import (
	"math"

	"jingwei/grid"
)

// openShare is the share of reports still open at the end: 99.96 % are closed.
const openShare = 0.0004

// openings says which of n reports are still open: openShare of them, from the
// latest back, ever more thinly, to a quarter of all.
type openings struct {
	n, many int
	next    int // the next to come, counted from the latest
}

func newOpenings(n int) *openings {
	many := int(math.Round(float64(n) * openShare))
	return &openings{n: n, many: many, next: many - 1}
}

// age returns how many reports came after the j-th open one, counted from the
// latest. It increases with j.
func (o *openings) age(j int) int {
	u := (float64(j) + 0.5) / float64(o.many)
	u3 := float64(u * u * u)
	return 2*j + int(float64(u3*u3)*float64(o.n)/4)
}

// open reports whether report i is open. It is to be asked for each in turn.
func (o *openings) open(i int) bool {
	if o.next < 0 || i != o.n-1-o.age(o.next) {
		return false
	}
	o.next--
	return true
}

// state draws the state of a report, open or not, after which age more came.
func (d *drawer) state(open bool, age int) grid.State {
	x := d.rng.IntN(1000)
	switch {
	case open && age < 1000:
		return pick(x, 450, grid.Assigned, grid.Verifying, grid.Handling)
	case open:
		return pick(x, 550, grid.Handling, grid.Suspended, grid.Checking)
	case x < 25:
		return grid.Void
	case x < 45:
		return grid.Merged
	case x < 105 || age < 10_000:
		return grid.Closed
	}
	return grid.Evaluated
}

// pick returns a for x below part, and else b or c by the last digit of x.
func pick(x, part int, a, b, c grid.State) grid.State {
	switch {
	case x < part:
		return a
	case x%2 == 0:
		return b
	}
	return c
}
