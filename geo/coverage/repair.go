package coverage

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"jingwei/geo"
)

// Action is what a repair did at one place.
type Action string

// The actions of [Repair].
const (
	Untangled Action = "untangled" // a face whose border crossed itself keeps all that it goes around
	Snapped   Action = "snapped"   // a position of a border went to one of a neighbour
	Filled    Action = "filled"    // a gap went to the neighbour with the longest shared border
	Trimmed   Action = "trimmed"   // an overlap was left to the face with the longest border around it
)

// Change is one thing that a repair did.
type Change struct {
	Action Action
	Faces  []string // the face that changed or gained first
	At     geo.Pos
	AreaM2 float64 // of the gap or overlap, or of the ground that an untangled face had more than once, square metres
	WidthM float64 // its mean width, of several the largest, or how far a position went, metres
}

// String says what was done to which face, where, and how much.
func (c Change) String() string {
	if c.AreaM2 > 0 {
		return fmt.Sprintf("%s at %v: %s (%s m², %s m wide)", c.Action, c.At, strings.Join(c.Faces, ", "), Size(c.AreaM2), Size(c.WidthM))
	}
	return fmt.Sprintf("%s at %v: %s (%s m)", c.Action, c.At, strings.Join(c.Faces, ", "), Size(c.WidthM))
}

// Repair makes faces meet that nearly do. Positions of unshared borders go to
// those of neighbours, and onto their edges, when they are nearer than width
// metres or [SliverWidth], whichever is less; then gaps and overlaps of a mean
// width below width metres go to one of the faces beside them. Shared borders
// and everything wider stay as they are. It returns the faces as they are then,
// which may still not be a coverage: [Build] tells.
func Repair(faces []Face, width float64) ([]Face, []Change) {
	r := &repairer{width: width, names: make([]string, len(faces)), shapes: make([]geo.MultiPolygon, len(faces)), changed: make([]bool, len(faces))}
	for i, f := range faces {
		r.names[i] = f.Name
		r.shapes[i] = r.untangle(int32(i), f.Shape)
	}
	for range repairRounds {
		if m, dirty := noded(r.shapes); len(dirty) == 0 && len(m.inlets(r.names)) == 0 {
			break
		}
		before := len(r.changes)
		r.snap()
		if m, dirty := noded(r.shapes); len(dirty) > 0 {
			r.reassign(m, dirty)
		}
		if len(r.changes) == before {
			break
		}
	}
	out := slices.Clone(faces)
	for i := range faces {
		if r.changed[i] {
			out[i].Shape = r.shapes[i]
		}
	}
	return out, r.changes
}

// repairRounds bounds how often a repair looks at what the last round left: a
// border cut for one neighbour may have to be cut for the next.
const repairRounds = 8

type repairer struct {
	width   float64
	names   []string
	shapes  []geo.MultiPolygon
	changed []bool // whether the shape is another than was given
	changes []Change
}

// union returns the polygons of the regions that in holds for.
func (a *arrangement) union(in func(region int32) bool) geo.MultiPolygon {
	var edges []edge
	for i, p := range a.pieces {
		left, right := a.sides(i)
		switch l, r := in(left), in(right); {
		case l && !r:
			edges = append(edges, p.edge)
		case r && !l:
			edges = append(edges, edge{p.b, p.a})
		}
	}
	return polygons(edges)
}

// sides returns the regions left and right of piece i.
func (a *arrangement) sides(i int) (left, right int32) {
	return a.within[a.loopOf[2*i]], a.within[a.loopOf[2*i+1]]
}

// polygons assembles directed edges that are known to bound an inside.
func polygons(edges []edge) geo.MultiPolygon {
	var outer, holes []geo.Ring
	for _, r := range trace(edges) {
		if r.CounterClockwise() {
			outer = append(outer, r)
		} else {
			holes = append(holes, r)
		}
	}
	return nest(outer, holes)
}

// reassign gives each narrow gap and overlap near the dirty edges to one face.
func (r *repairer) reassign(m *mesh, dirty []int32) {
	near := facesNear(r.shapes, m, dirty)
	some := make([]geo.MultiPolygon, len(near))
	for i, f := range near {
		some[i] = r.shapes[f]
	}
	a := arrange(pieces(some))
	grounds, gaps := a.grounds(len(near)), a.gaps(r.shapes, near)
	touched := map[int32]bool{}
	for i := range a.regions[1:] {
		reg := int32(i + 1)
		cover := facesOf(a.regions[reg].cover)
		if len(cover) == 1 || len(cover) == 0 && !gaps[reg] {
			continue
		}
		m2, width, at := a.area(reg)
		winner, ok := a.winner(reg, cover, grounds)
		if width >= r.width || !ok {
			continue
		}
		touched[winner] = true
		c := Change{Action: Filled, Faces: []string{r.names[near[winner]]}, At: at, AreaM2: m2, WidthM: width}
		for _, f := range cover {
			c.Action = Trimmed
			if f != winner {
				touched[f] = true
				grounds[f]--
				c.Faces = append(c.Faces, r.names[near[f]])
			}
		}
		a.regions[reg].cover = []net{{winner, 1}}
		r.changes = append(r.changes, c)
	}
	for _, f := range slices.Sorted(maps.Keys(touched)) {
		r.changed[near[f]] = true
		r.shapes[near[f]] = a.union(func(reg int32) bool {
			return slices.ContainsFunc(a.regions[reg].cover, func(n net) bool { return n.face == f })
		})
	}
}

// grounds counts the regions that each face covers.
func (a *arrangement) grounds(faces int) []int {
	n := make([]int, faces)
	for _, r := range a.regions {
		for _, c := range r.cover {
			n[c.face]++
		}
	}
	return n
}

// winner returns the face to have region reg, which the faces of cover share: the
// one that has no other ground, as a face in another, or else the longest. There
// is none when two have no other.
func (a *arrangement) winner(reg int32, cover []int32, grounds []int) (int32, bool) {
	last := slices.DeleteFunc(slices.Clone(cover), func(f int32) bool { return grounds[f] > 1 })
	switch len(last) {
	case 0:
		return a.longest(reg, cover)
	case 1:
		return last[0], true
	}
	return None, false
}

// longest returns the face, of those given or else of all, that alone covers the
// ground along most of the border of region reg, in metres.
func (a *arrangement) longest(reg int32, among []int32) (int32, bool) {
	length := map[int32]float64{}
	for _, l := range a.regions[reg].loops {
		for _, h := range a.loops[l] {
			cover := a.regions[a.within[a.loopOf[h^1]]].cover
			if len(cover) == 1 && (len(among) == 0 || slices.Contains(among, cover[0].face)) {
				length[cover[0].face] += geo.Distance(a.half(h).a, a.half(h).b)
			}
		}
	}
	if len(length) == 0 {
		if len(among) == 0 {
			return None, false
		}
		return among[0], true // none has ground of its own beside it
	}
	faces := slices.Sorted(maps.Keys(length))
	return slices.MaxFunc(faces, func(f, g int32) int {
		return cmp.Or(cmp.Compare(length[f], length[g]), cmp.Compare(g, f))
	}), true
}
