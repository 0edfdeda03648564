package datum

import (
	"math/rand/v2"
	"strings"
	"testing"

	"jingwei/geo"
)

// block is a territory of about 2 by 2 km in Nantong.
func block(p geo.Pos) bool {
	return p.X >= 1_208_000_000 && p.X < 1_208_200_000 && p.Y >= 320_000_000 && p.Y < 320_200_000
}

// batch returns positions in the block as they are written in a datum.
func batch(n int, in Datum, swapped bool) [][2]float64 {
	rng := rand.New(rand.NewPCG(1, 2))
	list := make([][2]float64, n)
	for i := range list {
		lon, lat := in.FromWGS84(120.8+rng.Float64()*.02, 32+rng.Float64()*.02)
		if list[i] = [2]float64{lon, lat}; swapped {
			list[i] = [2]float64{lat, lon}
		}
	}
	return list
}

func TestGuessBatch(t *testing.T) {
	for name, tt := range map[string]struct {
		positions [][2]float64
		given     Datum
		want      string // of the guess; empty for none
	}{
		"WGS 84 as WGS 84":   {batch(200, WGS84, false), WGS84, ""},
		"GCJ-02 as GCJ-02":   {batch(200, GCJ02, false), GCJ02, ""},
		"GCJ-02 as WGS 84":   {batch(200, GCJ02, false), WGS84, "positions look like gcj02, not wgs84: of 200, "},
		"WGS 84 as GCJ-02":   {batch(200, WGS84, false), GCJ02, "positions look like wgs84, not gcj02: of 200, "},
		"BD-09 as WGS 84":    {batch(200, BD09, false), WGS84, "positions look like bd09, not wgs84: of 200, "},
		"swapped":            {batch(200, WGS84, true), WGS84, "longitude and latitude look swapped: of 200, 0 lie where they should as given and 200 if so"},
		"too few to tell":    {batch(fewest-1, GCJ02, false), WGS84, ""},
		"far from all of it": {[][2]float64{{0, 0}, {1, 1}}, WGS84, ""},
	} {
		g, ok := GuessBatch(tt.positions, tt.given, block)
		if ok != (tt.want != "") || ok && !strings.HasPrefix(g.String(), tt.want) {
			t.Errorf("%s: %v %v, want %q", name, ok, g, tt.want)
		}
	}
}

// In a territory of 60 by 60 km most of what is half a kilometre off is still in
// it; what is not tells. Positions that were never in it tell nothing.
func TestGuessBatchInALargeTerritory(t *testing.T) {
	large := func(p geo.Pos) bool {
		return p.X >= 1_206_000_000 && p.X < 1_212_000_000 && p.Y >= 318_000_000 && p.Y < 324_000_000
	}
	rng := rand.New(rand.NewPCG(3, 4))
	inside := func(n int, in Datum) (list [][2]float64) {
		for range n {
			lon, lat := in.FromWGS84(120.6+rng.Float64()*.6, 31.8+rng.Float64()*.6)
			list = append(list, [2]float64{lon, lat})
		}
		return list
	}
	stray := func(n int) (list [][2]float64) {
		for range n {
			list = append(list, [2]float64{122 + rng.Float64(), 31 + rng.Float64()})
		}
		return list
	}
	for name, tt := range map[string]struct {
		positions [][2]float64
		want      string
	}{
		"GCJ-02 as WGS 84":     {inside(8000, GCJ02), "positions look like gcj02, not wgs84: of 8000, "},
		"WGS 84":               {inside(8000, WGS84), ""},
		"some of them astray":  {append(inside(8000, WGS84), stray(100)...), ""},
		"many of them astray":  {append(inside(8000, WGS84), stray(4000)...), ""},
		"all of them are away": {stray(8000), ""},
	} {
		g, ok := GuessBatch(tt.positions, WGS84, large)
		if ok != (tt.want != "") || ok && !strings.HasPrefix(g.String(), tt.want) {
			t.Errorf("%s: %v %v, want %q", name, ok, g, tt.want)
		}
	}
}
