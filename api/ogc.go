package api

import (
	"net/http"
	"strings"
)

// The addresses of OGC API – Tiles (OGC 20-057), which stand beside /tiles for the
// programs of others. They lead from one to the next by links: landing page,
// collections, one collection for each layer, its tilesets, tileset, tile.

// link leads from one resource to another.
type link struct {
	Href      string `json:"href"`
	Rel       string `json:"rel"`
	Type      string `json:"type"`
	Title     string `json:"title,omitempty"`
	Templated bool   `json:"templated,omitempty"`
}

// Media types.
const (
	typeHTML    = "text/html"
	typeTile    = "application/vnd.mapbox-vector-tile"
	typeOpenAPI = "application/vnd.oai.openapi+json;version=3.1"
)

// ogcRel is the beginning of the relations that OGC has defined.
const ogcRel = "http://www.opengis.net/def/rel/ogc/1.0/"

// The coordinate systems of boxes and of tiles.
const (
	crs84       = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
	webMercator = "http://www.opengis.net/def/crs/EPSG/0/3857"
)

// conformanceClasses are the parts of the standards that are kept.
var conformanceClasses = []string{
	"http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
	"http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/landing-page",
	"http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/json",
	"http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
	"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/core",
	"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tileset",
	"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tilesets-list",
	"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/geodata-tilesets",
	"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/mvt",
	"http://www.opengis.net/spec/tms/2.0/conf/tilematrixset",
	"http://www.opengis.net/spec/tms/2.0/conf/json-tilematrixset",
	"http://www.opengis.net/spec/tms/2.0/conf/json-tilematrixsetlimits",
	"http://www.opengis.net/spec/tms/2.0/conf/json-tilesetmetadata",
}

// landing sends browsers to the console and tells others where to look.
func (a *API) landing(c *call) error {
	c.w.Header().Set("Vary", "Accept")
	p := newParams(c.r.URL)
	f := p.format("json", "html")
	if err := p.end(); err != nil {
		return err
	}
	if f == "html" || f == "" && strings.Contains(c.r.Header.Get("Accept"), typeHTML) {
		http.Redirect(c.w, c.r, "/console", http.StatusFound)
		return nil
	}
	base := origin(c.r)
	return c.json(http.StatusOK, map[string]any{
		"title":       "Jingwei",
		"description": "The geospatial engine of a grid-governed city: its areas, and the density of what is reported in them.",
		"links": []link{
			{Href: base + "/", Rel: "self", Type: typeJSON, Title: "this document"},
			{Href: base + "/console", Rel: "alternate", Type: typeHTML, Title: "the console"},
			{Href: base + "/api", Rel: "service-desc", Type: typeOpenAPI, Title: "all addresses"},
			{Href: base + "/conformance", Rel: "conformance", Type: typeJSON, Title: "the standards that are kept"},
			{Href: base + "/conformance", Rel: ogcRel + "conformance", Type: typeJSON, Title: "the standards that are kept"},
			{Href: base + "/collections", Rel: "data", Type: typeJSON, Title: "the layers"},
			{Href: base + "/collections", Rel: ogcRel + "data", Type: typeJSON, Title: "the layers"},
			{Href: base + "/tileMatrixSets", Rel: ogcRel + "tiling-schemes", Type: typeJSON, Title: "the grids of tiles"},
		},
	})
}

func (a *API) conformance(c *call) error {
	return c.resource(map[string]any{"conformsTo": conformanceClasses})
}

// resource answers one that has no parameter but its format.
func (c *call) resource(v any) error {
	p := newParams(c.r.URL)
	p.format("json")
	if err := p.end(); err != nil {
		return err
	}
	return c.json(http.StatusOK, v)
}
