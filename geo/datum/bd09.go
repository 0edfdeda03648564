package datum

import "math"

// gcjToBD converts GCJ-02 to BD-09: a ripple in polar coordinates about 0° E
// 0° N, then a step of 0.0065° east and 0.006° north.
func gcjToBD(lon, lat float64) (float64, float64) {
	const ripple = 3000 * math.Pi / 180
	r := math.Hypot(lon, lat) + 0.00002*math.Sin(lat*ripple)
	sin, cos := math.Sincos(math.Atan2(lat, lon) + 0.000003*math.Cos(lon*ripple))
	return r*cos + 0.0065, r*sin + 0.006
}
