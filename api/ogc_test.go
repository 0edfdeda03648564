package api_test

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

func TestLanding(t *testing.T) {
	c := newCity(t)
	browser := []string{"Accept", "text/html,application/xhtml+xml,*/*;q=0.8"}
	w := c.ask("GET", "", "/", "", browser...)
	if wantStatus(t, w, http.StatusFound); w.Header().Get("Location") != "/console" || w.Header().Get("Vary") != "Accept" {
		t.Errorf("to %s, Vary: %s", w.Header().Get("Location"), w.Header().Get("Vary"))
	}
	wantStatus(t, c.ask("GET", "", "/?f=html", ""), http.StatusFound)
	wantStatus(t, c.ask("GET", "", "/?f=json", "", browser...), http.StatusOK)
	golden(t, "landing", c.ask("GET", "", "/", "", "Accept", "application/json"))
	wantProblem(t, c.get("/?f=xml"), 400, "parameter", "f", "want json or html")
}

func TestOGCResources(t *testing.T) {
	c := newCity(t)
	for name, target := range map[string]string{
		"conformance":     "/conformance?f=json",
		"collections":     "/collections",
		"collection-bins": "/collections/bins",
		"tilesets":        "/collections/reports/tiles?matter=01&f=json",
		"tileset":         "/collections/areas/tiles/WebMercatorQuad?state=open&level=county&f=json",
		"tilematrixsets":  "/tileMatrixSets",
		"tilematrixset":   "/tileMatrixSets/WebMercatorQuad",
	} {
		w := c.get(target)
		wantStatus(t, w, http.StatusOK)
		golden(t, name, w)
		if !strings.Contains(target, "?") {
			target += "?"
		}
		target = strings.Replace(target, "f=json", "", 1)
		wantProblem(t, c.get(target+"&f=xml"), 400, "parameter", "f", "want json")
		wantProblem(t, c.get(target+"&limit=1"), 400, "unknown-parameter", "limit", "")
	}
	golden(t, "tileset-north", c.ask("GET", "north", "/collections/areas/tiles/WebMercatorQuad", ""))
	for _, target := range []string{"/collections/roads", "/collections/roads/tiles", "/collections/roads/tiles/WebMercatorQuad"} {
		wantProblem(t, c.get(target), 404, "not-found", "", "no layer roads")
	}
	for _, target := range []string{"/collections/areas/tiles/WorldCRS84Quad", "/tileMatrixSets/WorldCRS84Quad"} {
		wantProblem(t, c.get(target), 404, "not-found", "", "nothing at this address")
	}
	for _, target := range []string{"/collections", "/collections/areas", "/collections/areas/tiles", "/collections/areas/tiles/WebMercatorQuad", "/collections/areas/tiles/WebMercatorQuad/10/415/855"} {
		wantProblem(t, c.ask("GET", "", target, ""), 401, "token", "", "")
		wantProblem(t, c.ask("GET", "reporter", target, ""), 403, "role", "", "")
	}
}

type links []struct {
	Href, Rel, Type string
	Templated       bool
}

