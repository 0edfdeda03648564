package importer_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"jingwei/grid"
	importer "jingwei/import"

	"github.com/google/go-cmp/cmp"
)

// square writes a ring around the box from x to x+1 and y to y+1, in thousandths
// of a degree east of 120.8° E and north of 32° N.
func square(x, y float64) string { return box(x, y, x+1, y+1) }

// box writes a ring around a box in the same units.
func box(x0, y0, x1, y1 float64) string {
	at := func(x, y float64) string { return fmt.Sprintf("[%.7f,%.7f]", 120.8+x/1000, 32+y/1000) }
	return "[" + strings.Join([]string{at(x0, y0), at(x1, y0), at(x1, y1), at(x0, y1), at(x0, y0)}, ",") + "]"
}

// feature writes a feature with the property code and a polygon.
func feature(code, rings string) string {
	return featureWith(fmt.Sprintf(`"code":%q`, code), rings)
}

func featureWith(properties, rings string) string {
	return fmt.Sprintf(`{"type":"Feature","properties":{%s},"geometry":{"type":"Polygon","coordinates":[%s]}}`, properties, rings)
}

func collection(features ...string) string {
	return `{"type":"FeatureCollection","features":[` + strings.Join(features, ",\n") + `]}`
}

// geometry writes a feature with any geometry.
func geometry(g string) string {
	return collection(fmt.Sprintf(`{"type":"Feature","properties":{"code":"A"},"geometry":%s}`, g))
}

var (
	squareA = feature("A", square(0, 0))
	squareB = feature("B", square(1, 0))
)

// published is an edition of one village with a grid far from it in the list.
func published(t *testing.T) *editions {
	t.Helper()
	shape := func(x, y float64) grid.CodedArea {
		write(t, "published.geojson", collection(feature("X", square(x, y))))
		areas, err := importer.ReadBoundaries(t.Context(), []string{"published.geojson"}, importer.BoundaryOptions{Level: grid.Grid})
		if err != nil {
			t.Fatal(err)
		}
		return areas[0]
	}
	village := grid.CodedArea{Code: "V", Name: "V", Level: grid.Village}
	cell := shape(0, 1)
	cell.Code, cell.Name, cell.Kind, cell.Parent = "G", "G", grid.General, "V"
	return &editions{published: [][]grid.CodedArea{{cell, village}}}
}

func write(t *testing.T, name, body string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(body), 0o600); err != nil {
		t.Fatal(err)
	}
}

type refusal struct {
	name    string
	body    string
	options importer.BoundaryOptions // Level is Grid when it is zero
	want    string                   // the lines that name what is wrong
}

func micro(o importer.BoundaryOptions) importer.BoundaryOptions {
	o.Level = grid.Microgrid
	return o
}

