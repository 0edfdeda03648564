package importer

import "regexp"

// lonLat matches the names of coordinate systems that are longitude and latitude
// on WGS 84 or CGCS2000, which are the same here: CRS84, EPSG:4326, EPSG:4490.
var lonLat = regexp.MustCompile(`^(?i:(urn:ogc:def:crs:)?(OGC:[0-9.]*:?CRS84|EPSG:[0-9.]*:?(4326|4490)))$`)

// crs reads the crs member of GeoJSON 2008 and refuses a system that would have
// to be converted.
func (g *geojsonReader) crs() error {
	if c, err := g.next(); err != nil || c == 'n' {
		if err == nil {
			_, err = g.word()
		}
		return err
	}
	name, err := g.crsName(0)
	if err != nil || lonLat.MatchString(name) {
		return err
	}
	return g.fail("the file says it is in %.60q, not in longitude and latitude: name its system with --crs EPSG:n", name)
}

// crsName reads {"type": "name", "properties": {"name": …}}.
func (g *geojsonReader) crsName(depth int) (name string, err error) {
	err = g.object(func(key string) (err error) {
		switch {
		case depth == 0 && key == "properties":
			name, err = g.crsName(1)
		case depth == 1 && key == "name":
			name, err = g.text()
		default:
			err = g.skip(0)
		}
		return err
	})
	return name, err
}
