// Package grid holds the nouns of grid governance: areas and their levels,
// workers and their posts, matters, reports; and the immutable Snapshot of one
// edition that a request reads from start to end.
package grid

import (
	"fmt"
	"slices"
)

// Level is a level of the hierarchy, from City down to Microgrid. A parent is of
// any higher level, that is, of a smaller number.
type Level uint8

// The levels 市, 县(市、区), 乡镇(街道), 村(社区), 网格 and 微网格.
const (
	City Level = iota + 1
	County
	Town
	Village
	Grid
	Microgrid
)

var levelNames = [...]string{"", "city", "county", "town", "village", "grid", "microgrid"}

// Levels lists all levels from the highest to the lowest.
func Levels() []Level { return []Level{City, County, Town, Village, Grid, Microgrid} }

// ParseLevel reads a level's name as written by [Level.String].
func ParseLevel(s string) (Level, error) {
	if i := slices.Index(levelNames[:], s); i > 0 {
		return Level(i), nil
	}
	return 0, unknown("level", s, levelNames[1:]...)
}

// Valid reports whether l is one of the six levels.
func (l Level) Valid() bool { return City <= l && l <= Microgrid }

// String returns the level's name.
func (l Level) String() string {
	if !l.Valid() {
		return fmt.Sprintf("level(%d)", uint8(l))
	}
	return levelNames[l]
}

// MarshalText writes the level's name.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads a level's name.
func (l *Level) UnmarshalText(b []byte) (err error) {
	*l, err = ParseLevel(string(b))
	return err
}

// Kind tells general from dedicated grids; areas of other levels have none.
type Kind string

// The kinds 综合网格 and 专属网格.
const (
	NoKind    Kind = ""
	General   Kind = "general"
	Dedicated Kind = "dedicated"
)

// ParseKind reads a kind; the Chinese names 综合网格 and 专属网格 are understood.
func ParseKind(s string) (Kind, error) {
	switch s {
	case "":
		return NoKind, nil
	case "general", "综合网格", "综合":
		return General, nil
	case "dedicated", "专属网格", "专属":
		return Dedicated, nil
	}
	return NoKind, unknown("kind", s, "general 综合网格", "dedicated 专属网格")
}

// AreaID identifies an area for ever; codes may change, ids never do. 0 is none.
type AreaID int64

// Area is a piece of territory in the hierarchy. An area is immutable.
type Area struct {
	ID         AreaID
	Code       string // unique in an edition, never used again for another area
	Name       string
	Level      Level
	Kind       Kind
	Parent     AreaID // 0 at the top
	Households int32  // of the cell itself; 0 when unknown
	Cell       bool   // carries its own polygon
}
