package tiles_test

import (
	"slices"
	"testing"

	"jingwei/tiles"

	"github.com/google/go-cmp/cmp"
)

// Of all tiles of a zoom, those that hold something are among the tiles that are
// walked; and these touch the territory.
func TestCoveringLeavesNothingOut(t *testing.T) {
	s := town(t)
	p := tiles.NewPyramid(s)
	for _, root := range []int32{-1, 1} {
		for z := range uint32(7) {
			walked := slices.Collect(p.Covering(z, z, root))
			if !slices.IsSortedFunc(walked, func(a, b tiles.Address) int { return int(a.Hilbert()) - int(b.Hilbert()) }) {
				t.Errorf("zoom %d is walked in the order %v", z, walked)
			}
			for x := range uint32(1) << z {
				for y := range uint32(1) << z {
					a := tiles.Address{Z: z, X: x, Y: y}
					if full := !fetch(t, p, a, tiles.Options{Root: root}).Empty(); full && !slices.Contains(walked, a) {
						t.Errorf("%v is left out", a)
					}
				}
			}
		}
	}
}

func TestCoveringGoesDown(t *testing.T) {
	p := tiles.NewPyramid(town(t))
	var each []tiles.Address
	for z := uint32(3); z <= 15; z++ {
		each = slices.AppendSeq(each, p.Covering(z, z, -1))
	}
	if diff := cmp.Diff(each, slices.Collect(p.Covering(3, 15, -1))); diff != "" {
		t.Errorf("zoom by zoom and together (-want +got):\n%s", diff)
	}
	full := slices.IndexFunc(each, func(a tiles.Address) bool { return a.Z == 15 })
	empty := 0
	for _, a := range each[full:] {
		if fetch(t, p, a, everything).Empty() {
			empty++
		}
	}
	if n := len(each) - full; n < 20 || empty > n/4 {
		t.Errorf("%d of %d tiles are walked in vain", empty, n)
	}
	for range p.Covering(0, 22, -1) {
		break // a walk can be left
	}
}
