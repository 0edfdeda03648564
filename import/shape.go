package importer

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"jingwei/geo"
	"jingwei/geo/datum"
)

// shapeReader reads a GeoJSON geometry straight onto the lattice.
type shapeReader struct {
	*scanner
	datum datum.Datum

	depth int // of the arrays around a position; 0 before the first
	rings int // read of the current polygon
	ring  geo.Ring
	poly  geo.Polygon
	shape geo.MultiPolygon
	first geo.Pos // of the geometry
	lon   []byte  // of the position being read
	at    geo.Pos // the position just read
}

// read reads a geometry or null, which has no shape.
func (g *shapeReader) read() (geo.MultiPolygon, error) {
	g.depth, g.rings, g.poly, g.shape = 0, 0, nil, nil
	if c, err := g.next(); err != nil || c == 'n' {
		if err == nil {
			_, err = g.word()
		}
		return nil, err
	}
	start, kind, seen := g.offset(), "", false
	err := g.object(func(key string) (err error) {
		switch key {
		case "type":
			if kind != "" {
				return g.twice(key)
			}
			kind, err = g.kind()
		case "coordinates":
			if seen {
				return g.twice(key)
			}
			seen = true
			err = g.nested(1)
		default:
			err = g.skip(0)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return g.shape, g.check(start, kind, seen)
}

// kind reads the type of a geometry.
func (g *shapeReader) kind() (string, error) {
	kind, err := g.text()
	switch {
	case err != nil:
		return "", err
	case kind == "Polygon" || kind == "MultiPolygon":
		return kind, nil
	}
	return "", g.fail("a geometry of the type %.40q: an area is a Polygon or a MultiPolygon", kind)
}

// check compares what was read with the type that was named.
func (g *shapeReader) check(start int64, kind string, seen bool) error {
	p := &Problem{Byte: start + 1, At: g.first, Placed: g.depth > 0}
	switch {
	case kind == "":
		p.Text = "a geometry without a type"
	case !seen:
		p.Text = fmt.Sprintf("a %s without coordinates", kind)
	case g.depth == 0:
		return nil
	case (g.depth == 4) != (kind == "MultiPolygon"):
		p.Text = fmt.Sprintf("positions nested %d deep do not make a %s", g.depth, kind)
	case len(g.shape) == 0:
		p.Text = "the polygon has no area: all its corners fall together"
	default:
		return nil
	}
	return p
}

// nested reads an array of coordinates: a position when it holds numbers, else
// whatever its depth above the positions makes it.
func (g *shapeReader) nested(level int) error {
	if level > 4 {
		return g.fail("coordinates nested deeper than those of a MultiPolygon")
	}
	items, numbers := 0, 0
	err := g.list('[', ']', func() error {
		items++
		c, err := g.next()
		switch {
		case err != nil:
			return err
		case c == '[':
			return g.nested(level + 1)
		}
		numbers++
		return g.coordinate(numbers)
	})
	switch {
	case err != nil:
		return err
	case numbers == items && items > 0:
		return g.corner(level, numbers)
	case numbers > 0:
		return g.fail("numbers and arrays side by side in coordinates")
	}
	return g.close(level, items)
}

// coordinate reads the n-th number of a position: longitude, latitude, and what
// is not used.
func (g *shapeReader) coordinate(n int) error {
	b, err := g.number()
	switch {
	case err != nil:
		return err
	case n == 1:
		g.lon = append(g.lon[:0], b...)
	case n == 2:
		g.at, err = g.position(b)
	}
	return err
}

// position turns g.lon and a latitude into a position.
func (g *shapeReader) position(lat []byte) (geo.Pos, error) {
	if g.datum == datum.WGS84 {
		x, okX := units(g.lon)
		y, okY := units(lat)
		if okX && okY && -geo.MaxY < y && y < geo.MaxY {
			return geo.Pos{X: x, Y: y}, nil
		}
	}
	at, wrong := place(degrees(g.lon), degrees(lat), g.datum)
	switch {
	case wrong == "":
		return at, nil
	case strings.HasSuffix(wrong, notDegrees):
		wrong += ": if they are metres of a projection, name it with --crs EPSG:n"
	}
	return at, g.fail("%s", wrong)
}

// place quantises a position given in a datum; wrong says why it cannot.
func place(lon, lat float64, d datum.Datum) (at geo.Pos, wrong string) {
	if wrong := outOfRange(lon, lat); wrong != "" {
		return at, wrong
	}
	at, err := geo.FromDegrees(d.ToWGS84(lon, lat))
	if err != nil {
		return at, err.Error()
	}
	return at, ""
}

const notDegrees = " are not degrees"

// outOfRange says what is wrong with a position that is not on the globe.
func outOfRange(lon, lat float64) string {
	in := func(v, limit float64) bool { return -limit <= v && v <= limit }
	said := "longitude " + decimal(lon) + ", latitude " + decimal(lat)
	switch {
	case in(lon, 180) && in(lat, 90):
		return ""
	case in(lon, 90) && in(lat, 180):
		return said + " look swapped: longitude comes first, and no latitude is beyond ±90"
	case !in(lon, 1000) || !in(lat, 1000):
		return said + notDegrees
	}
	return said + ": longitude must be within ±180, latitude within ±90"
}

// decimal writes a number without an exponent.
func decimal(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// corner adds the position just read, an array at that level.
func (g *shapeReader) corner(level, numbers int) error {
	if numbers < 2 {
		return g.fail("a position of one number")
	}
	if g.depth == 0 {
		g.depth, g.first, g.ring = level, g.at, g.ring[:0]
	}
	if g.depth != level {
		return g.fail("positions at different depths in one geometry")
	}
	g.ring = append(g.ring, g.at)
	return nil
}

// close ends the array at that level.
func (g *shapeReader) close(level, items int) error {
	switch {
	case items == 0 && level > 1:
		return g.fail("an empty array in coordinates")
	case items == 0:
		return nil
	case level == g.depth-1:
		return g.closeRing()
	case level == g.depth-2:
		if len(g.poly) > 0 {
			g.shape = append(g.shape, g.poly)
		}
		g.poly, g.rings = nil, 0
	}
	return nil
}

// closeRing ends a ring. One that is too small for the lattice is dropped, and
// with an outer one its holes.
func (g *shapeReader) closeRing() error {
	defer func() { g.ring = g.ring[:0] }()
	first, last := g.ring[0], g.ring[len(g.ring)-1]
	if len(g.ring) < 4 || first != last {
		return &Problem{Byte: g.offset() + 1, At: last, Placed: true, Text: unclosed(len(g.ring), first, last)}
	}
	r := slices.Compact(g.ring[:len(g.ring)-1])
	for len(r) > 1 && r[len(r)-1] == r[0] {
		r = r[:len(r)-1]
	}
	outer := g.rings == 0
	g.rings++
	if len(r) < 3 || !outer && len(g.poly) == 0 {
		return nil
	}
	if a := r.Area2(); a != 0 && (a > 0) != outer {
		r.Reverse()
	}
	g.poly = append(g.poly, slices.Clone(r))
	return nil
}

func unclosed(n int, first, last geo.Pos) string {
	if first != last {
		return fmt.Sprintf("the ring is not closed: it starts at %v and ends at %v", first, last)
	}
	return fmt.Sprintf("a ring of %d positions: a ring has at least four, the last equal to the first", n)
}
