package datum_test

import (
	"math"
	"testing"

	"jingwei/geo/datum"

	"pgregory.net/rapid"
)

// near fails unless got is want to within tolerance degrees.
func near(t interface{ Fatalf(string, ...any) }, gotLon, gotLat, lon, lat, tolerance float64) {
	if !(math.Abs(gotLon-lon) <= tolerance && math.Abs(gotLat-lat) <= tolerance) {
		t.Fatalf("got %.10f,%.10f, want %.10f,%.10f", gotLon, gotLat, lon, lat)
	}
}

func TestReferencePositions(t *testing.T) {
	const places = 5e-10 // the references have nine decimals
	x, y := datum.GCJ02.FromWGS84(121.5272106, 31.1774276)
	near(t, x, y, 121.531541859, 31.175303984, places)

	// A position given in GCJ-02 and in BD-09 is the same one in WGS 84.
	x, y = datum.BD09.FromWGS84(datum.GCJ02.ToWGS84(116.404, 39.915))
	near(t, x, y, 116.410369494, 39.921336994, places)

	// This reference comes from code that takes the ripple's frequency as π, not
	// as 3000π/180, and inverts in one step: against the reference above it is
	// 10 m off, and no single BD-09 meets both closer.
	x, y = datum.BD09.ToWGS84(120.019809, 29.199786)
	near(t, x, y, 120.008778990, 29.196131605, 1e-4)
}

func TestRoundTrip(t *testing.T) {
	for _, d := range []datum.Datum{datum.WGS84, datum.GCJ02, datum.BD09} {
		t.Run(d.String(), rapid.MakeCheck(func(t *rapid.T) {
			lon := rapid.Float64Range(72.0041, 137.8346).Draw(t, "lon")
			lat := rapid.Float64Range(0.8294, 55.8270).Draw(t, "lat")
			x, y := d.FromWGS84(lon, lat)
			x, y = d.ToWGS84(x, y)
			near(t, x, y, lon, lat, 1e-9)

			x, y = d.ToWGS84(lon, lat)
			if inside := 73 < lon && lon < 137 && 1 < lat && lat < 55; inside {
				x, y = d.FromWGS84(x, y)
				near(t, x, y, lon, lat, 1e-9)
			}
		}))
	}
}

// The square root in the shift has its kink on the meridian of 105° E.
func TestRoundTripOnTheKink(t *testing.T) {
	for _, off := range []float64{0, 1e-12, -1e-9, 1e-7, -1e-5} {
		x, y := datum.GCJ02.FromWGS84(105+off, 35)
		x, y = datum.GCJ02.ToWGS84(x, y)
		near(t, x, y, 105+off, 35, 1e-9)
	}
}

func TestGCJ02IsWGS84OutsideChina(t *testing.T) {
	for _, p := range [][2]float64{{-2.59, 51.45}, {0, 0}, {72, 30}, {138, 30}, {110, 0.5}, {110, 56}, {-120, 31}, {180, 90}} {
		x, y := datum.GCJ02.FromWGS84(p[0], p[1])
		near(t, x, y, p[0], p[1], 0)
		x, y = datum.GCJ02.ToWGS84(p[0], p[1])
		near(t, x, y, p[0], p[1], 0)
	}
}

// What the shift may be at most; a position moved further is a mistake.
func TestShiftIsSmall(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lon := rapid.Float64Range(-180, 180).Draw(t, "lon")
		lat := rapid.Float64Range(-90, 90).Draw(t, "lat")
		x, y := datum.GCJ02.FromWGS84(lon, lat)
		near(t, x, y, lon, lat, 0.015)
	})
}

func TestNotFiniteStaysNotFinite(t *testing.T) {
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		for _, d := range []datum.Datum{datum.GCJ02, datum.BD09} {
			if x, y := d.ToWGS84(v, v); !math.IsNaN(x+y) && !math.IsInf(x+y, 0) {
				t.Errorf("%v.ToWGS84(%v) = %v,%v", d, v, x, y)
			}
		}
	}
}

func TestParse(t *testing.T) {
	for s, want := range map[string]datum.Datum{
		"wgs84": datum.WGS84, "cgcs2000": datum.WGS84, "gcj02": datum.GCJ02, "bd09": datum.BD09,
	} {
		if got, err := datum.Parse(s); err != nil || got != want {
			t.Errorf("Parse(%q) = %v, %v", s, got, err)
		}
	}
	if _, err := datum.Parse("utm"); err == nil {
		t.Error("Parse(\"utm\") succeeded")
	}
}
