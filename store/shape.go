package store

import (
	"cmp"
	"fmt"
	"slices"

	"jingwei/geo"

	"github.com/twpayne/go-geom"
)

// srid is that of WGS 84 longitude and latitude.
const srid = 4326

// shape is a multipolygon as PostGIS keeps it; nil stands for NULL.
type shape geo.MultiPolygon

// ScanGeom implements pgxgeom.GeomScanner. Coordinates are quantised to the
// lattice, which is exact for what came from it.
func (s *shape) ScanGeom(g geom.T) error {
	m, ok := g.(*geom.MultiPolygon)
	if !ok {
		return fmt.Errorf("a %T where a multipolygon belongs", g)
	}
	out := make(shape, 0, m.NumPolygons())
	flat, from := m.FlatCoords(), 0
	for _, ends := range m.Endss() {
		p := make(geo.Polygon, 0, len(ends))
		for _, end := range ends {
			r, err := latticeRing(flat[from:end])
			if err != nil {
				return err
			}
			p, from = append(p, r), end
		}
		out = append(out, p)
	}
	*s = out
	return nil
}

// latticeRing reads a closed ring of x, y, x, y and so on.
func latticeRing(flat []float64) (geo.Ring, error) {
	r := make(geo.Ring, 0, len(flat)/2)
	for i := 0; i+2 < len(flat); i += 2 {
		p, err := geo.FromDegrees(flat[i], flat[i+1])
		if err != nil {
			return nil, err
		}
		r = append(r, p)
	}
	return r, nil
}

// GeomValue implements pgxgeom.GeomValuer.
func (s shape) GeomValue() (geom.T, error) {
	var flat []float64
	endss := make([][]int, len(s))
	for i, p := range s {
		for _, r := range p {
			for _, at := range r {
				flat = append(flat, at.Lon(), at.Lat())
			}
			flat = append(flat, r[0].Lon(), r[0].Lat())
			endss[i] = append(endss[i], len(flat))
		}
	}
	return geom.NewMultiPolygonFlat(geom.XY, flat, endss).SetSRID(srid), nil
}

// canonical returns a shape in the one form that all equal shapes have: rings
// start at their lowest position, holes and polygons are in order.
func canonical(m geo.MultiPolygon) geo.MultiPolygon {
	out := make(geo.MultiPolygon, len(m))
	for i, p := range m {
		out[i] = make(geo.Polygon, len(p))
		for j, r := range p {
			k := slices.Index(r, slices.MinFunc(r, geo.Pos.Compare))
			out[i][j] = slices.Concat(r[k:], r[:k])
		}
		slices.SortFunc(out[i][1:], compareRings)
	}
	slices.SortFunc(out, func(a, b geo.Polygon) int { return compareRings(a[0], b[0]) })
	return out
}

func compareRings(a, b geo.Ring) int {
	return cmp.Or(slices.CompareFunc(a, b, geo.Pos.Compare), cmp.Compare(len(a), len(b)))
}

// sameShape reports whether two canonical shapes are equal.
func sameShape(a, b geo.MultiPolygon) bool {
	return (a == nil) == (b == nil) && slices.EqualFunc(a, b, func(p, q geo.Polygon) bool {
		return slices.EqualFunc(p, q, slices.Equal[geo.Ring])
	})
}
