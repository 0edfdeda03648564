package tiles

import "jingwei/geo"

// TileJSON describes the tiles to a map, as TileJSON 3.0.0 lays down, which lets
// others be added to its members: Levels is one of those.
type TileJSON struct {
	Version      string        `json:"tilejson"`
	Name         string        `json:"name"`
	Scheme       string        `json:"scheme"`
	Tiles        []string      `json:"tiles"`
	MinZoom      uint32        `json:"minzoom"`
	MaxZoom      uint32        `json:"maxzoom"`
	Bounds       [4]float64    `json:"bounds"` // west, south, east, north, in degrees
	Center       [3]float64    `json:"center"` // longitude, latitude, zoom
	VectorLayers []VectorLayer `json:"vector_layers"`
	Levels       []LevelZooms  `json:"levels,omitempty"` // of areas, by zoom
}

// VectorLayer describes a layer of the tiles.
type VectorLayer struct {
	ID          string            `json:"id"`
	Description string            `json:"description"`
	MinZoom     uint32            `json:"minzoom"`
	MaxZoom     uint32            `json:"maxzoom"`
	Fields      map[string]string `json:"fields"`
}

// TileJSON describes the tiles that options select, to be had from a URL that holds
// {z}, {x} and {y}.
func (p *Pyramid) TileJSON(o Options, url string) TileJSON {
	l := o.Layer
	lowest, highest := p.Zooms(l)
	b := p.Box(o.Root)
	if b.Empty() {
		b = geo.Box{}
	}
	t := TileJSON{
		Version: "3.0.0", Name: "Jingwei " + l.String(), Scheme: "xyz", Tiles: []string{url},
		MinZoom: lowest, MaxZoom: highest,
		Bounds: [4]float64{b.Min.Lon(), b.Min.Lat(), b.Max.Lon(), b.Max.Lat()},
	}
	t.Center = [3]float64{(t.Bounds[0] + t.Bounds[2]) / 2, (t.Bounds[1] + t.Bounds[3]) / 2, fit(b)}
	for _, v := range append(vectorLayers[l], meta) {
		v.MinZoom, v.MaxZoom = lowest, highest
		t.VectorLayers = append(t.VectorLayers, v)
	}
	if l == Areas {
		t.Levels = p.levels(o)
	}
	return t
}

// text and number are the types of fields, by the names that MBTiles has for them.
const text, number = "String", "Number"

// vectorLayers are those in the tiles of each layer; meta comes besides.
var vectorLayers = [...][]VectorLayer{
	Areas: {
		{
			ID:          Areas.String(),
			Description: "areas of the level that fits the zoom, with their reports: all, those open, those of them overdue; per_100_households is absent where no households are known",
			Fields: map[string]string{
				"code": text, "name": text, "level": text, "kind": text,
				"count": number, "open": number, "overdue": number, "per_km2": number, "per_100_households": number,
			},
		},
		{
			ID: labelsName, Description: "a point in each area, where it is widest; each in one tile of a zoom",
			Fields: map[string]string{"code": text, "name": text, "count": number},
		},
	},
	Bins: {{
		ID: Bins.String(), Description: "squares of a grid with the reports in them; each in one tile of a zoom",
		Fields: map[string]string{"count": number, "open": number, "overdue": number, "per_km2": number},
	}},
	Reports: {{
		ID:          Reports.String(),
		Description: "single reports, with their matter and time, and clusters of those close together, at their mean place; each in one tile of a zoom",
		Fields:      map[string]string{"count": number, "open": number, "overdue": number, "matter": text, "at": text},
	}},
}

// meta is the layer that says what all tiles have in common.
var meta = VectorLayer{
	ID: metaName,
	Description: "a point in the middle of each tile, with the figures of all that is seen, in and outside of the tile: " +
		"the reports, and the highest value of each class but the last, of counts and of reports per square kilometre, as JSON arrays",
	Fields: map[string]string{
		"layer": text, "level": text, "zoom": number, "total": number, "open": number, "overdue": number,
		"quantile": text, "jenks": text, "quantile_per_km2": text, "jenks_per_km2": text,
	},
}

// fit returns the highest zoom at which b is within four tiles.
func fit(b geo.Box) float64 {
	z := uint32(0)
	for ; z < MaxZoom; z++ {
		m := Address{Z: z + 1}.projection()
		low, high := m.point(b.Min), m.point(b.Max)
		if high.x-low.x > 2*4096 || low.y-high.y > 2*4096 {
			break
		}
	}
	return float64(z)
}
