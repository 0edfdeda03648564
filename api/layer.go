package api

import (
	"fmt"
	"maps"
	"net/http"
	"strconv"

	"jingwei/density"
	"jingwei/grid"
	"jingwei/tiles"

	"github.com/gorilla/mux"
)

// selection is what a caller wants to see of a layer.
type selection struct {
	picture *Picture
	layer   tiles.Layer
	level   grid.Level // 0: the one that fits the zoom
	filter  density.Filter
	query   string // the same as a query string, to be handed on, with its ?
}

// selection reads the layer and the filter that a call asks for; formats are those
// there are at the address, if it has any to choose from.
func (a *API) selection(c *call, formats ...string) (selection, error) {
	picture, err := a.picture(c)
	if err != nil {
		return selection{}, err
	}
	layer, err := layerOf(mux.Vars(c.r)["layer"])
	if err != nil {
		return selection{}, err
	}
	p := newParams(c.r.URL)
	s := selection{picture: picture, layer: layer, filter: p.filter()}
	if layer == tiles.Areas {
		s.level = p.level()
	}
	if len(formats) > 0 {
		p.format(formats...)
	}
	p.edition(c.s)
	s.query = p.handOn()
	return s, p.end()
}

func layerOf(name string) (tiles.Layer, error) {
	l, err := tiles.ParseLayer(name)
	if err != nil {
		return 0, missing("layer", name)
	}
	return l, nil
}

// edition reads which edition is asked for: there is no other than the current.
func (p *params) edition(s *grid.Snapshot) {
	n := read(p, "edition", parseEdition)
	if n != 0 && n != s.Edition {
		p.fail(problem(http.StatusNotFound, "edition", "edition", "edition %d is not shown: only %d is, the current one", n, s.Edition))
	}
}

func parseEdition(s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%q is not the number of an edition", s)
	}
	return n, nil
}

// handOn returns the query string, with its ?, for what is below an address, which
// has a format of its own.
func (p *params) handOn() string {
	rest := maps.Clone(p.values)
	rest.Del("f")
	if len(rest) == 0 {
		return ""
	}
	return "?" + rest.Encode()
}

// options select the tiles for a caller. What is above the caller's root area is not
// shown.
func (s selection) options(c *call) tiles.Options {
	return tiles.Options{Layer: s.layer, Level: s.level, Columns: s.picture.Columns, Filter: s.filter, Root: c.root}
}

// describe describes the layer's tiles, which are to be had from a URL with {z},
// {x} and {y}.
func (s selection) describe(c *call, path string) tiles.TileJSON {
	return s.picture.Tiles.TileJSON(s.options(c), origin(c.r)+path+s.query)
}
