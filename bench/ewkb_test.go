package bench

import (
	"jingwei/geo"

	"github.com/twpayne/go-geom"
	"github.com/twpayne/go-geom/encoding/ewkbhex"
)

// hexEWKB writes a shape as PostGIS reads it.
func hexEWKB(shape geo.MultiPolygon) string {
	m := geom.NewMultiPolygon(geom.XY).SetSRID(4326)
	for _, polygon := range shape.Orb() {
		p := geom.NewPolygon(geom.XY)
		for _, ring := range polygon {
			flat := make([]float64, 0, 2*len(ring))
			for _, at := range ring {
				flat = append(flat, at[0], at[1])
			}
			if err := p.Push(geom.NewLinearRingFlat(geom.XY, flat)); err != nil {
				panic(err)
			}
		}
		if err := m.Push(p); err != nil {
			panic(err)
		}
	}
	text, err := ewkbhex.Encode(m, ewkbhex.NDR)
	if err != nil {
		panic(err)
	}
	return text
}
