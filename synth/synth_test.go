package synth_test

import (
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"jingwei/geo"
	"jingwei/geo/coverage"
	"jingwei/grid"
	"jingwei/synth"
)

// small is a city of about 1,250 cells that tests share.
var small = sync.OnceValue(func() *synth.City { return generate(synth.Options{Seed: 7, Scale: 0.02}) })

// full is the city at its full size.
var full = sync.OnceValue(func() *synth.City { return generate(synth.Options{Seed: 1}) })

func generate(o synth.Options) *synth.City {
	c, err := synth.Generate(o)
	if err != nil {
		panic(err)
	}
	return c
}

// tally counts areas by level and kind.
func tally(c *synth.City) map[string]int {
	n := make(map[string]int)
	for i := range c.Areas {
		n[c.Areas[i].Level.String()+" "+string(c.Areas[i].Kind)]++
	}
	return n
}

func TestFullSizeCounts(t *testing.T) {
	c := full()
	n := tally(c)
	for sort, want := range map[string]int{
		"city ": 1, "county ": 7, "village ": 1960,
		"grid general": 8470, "grid dedicated": 861, "microgrid ": 61_993,
	} {
		if n[sort] != want {
			t.Errorf("%d areas of sort %q, want %d", n[sort], sort, want)
		}
	}
	if n["town "] < 95 || n["town "] > 110 {
		t.Errorf("%d towns, want about 100", n["town "])
	}
	if len(c.Cells) != 62_854 {
		t.Errorf("%d cells, want 62854", len(c.Cells))
	}
}

func TestCountsFollowTheScale(t *testing.T) {
	for _, scale := range []float64{0.005, 0.01, 0.03, 0.1} {
		c := generate(synth.Options{Seed: 3, Scale: scale})
		n := tally(c)
		if want := int(math.Round(61_993 * scale)); n["microgrid "] != want {
			t.Errorf("scale %v: %d micro-grids, want %d", scale, n["microgrid "], want)
		}
		if want := int(math.Round(8470 * scale)); n["grid general"] != want {
			t.Errorf("scale %v: %d general grids, want %d", scale, n["grid general"], want)
		}
		if n["county "] != 7 || n["town "] < 7 || n["village "] < n["town "] || n["grid dedicated"] < 1 {
			t.Errorf("scale %v: levels missing: %v", scale, n)
		}
		checkArea(t, c)
	}
}

func TestScaleOutOfRange(t *testing.T) {
	for _, scale := range []float64{-1, 0.001, 101, math.NaN(), math.Inf(1)} {
		if _, err := synth.Generate(synth.Options{Scale: scale}); err == nil {
			t.Errorf("scale %v was accepted", scale)
		}
	}
}

// TestLargerThanLife makes a city of 157,000 cells, for which the real towns are
// cut into several.
func TestLargerThanLife(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	c := generate(synth.Options{Seed: 2, Scale: 2.5})
	n := tally(c)
	if n["microgrid "] != 154_983 || n["grid general"] != 21_175 || n["village "] != 4900 {
		t.Errorf("counts at scale 2.5: %v", n)
	}
	checkCodes(t, c)
	checkArea(t, c)
}

func checkArea(t *testing.T, c *synth.City) {
	t.Helper()
	var m2 float64
	for _, i := range c.Cells {
		m2 += c.Areas[i].Shape.AreaM2()
	}
	if math.Abs(m2/synth.LandAreaM2-1) > 0.01 {
		t.Errorf("%d cells cover %.1f km², want %.1f ± 1 %%", len(c.Cells), m2/1e6, synth.LandAreaM2/1e6)
	}
}

func TestAreaAndPlace(t *testing.T) {
	checkArea(t, full())
	box := geo.EmptyBox()
	for _, i := range full().Cells {
		box = box.Union(full().Areas[i].Shape.Box())
	}
	want := geo.Box{Min: geo.Pos{X: 1_201_500_000, Y: 315_500_000}, Max: geo.Pos{X: 1_220_000_000, Y: 327_500_000}}
	if !want.Contains(box.Min) || !want.Contains(box.Max) {
		t.Errorf("the city reaches from %v to %v, want it within %v to %v", box.Min, box.Max, want.Min, want.Max)
	}
}

func TestCodes(t *testing.T) {
	checkCodes(t, small())
	checkCodes(t, full())
}

