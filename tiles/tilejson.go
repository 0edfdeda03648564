package tiles

import (
	"strings"

	"jingwei/geo"
)

// TileJSON describes the tiles to a map, as TileJSON 3.0.0 lays down.
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
}

// VectorLayer describes a layer of the tiles.
type VectorLayer struct {
	ID          string            `json:"id"`
	Description string            `json:"description"`
	MinZoom     uint32            `json:"minzoom"`
	MaxZoom     uint32            `json:"maxzoom"`
	Fields      map[string]string `json:"fields"`
}

// Types returns the types of the fields, String or Number: the first words of what
// Fields says of them.
func (l VectorLayer) Types() map[string]string {
	types := make(map[string]string, len(l.Fields))
	for name, about := range l.Fields {
		types[name], _, _ = strings.Cut(strings.ReplaceAll(about, ",", " "), " ")
	}
	return types
}

// TileJSON describes the tiles of a layer, to be had from a URL that holds {z},
// {x} and {y}, to a caller who sees the inside of an area, or all for -1.
func (p *Pyramid) TileJSON(l Layer, url string, root int32) TileJSON {
	lowest, highest := p.Zooms(l)
	b := p.Box(root)
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
	return t
}

// vectorLayers are those in the tiles of each layer; meta comes besides.
var vectorLayers = [...][]VectorLayer{
	Areas: {
		{
			ID: Areas.String(), Description: "areas of the level that fits the zoom, with their reports",
			Fields: map[string]string{
				"code": "String", "name": "String", "level": "String", "kind": "String",
				"count": "Number of reports", "open": "Number of reports on which work is owed", "overdue": "Number of open reports past their time",
				"per_km2": "Number of reports per square kilometre", "per_100_households": "Number of reports per 100 households; absent where households are not known",
			},
		},
		{
			ID: labelsName, Description: "a point in each area, farthest from its border; in one tile of a zoom",
			Fields: map[string]string{"code": "String", "name": "String", "count": "Number of reports"},
		},
	},
	Bins: {{
		ID: Bins.String(), Description: "squares of a grid, with the reports in them; in one tile of a zoom",
		Fields: map[string]string{
			"count": "Number of reports", "open": "Number of reports on which work is owed", "overdue": "Number of open reports past their time",
			"per_km2": "Number of reports per square kilometre",
		},
	}},
	Reports: {{
		ID: Reports.String(), Description: "single reports, and clusters of those close together at their mean place; in one tile of a zoom",
		Fields: map[string]string{
			"count": "Number of reports: 1, or more in a cluster", "open": "Number of reports on which work is owed", "overdue": "Number of open reports past their time",
			"matter": "String, the code; absent in clusters, and where it is not known", "at": "String, the time in RFC 3339; absent in clusters",
		},
	}},
}

// meta is the layer that says what all tiles have in common.
var meta = VectorLayer{
	ID: metaName, Description: "a point in the middle of each tile, with the figures of all that is seen, in and outside the tile",
	Fields: map[string]string{
		"layer": "String", "level": "String, of areas", "zoom": "Number, the zoom whose cells the breaks are of, for other layers",
		"total": "Number of reports", "open": "Number of reports on which work is owed", "overdue": "Number of open reports past their time",
		"quantile": "String, a JSON array: the highest count in each class but the last", "jenks": "String, the same by natural breaks",
		"quantile_per_km2": "String, the same for reports per square kilometre", "jenks_per_km2": "String, the same by natural breaks",
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
