package coverage_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"jingwei/geo"
	"jingwei/geo/coverage"

	"github.com/google/go-cmp/cmp"
)

// The examples lie in Nantong, where a unit is about a centimetre each way.
var nantong = geo.Pos{X: 1_208_000_000, Y: 319_000_000}

// there moves rings to Nantong.
func there(rings ...geo.Ring) []geo.Ring {
	for _, r := range rings {
		for i, p := range r {
			r[i] = geo.Pos{X: p.X + nantong.X, Y: p.Y + nantong.Y}
		}
	}
	return rings
}

func local(name string, rings ...geo.Ring) coverage.Face { return face(name, there(rings...)...) }

// ring is a ring of positions written x, y, x, y…
func ring(xy ...int32) geo.Ring {
	r := make(geo.Ring, len(xy)/2)
	for i := range r {
		r[i] = geo.Pos{X: xy[2*i], Y: xy[2*i+1]}
	}
	return r
}

// broken is a violation as it should be: where is ground with its place on the
// border and its size.
type broken struct {
	rule  coverage.Rule
	faces string
	where geo.Ring
	holes []geo.Ring
}

var refused = map[string]struct {
	faces []coverage.Face
	want  []broken
}{
	"a gap of 5 cm between two squares, closed above and below": {
		[]coverage.Face{
			local("left", square(0, 0, 10_000, 10_000)), local("right", square(10_005, 0, 20_000, 10_000)),
			local("under", square(0, -5000, 20_000, 0)), local("over", square(0, 10_000, 20_000, 15_000)),
		},
		[]broken{{coverage.Sliver, "left right under over", square(10_000, 0, 10_005, 10_000), nil}},
	},
	"a gap": {
		[]coverage.Face{local("round", square(0, 0, 30_000, 30_000), square(10_000, 10_000, 20_000, 20_000))},
		[]broken{{coverage.Gap, "round", square(10_000, 10_000, 20_000, 20_000), nil}},
	},
	"a gap with an island in it": {
		[]coverage.Face{
			local("round", square(0, 0, 90_000, 90_000), square(10_000, 10_000, 80_000, 80_000)),
			local("island", square(40_000, 40_000, 50_000, 50_000)),
		},
		[]broken{{coverage.Gap, "round island", square(10_000, 10_000, 80_000, 80_000), []geo.Ring{square(40_000, 40_000, 50_000, 50_000)}}},
	},
	"a gap that touches the outer border in a point": {
		[]coverage.Face{local("a", ring(0, 0, 9000, 0, 9000, 9000, 0, 9000), ring(0, 0, 5000, 2000, 2000, 5000))},
		[]broken{{coverage.Gap, "a", ring(0, 0, 5000, 2000, 2000, 5000), nil}},
	},
	"an overlap": {
		[]coverage.Face{local("a", square(0, 0, 10_000, 10_000)), local("b", square(9000, 2000, 20_000, 8000))},
		[]broken{{coverage.Overlap, "a b", square(9000, 2000, 10_000, 8000), nil}},
	},
	"two gaps and an overlap, the largest first": {
		[]coverage.Face{
			local("a", square(0, 0, 30_000, 10_000), square(1000, 1000, 2000, 2000), square(5000, 1000, 8000, 4000)),
			local("b", square(29_000, 0, 40_000, 10_000)),
		},
		[]broken{
			{coverage.Overlap, "a b", square(29_000, 0, 30_000, 10_000), nil},
			{coverage.Gap, "a", square(5000, 1000, 8000, 4000), nil},
			{coverage.Gap, "a", square(1000, 1000, 2000, 2000), nil},
		},
	},
	"a face in another": {
		[]coverage.Face{local("outer", square(0, 0, 90_000, 90_000)), local("inner", square(40_000, 40_000, 50_000, 50_000))},
		[]broken{{coverage.Overlap, "outer inner", square(40_000, 40_000, 50_000, 50_000), nil}},
	},
	"a face in another that shares a side": {
		[]coverage.Face{local("outer", square(0, 0, 90_000, 90_000)), local("inner", square(0, 40_000, 10_000, 50_000))},
		[]broken{{coverage.Overlap, "outer inner", square(0, 40_000, 10_000, 50_000), nil}},
	},
	"a face in another between two of its corners": {
		[]coverage.Face{local("outer", ring(0, 0, 10_000, -5000, 50_000, 50_000, 0, 60_000)), local("inner", ring(0, 0, 30_000, 25_000, 50_000, 50_000, 25_000, 30_000))},
		[]broken{{coverage.Overlap, "outer inner", ring(0, 0, 30_000, 25_000, 50_000, 50_000, 25_000, 30_000), nil}},
	},
	"the same face twice": {
		[]coverage.Face{local("a", square(0, 0, 9000, 9000)), local("b", square(9000, 0, 18_000, 9000)), local("a again", square(0, 0, 9000, 9000))},
		[]broken{{coverage.Duplicate, "a,a again", square(0, 0, 9000, 9000), nil}},
	},
	"three faces on one another": {
		[]coverage.Face{local("a", square(0, 0, 9000, 9000)), local("b", square(1000, 1000, 9000, 9000)), local("c", square(2000, 2000, 9000, 9000))},
		[]broken{
			{coverage.Overlap, "a b c", square(2000, 2000, 9000, 9000), nil},
			{coverage.Overlap, "a b", ring(1000, 1000, 9000, 1000, 9000, 2000, 2000, 2000, 2000, 9000, 1000, 9000), nil},
		},
	},
	"a bow-tie": {
		[]coverage.Face{local("tie", ring(0, 0, 10_000, 10_000, 10_000, 0, 0, 10_000))},
		[]broken{{coverage.SelfCross, "tie", ring(5000, 5000), nil}},
	},
	"a hole outside its polygon": {
		[]coverage.Face{local("a", square(0, 0, 9000, 9000), square(20_000, 0, 21_000, 1000))},
		[]broken{{coverage.SelfCross, "a", square(20_000, 0, 21_000, 1000), nil}},
	},
	"a polygon twice in a face": {
		[]coverage.Face{{Name: "a", Shape: geo.MultiPolygon{there(square(0, 0, 9000, 9000)), there(square(0, 0, 9000, 9000))}}},
		[]broken{{coverage.SelfTouch, "a", square(0, 0, 9000, 9000), nil}},
	},
	"a hole as large as its polygon": {
		[]coverage.Face{local("a", square(0, 0, 9000, 9000), square(0, 0, 9000, 9000))},
		[]broken{{coverage.Empty, "a", square(0, 0, 9000, 9000), nil}},
	},
	"a hole in a line": {
		[]coverage.Face{local("a", ring(0, 0, 9000, 9000, 3000, 3000), square(0, 0, 9000, 9000))},
		[]broken{{coverage.Empty, "a", ring(0, 0), nil}},
	},
	"a line": {
		[]coverage.Face{local("a", ring(0, 0, 9000, 9000, 3000, 3000))},
		[]broken{{coverage.Empty, "a", ring(0, 0), nil}},
	},
	"nothing": {
		[]coverage.Face{{Name: "a"}},
		[]broken{{coverage.Empty, "a", nil, nil}},
	},
}

