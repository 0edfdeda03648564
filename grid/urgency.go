package grid

import (
	"fmt"
	"slices"
)

// Urgency says how soon a report must be dealt with. 0 is not said.
type Urgency uint8

// The urgencies 一般, 紧急 and 特急, from low to high.
const (
	Normal Urgency = iota + 1
	Urgent
	Critical
)

var urgencyNames = [...]string{"", "normal", "urgent", "critical"}

// ParseUrgency reads an urgency; the Chinese names are understood, and empty is 0.
func ParseUrgency(s string) (Urgency, error) {
	if i := slices.Index([]string{"", "一般", "紧急", "特急"}, s); i >= 0 {
		return Urgency(i), nil
	}
	if i := slices.Index(urgencyNames[:], s); i >= 0 {
		return Urgency(i), nil
	}
	return 0, fmt.Errorf("unknown urgency %q: one of normal, urgent, critical", s)
}

// String returns the urgency's name.
func (u Urgency) String() string {
	if int(u) >= len(urgencyNames) {
		return fmt.Sprintf("urgency(%d)", uint8(u))
	}
	return urgencyNames[u]
}

// MarshalText writes the urgency's name.
func (u Urgency) MarshalText() ([]byte, error) { return []byte(u.String()), nil }

// UnmarshalText reads an urgency's name.
func (u *Urgency) UnmarshalText(b []byte) (err error) {
	*u, err = ParseUrgency(string(b))
	return err
}
