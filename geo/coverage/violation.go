package coverage

import (
	"fmt"
	"slices"
	"strings"

	"jingwei/geo"
)

// Rule is a rule that a set of faces breaks.
type Rule string

// The rules. Gap and Overlap are law 2; the others say what a single face must
// be before the law can be asked of it.
const (
	Gap       Rule = "gap"        // ground inside the territory that no face has
	Overlap   Rule = "overlap"    // ground that several faces have
	Duplicate Rule = "duplicate"  // the same polygon twice
	SelfCross Rule = "self-cross" // a border that crosses itself, as a bow-tie does
	SelfTouch Rule = "self-touch" // a border that runs along itself
	Empty     Rule = "empty"      // nothing is left of the face on the lattice
	Sliver    Rule = "sliver"     // a gap narrower than SliverWidth
	Outside   Rule = "outside"    // ground outside the territory that a patch would take in
)

// SliverWidth is, in metres, the mean width below which a gap is called a
// sliver, and the distance below which two borders that face each other across
// the outside are held to be one border drawn twice.
const SliverWidth = 1.0

// Violation is one place where a rule is broken.
type Violation struct {
	Rule   Rule
	Faces  []string // names of the faces concerned
	At     geo.Pos
	AreaM2 float64 // square metres; 0 when it is not an area
	WidthM float64 // metres: twice the area by the perimeter; 0 when it is not an area
}

// String names the rule, the faces, the place and the size.
func (v Violation) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s at %v", v.Rule, v.At)
	if len(v.Faces) > 0 {
		fmt.Fprintf(&b, " of %s", strings.Join(v.Faces, ", "))
	}
	switch {
	case v.AreaM2 > 0 && v.WidthM > 0:
		fmt.Fprintf(&b, " (%s m², %s m wide)", Size(v.AreaM2), Size(v.WidthM))
	case v.AreaM2 > 0:
		fmt.Fprintf(&b, " (%s m²)", Size(v.AreaM2))
	case v.WidthM > 0:
		fmt.Fprintf(&b, " (%s m wide)", Size(v.WidthM))
	}
	return b.String()
}

// Size writes a measure for a reader, with about three significant digits and no exponent.
func Size(v float64) string {
	switch {
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 1:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.3f", v)
}

// Violations is the error of a set of faces that is no coverage.
type Violations struct {
	List []Violation // at most MaxListed
	More int         // violations that are not kept
}

// MaxListed is how many violations a list has at most: two borders may cross as
// often as the product of their sizes.
const MaxListed = 1000

// violated returns the first of a list as an error, and counts the others.
func violated(list []Violation) *Violations {
	n := min(len(list), MaxListed)
	return &Violations{List: slices.Clone(list[:n]), More: len(list) - n}
}

// Error counts the violations and names the first.
func (v *Violations) Error() string {
	if len(v.List) == 1 {
		return v.List[0].String()
	}
	return fmt.Sprintf("%d violations, the first: %v", len(v.List)+v.More, v.List[0])
}