func TestBuildRefuses(t *testing.T) {
	for name, c := range refused {
		t.Run(name, func(t *testing.T) {
			got := violations(t, c.faces)
			if len(got) != len(c.want) {
				t.Fatalf("got %v, want %d violations", got, len(c.want))
			}
			for i, w := range c.want {
				w.check(t, got[i])
			}
		})
	}
}

// violations returns what is wrong with faces, whatever their order, in the order
// that they are given.
func violations(t *testing.T, faces []coverage.Face) []coverage.Violation {
	t.Helper()
	_, err := coverage.Build(faces)
	var v *coverage.Violations
	if !errors.As(err, &v) {
		t.Fatalf("got %v, want violations", err)
	}
	return v.List
}

// check compares rule, faces, place and, of ground, the size within a percent.
func (w broken) check(t *testing.T, got coverage.Violation) {
	t.Helper()
	names := slices.Sorted(strings.FieldsFuncSeq(w.faces, func(r rune) bool { return r == ' ' && !strings.Contains(w.faces, ",") || r == ',' }))
	slices.Sort(got.Faces)
	if got.Rule != w.rule || cmp.Diff(names, got.Faces) != "" {
		t.Errorf("got %v, want %s of %v", got, w.rule, names)
	}
	rings := there(append([]geo.Ring{slices.Clone(w.where)}, w.holes...)...)
	if w.where != nil && !slices.Contains(slices.Concat(rings...), got.At) {
		t.Errorf("got %v, want one of %v", got, rings)
	}
	if got.AreaM2 == 0 {
		return
	}
	area, perimeter := 0.0, 0.0
	for i, r := range rings {
		area += math.Abs(r.AreaM2()) * float64(1-2*min(i, 1))
		for k, p := range r {
			perimeter += geo.Distance(p, r[(k+1)%len(r)])
		}
	}
	if w.rule == coverage.Duplicate {
		perimeter = math.Inf(1) // has no width
	}
	if off(got.AreaM2, area) > 0.01 || off(got.WidthM, 2*area/perimeter) > 0.01 {
		t.Errorf("got %v, want %.4g m², %.4g m wide", got, area, 2*area/perimeter)
	}
}