var refusals = []refusal{{
	name: "a gap of 5 cm",
	body: collection(squareA, feature("B", box(1.0005, 0, 2, 1)), feature("C", box(0, -1, 2, 0)), feature("D", box(1, 1, 2, 2))),
	want: `areas.geojson: feature 1 (code A) at 120.8010000,32.0000000: gap (sliver) with B (feature 2), C (feature 3), D (feature 4): 5.2 m², 0.047 m wide
hint: --repair closes gaps and overlaps narrower than 1 m`,
}, {
	name: "a gap of 5 cm that is open to the outside",
	body: collection(squareA, feature("B", box(1.0005, 0, 2, 1))),
	want: `areas.geojson: feature 2 (code B) at 120.8010000,32.0010000: gap (sliver) with G: 0.047 m wide
areas.geojson: feature 1 (code A) at 120.8010005,32.0010000: gap (sliver) with B (feature 2): 0.047 m wide
hint: --repair closes gaps and overlaps narrower than 1 m`,
}, {
	name: "an overlap",
	body: collection(squareA, feature("B", square(0.9, 0))),
	want: `areas.geojson: feature 1 (code A) at 120.8009000,32.0000000: overlap with B (feature 2): 1048 m², 8.7 m wide`,
}, {
	name: "a cell that is there under another code",
	body: collection(feature("A", square(0, 1))),
	want: `areas.geojson: feature 1 (code A) at 120.8000000,32.0010000: duplicate with G: 10478 m²
hint: areas that the files do not name, such as G, stay; --replace drops all of them that are of level grid`,
}, {
	name:    "a cell that is there at another level",
	body:    collection(feature("A", square(0, 1))),
	options: micro(importer.BoundaryOptions{}),
	want:    `areas.geojson: feature 1 (code A) at 120.8000000,32.0010000: duplicate with G: 10478 m²`,
}, {
	name: "a bow-tie",
	body: collection(squareA, feature("B", "[[120.801,32],[120.802,32.001],[120.802,32],[120.801,32.001],[120.801,32]]")),
	want: `areas.geojson: feature 2 (code B) at 120.8015000,32.0005000: self-cross`,
}, {
	name: "longitude and latitude swapped",
	body: collection(squareA, feature("B", "[[32,120.801],[32.001,120.801],[32.001,120.802],[32,120.801]]")),
	want: `areas.geojson: feature 2 (code B): byte 360: longitude 32, latitude 120.801 look swapped: longitude comes first, and no latitude is beyond ±90`,
}, {
	name: "swapped where both are possible",
	body: collection(feature("A", "[[-2.5,51.4],[-2.4,51.4],[-2.4,51.5],[-2.5,51.4]]"), feature("B", "[[-2.6,51.4],[-2.5,51.4],[-2.5,51.5],[-2.6,51.4]]"),
		feature("C", "[[-2.7,51.4],[-2.6,51.4],[-2.6,51.5],[-2.7,51.4]]"), feature("D", "[[51.4,-2.6],[51.5,-2.6],[51.5,-2.5],[51.4,-2.6]]")),
	want: `areas.geojson: feature 4 (code D) at 51.4000000,-2.6000000: longitude and latitude look swapped: the feature lies far from the others, and among them the other way round`,
}, {
	name: "a code twice",
	body: collection(squareA, squareB, feature("A", square(2, 0))),
	want: `areas.geojson: feature 3 (code A) at 120.8020000,32.0000000: the code is already that of feature 1`,
}, {
	name:    "a blank parent",
	body:    collection(featureWith(`"code":"A","up":"V"`, square(0, 0)), featureWith(`"code":"B","up":" "`, square(1, 0))),
	options: importer.BoundaryOptions{Parent: "up"},
	want:    `areas.geojson: feature 2 (code B) at 120.8010000,32.0000000: names no parent: its property "up" is empty`,
}, {
	name:    "a parent that is null",
	body:    collection(featureWith(`"code":"A","up":null`, square(0, 0))),
	options: importer.BoundaryOptions{Parent: "up"},
	want:    `areas.geojson: feature 1 (code A) at 120.8000000,32.0000000: names no parent: its property "up" is empty`,
}, {
	name:    "an unknown parent",
	body:    collection(featureWith(`"code":"A","up":"W"`, square(0, 0))),
	options: importer.BoundaryOptions{Parent: "up"},
	want:    `areas.geojson: feature 1 (code A) at 120.8000000,32.0000000: names the parent W, which is no area; import that first`,
}, {
	name:    "a parent that is not above",
	body:    collection(featureWith(`"code":"A","up":"G"`, square(0, 0))),
	options: importer.BoundaryOptions{Parent: "up"},
	want:    `areas.geojson: feature 1 (code A) at 120.8000000,32.0000000: names the parent G, a grid, which is not above a grid`,
}, {
	name:    "a property that no feature has",
	body:    collection(featureWith(`"code":"A","up":"G"`, square(0, 0))),
	options: importer.BoundaryOptions{Parent: "PARENT"},
	want:    `areas.geojson: feature 1: no feature has the property "PARENT" (--parent); the first has code, up`,
}, {
	name: "no property code at all",
	body: collection(featureWith(`"OA11CD":"A","LAD11CD":"G"`, square(0, 0))),
	want: `areas.geojson: feature 1: no feature has the property "code" (--code); the first has OA11CD, LAD11CD`,
}, {
	name: "a blank code",
	body: collection(squareA, feature(" ", square(1, 0))),
	want: `areas.geojson: feature 2 at 120.8010000,32.0000000: no code`,
}, {
	name: "codes that cannot stand in an address",
	body: collection(feature("A/1", square(0, 0)), feature("A 1", square(1, 0)), feature(".", square(2, 0)), feature("..", square(3, 0)), feature("..1", square(4, 0))),
	want: `areas.geojson: feature 1 (code A/1) at 120.8000000,32.0000000: the code "A/1": want one without white space or /; . and .. are none
areas.geojson: feature 2 (code A 1) at 120.8010000,32.0000000: the code "A 1": want one without white space or /; . and .. are none
areas.geojson: feature 3 (code .) at 120.8020000,32.0000000: the code ".": want one without white space or /; . and .. are none
areas.geojson: feature 4 (code ..) at 120.8030000,32.0000000: the code "..": want one without white space or /; . and .. are none`,
}, {
	name:    "a parent that cannot stand in an address",
	body:    collection(featureWith(`"code":"A","up":"V/1"`, square(0, 0))),
	options: importer.BoundaryOptions{Parent: "up"},
	want:    `areas.geojson: feature 1 (code A) at 120.8000000,32.0000000: the parent "V/1": want one without white space or /; . and .. are none`,
}, {
	name: "a code with a fraction",
	body: collection(featureWith(`"code":1.5`, square(0, 0))),
	want: `areas.geojson: feature 1 (code 1.5) at 120.8000000,32.0000000: the code is the number 1.5: only a whole number or text is a code`,
}, {
	name: "a code of another level",
	body: collection(feature("V", square(0, 0))),
	want: `areas.geojson: feature 1 (code V) at 120.8000000,32.0000000: the code is that of a village already, so no grid can have it`,
}, {
	name:    "the kind of a micro-grid",
	body:    collection(featureWith(`"code":"A","k":"general"`, square(0, 0))),
	options: micro(importer.BoundaryOptions{Kind: "k"}),
	want:    `areas.geojson: feature 1 (code A) at 120.8000000,32.0000000: the kind "general" of a microgrid: only grids have a kind`,
}, {
	name: "an unknown kind",
	body: collection(featureWith(`"code":"A","kind":"special"`, square(0, 0))),
	want: `areas.geojson: feature 1 (code A) at 120.8000000,32.0000000: unknown kind "special": one of general 综合网格, dedicated 专属网格`,
}, {
	name: "half a household",
	body: collection(featureWith(`"code":"A","households":75.5`, square(0, 0))),
	want: `areas.geojson: feature 1 (code A) at 120.8000000,32.0000000: households "75.5": a whole number from 0`,
}, {
	name: "a property twice",
	body: collection(squareA, featureWith(`"code":"B","name":"x","code":"C"`, square(1, 0))),
	want: `areas.geojson: feature 2 (code B): byte 321: "code" comes twice in one object`,
}, {
	name: "a property twice, once null",
	body: collection(featureWith(`"name":"x","code":null,"code":"C"`, square(1, 0))),
	want: `areas.geojson: feature 1: byte 103: "code" comes twice in one object`,
}, {
	name: "properties twice",
	body: collection(`{"type":"Feature","properties":{"code":"A"},"properties":{"code":"B"},"geometry":null}`),
	want: `areas.geojson: feature 1 (code A): byte 98: "properties" comes twice in one object`,
}, {
	name: "a geometry twice",
	body: collection(`{"type":"Feature","properties":{"code":"A"},"geometry":null,"geometry":null}`),
	want: `areas.geojson: feature 1 (code A): byte 112: "geometry" comes twice in one object`,
}, {
	name: "a type twice",
	body: collection(`{"type":"Feature","type":"Feature","properties":{"code":"A"},"geometry":null}`),
	want: `areas.geojson: feature 1: byte 66: "type" comes twice in one object`,
}, {
	name: "the type of a geometry twice",
	body: geometry(`{"type":"Polygon","type":"MultiPolygon","coordinates":[` + square(0, 0) + `]}`),
	want: `areas.geojson: feature 1 (code A): byte 121: "type" comes twice in one object`,
}, {
	name: "coordinates twice",
	body: geometry(`{"type":"Polygon","coordinates":[` + square(0, 0) + `],"coordinates":[]}`),
	want: `areas.geojson: feature 1 (code A): byte 271: "coordinates" comes twice in one object`,
}, {
	name: "the type of the collection twice",
	body: `{"type":"FeatureCollection",` + collection(squareA)[1:],
	want: `areas.geojson: feature 1: byte 36: "type" comes twice in one object`,
}, {
	name: "features twice",
	body: strings.TrimSuffix(collection(squareA), "}") + `,"features":[]}`,
	want: `areas.geojson: byte 271: "features" comes twice in one object, after feature 1`,
}, {
	name: "a byte order mark",
	body: "\uFEFF" + collection(squareA),
	want: `areas.geojson: byte 1: the file starts with a byte order mark (EF BB BF), which JSON must not have: save it as UTF-8 without BOM`,
}, {
	name: "UTF-16",
	body: "\xFF\xFE{\x00}\x00",
	want: `areas.geojson: byte 1: the file is UTF-16: save it as UTF-8 without BOM`,
}, {
	name: "cut off inside a feature",
	body: collection(squareA, squareB)[:300],
	want: `areas.geojson: feature 2: byte 301: the file is cut off here`,
}, {
	name: "cut off between features",
	body: collection(squareA, squareB)[:len(collection(squareA))],
	want: `areas.geojson: byte 260: the file is cut off here, after feature 1`,
}, {
	name: "an empty file",
	body: "",
	want: `areas.geojson: byte 1: the file is empty`,
}, {
	name: "no feature",
	body: collection(),
	want: `areas.geojson: byte 43: the file holds no feature`,
}, {
	name: "a ring that is not closed",
	body: collection(squareA, feature("B", "[[120.801,32],[120.802,32],[120.802,32.001],[120.801,32.001]]")),
	want: `areas.geojson: feature 2 (code B) at 120.8010000,32.0010000: the ring is not closed: it starts at 120.8010000,32.0000000 and ends at 120.8010000,32.0010000`,
}, {
	name: "a ring of three positions",
	body: collection(feature("A", "[[120.801,32],[120.802,32],[120.801,32]]")),
	want: `areas.geojson: feature 1 (code A) at 120.8010000,32.0000000: a ring of 3 positions: a ring has at least four, the last equal to the first`,
}, {
	name: "a polygon smaller than the lattice",
	body: collection(feature("A", "[[120.801,32],[120.80100001,32],[120.80100001,32.00000001],[120.801,32]]")),
	want: `areas.geojson: feature 1 (code A) at 120.8010000,32.0000000: the polygon has no area: all its corners fall together`,
}, {
	name: "a line",
	body: geometry(`{"type":"LineString","coordinates":[[120.8,32],[120.9,32]]}`),
	want: `areas.geojson: feature 1 (code A): byte 116: a geometry of the type "LineString": an area is a Polygon or a MultiPolygon`,
}, {
	name: "a GeometryCollection",
	body: geometry(`{"type":"GeometryCollection","geometries":[]}`),
	want: `areas.geojson: feature 1 (code A): byte 124: a geometry of the type "GeometryCollection": an area is a Polygon or a MultiPolygon`,
}, {
	name: "a Polygon nested like a MultiPolygon",
	body: geometry(`{"type":"Polygon","coordinates":[[` + square(0, 0) + `]]}`),
	want: `areas.geojson: feature 1 (code A) at 120.8000000,32.0000000: positions nested 4 deep do not make a Polygon`,
}, {
	name: "a geometry without a type",
	body: geometry(`{"coordinates":[` + square(0, 0) + `]}`),
	want: `areas.geojson: feature 1 (code A) at 120.8000000,32.0000000: a geometry without a type`,
}, {
	name: "a bare polygon",
	body: `{"type":"Polygon","coordinates":[` + square(0, 0) + `]}`,
	want: `areas.geojson: feature 1: byte 1: an object of the type "Polygon" where a Feature should be`,
}, {
	name: "a feature without a geometry",
	body: collection(`{"type":"Feature","properties":{"code":"A"}}`),
	want: `areas.geojson: feature 1 (code A): byte 41: no geometry: an area without a polygon has the geometry null`,
}, {
	name: "a number that is none",
	body: collection(feature("A", "[[120.8,NaN]]")),
	want: `areas.geojson: feature 1 (code A): byte 137: 'N' where a number should be`,
}, {
	name: "a number with a leading zero",
	body: collection(feature("A", "[[120.8,032.0]]")),
	want: `areas.geojson: feature 1 (code A): byte 137: "032.0" is not a number`,
}, {
	name: "a position of one number",
	body: collection(feature("A", "[[120.8]]")),
	want: `areas.geojson: feature 1 (code A): byte 137: a position of one number`,
}, {
	name: "metres of a projection",
	body: collection(feature("A", "[[594495.26,3542289.44],[594595.26,3542289.44],[594595.26,3542389.44],[594495.26,3542289.44]]")),
	want: `areas.geojson: feature 1 (code A): byte 151: longitude 594495.26, latitude 3542289.44 are not degrees: if they are metres of a projection, name it with --crs EPSG:n`,
}, {
	name: "another coordinate system",
	body: `{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::3857"}},"features":[` + squareA + `]}`,
	want: `areas.geojson: byte 101: the file says it is in "urn:ogc:def:crs:EPSG::3857", not in longitude and latitude: name its system with --crs EPSG:n`,
}, {
	name: "another encoding",
	body: collection(featureWith("\"code\":\"A\",\"name\":\"\xB3\xE7\xB4\xA8\"", square(0, 0))),
	want: `areas.geojson: feature 1 (code A): byte 92: the byte 0xB3 is not UTF-8: convert the file to UTF-8 first`,
}, {
	name: "more after the collection",
	body: collection(squareA) + collection(squareB),
	want: `areas.geojson: byte 260: more data after the end of the FeatureCollection, after feature 1`,
}, {
	name: "TopoJSON",
	body: `{"type":"Topology","objects":{},"arcs":[]}`,
	want: `areas.geojson: feature 1: byte 1: this is TopoJSON: rename the file to .topojson to have it converted`,
}}

func TestRefusedFilesAreNamedAndNothingIsPublished(t *testing.T) {
	for _, c := range refusals {
		t.Run(c.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			to := published(t)
			before := to.published[0]
			write(t, "areas.geojson", c.body)
			if c.options.Level == 0 {
				c.options.Level = grid.Grid
			}
			_, err := importer.Boundaries(t.Context(), to, []string{"areas.geojson"}, c.options)
			var refused *importer.Refused
			if !errors.As(err, &refused) {
				t.Fatalf("got %v, want it refused", err)
			}
			if len(to.published) != 1 || !cmp.Equal(to.published[0], before) {
				t.Error("the edition is not as before")
			}
			got := strings.ReplaceAll(err.Error(), "\n  ", "\n")
			if diff := cmp.Diff("refused, nothing was written:\n"+c.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
