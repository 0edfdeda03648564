package tiles

import (
	"time"

	"jingwei/density"
	"jingwei/tiles/mvt"
)

// drawReports adds a point for each cell: the report in it at its place, or, of
// more, a cluster at their mean, see [density.Bin].
func drawReports(l *mvt.Layer, a Address, list []density.Bin) {
	zoom, m := Reports.cellZoom(a.Z), a.projection()
	var geometry []byte
	for i := range list {
		c := &list[i]
		geometry = mvt.AppendPoints(geometry[:0], new(mvt.Cursor), []mvt.Point{a.within(c, zoom, m.point(c.Mean))})
		l.Add(mvt.Feature{ID: id(c, zoom), Type: mvt.Points, Geometry: geometry}, reportTags(l, c)...)
	}
}

func reportTags(l *mvt.Layer, c *density.Bin) []uint32 {
	tags := []uint32{
		l.Key("count"), l.Uint(uint64(c.Count)), l.Key("open"), l.Uint(uint64(c.Open)), l.Key("overdue"), l.Uint(uint64(c.Overdue)),
	}
	if c.Count > 1 {
		return tags
	}
	tags = append(tags, l.Key("at"), l.String(time.Unix(int64(c.At), 0).UTC().Format(time.RFC3339)))
	if c.Matter != "" {
		tags = append(tags, l.Key("matter"), l.String(c.Matter))
	}
	return tags
}

// within returns p, or the position nearest to it in its cell: rounding may have
// brought it to the next one's side, and what is beyond the square world is drawn
// at its side.
func (a Address) within(c *density.Bin, zoom uint8, p point) mvt.Point {
	low, side := a.corner(c, zoom)
	return mvt.Point{
		X: int32(min(int64(low.X+side-1), max(int64(low.X), p.x))),
		Y: int32(min(int64(low.Y+side-1), max(int64(low.Y), p.y))),
	}
}