// to returns where the only link of a relation and type leads, without the host.
func (l links) to(t *testing.T, rel, kind string) string {
	t.Helper()
	var found []string
	for _, link := range l {
		if link.Rel == rel && link.Type == kind {
			found = append(found, strings.TrimPrefix(link.Href, "http://example.com"))
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d links %s of type %s in %+v", len(found), rel, kind, l)
	}
	return found[0]
}

// A client that knows nothing but the landing page and the relations of the
// standard comes to the tiles: within the limits of each zoom are all reports, each
// once, and the same bytes as at the other address.
func TestLinksLeadToTiles(t *testing.T) {
	const ogc, kind = "http://www.opengis.net/def/rel/ogc/1.0/", "application/json"
	c := newCity(t)
	read := func(target string, v any) {
		t.Helper()
		w := c.get(target)
		wantStatus(t, w, http.StatusOK)
		if err := json.Unmarshal(w.Body.Bytes(), v); err != nil {
			t.Fatal(err)
		}
	}
	var landing struct{ Links links }
	read("/", &landing)
	var collections struct {
		Collections []struct {
			ID    string
			Links links
		}
	}
	read(landing.Links.to(t, ogc+"data", kind), &collections)
	for i, collection := range collections.Collections {
		if collection.ID != layers[i] {
			t.Errorf("collection %d is %s", i, collection.ID)
		}
		var same, list struct {
			Links    links
			Tilesets []struct{ Links links }
		}
		read(collection.Links.to(t, "self", kind), &same)
		if diff := gocmp.Diff(collection.Links, same.Links); diff != "" {
			t.Errorf("links in the list and alone: %s", diff)
		}
		read(same.Links.to(t, ogc+"tilesets-vector", kind), &list)
		var set struct {
			Links  links
			Limits []struct {
				TileMatrix                                     string
				MinTileRow, MaxTileRow, MinTileCol, MaxTileCol uint32
			} `json:"tileMatrixSetLimits"`
		}
		read(list.Tilesets[0].Links.to(t, "self", kind), &set)
		template := set.Links.to(t, "item", "application/vnd.mapbox-vector-tile")
		if len(set.Limits) < 10 {
			t.Fatalf("limits for %d zooms", len(set.Limits))
		}
		for _, l := range set.Limits {
			total := uint64(0)
			for row := l.MinTileRow; row <= l.MaxTileRow; row++ {
				for col := l.MinTileCol; col <= l.MaxTileCol; col++ {
					target := strings.NewReplacer("{tileMatrix}", l.TileMatrix, "{tileRow}", fmt.Sprint(row), "{tileCol}", fmt.Sprint(col)).Replace(template)
					w, same := c.get(target), c.get(fmt.Sprintf("/tiles/%s/%s/%d/%d.mvt", collection.ID, l.TileMatrix, col, row))
					if w.Code != same.Code || w.Body.String() != same.Body.String() || w.Header().Get("ETag") != same.Header().Get("ETag") {
						t.Errorf("%s is not what /tiles has", target)
					}
					if w.Code == http.StatusOK {
						in := layersOf(t, w)
						if collection.ID == "areas" {
							total += sums(in["labels"])[0]
						} else {
							total += sums(in[collection.ID])[0]
						}
					}
				}
			}
			tooSmall := collection.ID == "areas" && l.TileMatrix == "0" // the city is less than a tile unit, and has no label
			if total != 3 && !tooSmall {
				t.Errorf("%s, zoom %s: %d reports, want 3", collection.ID, l.TileMatrix, total)
			}
		}
		var grid struct {
			TileMatrices []struct {
				ID                     string
				CellSize               float64
				TileWidth, MatrixWidth float64
				PointOfOrigin          [2]float64
				ScaleDenominator       float64
			}
		}
		read(set.Links.to(t, ogc+"tiling-scheme", kind), &grid)
		for _, m := range grid.TileMatrices {
			if side := m.CellSize * m.TileWidth * m.MatrixWidth; math.Abs(side+2*m.PointOfOrigin[0]) > 1e-6 {
				t.Errorf("matrix %s is %f m wide", m.ID, side)
			}
		}
		// As 17-083r4 has it.
		if m := grid.TileMatrices[0]; math.Abs(m.ScaleDenominator-559082264.028717) > 1e-5 || math.Abs(m.CellSize-156543.033928041) > 1e-8 {
			t.Errorf("matrix 0: %+v", m)
		}
	}
}

// Rows come first.
func TestRowAndColumn(t *testing.T) {
	c := newCity(t)
	wantStatus(t, c.get("/collections/areas/tiles/WebMercatorQuad/10/415/855?f=mvt"), http.StatusOK)
	wantStatus(t, c.get("/collections/areas/tiles/WebMercatorQuad/10/855/415"), http.StatusNoContent)
	wantProblem(t, c.get("/collections/areas/tiles/WebMercatorQuad/10/1024/0"), 404, "tile", "", "no tile 10/0/1024")
	wantProblem(t, c.get("/collections/areas/tiles/WebMercatorQuad/10/x/0"), 404, "tile", "tileRow", "not a number")
	wantProblem(t, c.get("/collections/areas/tiles/WebMercatorQuad/10/415/855?f=json"), 400, "parameter", "f", "want mvt")
}
