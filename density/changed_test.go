package density_test

import (
	"slices"
	"testing"
	"time"

	"jingwei/density"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// What has changed between counts is what one by one is seen to be different, in both
// directions.
func TestChanged(t *testing.T) {
	s := board(t, 1, 12) // of 145 areas: some pages, the last of them in part
	seen := 0
	rapid.Check(t, func(t *rapid.T) {
		c := density.New(s)
		c.Put(rapid.SliceOfN(anyReport(), 0, 20).Draw(t, "before")...)
		before := c.Counts(density.Filter{})
		for _, r := range rapid.SliceOfN(anyReport(), 0, 5).Draw(t, "then") {
			r.Pos.X, r.Pos.Y = 2*r.Pos.X, 2*r.Pos.Y
			c.Put(r)
		}
		if rapid.Bool().Draw(t, "time goes on") {
			c.Advance(start.Add(time.Minute))
		}
		after := c.Counts(density.Filter{})
		var want []int32
		for i := range int32(s.Len()) {
			if before.Count(i) != after.Count(i) || before.Open(i) != after.Open(i) || before.Overdue(i) != after.Overdue(i) {
				want = append(want, i)
			}
		}
		seen += len(want)
		if d := gocmp.Diff(want, slices.Collect(after.Changed(before))); d != "" {
			t.Fatalf("(-want +got):\n%s", d)
		}
		if d := gocmp.Diff(want, slices.Collect(before.Changed(after))); d != "" {
			t.Fatalf("backwards (-want +got):\n%s", d)
		}
	})
	if seen == 0 {
		t.Error("nothing has changed")
	}
}