// checkCodes checks that codes are unique, ascending, as long as their level
// says, and begin with the code of a parent that came before, one level up.
func checkCodes(t *testing.T, c *synth.City) {
	t.Helper()
	digits := map[grid.Level]int{grid.City: 4, grid.County: 6, grid.Town: 9, grid.Village: 12, grid.Grid: 15, grid.Microgrid: 18}
	level := make(map[string]grid.Level)
	last := ""
	for i := range c.Areas {
		a := &c.Areas[i]
		if a.Code <= last || len(a.Code) != digits[a.Level] {
			t.Fatalf("%v %q follows %q", a.Level, a.Code, last)
		}
		if a.Level > grid.City && (level[a.Parent] != a.Level-1 || !strings.HasPrefix(a.Code, a.Parent)) {
			t.Fatalf("%v %s has the parent %q (%v)", a.Level, a.Code, a.Parent, level[a.Parent])
		}
		if dedicated := a.Level == grid.Grid && a.Code[12] == '9'; dedicated != (a.Kind == grid.Dedicated) {
			t.Fatalf("grid %s is of kind %q", a.Code, a.Kind)
		}
		if cell := a.Level == grid.Microgrid || a.Kind == grid.Dedicated; cell != a.IsCell() {
			t.Fatalf("%v %s: is it a cell? %v", a.Level, a.Code, a.IsCell())
		}
		level[a.Code], last = a.Level, a.Code
	}
}

func TestSiblingsHaveDifferentNames(t *testing.T) {
	seen := make(map[string]bool)
	for _, a := range full().Areas {
		if seen[a.Parent+a.Name] {
			t.Fatalf("two areas of %s are named %s", a.Parent, a.Name)
		}
		seen[a.Parent+a.Name] = true
	}
}

func TestRealCounties(t *testing.T) {
	var got []string
	for _, a := range full().Areas {
		if a.Level == grid.County {
			got = append(got, a.Code+a.Name)
		}
	}
	want := []string{"320612通州区", "320613崇川区", "320614海门区", "320623如东县", "320681启东市", "320682如皋市", "320685海安市"}
	if !slices.Equal(got, want) {
		t.Errorf("counties %v, want %v", got, want)
	}
}

func TestBordersWind(t *testing.T) {
	for _, c := range []*synth.City{small(), full()} {
		n := 0
		for _, i := range c.Cells {
			for _, r := range c.Areas[i].Shape[0] {
				n += len(r)
			}
		}
		if mean := float64(n) / float64(len(c.Cells)); mean < 15 || mean > 25 {
			t.Errorf("%.1f vertices a cell, want 15 to 25", mean)
		}
	}
}

func TestTownsAreDenserThanFields(t *testing.T) {
	var km2 []float64
	for _, i := range full().Cells {
		km2 = append(km2, full().Areas[i].Shape.AreaM2()/1e6)
	}
	slices.Sort(km2)
	if low, high := km2[len(km2)/20], km2[len(km2)*19/20]; high < 8*low {
		t.Errorf("one cell in 20 is below %.3f km² and one above %.3f: too even", low, high)
	}
}

func TestHouseholds(t *testing.T) {
	n, usual, few, many := 0, 0, 0, 0
	for _, a := range full().Areas {
		switch h := a.Households; {
		case a.Level != grid.Microgrid:
			continue
		case h < 1:
			t.Fatalf("micro-grid %s has %d households", a.Code, h)
		case h < 50:
			few++
		case h > 100:
			many++
		default:
			usual++
		}
		n++
	}
	if usual*100 < n*88 || few*200 < n || many*200 < n {
		t.Errorf("of %d micro-grids %d have 50 to 100 households, %d fewer, %d more", n, usual, few, many)
	}
}

// TestCellsTile proves laws 1 and 2 by building the coverage, which refuses gaps,
// overlaps and rings that touch themselves.
func TestCellsTile(t *testing.T) {
	for _, c := range []*synth.City{small(), full()} {
		var faces []coverage.Face
		for _, i := range c.Cells {
			faces = append(faces, coverage.Face{Name: c.Areas[i].Code, Shape: c.Areas[i].Shape})
		}
		if _, err := coverage.Build(faces); err != nil {
			t.Error(err)
		}
	}
}
