package api

import (
	"fmt"
	"math"
)

// WebMercatorQuad is the grid of all tiles, as OGC 17-083r4, annex D.1, defines it.
const (
	matrixSetID  = "WebMercatorQuad"
	matrixSetURI = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
	matrixTitle  = "Google Maps Compatible for the World"
	matrices     = 25  // zooms 0 to 24
	matrixTile   = 256 // pixels of 0.28 mm
	matrixPixel  = 0.28e-3
	matrixHalf   = math.Pi * 6378137 // metres from the middle of the world to its side
)

type matrixSetView struct {
	ID       string       `json:"id"`
	Title    string       `json:"title"`
	URI      string       `json:"uri"`
	CRS      string       `json:"crs"`
	Axes     []string     `json:"orderedAxes,omitempty"`
	Scales   string       `json:"wellKnownScaleSet,omitempty"`
	Matrices []matrixView `json:"tileMatrices,omitempty"`
	Links    []link       `json:"links,omitempty"`
}

type matrixView struct {
	ID               string     `json:"id"`
	ScaleDenominator float64    `json:"scaleDenominator"`
	CellSize         float64    `json:"cellSize"` // metres
	Corner           string     `json:"cornerOfOrigin"`
	Origin           [2]float64 `json:"pointOfOrigin"`
	TileWidth        int        `json:"tileWidth"`
	TileHeight       int        `json:"tileHeight"`
	MatrixWidth      int        `json:"matrixWidth"`
	MatrixHeight     int        `json:"matrixHeight"`
}

// matrixSets answers the grid in a list of one.
func (a *API) matrixSets(c *call) error {
	v := newMatrixSet()
	v.Links = []link{{Href: origin(c.r) + "/tileMatrixSets/" + matrixSetID, Rel: "self", Type: typeJSON}}
	return c.resource(map[string]any{"tileMatrixSets": []matrixSetView{v}})
}

// matrixSet answers the definition of the grid.
func (a *API) matrixSet(c *call) error {
	v := newMatrixSet()
	v.Axes, v.Scales = []string{"X", "Y"}, "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible"
	for z := range matrices {
		v.Matrices = append(v.Matrices, newMatrix(z))
	}
	return c.resource(v)
}

func newMatrixSet() matrixSetView {
	return matrixSetView{ID: matrixSetID, Title: matrixTitle, URI: matrixSetURI, CRS: webMercator}
}

func newMatrix(z int) matrixView {
	side := 1 << z
	size := 2 * matrixHalf / matrixTile / float64(side)
	return matrixView{
		ID: fmt.Sprint(z), ScaleDenominator: size / matrixPixel, CellSize: size,
		Corner: "topLeft", Origin: [2]float64{-matrixHalf, matrixHalf},
		TileWidth: matrixTile, TileHeight: matrixTile, MatrixWidth: side, MatrixHeight: side,
	}
}
