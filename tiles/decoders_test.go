package tiles_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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
	tile       tiles.Address // where it is known
	parts      [][]mvt.Point // the geometry in the tile, where it is known
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

// served is a tile that is not empty, as it goes out.
type served struct {
	tiles.Address
	data []byte
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
func byNode(ctx context.Context, list []served) (out []seen, err error) {
	var in bytes.Buffer
	for _, s := range list {
		for _, v := range []uint32{s.Z, s.X, s.Y, uint32(len(s.data))} {
			in.Write(binary.LittleEndian.AppendUint32(nil, v))
		}
		in.Write(s.data)
	}
	cmd := exec.CommandContext(ctx, "node", filepath.Join("testdata", "decode.mjs"), modules)
	cmd.Stdin = &in
	err = output(cmd, func(d *json.Decoder) error {
		for d.More() {
			f, err := nodeFeature(d)
			if err != nil {
				return err
			}
			out = append(out, f)
		}
		return nil
	})
	return out, err
}

// output runs a program and hands what it writes to read.
func output(cmd *exec.Cmd, read func(*json.Decoder) error) error {
	var complaints strings.Builder
	cmd.Stderr = &complaints
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return err
	}
	err = read(json.NewDecoder(out))
	_, rest := io.Copy(io.Discard, out)
	if err = errors.Join(err, rest, cmd.Wait()); err != nil {
		return fmt.Errorf("%s: %w: %s", cmd.Args[0], err, complaints.String())
	}
	return nil
}

func nodeFeature(d *json.Decoder) (seen, error) {
	var f struct {
		Tile       [3]uint32
		Layer      string
		ID         uint64
		Type       mvt.Type
		Properties map[string]any
		Parts      [][][2]int32
	}
	err := d.Decode(&f)
	a := tiles.Address{Z: f.Tile[0], X: f.Tile[1], Y: f.Tile[2]}
	s := seen{tile: a, Layer: f.Layer, Z: a.Z, ID: f.ID, Properties: f.Properties}
	for _, part := range f.Parts {
		var here, ring []mvt.Point
		for _, p := range part {
			here = append(here, mvt.Point{X: p[0], Y: p[1]})
			ring = append(ring, mvt.Point{X: p[0] + int32(a.X)*mvt.Extent, Y: p[1] + int32(a.Y)*mvt.Extent})
		}
		s.parts = append(s.parts, here)
		s.add(ring, f.Type == mvt.Polygons)
	}
	return s, err
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

// byGDAL reads a layer of an archive at a zoom with GDAL, which cuts nothing along the
// sides of tiles when it is told so.
func byGDAL(ctx context.Context, file, layer string, z uint32) (list []seen, err error) {
	cmd := exec.CommandContext(ctx, "ogr2ogr", "-f", "GeoJSON", "/vsistdout/", file, layer,
		"-oo", fmt.Sprintf("ZOOM_LEVEL=%d", z), "-oo", "CLIP=NO", "-oo", "USE_BOUNDS=NO")
	err = output(cmd, func(d *json.Decoder) error {
		for key := json.Token(""); key != "features"; {
			var err error
			if key, err = d.Token(); err != nil {
				return err
			}
		}
		if _, err := d.Token(); err != nil { // the bracket
			return err
		}
		for d.More() {
			f, err := gdalFeature(d, z, layer)
			if err != nil {
				return err
			}
			list = append(list, f)
		}
		return nil
	})
	return list, err
}

func gdalFeature(d *json.Decoder, z uint32, layer string) (s seen, err error) {
	var f struct {
		Properties map[string]any
		Geometry   struct {
			Type        string
			Coordinates json.RawMessage
		}
	}
	if err := d.Decode(&f); err != nil {
		return s, err
	}
	s = seen{Layer: layer, Z: z, Properties: f.Properties}
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
		err = fmt.Errorf("a geometry of type %s", f.Geometry.Type)
	}
	return s, err
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
