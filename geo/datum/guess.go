package datum

import (
	"fmt"

	"jingwei/geo"
)

// Guess is another reading of a batch of positions that fits it better than the
// one it was given with. It is a warning, never a change.
type Guess struct {
	Given, Datum Datum // as it was read, and as it seems to be
	Swapped      bool  // longitude and latitude have changed places
	Of           int   // positions looked at
	Fit          int   // that fit as given
	WouldFit     int   // that would fit
}

// String gives the evidence.
func (g Guess) String() string {
	what := fmt.Sprintf("positions look like %v, not %v", g.Datum, g.Given)
	if g.Swapped {
		what = "longitude and latitude look swapped"
	}
	return fmt.Sprintf("%s: of %d, %d lie where they should as given and %d if so", what, g.Of, g.Fit, g.WouldFit)
}

// Bounds of a guess: fewer positions, or misfits, say nothing. A better reading
// brings a twentieth of the positions to where they should be; or nine in ten of
// the misfits, for in a large territory a datum's few hundred metres take only few
// positions out of it.
const (
	fewest = 20
	better = 20
	nearly = 10
)

// better reports whether the other reading is better beyond chance.
func (g Guess) better() bool {
	gained, misfits, left := g.WouldFit-g.Fit, g.Of-g.Fit, g.Of-g.WouldFit
	return g.Of >= fewest && (gained >= max(1, g.Of/better) || misfits >= fewest && misfits >= nearly*left)
}

// GuessBatch looks for a better reading of positions, [longitude, latitude] in
// degrees of a datum: swapped, or in one of the other datums. fits tells whether
// a place is where such positions should be, in a cell of the territory, say.
func GuessBatch(positions [][2]float64, given Datum, fits func(geo.Pos) bool) (g Guess, ok bool) {
	g = Guess{Given: given, Datum: given, Of: len(positions)}
	g.Fit = fitting(positions, given, false, fits)
	g.WouldFit = g.Fit
	for _, d := range []Datum{WGS84, GCJ02, BD09} {
		for _, swapped := range []bool{false, true} {
			if d == given && !swapped || d != given && swapped {
				continue
			}
			if n := fitting(positions, d, swapped, fits); n > g.WouldFit {
				g.Datum, g.Swapped, g.WouldFit = d, swapped, n
			}
		}
	}
	return g, g.better()
}

func fitting(positions [][2]float64, d Datum, swapped bool, fits func(geo.Pos) bool) (n int) {
	for _, p := range positions {
		lon, lat := p[0], p[1]
		if swapped {
			lon, lat = lat, lon
		}
		if pos, err := geo.FromDegrees(d.ToWGS84(lon, lat)); err == nil && fits(pos) {
			n++
		}
	}
	return n
}
