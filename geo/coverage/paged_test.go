package coverage

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// A revision is a copy with some items set, and leaves what it came from alone.
func TestRevisionsAreCopies(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lengths := rapid.IntRange(0, 3<<pageBits)
		was := make([]int, lengths.Draw(t, "length"))
		for i := range was {
			was[i] = i
		}
		p := inPages(slices.Clone(was))
		for range 3 {
			will := make([]int, lengths.Draw(t, "new length"))
			copy(will, was)
			r := p.revise(len(will))
			for i := range will {
				if rapid.IntRange(0, 99).Draw(t, "set") == 0 {
					will[i] = -i
					r.set(int32(i), -i)
				}
			}
			if d := cmp.Diff(was, slices.Clone(p.all())); d != "" && p.len() > 0 {
				t.Fatal("the list before: ", d)
			}
			if d := cmp.Diff(will, slices.Clone(r.all())); d != "" && len(will) > 0 {
				t.Fatal(d)
			}
			was, p = will, r.paged
		}
	})
}
