package importer

import (
	"math"

	"jingwei/geo"
)

// Bounds of what shapes tell about a whole batch: fewer features say nothing, and
// means are far apart when it is by so much, and by so many standard errors.
const (
	fewestWitnesses = 20
	farApart        = 0.2
	standardErrors  = 8
)

// mirroredWhole finds out whether longitude and latitude have changed places in all of
// a batch, with nothing else to compare it with. Cells are as high as they are wide
// on average, in metres. A degree of longitude is shorter than one of latitude by
// the cosine of the latitude, so cells read the wrong way round are drawn out along
// one axis: those of Bristol by half. It is so if they are drawn out as given and
// not drawn out once mirrored.
func (b *batch) mirroredWhole() []*Problem {
	var given, mirror mean
	for i := range b.entries {
		if x, y, ok := b.entries[i].extents(); ok {
			at := b.entries[i].from.at
			given.add(stretch(x, y, at))
			mirror.add(stretch(y, x, geo.Pos{X: at.Y, Y: at.X}))
		}
	}
	if given.n < fewestWitnesses || !given.isFar(0) || mirror.isFar(0) {
		return nil
	}
	return []*Problem{b.entries[0].problem(
		"longitude and latitude look swapped in all features: as given, %.0f shapes are %.2f times as high as wide on average, and %.2f times once swapped; if they are right as they are, say --crs EPSG:4326",
		given.n, math.Exp(given.value()), math.Exp(mirror.value()))}
}

// extents sums how far the edges of an entry go along each axis, in lattice units.
// Shapes with no edge askew are drawn along the degrees and bear no witness, and
// neither do those that cannot be mirrored.
func (e *entry) extents() (x, y float64, ok bool) {
	for _, polygon := range e.area.Shape {
		for _, r := range polygon {
			a := r[len(r)-1]
			for _, b := range r {
				dx, dy := math.Abs(float64(b.X)-float64(a.X)), math.Abs(float64(b.Y)-float64(a.Y))
				x, y, ok = x+dx, y+dy, ok || dx > 0 && dy > 0
				a = b
			}
		}
	}
	return x, y, ok && max(e.from.at.X, -e.from.at.X) < geo.MaxY
}

// stretch is the logarithm of height to width in metres.
func stretch(x, y float64, at geo.Pos) float64 {
	scale := geo.ScaleAt(at)
	return math.Log(y * scale.North / (x * scale.East))
}

// mean gathers values for their mean and its standard error.
type mean struct{ n, sum, squares float64 }

func (m *mean) add(v float64) { m.n, m.sum, m.squares = m.n+1, m.sum+v, m.squares+v*v }

func (m *mean) value() float64 { return m.sum / m.n }

// isFar reports whether the mean is far from v.
func (m *mean) isFar(v float64) bool {
	variance := max(0, m.squares/m.n-m.value()*m.value())
	return math.Abs(m.value()-v) > max(farApart, standardErrors*math.Sqrt(variance/m.n))
}
