package density_test

import (
	"testing"
	"time"

	"jingwei/density"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestFilterNamesWhatIsWrong(t *testing.T) {
	for _, f := range []density.Filter{
		{Matters: []string{""}},
		{Matters: []string{"1"}},
		{Matters: []string{"01", "010"}},
		{Matters: []string{"01010101"}},
		{Matters: []string{"ab"}},
		{Matters: []string{"+1"}},
		{Matters: []string{"-1"}},
		{Matters: []string{"01,02"}},
		{State: 4},
		{From: start, To: start.Add(-time.Second)},
	} {
		if f.Validate() == nil {
			t.Errorf("%+v is valid", f)
		}
	}
	for _, f := range []density.Filter{
		{}, {Matters: []string{"01"}}, {Matters: []string{"0102", "0103"}}, {Matters: []string{"010203"}}, {From: start, To: start}, {State: density.Overdue},
	} {
		if err := f.Validate(); err != nil {
			t.Errorf("%+v: %v", f, err)
		}
	}
}

func TestParseState(t *testing.T) {
	for _, s := range []density.State{density.Open, density.Closed, density.Overdue} {
		if got, err := density.ParseState(s.String()); got != s || err != nil {
			t.Errorf("%v: %v, %v", s, got, err)
		}
	}
	for _, name := range []string{"", "any", "OPEN"} {
		if s, err := density.ParseState(name); err == nil {
			t.Errorf("%q is %v", name, s)
		}
	}
}

func TestCanonical(t *testing.T) {
	beijing := time.FixedZone("", 8*3600)
	f := density.Filter{
		From: start.Add(time.Second / 2).In(beijing), To: start.Add(time.Hour).In(beijing),
		Matters: []string{"0203", "010101", "01", "0203"}, State: density.Open,
	}
	want := density.Filter{From: start, To: start.Add(time.Hour), Matters: []string{"01", "0203"}, State: density.Open}
	if d := gocmp.Diff(want, f.Canonical()); d != "" {
		t.Error(d)
	}
	if got, want := f.Key(), "1767225600-1767229200/01,0203/open"; got != want {
		t.Errorf("key %s, want %s", got, want)
	}
	if got := (density.Filter{}).Key(); got != "-//" {
		t.Errorf("key %s", got)
	}
}

// Filters with the same key count the same, as does the canonical one of each.
func TestKeysTellFiltersApart(t *testing.T) {
	m := newModel()
	s := board(t, 1, 4)
	rapid.Check(t, func(t *rapid.T) {
		f, g := anyFilter().Draw(t, "filter"), anyFilter().Draw(t, "other")
		for _, r := range rapid.SliceOfN(anyReport(), 10, 30).Draw(t, "reports") {
			m.put(r)
		}
		c := f.Canonical()
		if c.Key() != f.Key() || gocmp.Diff(c, c.Canonical()) != "" {
			t.Fatalf("canonical %+v, again %+v", c, c.Canonical())
		}
		if d := gocmp.Diff(m.count(s, f), m.count(s, c)); d != "" {
			t.Fatalf("%+v and %+v: %s", f, c, d)
		}
		if f.Key() == g.Key() && gocmp.Diff(m.count(s, f), m.count(s, g)) != "" {
			t.Fatalf("%+v and %+v have the key %s", f, g, f.Key())
		}
	})
}
