package grid

import (
	"time"

	"jingwei/geo"
)

// CodedArea is an area as files know it: named by its code, under the code of its
// parent. Ids are the store's business.
type CodedArea struct {
	Code        string
	Name        string
	Level       Level
	Kind        Kind
	Parent      string           // code; empty at the top
	Households  int32            // of the area itself; 0 when unknown
	Shape       geo.MultiPolygon // rings oriented; nil when the area is no cell
	Placeholder bool             // made up for a parent that no file has brought yet
}

// CodedPost is a worker's duty in an area, both named by their codes, from From
// (inclusive) to Until (exclusive; zero when no end is known). Worker, area and
// From tell posts apart. A post that is withdrawn never was.
type CodedPost struct {
	Worker string
	Area   string
	Rank   Rank
	From   time.Time
	Until  time.Time
	Duty   Week

	Withdrawn bool
}

// Tally counts what a batch did to what was there.
type Tally struct{ Added, Changed, Same int }

// CodedRule is a rule whose area is named by its code; it has no ID.
type CodedRule struct {
	Rule
	Area string // code; empty: everywhere
}
