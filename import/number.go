package importer

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"jingwei/geo"
)

// numeric tells the bytes that numbers are written with.
var numeric = func() (set [256]bool) {
	for _, c := range "+-.0123456789eE" {
		set[c] = true
	}
	return set
}()

// validNumber reports whether b is a number as RFC 8259 writes them.
func validNumber(b []byte) bool {
	if len(b) > 0 && b[0] == '-' {
		b = b[1:]
	}
	n := digits(b)
	if n == 0 || n > 1 && b[0] == '0' {
		return false
	}
	if b = b[n:]; len(b) > 0 && b[0] == '.' {
		if n = digits(b[1:]); n == 0 {
			return false
		}
		b = b[1+n:]
	}
	if len(b) > 0 && (b[0] == 'e' || b[0] == 'E') {
		b = b[1:]
		if len(b) > 0 && (b[0] == '+' || b[0] == '-') {
			b = b[1:]
		}
		return len(b) > 0 && digits(b) == len(b)
	}
	return len(b) == 0
}

// Number reads a number as tables and addresses write them: decimal, perhaps with an
// exponent; in no other base, without underscores, finite.
func Number(s string) (float64, error) {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf || !numeric[r] }) {
		return 0, fmt.Errorf("%q is not a number", s)
	}
	return v, nil
}

// digits counts the digits that b starts with.
func digits(b []byte) int {
	for i, c := range b {
		if c < '0' || c > '9' {
			return i
		}
	}
	return len(b)
}

// Decimals behind the point: the first seven make whole lattice units, the next
// six say which way to round.
const (
	unitDecimals  = 7
	roundDecimals = 6
	half          = 500_000 // of 10^roundDecimals
	band          = 10      // around half, where geo.FromDegrees is asked instead
)

// units turns a valid number of degrees into lattice units, the same that
// [geo.FromDegrees] gives: that multiplies and rounds in floating point with an
// error below 1e-6 units, so only numbers within 1e-5 units of a tie could
// differ. For those, at the limits of latitude and longitude, and for all that
// are not plain decimals of at most three digits before the point, ok is false.
func units(b []byte) (v int32, ok bool) {
	negative := b[0] == '-'
	if negative {
		b = b[1:]
	}
	n := digits(b)
	if n > 3 {
		return 0, false
	}
	whole := int64(0)
	for _, c := range b[:n] {
		whole = whole*10 + int64(c-'0')
	}
	b = b[n:]
	if len(b) > 0 && b[0] == '.' {
		b = b[1:]
	}
	n = digits(b)
	if n < len(b) {
		return 0, false
	}
	frac := decimals(b, 0, unitDecimals)
	rest := decimals(b, unitDecimals, roundDecimals)
	whole = whole*geo.PerDegree + frac
	switch {
	case half-band <= rest && rest <= half+band:
		return 0, false
	case rest > half:
		whole++
	}
	if whole == geo.MaxY || whole >= geo.MaxX {
		return 0, false
	}
	if negative {
		whole = -whole
	}
	return int32(whole), true
}

// shortUnits is units for what most numbers are, plain decimals of at most three
// digits before the point and unitDecimals behind it. It checks that b is one.
func shortUnits(b []byte) (v int32, ok bool) {
	negative := len(b) > 0 && b[0] == '-'
	if negative {
		b = b[1:]
	}
	n := min(len(b), 4)
	whole, k := int64(0), 0
	for ; k < n && b[k]-'0' <= 9; k++ {
		whole = whole*10 + int64(b[k]-'0')
	}
	if k == 0 || k > 3 {
		return 0, false
	}
	if k < len(b) {
		b = b[k:]
		if b[0] != '.' || len(b) < 2 || len(b) > 1+unitDecimals {
			return 0, false
		}
		for _, c := range b[1:] {
			if c-'0' > 9 {
				return 0, false
			}
			whole = whole*10 + int64(c-'0')
		}
		k = len(b) - 1
	} else {
		k = 0
	}
	whole *= powers[unitDecimals-k]
	if whole == geo.MaxY || whole >= geo.MaxX {
		return 0, false
	}
	if negative {
		whole = -whole
	}
	return int32(whole), true
}

// powers of ten.
var powers = [...]int64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7}

// decimals reads n digits of b from the given one on as a number; missing ones
// are 0.
func decimals(b []byte, from, n int) (v int64) {
	for i := from; i < from+n; i++ {
		v *= 10
		if i < len(b) {
			v += int64(b[i] - '0')
		}
	}
	return v
}

// degrees reads a valid number; one too large for a float64 is infinite, and so
// out of every range.
func degrees(b []byte) float64 {
	v, _ := strconv.ParseFloat(string(b), 64)
	return v
}
