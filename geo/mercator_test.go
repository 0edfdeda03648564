package geo_test

import (
	"math"
	"testing"

	"jingwei/geo"

	"pgregory.net/rapid"
)

func TestMercator(t *testing.T) {
	for _, c := range []struct{ latitude, y float64 }{
		{0, 0.5}, {85.0511287798066, 0}, {-85.0511287798066, 1}, {66.5132604431, 0.25}, {40.97989807, 0.375}, // as Web Mercator's tiles have their borders
	} {
		p, err := geo.FromDegrees(0, c.latitude)
		if err != nil {
			t.Fatal(err)
		}
		if y := geo.MercatorY(p.Y); math.Abs(y-c.y) > 1e-9 {
			t.Errorf("%v° is at %v, want %v", c.latitude, y, c.y)
		}
		if l := geo.MercatorLatitude(c.y); c.y > 0 && c.y < 1 && math.Abs(l-float64(p.Y)) > 1 {
			t.Errorf("%v is %v, want %v", c.y, l, p.Y)
		}
	}
}

// Law: every position has one cell of each zoom, it is in the one of the zoom
// above, and the borders of columns and rows are where they are said to be.
func TestMercatorCells(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := geo.Pos{
			X: rapid.OneOf(rapid.Int32Range(-geo.MaxX, geo.MaxX), rapid.SampledFrom([]int32{-geo.MaxX, geo.MaxX, 0})).Draw(t, "x"),
			Y: rapid.OneOf(rapid.Int32Range(-geo.MaxY, geo.MaxY), rapid.SampledFrom([]int32{-geo.MaxY, geo.MaxY, 0})).Draw(t, "y"),
		}
		z := uint8(rapid.IntRange(0, 32).Draw(t, "zoom"))
		x, y := geo.MercatorCell(p, z)
		if uint64(x)>>z > 0 || uint64(y)>>z > 0 {
			t.Fatalf("cell %d/%d/%d is not in the world", z, x, y)
		}
		if z > 0 {
			if px, py := geo.MercatorCell(p, z-1); px != x/2 || py != y/2 {
				t.Fatalf("cell %d/%d/%d, but %d/%d/%d above it", z, x, y, z-1, px, py)
			}
		}
		if west, east := geo.MercatorWest(z, x), geo.MercatorWest(z, x+1); z < 32 && (p.X < west || p.X >= east) {
			t.Fatalf("column %d of zoom %d is from %d to %d, not at %d", x, z, west, east, p.X)
		}
		if south := geo.MercatorSouth(z, y); p.Y < south {
			t.Fatalf("row %d of zoom %d begins at %d, above %d", y, z, south, p.Y)
		}
		if y > 0 && p.Y >= geo.MercatorSouth(z, y-1) {
			t.Fatalf("row %d of zoom %d ends at %d, below %d", y, z, geo.MercatorSouth(z, y-1), p.Y)
		}
	})
}
