package dispatch_test

import (
	"fmt"
	"slices"
	"testing"

	"jingwei/dispatch"
	"jingwei/grid"
)

var decided grid.Holder

// A report in a micro-grid whose liaison answers; then one for which a rule among
// two thousand is found and the primary of the town is absent; then one whose rule names
// a department, of which an officer without a post answers after all in post were asked.
func BenchmarkRoute(b *testing.B) {
	many := world{posts: staff, absences: []grid.Absence{{Worker: 21, From: day(-1)}}}
	for i := range int64(2000) {
		many.rules = append(many.rules, grid.Rule{
			ID: i + 10, Code: fmt.Sprint("R", i), Matter: fmt.Sprintf("%04d", i%300), Area: grid.AreaID(i%9 + 1), Week: evening, Level: grid.Grid,
		})
	}
	desk := []grid.Rule{{ID: 1, Code: "R", Matter: "02", Level: grid.Town, Department: "城管局"}}
	many.rules = append(many.rules, grid.Rule{ID: 1, Code: "R", Matter: "02", Level: grid.Town, Role: grid.Officer})
	for _, bb := range []struct {
		name, matter string
		world        world
	}{
		{"liaison", "", world{posts: staff}},
		{"rule", "020101", many},
		{"department", "020101", world{posts: slices.Concat(staff[:3], staff[5:]), rules: desk}},
	} {
		b.Run(bb.name, func(b *testing.B) {
			s := bb.world.snapshot(b)
			q := dispatch.Request{Place: place(s, first), Matter: bb.matter, At: noon}
			b.ReportAllocs()
			for b.Loop() {
				decided = dispatch.Route(s, q).Holder
			}
		})
	}
}
