package geo

import (
	"math"

	"github.com/paulmach/orb"
)

// Box is a closed box: it holds its border. If Min exceeds Max in X or Y, the
// box is empty.
type Box struct{ Min, Max Pos }

// EmptyBox returns the box that holds nothing; extending it by a position gives
// the box of that position.
func EmptyBox() Box {
	return Box{Pos{math.MaxInt32, math.MaxInt32}, Pos{math.MinInt32, math.MinInt32}}
}

// Empty reports whether b holds nothing.
func (b Box) Empty() bool { return b.Min.X > b.Max.X || b.Min.Y > b.Max.Y }

// Add returns the smallest box that holds b and p.
func (b Box) Add(p Pos) Box {
	return Box{
		Pos{min(b.Min.X, p.X), min(b.Min.Y, p.Y)},
		Pos{max(b.Max.X, p.X), max(b.Max.Y, p.Y)},
	}
}

// Union returns the smallest box that holds both.
func (b Box) Union(o Box) Box {
	if o.Empty() {
		return b
	}
	return b.Add(o.Min).Add(o.Max)
}

// Contains reports whether p lies in b or on its border.
func (b Box) Contains(p Pos) bool {
	return b.Min.X <= p.X && p.X <= b.Max.X && b.Min.Y <= p.Y && p.Y <= b.Max.Y
}

// Intersects reports whether the two boxes share a position.
func (b Box) Intersects(o Box) bool {
	return b.Min.X <= o.Max.X && o.Min.X <= b.Max.X && b.Min.Y <= o.Max.Y && o.Min.Y <= b.Max.Y
}

// Bound returns b as an orb bound in degrees.
func (b Box) Bound() orb.Bound { return orb.Bound{Min: b.Min.Point(), Max: b.Max.Point()} }
