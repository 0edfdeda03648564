package grid

import (
	"fmt"
	"slices"
)

// Urgency says how much a report presses; limits get shorter with it.
type Urgency uint8

// The urgencies 一般, 紧急 and 特急.
const (
	Normal Urgency = iota
	Urgent
	Critical
)

var urgencyNames = [...]string{"normal", "urgent", "critical"}

// ParseUrgency reads an urgency's name as written by [Urgency.String]; empty is
// normal.
func ParseUrgency(s string) (Urgency, error) {
	if s == "" {
		return Normal, nil
	}
	if i := slices.Index(urgencyNames[:], s); i >= 0 {
		return Urgency(i), nil
	}
	return 0, unknown("urgency", s, urgencyNames[:]...)
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
