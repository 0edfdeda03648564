// Package datum converts positions between WGS 84 and the shifted systems of
// Chinese maps: GCJ-02 (Amap, Tencent, WeChat) and BD-09 (Baidu).
//
// # Law
//
// For every datum d, d.ToWGS84(d.FromWGS84(p)) is p to 1e-9 degree (0.1 mm),
// save for GCJ-02 and BD-09 just outside the border of China's box: within the
// width of the shift, at most 0.015 degree, a position may be the image of two.
// There the one inside the box is taken.
package datum

import "fmt"

// Datum is a coordinate system of longitude and latitude in degrees. The zero
// value is WGS84.
type Datum uint8

// WGS84 also stands for CGCS2000, which agrees with it to a few decimetres.
const (
	WGS84 Datum = iota
	GCJ02
	BD09
)

var names = [...]string{"wgs84", "gcj02", "bd09"}

// Parse reads a datum's name; "cgcs2000" is another name of "wgs84".
func Parse(s string) (Datum, error) {
	switch s {
	case "wgs84", "cgcs2000":
		return WGS84, nil
	case "gcj02":
		return GCJ02, nil
	case "bd09":
		return BD09, nil
	}
	return 0, fmt.Errorf("unknown datum %q: one of wgs84, cgcs2000, gcj02, bd09", s)
}

// String returns the datum's name.
func (d Datum) String() string {
	if int(d) >= len(names) {
		return fmt.Sprintf("datum(%d)", uint8(d))
	}
	return names[d]
}

// FromWGS84 converts a WGS 84 position in degrees to d.
func (d Datum) FromWGS84(lon, lat float64) (float64, float64) {
	switch d {
	case GCJ02:
		return toGCJ(lon, lat)
	case BD09:
		return gcjToBD(toGCJ(lon, lat))
	}
	return lon, lat
}

// ToWGS84 converts a position in d, in degrees, to WGS 84.
func (d Datum) ToWGS84(lon, lat float64) (float64, float64) {
	switch d {
	case GCJ02:
		return fromGCJ(lon, lat)
	case BD09:
		return fromGCJ(invert(gcjToBD, lon, lat))
	}
	return lon, lat
}

// invert finds the position that f moves to (lon, lat). f moves positions by a
// shift that changes by less than 5 % of the way, so that taking the shift at
// the last guess gains more than a digit each time.
func invert(f func(lon, lat float64) (float64, float64), lon, lat float64) (float64, float64) {
	const (
		rounds    = 20
		tolerance = 1e-11 // degrees; the error left is smaller still
	)
	x, y := lon, lat
	for range rounds {
		fx, fy := f(x, y)
		dx, dy := lon-fx, lat-fy
		x, y = x+dx, y+dy
		if -tolerance < dx && dx < tolerance && -tolerance < dy && dy < tolerance {
			break
		}
	}
	return x, y
}
