package tiles_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"jingwei/tiles"
	"jingwei/tiles/mvt"
)

// seen is a feature as a decoder reads it, in units of the world at its zoom: all of
// it that two decoders can have in common.
type seen struct {
	path       string // of the tile, where it is known
	Layer      string
	Z          uint32
	ID         uint64
	Properties map[string]any
	Low, High  mvt.Point // of the box around it
	Positions  int
	Area2      int64 // twice the area of its polygons
}

func (s seen) String() string {
	b, _ := json.Marshal(s)
	return string(b)
}

// store writes the tile at an address to a folder, z/x/y.pbf, unless it is empty.
func store(t *testing.T, folder string, a tiles.Address, raw []byte) (path string) {
	t.Helper()
	path = fmt.Sprintf("%d/%d/%d.pbf", a.Z, a.X, a.Y)
	file := filepath.Join(folder, filepath.FromSlash(path))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// writeMetadata tells GDAL which fields the tiles in a folder have.
func writeMetadata(t *testing.T, p *tiles.Pyramid, folder string, l tiles.Layer) {
	t.Helper()
	layers, err := json.Marshal(map[string]any{"vector_layers": p.TileJSON(tiles.Options{Layer: l, Root: -1}, "").VectorLayers})
	if err != nil {
		t.Fatal(err)
	}
	metadata, err := json.Marshal(map[string]string{"name": l.String(), "format": "pbf", "json": string(layers)})
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, "metadata.json"), metadata, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// modules is where npm has put the reference decoder for the pages.
const modules = "../web/node_modules"

// needDecoders skips the test when one of the decoders is not there.
func needDecoders(t *testing.T) {
	t.Helper()
	for _, program := range []string{"node", "ogr2ogr"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("SKIPPED: needs %s", program)
		}
	}
	if _, err := os.Stat(filepath.Join(modules, "@mapbox", "vector-tile")); err != nil {
		t.Skipf("SKIPPED: needs @mapbox/vector-tile: run npm ci in web (%v)", err)
	}
}

// byNode reads tiles with @mapbox/vector-tile.
func byNode(t *testing.T, folder string, paths []string) (list []seen) {
	t.Helper()
	var complaints strings.Builder
	cmd := exec.CommandContext(t.Context(), "node", filepath.Join("testdata", "decode.mjs"), modules, folder)
	cmd.Stdin, cmd.Stderr = strings.NewReader(strings.Join(paths, "\n")), &complaints
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("node: %v: %s", err, complaints.String())
	}
	for line := range lines(out) {
		var f struct {
			Path, Layer string
			ID          uint64
			Type        mvt.Type
			Properties  map[string]any
			Parts       [][][2]int32
		}
		if err := json.Unmarshal(line, &f); err != nil {
			t.Fatal(err)
		}
		a := addressOf(t, f.Path)
		s := seen{path: f.Path, Layer: f.Layer, Z: a.Z, ID: f.ID, Properties: f.Properties}
		for _, part := range f.Parts {
			var ring []mvt.Point
			for _, p := range part {
				ring = append(ring, mvt.Point{X: p[0] + int32(a.X)*mvt.Extent, Y: p[1] + int32(a.Y)*mvt.Extent})
			}
			s.add(ring, f.Type == mvt.Polygons)
		}
		list = append(list, s)
	}
	return list
}

func lines(b []byte) func(func([]byte) bool) {
	return func(yield func([]byte) bool) {
		s := bufio.NewScanner(bytes.NewReader(b))
		s.Buffer(nil, 1<<28)
		for s.Scan() && yield(s.Bytes()) {
		}
	}
}

// add adds a part of the geometry: of polygons a ring that ends where it begins.
func (s *seen) add(part []mvt.Point, polygon bool) {
	if polygon {
		s.Area2 += mvt.Area2(relative(part))
		part = part[1:]
	}
	for _, p := range part {
		if s.Positions == 0 {
			s.Low, s.High = p, p
		}
		s.Positions++
		s.Low = mvt.Point{X: min(s.Low.X, p.X), Y: min(s.Low.Y, p.Y)}
		s.High = mvt.Point{X: max(s.High.X, p.X), Y: max(s.High.Y, p.Y)}
	}
}

// relative returns a ring as seen from its first position, so that its area is exact.
func relative(ring []mvt.Point) (out []mvt.Point) {
	for _, p := range ring {
		out = append(out, mvt.Point{X: p.X - ring[0].X, Y: p.Y - ring[0].Y})
	}
	return out
}

