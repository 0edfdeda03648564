package coverage

import "jingwei/geo"

// untangle returns the valid form of a face; where its border crosses itself, of all
// that the outer rings of its polygons go around, either way and however often, but
// not the holes of the same polygon: no ground becomes a gap for being there twice.
func (r *repairer) untangle(f int32, shape geo.MultiPolygon) geo.MultiPolygon {
	valid, bad := normalise(Face{r.names[f], shape})
	if len(bad) == 0 || bad[0].Rule == Empty {
		return valid
	}
	t := newTangle(shape)
	c := Change{Action: Untangled, Faces: []string{r.names[f]}, At: bad[0].At}
	c.AreaM2, c.WidthM = t.twice()
	r.changed[f] = true
	r.changes = append(r.changes, c)
	return t.union(func(region int32) bool { return t.times(region) > 0 })
}

// tangle is the arrangement of the rings of one face, each as a face of its own.
type tangle struct {
	*arrangement
	outer []int32 // of each ring, the outer ring of its polygon, which comes before its holes
}

func newTangle(shape geo.MultiPolygon) *tangle {
	t := &tangle{}
	var rings []geo.MultiPolygon
	for _, poly := range shape {
		first := int32(len(rings))
		for _, ring := range cleanRings(geo.MultiPolygon{poly}) {
			rings, t.outer = append(rings, geo.MultiPolygon{{ring}}), append(t.outer, first)
		}
	}
	t.arrangement = arrange(pieces(rings))
	return t
}

// times returns how often the face has a region: how often each outer ring goes
// around it, but for those with a hole there.
func (t *tangle) times(region int32) int32 {
	cover, n := t.regions[region].cover, int32(0)
	for i, c := range cover {
		hole := i+1 < len(cover) && t.outer[cover[i+1].face] == c.face
		if t.outer[c.face] == c.face && !hole {
			n += max(c.by, -c.by)
		}
	}
	return n
}

// twice returns the area of the ground that the face has more than once, in square
// metres, and the mean width of its widest region, in metres.
func (t *tangle) twice() (m2, width float64) {
	for r := range t.regions[1:] {
		if r := int32(r + 1); t.times(r) > 1 {
			area, wide, _ := t.area(r)
			m2, width = m2+area, max(width, wide)
		}
	}
	return m2, width
}
