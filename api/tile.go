package api

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"jingwei/tiles"

	"github.com/gorilla/mux"
)

// tile answers a vector tile of areas. Whether the caller has it already is seen
// from its tag, before it is made.
func (a *API) tile(c *call) error {
	picture, err := a.picture(c)
	if err != nil {
		return err
	}
	address, err := addressOf(mux.Vars(c.r))
	if err != nil {
		return err
	}
	p := newParams(c.r.URL)
	o := tiles.Options{Columns: picture.Columns, Level: p.level(), Filter: p.filter(), Root: c.root}
	if err := p.end(); err != nil {
		return err
	}
	if o.Level == 0 && c.root >= 0 { // what is above the root is not shown
		o.Level = max(picture.Tiles.LevelAt(address.Z), c.s.Area(c.root).Level)
	}
	tag, err := picture.Tiles.ETag(c.r.Context(), address, o)
	if err != nil {
		return tileProblem(err)
	}
	h := c.w.Header()
	h.Set("Cache-Control", "private, no-cache") // counts change, and tokens differ in what they see
	h.Set("Vary", "Authorization, Cookie")
	h.Set("ETag", tag)
	if matches(c.r, tag) {
		c.w.WriteHeader(http.StatusNotModified)
		return nil
	}
	t, err := picture.Tiles.Tile(c.r.Context(), address, o)
	if err != nil {
		return tileProblem(err)
	}
	return c.tile(t)
}

func (c *call) tile(t tiles.Tile) error {
	if t.Empty() {
		c.w.WriteHeader(http.StatusNoContent)
		return nil
	}
	c.w.Header().Set("Content-Encoding", "gzip")
	return c.bytes(http.StatusOK, "application/vnd.mapbox-vector-tile", t.Data)
}

// addressOf reads z, x and y from the address; what is no number is no tile.
func addressOf(vars map[string]string) (tiles.Address, error) {
	var v [3]uint32
	for i, name := range []string{"z", "x", "y"} {
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

// tileJSON describes the tiles. Filters that it is asked with go on to the tiles.
func (a *API) tileJSON(c *call) error {
	picture, err := a.picture(c)
	if err != nil {
		return err
	}
	p := newParams(c.r.URL)
	p.level()
	p.filter()
	if err := p.end(); err != nil {
		return err
	}
	url := origin(c.r) + "/tiles/areas/{z}/{x}/{y}.mvt"
	if len(p.values) > 0 {
		url += "?" + p.values.Encode()
	}
	return c.json(http.StatusOK, picture.Tiles.TileJSON(tiles.Areas, url, c.root))
}

// style answers a map style for the tiles of this host.
func (a *API) style(c *call) error {
	picture, err := a.picture(c)
	if err != nil {
		return err
	}
	if err := newParams(c.r.URL).end(); err != nil {
		return err
	}
	v, err := picture.Tiles.View(c.r.Context(), tiles.MaxZoom, tiles.Options{Columns: picture.Columns, Root: c.root})
	if err != nil {
		return tileProblem(err)
	}
	return c.json(http.StatusOK, tiles.Style(origin(c.r), tiles.Areas, v.PerKm2.Quantile...))
}
