package tiles

import (
	"math"

	"jingwei/grid"
)

// pixels is how wide, in pixels of a map of 512 to the tile, the areas of a level
// are at least, on average, at the zooms that show it.
const pixels = 80

// equator is the length of the equator in metres in Web Mercator.
const equator = 2 * math.Pi * 6378137

// zooms says from which zoom on a level is shown.
type zooms struct {
	level grid.Level
	from  uint32
}

// policy lists the levels that are shown, from the highest down, the first from
// zoom 0. Each zoom shows the lowest level whose areas are wide enough, taking an
// area as a square of the average size; at a prefecture of 8,000 km² with 62,000
// micro-grids these are counties from zoom 8, towns from 10, villages from 12,
// grids at 13 and micro-grids from 14.
func policy(s *grid.Snapshot, of []constants) []zooms {
	c := s.Coverage()
	total := 0.0
	for f := range int32(c.Len()) {
		total += of[s.Cell(f)].km2 * 1e6
	}
	metres := equator * math.Cos(middle(c).Lat()*math.Pi/180) / 512 // a pixel at zoom 0
	var list []zooms
	for _, l := range s.Levels() {
		_, areas := stands(s, l)
		if len(areas) == 0 {
			continue
		}
		from := uint32(0)
		if len(list) > 0 {
			side := math.Sqrt(total / float64(len(areas)))
			from = uint32(min(MaxZoom, max(0, math.Ceil(math.Log2(pixels*metres/side)))))
		}
		for len(list) > 0 && list[len(list)-1].from >= from {
			list = list[:len(list)-1] // never the best at any zoom
		}
		list = append(list, zooms{l, from})
	}
	return list
}

// LevelAt returns the level that is shown at zoom z; 0 when there are no areas.
func (p *Pyramid) LevelAt(z uint32) (l grid.Level) {
	for _, s := range p.zooms {
		if s.from <= z {
			l = s.level
		}
	}
	return l
}

// levelOf returns the level of areas that options select at zoom z: where none is asked
// for, the one that is shown there, but none above the root's.
func (p *Pyramid) levelOf(o Options, z uint32) grid.Level {
	switch {
	case o.Level != 0:
		return o.Level
	case o.Root >= 0:
		return max(p.LevelAt(z), p.snapshot.Area(o.Root).Level)
	}
	return p.LevelAt(z)
}

// LevelZooms are the zooms at which tiles of areas show a level, both ends inclusive.
type LevelZooms struct {
	Level   grid.Level `json:"level"`
	MinZoom uint32     `json:"minzoom"`
	MaxZoom uint32     `json:"maxzoom"`
}

// levels returns which level options select at each zoom worth fetching; none when
// there are no areas.
func (p *Pyramid) levels(o Options) (list []LevelZooms) {
	lowest, highest := p.Zooms(Areas)
	for z := lowest; z <= highest && len(p.zooms) > 0; z++ {
		l := p.levelOf(o, z)
		if n := len(list); n > 0 && list[n-1].Level == l {
			list[n-1].MaxZoom = z
			continue
		}
		list = append(list, LevelZooms{l, z, z})
	}
	return list
}

// Zooms returns the range of zooms of a layer worth fetching: beyond it there is
// nothing to see that a bigger picture of the same tile would not show. Of areas
// that is from two zooms beyond the first that shows the lowest level, of bins and
// clusters where they grow no smaller.
func (p *Pyramid) Zooms(l Layer) (lowest, highest uint32) {
	switch {
	case l != Areas:
		return 0, l.tileZoom(uint8(finest[l]))
	case len(p.zooms) == 0:
		return 0, 0
	}
	return 0, min(MaxZoom, p.zooms[len(p.zooms)-1].from+2)
}
