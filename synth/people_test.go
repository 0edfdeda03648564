package synth_test

import (
	"testing"
	"time"

	"jingwei/grid"
	"jingwei/synth"
)

func TestEveryGridHasItsPeople(t *testing.T) {
	c := full()
	role := make(map[string]grid.Role)
	roles := make(map[grid.Role]int)
	for _, w := range c.Workers {
		if _, ok := role[w.Code]; ok || w.Name == "" || len(w.Phone) != 11 {
			t.Fatalf("worker %+v", w)
		}
		role[w.Code] = w.Role
		roles[w.Role]++
	}
	if roles[grid.Leader] != 9331 || roles[grid.Liaison] != 61_993 {
		t.Errorf("%d leaders and %d liaisons, want 9331 and 61993", roles[grid.Leader], roles[grid.Liaison])
	}
	on := primariesOn(t, c, c.End())
	for i := range c.Areas {
		a := &c.Areas[i]
		want := map[grid.Level]grid.Role{grid.Grid: grid.Leader, grid.Microgrid: grid.Liaison, grid.Town: grid.Dispatcher, grid.County: grid.Dispatcher, grid.City: grid.Dispatcher}[a.Level]
		if role[on[a.Code]] != want {
			t.Fatalf("%v %s has the primary %q, a %q; want a %q", a.Level, a.Code, on[a.Code], role[on[a.Code]], want)
		}
	}
	primariesOn(t, c, c.Start())
}

// primariesOn returns the primary of each area at a time, and checks that there
// is but one.
func primariesOn(t *testing.T, c *synth.City, at time.Time) map[string]string {
	t.Helper()
	on := make(map[string]string)
	for _, p := range c.Posts {
		held := grid.Post{From: p.From, Until: p.Until}.Holds(at)
		if p.Rank != grid.Primary || !held {
			continue
		}
		if on[p.Area] != "" {
			t.Fatalf("%s has the primaries %s and %s at %v", p.Area, on[p.Area], p.Worker, at)
		}
		on[p.Area] = p.Worker
	}
	return on
}

func TestPhonesDiffer(t *testing.T) {
	seen := make(map[string]bool)
	for _, w := range full().Workers {
		if seen[w.Phone] || w.Phone[:2] != "12" {
			t.Fatalf("phone %s of %s", w.Phone, w.Code)
		}
		seen[w.Phone] = true
	}
}

func TestPostsDoNotOverlap(t *testing.T) {
	type key struct{ worker, area string }
	until := make(map[key]time.Time)
	deputies := 0
	for _, p := range full().Posts {
		k := key{p.Worker, p.Area}
		end := p.Until
		if end.IsZero() {
			end = full().End()
		}
		if p.From.Before(until[k]) || !p.From.Before(end) {
			t.Fatalf("post %+v: overlaps the one until %v, or is over before it began", p, until[k])
		}
		until[k] = end
		if p.Rank == grid.Deputy {
			deputies++
		}
	}
	if deputies == 0 {
		t.Error("nobody has a deputy")
	}
}

func TestCatalogue(t *testing.T) {
	categories, items, codes := make(map[string]bool), make(map[string]bool), make(map[string]bool)
	last := ""
	for _, m := range full().Matters {
		if m.Code <= last || len(m.Code) != 6 || m.Name == "" || !m.Level.Valid() || m.Limit <= 0 || codes[m.Item+m.Name] {
			t.Errorf("matter %+v after %s", m, last)
		}
		categories[m.Category], items[m.Category+m.Item], codes[m.Item+m.Name] = true, true, true
		last = m.Code
	}
	if len(categories) != 6 || len(items) != 64 || len(codes) != 284 {
		t.Errorf("%d categories, %d items, %d matters; want 6, 64, 284", len(categories), len(items), len(codes))
	}
}
