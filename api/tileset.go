package api

import (
	"fmt"
	"net/http"
	"strings"

	"jingwei/tiles"

	"github.com/gorilla/mux"
)

// tilesetView is a tileset as OGC 17-083r4 describes it; in a list, without what
// comes after its links.
type tilesetView struct {
	Title        string       `json:"title"`
	DataType     string       `json:"dataType"`
	CRS          string       `json:"crs"`
	MatrixSetURI string       `json:"tileMatrixSetURI"`
	Links        []link       `json:"links"`
	Limits       []limitsView `json:"tileMatrixSetLimits,omitempty"`
	Box          *boxView     `json:"boundingBox,omitempty"`
	Center       *centerView  `json:"centerPoint,omitempty"`
	Layers       []layerView  `json:"layers,omitempty"`
}

// limitsView is the range of tiles of a zoom, both ends inclusive.
type limitsView struct {
	Matrix string `json:"tileMatrix"`
	MinRow uint32 `json:"minTileRow"`
	MaxRow uint32 `json:"maxTileRow"`
	MinCol uint32 `json:"minTileCol"`
	MaxCol uint32 `json:"maxTileCol"`
}

type boxView struct {
	LowerLeft  [2]float64 `json:"lowerLeft"`
	UpperRight [2]float64 `json:"upperRight"`
	CRS        string     `json:"crs"`
}

type centerView struct {
	Coordinates [2]float64 `json:"coordinates"`
	CRS         string     `json:"crs"`
	Matrix      string     `json:"tileMatrix"`
}

type layerView struct {
	ID          string         `json:"id"`
	Description string         `json:"description"`
	DataType    string         `json:"dataType"`
	Dimension   int            `json:"geometryDimension"`
	MinMatrix   string         `json:"minTileMatrix"`
	MaxMatrix   string         `json:"maxTileMatrix"`
	Properties  map[string]any `json:"propertiesSchema"`
}

// tilesets answers the only tileset of a layer, in a list.
func (a *API) tilesets(c *call) error {
	s, err := a.selection(c, "json")
	if err != nil {
		return err
	}
	v := s.tileset(c)
	v.Limits, v.Box, v.Center, v.Layers = nil, nil, nil, nil
	return c.json(http.StatusOK, map[string]any{
		"links":    []link{{Href: s.collectionURL(c) + "/tiles" + s.query, Rel: "self", Type: typeJSON}},
		"tilesets": []tilesetView{v},
	})
}

// tileset answers what a program has to know to ask for tiles.
func (a *API) tileset(c *call) error {
	s, err := a.selection(c, "json")
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, s.tileset(c))
}

func (s selection) tileset(c *call) tilesetView {
	about, url := s.describe(c, ""), s.collectionURL(c)+"/tiles/"+matrixSetID
	west, south, east, north := about.Bounds[0], about.Bounds[1], about.Bounds[2], about.Bounds[3]
	return tilesetView{
		Title: about.Name, DataType: "vector", CRS: webMercator, MatrixSetURI: matrixSetURI,
		Links: []link{
			{Href: url + s.query, Rel: "self", Type: typeJSON, Title: "this tileset"},
			{Href: origin(c.r) + "/tileMatrixSets/" + matrixSetID, Rel: ogcRel + "tiling-scheme", Type: typeJSON, Title: "its grid"},
			{Href: url + "/{tileMatrix}/{tileRow}/{tileCol}" + s.query, Rel: "item", Type: typeTile, Title: "its tiles", Templated: true},
		},
		Limits: s.limits(c, about.MinZoom, about.MaxZoom),
		Box:    &boxView{[2]float64{west, south}, [2]float64{east, north}, crs84},
		Center: &centerView{[2]float64{about.Center[0], about.Center[1]}, crs84, fmt.Sprint(about.Center[2])},
		Layers: layersOf(about),
	}
}

func (s selection) limits(c *call, lowest, highest uint32) []limitsView {
	var list []limitsView
	for z := lowest; z <= highest; z++ {
		if low, high, ok := s.picture.Tiles.Limits(z, c.root); ok {
			list = append(list, limitsView{fmt.Sprint(z), low.Y, high.Y, low.X, high.X})
		}
	}
	return list
}

func layersOf(t tiles.TileJSON) []layerView {
	var list []layerView
	for _, l := range t.VectorLayers {
		properties := map[string]any{}
		for name, kind := range l.Fields {
			properties[name] = map[string]string{"type": strings.ToLower(kind)}
		}
		list = append(list, layerView{
			ID: l.ID, Description: l.Description, DataType: "vector", Dimension: dimensions[l.ID],
			MinMatrix: fmt.Sprint(l.MinZoom), MaxMatrix: fmt.Sprint(l.MaxZoom),
			Properties: map[string]any{"type": "object", "properties": properties},
		})
	}
	return list
}

// dimensions of the geometry of layers: polygons have 2; those that are not named,
// points, have none.
var dimensions = map[string]int{tiles.Areas.String(): 2, tiles.Bins.String(): 2}

// tilesetTile answers the tile that [API.tile] answers, by row and column.
func (a *API) tilesetTile(c *call) error {
	s, err := a.selection(c, "mvt")
	if err != nil {
		return err
	}
	address, err := addressOf(mux.Vars(c.r), "tileMatrix", "tileCol", "tileRow")
	if err != nil {
		return err
	}
	return s.tile(c, address)
}
