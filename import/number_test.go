package importer

import (
	"math"
	"strconv"
	"testing"

	"jingwei/geo"

	"pgregory.net/rapid"
)

// Law: units and shortUnits agree with geo.FromDegrees on every number they take.
func TestUnitsAgreeWithFromDegrees(t *testing.T) {
	t.Run("units", func(t *testing.T) { agreeWithFromDegrees(t, units) })
	t.Run("shortUnits", func(t *testing.T) { agreeWithFromDegrees(t, shortUnits) })
}

func agreeWithFromDegrees(t *testing.T, units func([]byte) (int32, bool)) {
	taken := 0
	rapid.Check(t, func(t *rapid.T) {
		s := numbers().Draw(t, "number")
		if !validNumber([]byte(s)) {
			t.Fatalf("%q is not a number", s)
		}
		v, ok := units([]byte(s))
		if !ok {
			return
		}
		taken++
		f, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(err)
		}
		p, err := geo.FromDegrees(f, 0)
		if err != nil || p.X != v {
			t.Fatalf("%q: units says %d, FromDegrees %d (%v)", s, v, p.X, err)
		}
	})
	if taken == 0 {
		t.Fatal("no number was taken")
	}
}

// numbers draws degrees as files write them, among them many near a tie between
// two lattice positions.
func numbers() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.StringMatching(`-?(0|[1-9][0-9]{0,2})(\.[0-9]{1,18})?`),
		rapid.StringMatching(`-?(0|[1-9][0-9]?|1[0-7][0-9])\.[0-9]{7}(5|49999|50000)[0-9]{0,10}`),
		rapid.Map(rapid.Float64Range(-200, 200), func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }),
		rapid.Map(rapid.Float64Range(-1e-6, 1e-6), func(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }),
	)
}

func TestUnitsLeavesTheLimitsToFromDegrees(t *testing.T) {
	for _, s := range []string{"180", "-180", "180.00000001", "90", "-90.0", "1e2", "1234", "0.00000005"} {
		if v, ok := units([]byte(s)); ok {
			t.Errorf("units(%s) = %d: want it left alone", s, v)
		}
		if v, ok := shortUnits([]byte(s)); ok {
			t.Errorf("shortUnits(%s) = %d: want it left alone", s, v)
		}
	}
}

func TestShortUnitsTakesNothingElse(t *testing.T) {
	for _, s := range []string{"", "-", ".", "-.", ".5", "1.", "+1", "1x", "x", "1.x", "1.2.3", "--1", " 1", "1 ", "1.2e3", "1/2", "1.12345678"} {
		if v, ok := shortUnits([]byte(s)); ok {
			t.Errorf("shortUnits(%q) = %d", s, v)
		}
	}
}

func TestValidNumber(t *testing.T) {
	for _, s := range []string{"0", "-0", "12", "1.5", "-1.5e+10", "0.1E-7"} {
		if !validNumber([]byte(s)) {
			t.Errorf("%q is a number", s)
		}
	}
	for _, s := range []string{"", "-", "01", "1.", ".5", "+1", "1e", "1e+", "1.5.2", "--1", "1-2"} {
		if validNumber([]byte(s)) {
			t.Errorf("%q is not a number", s)
		}
	}
}

func TestNumber(t *testing.T) {
	for s, want := range map[string]float64{"-1.50": -1.5, "+7": 7, ".5": .5, "1e3": 1000} {
		if v, err := Number(s); err != nil || v != want {
			t.Errorf("%q is %v, %v", s, v, err)
		}
	}
	for _, s := range []string{"", "0x1p4", "0x10", "1_2.5", "inf", "NaN", "1e999", "1,5"} {
		if v, err := Number(s); err == nil {
			t.Errorf("%q is read as %v", s, v)
		}
	}
}

func TestDegreesOfAHugeNumberAreOutOfRange(t *testing.T) {
	if v := degrees([]byte("1e999")); !math.IsInf(v, 1) {
		t.Errorf("1e999 is %v", v)
	}
}
