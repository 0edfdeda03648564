package datum

import "math"

// The box in which GCJ-02 is shifted, in degrees of WGS 84; outside it GCJ-02 is
// WGS 84. It is the one in general use, and takes in more than China.
const (
	west, east   = 72.004, 137.8347
	south, north = 0.8293, 55.8271
)

func inChina(lon, lat float64) bool {
	return west <= lon && lon <= east && south <= lat && lat <= north
}

// toGCJ converts WGS 84 to GCJ-02.
func toGCJ(lon, lat float64) (float64, float64) {
	if !inChina(lon, lat) {
		return lon, lat
	}
	return shift(lon, lat)
}

// fromGCJ converts GCJ-02 to WGS 84. A position that only a place outside the box
// would be shifted to is not shifted at all.
func fromGCJ(lon, lat float64) (float64, float64) {
	if x, y := invert(shift, lon, lat); inChina(x, y) {
		return x, y
	}
	return lon, lat
}

// The Krasovsky 1940 ellipsoid, on which the shift was laid down.
const (
	krasovskyA    = 6378245.0              // metres
	krasovskyEcc2 = 0.00669342162296594323 // first eccentricity squared
)

// shift moves a position by the GCJ-02 offset, in the box or not: a sum of sines
// in metres, east and north, about 105° E 35° N (the algorithm that became public
// with "eviltransform", to which no official text exists).
func shift(lon, lat float64) (float64, float64) {
	x, y := lon-105, lat-35
	swing := 20*math.Sin(6*x*math.Pi) + 20*math.Sin(2*x*math.Pi)
	root := math.Sqrt(math.Abs(x))

	north := -100 + 2*x + 3*y + 0.2*y*y + 0.1*x*y + 0.2*root
	north += (swing + waves(y, 160, 320)) * 2 / 3

	east := 300 + x + 2*y + 0.1*x*x + 0.1*x*y + 0.1*root
	east += (swing + waves(x, 150, 300)) * 2 / 3

	sin, cos := math.Sincos(lat * math.Pi / 180)
	w2 := 1 - krasovskyEcc2*sin*sin
	w := math.Sqrt(w2)
	perLon := krasovskyA / w * cos * math.Pi / 180                        // metres a degree
	perLat := krasovskyA * (1 - krasovskyEcc2) / (w2 * w) * math.Pi / 180 // metres a degree
	return lon + east/perLon, lat + north/perLat
}

// waves is the part of the shift with periods of 2, 6, 24 and 60 degrees, the
// latter two of amplitudes a24 and a60.
func waves(t, a24, a60 float64) float64 {
	return 20*math.Sin(t*math.Pi) + 40*math.Sin(t/3*math.Pi) +
		a24*math.Sin(t/12*math.Pi) + a60*math.Sin(t/30*math.Pi)
}