// byGDAL reads a layer of tiles with GDAL's MVT driver, in one run: as the union of
// them all. Opened as a folder, they would be cut along their sides.
func byGDAL(t *testing.T, folder, layer string, paths []string) (list []seen) {
	t.Helper()
	var vrt, complaints strings.Builder
	fmt.Fprintf(&vrt, `<OGRVRTDataSource><OGRVRTUnionLayer name="%s"><FieldStrategy>Union</FieldStrategy>`, layer)
	for i, path := range paths {
		a := addressOf(t, path)
		fmt.Fprintf(&vrt, `<OGRVRTLayer name="l%d"><SrcDataSource>%s</SrcDataSource><OpenOptions>`, i, filepath.Join(folder, path))
		for _, o := range [][2]any{{"CLIP", "NO"}, {"X", a.X}, {"Y", a.Y}, {"Z", a.Z}, {"METADATA_FILE", filepath.Join(folder, "metadata.json")}} {
			fmt.Fprintf(&vrt, `<OOI key="%v">%v</OOI>`, o[0], o[1])
		}
		fmt.Fprintf(&vrt, `</OpenOptions><SrcLayer>%s</SrcLayer></OGRVRTLayer>`, layer)
	}
	vrt.WriteString(`</OGRVRTUnionLayer></OGRVRTDataSource>`)
	file := filepath.Join(folder, "union.vrt")
	if err := os.WriteFile(file, []byte(vrt.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "ogr2ogr", "-f", "GeoJSON", "/vsistdout/", file, layer)
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("ogr2ogr: %v: %s", err, complaints.String())
	}
	var collection struct{ Features []json.RawMessage }
	if err := json.Unmarshal(out, &collection); err != nil {
		t.Fatal(err)
	}
	z := addressOf(t, paths[0]).Z
	for _, f := range collection.Features {
		list = append(list, gdalFeature(t, f, z, layer))
	}
	return list
}

func addressOf(t *testing.T, path string) (a tiles.Address) {
	t.Helper()
	if _, err := fmt.Sscanf(path, "%d/%d/%d", &a.Z, &a.X, &a.Y); err != nil {
		t.Fatal(err)
	}
	return a
}

func gdalFeature(t *testing.T, line []byte, z uint32, layer string) seen {
	t.Helper()
	var f struct {
		Properties map[string]any
		Geometry   struct {
			Type        string
			Coordinates json.RawMessage
		}
	}
	if err := json.Unmarshal(line, &f); err != nil {
		t.Fatal(err)
	}
	s := seen{Layer: layer, Z: z, Properties: f.Properties}
	for key, v := range f.Properties {
		switch v := v.(type) {
		case nil:
			delete(f.Properties, key) // absent in this feature
		case []any:
			text, _ := json.Marshal(v) // GDAL writes text that is an array as one
			f.Properties[key] = string(text)
		}
	}
	if id, ok := f.Properties["mvt_id"].(float64); ok {
		s.ID = uint64(id)
	}
	delete(f.Properties, "mvt_id")
	var err error
	switch f.Geometry.Type {
	case "Point":
		var p [2]float64
		err = json.Unmarshal(f.Geometry.Coordinates, &p)
		s.add([]mvt.Point{units(z, p)}, false)
	case "Polygon":
		var rings [][][2]float64
		err = json.Unmarshal(f.Geometry.Coordinates, &rings)
		s.addPolygon(z, rings)
	case "MultiPolygon":
		var polygons [][][][2]float64
		err = json.Unmarshal(f.Geometry.Coordinates, &polygons)
		for _, rings := range polygons {
			s.addPolygon(z, rings)
		}
	default:
		t.Fatalf("a geometry of type %s", f.Geometry.Type)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// units returns a position of EPSG:3857 in tile units of the world.
func units(z uint32, p [2]float64) mvt.Point {
	const half = math.Pi * 6378137
	world := float64(uint64(mvt.Extent) << z)
	return mvt.Point{X: int32(math.Round((p[0]/half + 1) / 2 * world)), Y: int32(math.Round((1 - p[1]/half) / 2 * world))}
}

// addPolygon adds rings, the exterior first, wound in either way.
func (s *seen) addPolygon(z uint32, rings [][][2]float64) {
	for i, r := range rings {
		var ring []mvt.Point
		for _, p := range r {
			ring = append(ring, units(z, p))
		}
		if (mvt.Area2(relative(ring)) > 0) != (i == 0) {
			slices.Reverse(ring)
		}
		s.add(ring, true)
	}
}
