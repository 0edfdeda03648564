package tiles_test

import (
	"math"
	"testing"

	"jingwei/geo"
	"jingwei/grid"
	"jingwei/tiles"
)

// However coarse the zoom, what has four square units, a sixteenth of a pixel, is
// drawn.
func TestWhatIsInSightIsDrawn(t *testing.T) {
	const least = 4
	s := bristol(t)
	p := tiles.NewPyramid(s)
	small := 0
	for z := uint32(3); z <= 9; z++ {
		drawn, unit := drawnAt(t, p, z), squareUnit(z)
		for f := range int32(s.Coverage().Len()) {
			a := s.Area(s.Cell(f))
			units := squareUnits(s.Coverage().Shape(f)) / unit
			if units >= least && !drawn[uint64(a.ID)] {
				t.Errorf("zoom %d: %s has %.1f square units and is not drawn", z, a.Code, units)
			}
			if units < least && !drawn[uint64(a.ID)] {
				small++
			}
		}
	}
	if small == 0 {
		t.Error("no zoom was so coarse that an area was left out")
	}
}

// drawnAt returns the areas in the tiles of Bristol at a zoom.
func drawnAt(t *testing.T, p *tiles.Pyramid, z uint32) map[uint64]bool {
	t.Helper()
	drawn := map[uint64]bool{}
	from, to := at(z, -3.2, 51.8), at(z, -2.3, 51.2)
	for x := from.X; x <= to.X; x++ {
		for y := from.Y; y <= to.Y; y++ {
			for _, f := range features(t, p, tiles.Address{Z: z, X: x, Y: y}, tiles.Options{Level: grid.Microgrid, Root: -1}) {
				drawn[f.ID] = true
			}
		}
	}
	return drawn
}

// squareUnit is the area of a square tile unit in Bristol, in square lattice units.
func squareUnit(z uint32) float64 {
	side := 360 * geo.PerDegree / math.Exp2(float64(z)+12)
	return side * side * math.Cos(51.45*math.Pi/180)
}

// squareUnits is the area of m in square lattice units.
func squareUnits(m geo.MultiPolygon) float64 {
	twice := int64(0)
	for _, poly := range m {
		for _, r := range poly {
			twice += r.Area2()
		}
	}
	return float64(twice) / 2
}