func off(got, want float64) float64 {
	if got == want {
		return 0
	}
	return math.Abs(got-want) / want
}

// Slivers of outside between two borders break no law, but are refused.
func TestBuildRefusesABorderDrawnTwice(t *testing.T) {
	gap := geo.ScaleAt(nantong).East * 5
	got := violations(t, []coverage.Face{local("left", square(0, 0, 10_000, 10_000)), local("right", square(10_005, 0, 20_000, 10_000))})
	if len(got) != 1 || got[0].Rule != coverage.Sliver || cmp.Diff([]string{"left", "right"}, got[0].Faces) != "" || off(got[0].WidthM, gap) > 0.01 {
		t.Errorf("got %v, want a sliver %.3f m wide", got, gap)
	}
	if x := got[0].At.X - nantong.X; x != 10_000 && x != 10_005 {
		t.Errorf("got %v, want it beside the gap", got)
	}
	mustBuild(t, []coverage.Face{local("left", square(0, 0, 10_000, 10_000)), local("right", square(10_200, 0, 20_000, 10_000))})
	// Where two faces meet in a point, their borders are close on both sides of it.
	mustBuild(t, []coverage.Face{local("a", ring(0, 0, 10_000, 0, 0, -10_000)), local("b", ring(0, 0, -10_000, 9000, -20, 10))})
}

// A gap or overlap thinner than the lattice is one all the same.
func TestBuildRefusesLessThanAUnit(t *testing.T) {
	under := local("under", ring(0, 0, 0, -9000, 10_000, -9000, 10_000, 1))
	for name, over := range map[string]coverage.Face{
		"overlap": local("over", ring(0, 0, 5000, 0, 10_000, 1, 10_000, 9000, 0, 9000)),
		"sliver":  local("over", ring(0, 0, 5000, 1, 10_000, 1, 10_000, 9000, 0, 9000)),
	} {
		got := violations(t, []coverage.Face{under, over})
		if len(got) != 1 || string(got[0].Rule) != name || cmp.Diff([]string{"under", "over"}, got[0].Faces) != "" {
			t.Errorf("got %v, want one %s", got, name)
		}
	}
	// The tip of one is four tenths of a unit inside the other.
	got := violations(t, []coverage.Face{local("tip", ring(5, 5, -1000, -1000, 1000, -1000)), local("over", ring(0, 0, 500, 460, 0, 9000))})
	if len(got) != 1 || got[0].Rule != coverage.Overlap || cmp.Diff([]string{"tip", "over"}, got[0].Faces) != "" {
		t.Errorf("got %v, want one overlap", got)
	}
}

// accepted are valid, if odd; twice the area of each face is given.
var accepted = map[string]struct {
	faces []coverage.Face
	area2 []int64
}{
	"a T-junction exactly on an edge": {
		[]coverage.Face{local("under", ring(0, 0, 9000, 3000, 9000, -3000)), local("left", ring(0, 0, 6000, 2000, 0, 9000)), local("right", ring(6000, 2000, 9000, 3000, 0, 9000))},
		[]int64{54_000_000, 54_000_000, 27_000_000},
	},
	"a spike": {
		[]coverage.Face{local("a", ring(0, 0, 9000, 0, 9000, 4000, 20_000, 4000, 9000, 4000, 9000, 9000, 0, 9000))},
		[]int64{162_000_000},
	},
	"a spike at the start": {
		[]coverage.Face{local("a", ring(-500, -500, 0, 0, 9000, 0, 9000, 9000, 0, 9000, 0, 0))},
		[]int64{162_000_000},
	},
	"repeated positions": {
		[]coverage.Face{local("a", ring(0, 0, 0, 0, 9000, 0, 9000, 0, 9000, 9000, 0, 9000, 0, 0))},
		[]int64{162_000_000},
	},
	"a neck without width": {
		[]coverage.Face{local("a", ring(0, 0, 9000, 0, 9000, 5000, 15_000, 5000, 15_000, 0, 20_000, 0, 20_000, 9000, 15_000, 9000, 15_000, 5000, 9000, 5000, 9000, 9000, 0, 9000))},
		[]int64{252_000_000},
	},
	"a ring that touches itself in a vertex": {
		[]coverage.Face{local("a", ring(0, 0, 5000, 5000, 0, 9000, 9000, 9000, 5000, 5000, 9000, 0))},
		[]int64{45_000_000 + 36_000_000},
	},
	"a ring that touches an edge of itself": {
		[]coverage.Face{local("a", ring(0, 0, 9000, 0, 9000, 9000, 4000, 0, 0, 9000))},
		[]int64{45_000_000 + 36_000_000},
	},
	"a hole that is drawn into the outer ring": {
		[]coverage.Face{local("a", ring(0, 0, 9000, 0, 9000, 9000, 0, 9000, 0, 0, 2000, 5000, 5000, 2000)), local("in", ring(0, 0, 5000, 2000, 2000, 5000))},
		[]int64{162_000_000 - 21_000_000, 21_000_000},
	},
	"parts that share a side": {
		[]coverage.Face{{Name: "a", Shape: geo.MultiPolygon{there(square(0, 0, 5000, 5000)), there(square(5000, 1000, 9000, 4000))}}},
		[]int64{50_000_000 + 24_000_000},
	},
	"a face in two parts that meet another in a corner": {
		[]coverage.Face{
			{Name: "a", Shape: geo.MultiPolygon{there(square(0, 0, 5000, 5000)), there(square(5000, 5000, 9000, 9000))}},
			local("b", square(5000, 0, 9000, 5000)), local("c", square(0, 5000, 5000, 9000)),
		},
		[]int64{50_000_000 + 32_000_000, 40_000_000, 40_000_000},
	},
	"a clockwise ring with a counter-clockwise hole": {
		[]coverage.Face{local("a", ring(0, 0, 0, 9000, 9000, 9000, 9000, 0), square(1000, 1000, 2000, 2000)), local("b", square(1000, 1000, 2000, 2000))},
		[]int64{160_000_000, 2_000_000},
	},
}

