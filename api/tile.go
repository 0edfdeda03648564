package api

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"jingwei/tiles"

	"github.com/gorilla/mux"
)

// tile answers a vector tile of a layer.
func (a *API) tile(c *call) error {
	s, err := a.selection(c)
	if err != nil {
		return err
	}
	address, err := addressOf(mux.Vars(c.r), "z", "x", "y")
	if err != nil {
		return err
	}
	return s.tile(c, address)
}

// tile answers a tile. Whether the caller has it already is seen from its tag,
// before it is made. Counts change, and callers differ in what they see: so nobody
// but the caller keeps it, and not without asking. It is gzip as it was made, but for
// those who do not take that.
func (s selection) tile(c *call, at tiles.Address) error {
	o, h, plain := s.options(c), c.w.Header(), refusesGzip(c.r.Header)
	h.Set("Cache-Control", "private, no-cache")
	h.Set("Vary", "Authorization, Cookie, Accept-Encoding")
	if c.r.Header.Get("If-None-Match") != "" {
		tag, err := s.picture.Tiles.ETag(c.r.Context(), at, o)
		if err != nil {
			return tileProblem(err)
		}
		if plain {
			tag = plainTag(tag)
		}
		if matches(c.r, tag) {
			h.Set("ETag", tag)
			c.w.WriteHeader(http.StatusNotModified)
			return nil
		}
	}
	t, err := s.picture.Tiles.Tile(c.r.Context(), at, o)
	if err != nil {
		return tileProblem(err)
	}
	if plain {
		t.ETag = plainTag(t.ETag)
	}
	h.Set("ETag", t.ETag)
	if t.Empty() {
		c.w.WriteHeader(http.StatusNoContent)
		return nil
	}
	if plain {
		if t.Data, err = unzipped(t.Data); err != nil {
			return err
		}
	} else {
		h.Set("Content-Encoding", "gzip")
	}
	return c.bytes(http.StatusOK, typeTile, t.Data)
}

// addressOf reads zoom, column and row from variables of the address; what is no
// number is no tile.
func addressOf(vars map[string]string, names ...string) (tiles.Address, error) {
	var v [3]uint32
	for i, name := range names {
		n, err := strconv.ParseUint(vars[name], 10, 32)
		if err != nil {
			return tiles.Address{}, problem(http.StatusNotFound, "tile", name, "%q is not a number of a tile", vars[name])
		}
		v[i] = uint32(n)
	}
	return tiles.Address{Z: v[0], X: v[1], Y: v[2]}, nil
}

func tileProblem(err error) error {
	var out tiles.RangeError
	if errors.As(err, &out) {
		return problem(http.StatusNotFound, "tile", "", "%v", out)
	}
	return fmt.Errorf("make a tile: %w", err)
}

// tileJSON describes the tiles of a layer. Filters that it is asked with go on to
// the tiles.
func (a *API) tileJSON(c *call) error {
	s, err := a.selection(c)
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, s.describe(c, "/tiles/"+s.layer.String()+"/{z}/{x}/{y}.mvt"))
}

// styles are the layers that styles draw, by the styles' names.
var styles = map[string]tiles.Layer{"density": tiles.Areas, "bins": tiles.Bins, "reports": tiles.Reports}

// style answers a map style for the tiles of this host, with classes for all
// reports that the caller sees.
func (a *API) style(c *call) error {
	picture, err := a.picture(c)
	if err != nil {
		return err
	}
	name := mux.Vars(c.r)["name"]
	layer, ok := styles[name]
	if !ok {
		return missing("style", name)
	}
	if err := newParams(c.r.URL).end(); err != nil {
		return err
	}
	scales, err := selection{picture: picture, layer: layer}.scales(c)
	if err != nil {
		return fmt.Errorf("class the reports: %w", err)
	}
	return c.json(http.StatusOK, tiles.Style(origin(c.r), layer, scales...))
}

// scales returns the classes of densities at all zooms, quantiles; each from the
// first zoom on that it is of.
func (s selection) scales(c *call) ([]tiles.Scale, error) {
	if s.layer == tiles.Reports { // which have none
		return nil, nil
	}
	var scales []tiles.Scale
	lowest, highest := s.picture.Tiles.Zooms(s.layer)
	for z := lowest; z <= highest; z++ {
		v, err := s.picture.Tiles.View(c.r.Context(), z, s.options(c))
		if err != nil {
			return nil, err
		}
		if n := len(scales); n == 0 || !slices.Equal(scales[n-1].Breaks, v.PerKm2.Quantile) {
			scales = append(scales, tiles.Scale{Zoom: z, Breaks: v.PerKm2.Quantile})
		}
	}
	return scales, nil
}
