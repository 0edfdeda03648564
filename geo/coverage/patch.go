package coverage

import (
	"fmt"
	"maps"
	"slices"

	"jingwei/geo"
)

// Patch returns the coverage in which the faces that are keys have the names and
// shapes given. A face without a shape is no more, though its number stays: it is
// empty and holds no position. New faces have the numbers from [Coverage.Len] up;
// all other faces keep theirs.
//
// The new shapes cover together the ground of the old ones: where S are the faces
// as they were and S′ as they will be, each valid, ∂S = ∂S′, once positions of the
// one that lie on edges of the other are added to them. Then the sum of all borders
// is what it was, and the law still holds. Otherwise the error is *[Violations] and
// lists what is left over, taken twice, or taken from outside.
//
// c stays as it is, for those who read it, while it is patched too. What is done
// is in proportion to S and S′, but for the top grid of the index, which is copied,
// the index of the outer border, made anew when the patch touches it, and the whole
// index, made anew when a quarter of its tiles have been patched.
func (c *Coverage) Patch(faces map[int32]Face) (*Coverage, error) {
	if len(faces) == 0 {
		return c, nil
	}
	p, err := c.newPatch(faces)
	if err != nil {
		return nil, err
	}
	m, border, _ := meshed(append(slices.Clip(p.shapes), p.outside()))
	if len(border) > 0 {
		return nil, violated(p.explain(m, border))
	}
	return newSplice(newGraft(p, m)).coverage(), nil
}

// patch is what a set of faces is to become.
type patch struct {
	of     *Coverage
	faces  map[int32]Face
	drawn  []int32            // the faces that get a shape, ascending
	shapes []geo.MultiPolygon // of drawn
	count  int                // faces when all is done, with or without a shape
	gone   map[int32]bool     // the faces as they were
	dying  []int32            // arcs beside those, ascending
	rim    ringRef            // those of them with something else beside them, as that runs along them
}

func (c *Coverage) newPatch(faces map[int32]Face) (*patch, error) {
	p := &patch{of: c, faces: faces, gone: map[int32]bool{}}
	var drawn []Face
	next := int32(c.Len())
	for _, f := range slices.Sorted(maps.Keys(faces)) {
		switch {
		case f < 0 || f > next:
			return nil, fmt.Errorf("patch of face %d: there are faces 0 to %d, and the next new one is %d", f, c.Len()-1, next)
		case f == next:
			next++
		default:
			p.gone[f] = true
		}
		if len(faces[f].Shape) > 0 {
			p.drawn, drawn = append(p.drawn, f), append(drawn, faces[f])
		}
	}
	p.count = int(next)
	var bad []Violation
	if p.shapes, bad = normaliseAll(drawn); len(bad) > 0 {
		return nil, violated(bad)
	}
	p.cutOut()
	return p, nil
}

// cutOut lists the arcs that the patch replaces.
func (p *patch) cutOut() {
	for f := range p.gone {
		for _, ring := range *p.of.rings.at(f) {
			for _, ref := range ring {
				p.dying = append(p.dying, arcIndex(ref))
			}
		}
	}
	slices.Sort(p.dying)
	p.dying = slices.Compact(p.dying)
	for _, i := range p.dying {
		switch a := p.of.arcs.at(i); {
		case !p.gone[a.Left]:
			p.rim = append(p.rim, i)
		case !p.gone[a.Right]:
			p.rim = append(p.rim, ^i)
		}
	}
}

// outside returns rings that run along the rim, with all that the patch leaves as
// it is on their left.
func (p *patch) outside() geo.MultiPolygon {
	var edges []edge
	for _, ref := range p.rim {
		pos := p.of.run(ref)
		for i, b := range pos[1:] {
			edges = append(edges, edge{pos[i], b})
		}
	}
	var shape geo.MultiPolygon
	for _, r := range trace(edges) {
		shape = append(shape, geo.Polygon{r})
	}
	return shape
}

// run returns the positions along an arc, as ref runs along it, to be read only.
func (c *Coverage) run(ref int32) []geo.Pos {
	pos := c.arcs.at(arcIndex(ref)).Pos
	if ref < 0 {
		pos = slices.Clone(pos)
		slices.Reverse(pos)
	}
	return pos
}

// leftFace returns the face on the left of an arc, as ref runs along it.
func (c *Coverage) leftFace(ref int32) int32 {
	if ref < 0 {
		return c.arcs.at(^ref).Right
	}
	return c.arcs.at(ref).Left
}
