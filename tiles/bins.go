package tiles

import (
	"sync"

	"jingwei/density"
	"jingwei/geo"
	"jingwei/tiles/mvt"
)

// drawBins adds squares. They end where the next begin, also across the sides of
// the tile: none needs a buffer.
func drawBins(l *mvt.Layer, a Address, list []density.Bin) {
	zoom := Bins.cellZoom(a.Z)
	sizes := rowSizes{z: zoom}
	var geometry []byte
	for i := range list {
		c := &list[i]
		p, side := a.corner(c, zoom)
		square := []mvt.Point{p, {X: p.X + side, Y: p.Y}, {X: p.X + side, Y: p.Y + side}, {X: p.X, Y: p.Y + side}}
		geometry = mvt.AppendPolygon(geometry[:0], new(mvt.Cursor), square)
		l.Add(
			mvt.Feature{ID: id(c, zoom), Type: mvt.Polygons, Geometry: geometry},
			l.Key("count"), l.Uint(uint64(c.Count)), l.Key("open"), l.Uint(uint64(c.Open)), l.Key("overdue"), l.Uint(uint64(c.Overdue)),
			l.Key("per_km2"), l.Double(perUnit(uint64(c.Count), sizes.km2(c.Y))),
		)
	}
}

// rowSizes are the sizes of the cells of a zoom by their rows, each found once. It is
// safe for concurrent use.
type rowSizes struct {
	z    uint8
	mu   sync.Mutex
	rows map[uint32]float64
}

// km2 returns the size of a cell in row y, in square kilometres on the ellipsoid.
func (s *rowSizes) km2(y uint32) float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	size, known := s.rows[y]
	if !known {
		if s.rows == nil {
			s.rows = map[uint32]float64{}
		}
		size = cellKm2(s.z, y)
		s.rows[y] = size
	}
	return size
}

// cellKm2 returns the size of a cell: that of a strip one degree wide, so that its
// parallels are sides of a rectangle, by the share that the cell is of it.
func cellKm2(z uint8, y uint32) float64 {
	n := float64(uint64(1) << z)
	south, north := geo.MercatorLatitude(float64(y+1)/n), geo.MercatorLatitude(float64(y)/n)
	s, t := int32(south), int32(north)
	strip := geo.Ring{{X: 0, Y: s}, {X: geo.PerDegree, Y: s}, {X: geo.PerDegree, Y: t}, {X: 0, Y: t}}
	return strip.AreaM2() / 1e6 * 360 / n
}