func TestBuildAccepts(t *testing.T) {
	for name, a := range accepted {
		t.Run(name, func(t *testing.T) {
			c := mustBuild(t, a.faces)
			for f, want := range a.area2 {
				wellFormed(t, c.Shape(int32(f)))
				if got := area2(c.Shape(int32(f))); got != want {
					t.Errorf("face %d has twice the area %d, want %d", f, got, want)
				}
			}
		})
	}
}

// Where a vertex of one face lies on an edge of another, it becomes one of both.
func TestBuildNodesTJunctions(t *testing.T) {
	c := mustBuild(t, accepted["a T-junction exactly on an edge"].faces)
	if got := c.Shape(0)[0][0]; len(got) != 4 || !slices.Contains(got, geo.Pos{X: nantong.X + 6000, Y: nantong.Y + 2000}) {
		t.Errorf("got %v", got)
	}
}

// Two combs across one another have as many overlaps as the product of their teeth:
// the list is bounded, has the largest first, and does not take forever.
func TestBuildOfCombs(t *testing.T) {
	const teeth = 100
	_, err := coverage.Build([]coverage.Face{{Name: "north", Shape: geo.MultiPolygon{{comb(teeth, false)}}}, {Name: "east", Shape: geo.MultiPolygon{{comb(teeth, true)}}}})
	var v *coverage.Violations
	if !errors.As(err, &v) {
		t.Fatalf("got %v", err)
	}
	overlaps := 0
	for i, one := range v.List {
		if one.Rule == coverage.Overlap {
			overlaps++
		}
		if i > 0 && one.AreaM2 > v.List[i-1].AreaM2 {
			t.Fatalf("violation %d has %v m², more than the one before", i, one.AreaM2)
		}
	}
	if len(v.List) != coverage.MaxListed || len(v.List)+v.More < teeth*teeth || overlaps == 0 {
		t.Errorf("%d listed, %d of them overlaps, and %d more", len(v.List), overlaps, v.More)
	}
	if got, want := v.Error(), fmt.Sprintf("%d violations, the first: ", len(v.List)+v.More); !strings.HasPrefix(got, want) {
		t.Errorf("got %q, want %q first", got, want)
	}
}

func TestViolationsSayWhatAndWhere(t *testing.T) {
	one := coverage.Violation{Rule: coverage.Gap, Faces: []string{"320602001", "320602002"}, At: nantong, AreaM2: 1234.56, WidthM: 0.0512}
	two := coverage.Violations{List: []coverage.Violation{one, {Rule: coverage.SelfCross, Faces: []string{"x"}, At: geo.Pos{}}}}
	for _, c := range []struct{ got, want string }{
		{one.String(), "gap at 120.8000000,31.9000000 of 320602001, 320602002 (1235 m², 0.051 m wide)"},
		{two.Error(), "2 violations, the first: " + one.String()},
		{(&coverage.Violations{List: two.List[1:]}).Error(), "self-cross at 0.0000000,0.0000000 of x"},
		{coverage.Violation{Rule: coverage.Sliver, At: geo.Pos{}, WidthM: 0.05}.String(), "sliver at 0.0000000,0.0000000 (0.050 m wide)"},
		{coverage.Violation{Rule: coverage.Duplicate, At: geo.Pos{}, AreaM2: 12.34}.String(), "duplicate at 0.0000000,0.0000000 (12.3 m²)"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}
