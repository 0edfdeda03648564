package coverage_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"jingwei/geo"
	"jingwei/geo/coverage"
)

// promise is how many positions a run compares with brute force on random
// coverages; postgisPromise how many with PostGIS.
const (
	promise        = 1_000_000
	postgisPromise = 100_000
)

// kinds are the sorts of positions that are asked for.
var kinds = []string{"anywhere", "vertex", "middle of an edge", "on an edge", "outer border"}

// tally counts what was compared.
type tally struct {
	positions map[string]int
	coverages map[string]int
}

func newTally() *tally { return &tally{map[string]int{}, map[string]int{}} }

func (a *tally) add(b *tally) {
	for k, n := range b.positions {
		a.positions[k] += n
	}
	for k, n := range b.coverages {
		a.coverages[k] += n
	}
}

func (a *tally) total() (n int) {
	for _, k := range a.positions {
		n += k
	}
	return n
}

// check fails when less was compared than was promised, or nothing of some kind.
func (a *tally) check(t *testing.T, least int, features ...string) {
	t.Helper()
	t.Logf("compared %d positions: %v, in coverages with %v", a.total(), a.positions, a.coverages)
	if n := a.total(); n < least {
		t.Errorf("compared %d positions, less than %d", n, least)
	}
	for _, k := range kinds {
		if a.positions[k] == 0 {
			t.Errorf("compared no position of the kind %q", k)
		}
	}
	for _, f := range features {
		if a.coverages[f] == 0 {
			t.Errorf("compared no coverage with %s", f)
		}
	}
}

// A million positions, zero mismatches: Locate and LocateAll give what looking at
// every cell gives, and of the cells never more than one has a position.
func TestLocateAMillion(t *testing.T) {
	const positions, sketchesAtOnce = 2000, 32
	total := newTally()
	for seed := 0; total.total() < promise && !t.Failed(); seed += sketchesAtOnce {
		var wg sync.WaitGroup
		tallies := make([]*tally, sketchesAtOnce)
		for i := range tallies {
			wg.Go(func() { tallies[i] = proveSketch(t, seed+i, positions) })
		}
		wg.Wait()
		for _, one := range tallies {
			total.add(one)
		}
	}
	total.check(t, promise, "holes", "exclaves", "needles", "collinear vertices", "nearly collinear vertices")
}

// proveSketch compares n positions on a random coverage.
func proveSketch(t *testing.T, seed, n int) *tally {
	done := newTally()
	s := sketches.Example(seed)
	c, err := coverage.Build(s.faces)
	if err != nil {
		t.Errorf("sketch %d: %v", seed, err)
		return done
	}
	for f := range s.features() {
		done.coverages[f]++
	}
	r := rand.New(rand.NewPCG(uint64(seed), 5))
	p := newProber(r, s.edges(), s.borderEdges())
	for _, kind := range kinds {
		ps := p.draw(kind, n/len(kinds))
		got := make([]int32, len(ps))
		c.LocateAll(got, ps)
		for i, q := range ps {
			want, holders := s.at(q), s.holders(q)
			if got[i] != want || c.Locate(q) != want || holders > 1 {
				t.Errorf("sketch %d: %s %d %d is in face %d, in a batch %d, want %d; %d cells have it", seed, kind, q.X, q.Y, c.Locate(q), got[i], want, holders)
				return done
			}
		}
		done.positions[kind] += len(ps)
	}
	return done
}

// holders returns how many cells have p by the ownership rule.
func (s *sketch) holders(p geo.Pos) (n int) {
	for _, c := range s.cells {
		if c.ring.Contains(p) {
			n++
		}
	}
	return n
}

// features names what makes a coverage hard.
func (s *sketch) features() map[string]bool {
	has := map[string]bool{}
	for _, f := range s.faces {
		if len(f.Shape) > 1 {
			has["exclaves"] = true
		}
		for _, poly := range f.Shape {
			if len(poly) > 1 {
				has["holes"] = true
			}
			for _, r := range poly {
				for i := range r {
					has[bend(r[i], r[(i+1)%len(r)], r[(i+2)%len(r)])] = true
				}
			}
		}
	}
	for _, c := range s.cells {
		if len(c.ring) == 3 {
			has["needles"] = true
		}
	}
	delete(has, "")
	return has
}

// bend names a turn that is none, or hardly one: twice the triangle of the three
// has less area than its longest side is long.
func bend(a, b, c geo.Pos) string {
	twice := 2 * triangle(a, b, c)
	switch long := max(abs(a.X, c.X), abs(a.Y, c.Y)); {
	case twice == 0:
		return "collinear vertices"
	case twice <= 4*long && long > 1000:
		return "nearly collinear vertices"
	}
	return ""
}

func abs(a, b int32) float64 { return float64(max(int64(a)-int64(b), int64(b)-int64(a))) }

// edges returns all sides of cells.
func (s *sketch) edges() []segment {
	var all []segment
	for _, c := range s.cells {
		all = append(all, sides(c.ring)...)
	}
	return all
}

// borderEdges returns the sides with a face on one side only.
func (s *sketch) borderEdges() []segment {
	count := map[segment]int{}
	var order, out []segment
	for _, c := range s.cells {
		if c.face == coverage.None {
			continue
		}
		for _, side := range sides(c.ring) {
			count[side]++
			order = append(order, side)
		}
	}
	for _, side := range order {
		if count[side] == 1 {
			out = append(out, side)
		}
	}
	return out
}

