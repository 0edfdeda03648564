package tiles

import "jingwei/geo"

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

// TileJSON describes the tiles to be had from a URL that holds {z}, {x} and {y},
// to a caller who sees the inside of an area, or all for -1.
func (p *Pyramid) TileJSON(url string, root int32) TileJSON {
	lowest, highest := p.Zooms()
	b := p.Box(root)
	if b.Empty() {
		b = geo.Box{}
	}
	t := TileJSON{
		Version: "3.0.0", Name: "Jingwei", Scheme: "xyz", Tiles: []string{url},
		MinZoom: lowest, MaxZoom: highest,
		Bounds: [4]float64{b.Min.Lon(), b.Min.Lat(), b.Max.Lon(), b.Max.Lat()},
	}
	t.Center = [3]float64{(t.Bounds[0] + t.Bounds[2]) / 2, (t.Bounds[1] + t.Bounds[3]) / 2, fit(b)}
	t.VectorLayers = []VectorLayer{{
		ID: LayerName, Description: "areas of the level that fits the zoom, with their reports",
		MinZoom: lowest, MaxZoom: highest,
		Fields: map[string]string{
			"code": "String", "name": "String", "level": "String", "kind": "String",
			"count": "Number", "open": "Number", "per_km2": "Number",
		},
	}}
	return t
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
