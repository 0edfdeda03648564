package api

import (
	"net/http"

	"jingwei/tiles"
)

// collectionView is a layer as OGC API – Common, part 2, describes it.
type collectionView struct {
	ID          string     `json:"id"`
	Title       string     `json:"title"`
	Description string     `json:"description"`
	DataType    string     `json:"dataType"`
	Extent      extentView `json:"extent"`
	Links       []link     `json:"links"`
}

type extentView struct {
	Spatial spatialView `json:"spatial"`
}

type spatialView struct {
	Boxes [][4]float64 `json:"bbox"` // west, south, east, north
	CRS   string       `json:"crs"`
}

// collections answers all layers.
func (a *API) collections(c *call) error {
	picture, err := a.picture(c)
	if err != nil {
		return err
	}
	views := []collectionView{}
	for _, l := range tiles.Layers() {
		views = append(views, selection{picture: picture, layer: l}.collection(c))
	}
	return c.resource(map[string]any{
		"links":       []link{{Href: origin(c.r) + "/collections", Rel: "self", Type: typeJSON}},
		"collections": views,
	})
}

// collection answers one layer.
func (a *API) collection(c *call) error {
	s, err := a.selection(c, "json")
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, s.collection(c))
}

func (s selection) collection(c *call) collectionView {
	about, url := s.describe(c, ""), s.collectionURL(c)
	return collectionView{
		ID: s.layer.String(), Title: about.Name, Description: about.VectorLayers[0].Description, DataType: "vector",
		Extent: extentView{spatialView{[][4]float64{about.Bounds}, crs84}},
		Links: []link{
			{Href: url + s.query, Rel: "self", Type: typeJSON, Title: "this document"},
			{Href: url + "/tiles" + s.query, Rel: ogcRel + "tilesets-vector", Type: typeJSON, Title: "its vector tiles"},
		},
	}
}

func (s selection) collectionURL(c *call) string {
	return origin(c.r) + "/collections/" + s.layer.String()
}