// Over the real data too, every position has exactly one face, or none and touches
// at most the one it goes to.
func TestLocateRealData(t *testing.T) {
	const positions = 100_000
	total := newTally()
	for name, c := range realCoverages(t) {
		one := proveReal(t, c, positions)
		one.coverages[name]++
		total.add(one)
	}
	total.check(t, 3*positions, "output areas", "repaired LSOAs", "repaired counties")
}

func realCoverages(t *testing.T) map[string]*coverage.Coverage {
	t.Helper()
	lsoas, _ := coverage.Repair(realFaces(t, "bristol/lsoa-*.geojson", "LSOA11CD"), 1)
	counties, _ := coverage.Repair(realFaces(t, "nantong-counties-gcj02.geojson", "name"), 50)
	return map[string]*coverage.Coverage{
		"output areas":      mustBuild(t, realFaces(t, "bristol/output-areas-*.geojson", "OA11CD")),
		"repaired LSOAs":    mustBuild(t, lsoas),
		"repaired counties": mustBuild(t, counties),
	}
}

// proveReal compares n positions with looking at every face.
func proveReal(t *testing.T, c *coverage.Coverage, n int) *tally {
	faces, done := shapesOf(c), newTally()
	for _, kind := range kinds {
		ps := coverProber(c, uint64(n)).draw(kind, n/len(kinds))
		got := make([]int32, len(ps))
		c.LocateAll(got, ps)
		var wg sync.WaitGroup
		const chunk = 1000
		for from := 0; from < len(ps); from += chunk {
			wg.Go(func() {
				for i := from; i < min(from+chunk, len(ps)); i++ {
					if want, holders := lookedFor(c, faces, ps[i]); got[i] != want || c.Locate(ps[i]) != want || holders > 1 {
						t.Errorf("%s %v is in face %d, want %d; %d faces have it", kind, ps[i], got[i], want, holders)
					}
				}
			})
		}
		wg.Wait()
		done.positions[kind] += len(ps)
	}
	return done
}

// lookedFor returns the face of p by the ownership rule and how many have it,
// looking at every face whose box does.
func lookedFor(c *coverage.Coverage, faces []coverage.Face, p geo.Pos) (face int32, holders int) {
	face, touching := coverage.None, coverage.None
	for f := range faces {
		f := int32(f)
		if !c.Box(f).Contains(p) {
			continue
		}
		if faces[f].Shape.Contains(p) {
			holders++
			face = f
		} else if touching == coverage.None && lowestTouching(faces[f:f+1], p) == 0 {
			touching = f
		}
	}
	if face == coverage.None {
		face = touching
	}
	return face, holders
}

// coverProber draws from the arcs of a coverage.
func coverProber(c *coverage.Coverage, seed uint64) *prober {
	var edges, border []segment
	for _, a := range c.Arcs() {
		for k := range len(a.Pos) - 1 {
			e := segment{a.Pos[k], a.Pos[k+1]}
			edges = append(edges, e)
			if a.Left == coverage.None || a.Right == coverage.None {
				border = append(border, e)
			}
		}
	}
	return newProber(rand.New(rand.NewPCG(seed, 6)), edges, border)
}

// prober draws positions of each kind.
type prober struct {
	*rand.Rand
	edges, border []segment
	box           geo.Box
}

func newProber(r *rand.Rand, edges, border []segment) *prober {
	p := &prober{r, edges, border, geo.EmptyBox()}
	for _, e := range edges {
		p.box = p.box.Add(e.a).Add(e.b)
	}
	return p
}

// draw returns n positions of a kind; none at the border where there is none.
func (p *prober) draw(kind string, n int) []geo.Pos {
	if kind == "outer border" && len(p.border) == 0 {
		return nil
	}
	ps := make([]geo.Pos, n)
	for i := range ps {
		switch e := p.edges[p.IntN(len(p.edges))]; kind {
		case "anywhere":
			ps[i] = nudged(p.Rand, anywhere(p.Rand, p.box))
		case "vertex":
			ps[i] = e.a
		case "middle of an edge":
			ps[i] = geo.Pos{X: int32((int64(e.a.X) + int64(e.b.X)) >> 1), Y: int32((int64(e.a.Y) + int64(e.b.Y)) >> 1)}
		case "on an edge":
			ps[i] = p.on(e)
		case "outer border":
			ps[i] = p.on(p.border[p.IntN(len(p.border))])
			if p.IntN(4) == 0 {
				ps[i] = nudged(p.Rand, ps[i])
			}
		default:
			panic(fmt.Sprintf("no kind of position: %q", kind))
		}
	}
	return ps
}

// on returns a position exactly on e: an end, where there is no other.
func (p *prober) on(e segment) geo.Pos {
	dx, dy := int64(e.b.X)-int64(e.a.X), int64(e.b.Y)-int64(e.a.Y)
	g := gcd(dx, dy)
	k := p.Int64N(g + 1)
	return geo.Pos{X: int32(int64(e.a.X) + k*(dx/g)), Y: int32(int64(e.a.Y) + k*(dy/g))}
}
