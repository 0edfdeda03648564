package store_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"jingwei/geo"
	"jingwei/grid"
	"jingwei/store/storetest"
)

// A city of the tests is a square of n by n cells whose borders wind, each with
// four positions between its ends, under one city area.
const (
	cityCode = "3206"
	side     = 20_000 // lattice units of a cell
	bend     = 4      // positions between two corners
)

// corner is the south-west corner of the city.
var corner = geo.Pos{X: 1_205_000_000, Y: 318_000_000}

func cellCode(col, row int) string { return fmt.Sprintf("%s%03d%03d", cityCode, col, row) }

// city makes the areas of a city; the same n and seed give the same.
func city(n int, seed uint64) []grid.CodedArea {
	b := borders{n: n, rand: rand.New(rand.NewPCG(seed, 0)), between: map[[2]geo.Pos][]geo.Pos{}}
	areas := []grid.CodedArea{{Code: cityCode, Name: "City", Level: grid.City}}
	for row := range n {
		for col := range n {
			areas = append(areas, grid.CodedArea{
				Code: cellCode(col, row), Name: fmt.Sprintf("Grid %d.%d", col, row), Level: grid.Grid, Kind: grid.General,
				Parent: cityCode, Households: int32(50 + (col+row)%50), Shape: geo.MultiPolygon{{b.cell(col, row)}},
			})
		}
	}
	return areas
}

// borders draws each border once.
type borders struct {
	n       int
	rand    *rand.Rand
	between map[[2]geo.Pos][]geo.Pos
}

func (b *borders) cell(col, row int) geo.Ring {
	at := func(c, r int) geo.Pos { return geo.Pos{X: corner.X + int32(c)*side, Y: corner.Y + int32(r)*side} }
	corners := []geo.Pos{at(col, row), at(col+1, row), at(col+1, row+1), at(col, row+1)}
	var ring geo.Ring
	for i, from := range corners {
		ring = append(append(ring, from), b.border(from, corners[(i+1)%4])...)
	}
	return ring
}

// border returns the positions between two corners.
func (b *borders) border(from, to geo.Pos) []geo.Pos {
	if from.Compare(to) > 0 {
		back := geo.Ring(append([]geo.Pos(nil), b.border(to, from)...))
		back.Reverse()
		return back
	}
	key := [2]geo.Pos{from, to}
	if _, drawn := b.between[key]; !drawn {
		for i := int32(1); i <= bend; i++ {
			wind := func() int32 { return b.rand.Int32N(2400) - 1200 }
			b.between[key] = append(b.between[key], geo.Pos{
				X: from.X + (to.X-from.X)*i/(bend+1) + wind(),
				Y: from.Y + (to.Y-from.Y)*i/(bend+1) + wind(),
			})
		}
	}
	return b.between[key]
}

// publish publishes areas on top of what there is.
func publish(t testing.TB, db *storetest.Database, base int64, areas []grid.CodedArea) int64 {
	t.Helper()
	number, err := db.PublishAreas(t.Context(), base, areas, "test")
	if err != nil {
		t.Fatal(err)
	}
	return number
}

// square is a ring from a corner of the city, in lattice units.
func square(x, y, size int32) geo.Ring {
	at := func(dx, dy int32) geo.Pos { return geo.Pos{X: corner.X + dx, Y: corner.Y + dy} }
	return geo.Ring{at(x, y), at(x+size, y), at(x+size, y+size), at(x, y+size)}
}
