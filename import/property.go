package importer

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"jingwei/grid"
)

// Bounds on texts, in characters.
const (
	maxCode = 64
	maxName = 200
	maxText = 10_000
)

// plain returns a property as text without white space around it; empty when
// there is none.
func (v value) plain() (string, error) {
	if v.kind == other {
		return "", errors.New("a property that is neither text nor a number")
	}
	return strings.TrimSpace(v.text), nil
}

// checkText refuses text that is too long or holds control characters.
func checkText(what, s string, most int) error {
	if n := utf8.RuneCountInString(s); n > most {
		return fmt.Errorf("the %s has %d characters, more than %d", what, n, most)
	}
	if i := strings.IndexFunc(s, unicode.IsControl); i >= 0 {
		return fmt.Errorf("the %s %q holds a control character", what, s)
	}
	return nil
}

// checkProse refuses text of several lines that no database holds.
func checkProse(s string) error {
	if n := utf8.RuneCountInString(s); n > maxText {
		return fmt.Errorf("the text has %d characters, more than %d", n, maxText)
	}
	if strings.ContainsRune(s, 0) {
		return errors.New("the text holds the character U+0000")
	}
	return nil
}

// checkCode refuses what is no code: text in one piece, which can stand in an address.
func checkCode(what, s string) error {
	if !grid.Addressable(s) {
		return fmt.Errorf("the %s %q: want one without white space or /; . and .. are none", what, s)
	}
	return checkText(what, s, maxCode)
}

// code reads a code: text, or a whole number as it is written.
func code(s string, v value) (string, error) {
	if s == "" {
		return "", errors.New("no code")
	}
	return s, codeOf("code", s, v)
}

// parentCode reads the code of a parent.
func parentCode(s string, v value, property string) (string, error) {
	if s == "" {
		return "", fmt.Errorf("names no parent: its property %q is empty", property)
	}
	return s, codeOf("parent", s, v)
}

func codeOf(what, s string, v value) error {
	if v.kind == numeral && digits([]byte(s)) < len(s) {
		return fmt.Errorf("the %s is the number %s: only a whole number or text is a code", what, s)
	}
	return checkCode(what, s)
}

// households reads a whole number, also one written like 75.0.
func households(s string) (int32, error) {
	if s == "" {
		return 0, nil
	}
	v, err := Number(s)
	if err != nil || v < 0 || v > math.MaxInt32 || v != math.Trunc(v) {
		return 0, fmt.Errorf("households %q: a whole number from 0", s)
	}
	return int32(v), nil
}
