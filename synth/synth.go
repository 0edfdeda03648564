// Package synth makes a city from a seed: Nantong, in broad strokes, with its
// areas, workers, posts, catalogue of matters and any number of reports.
//
// # Laws
//
//  1. The same options give the same bytes, on any machine. Randomness comes from
//     the seed alone, time from Options.End alone.
//  2. The cells tile the territory: borders are shared to the last unit of the
//     lattice, and every ring is simple (see net).
//  3. At scale 1 there are exactly 8,470 general and 861 dedicated grids and
//     61,993 micro-grids, on 8,001 km².
//  4. A report's position lies in its cell by the ownership rule of geo/coverage.
//  5. The code of a parent is a prefix of the codes of its children.
package synth

import (
	"time"

	"jingwei/geo"
	"jingwei/grid"
)

// LandAreaM2 is the area of the territory in square metres, whatever the scale.
const LandAreaM2 = 8001e6

// Options say which city to make.
type Options struct {
	Seed  uint64
	Scale float64   // 1 is full size, from 0.005 to 100; 0 means 1
	End   time.Time // reports fall in the five years before; zero means DefaultEnd

	// Progress, if set, is told how far each stage has come, from 0 to total.
	Progress func(stage string, done, total int)
}

// Beijing is the time zone of the city.
var Beijing = time.FixedZone("CST", 8*60*60)

// DefaultEnd is when the reports end unless Options say otherwise.
var DefaultEnd = time.Date(2026, 1, 1, 0, 0, 0, 0, Beijing)

// Area is an area of the city. Only cells have a shape.
type Area struct {
	Code       string
	Name       string
	Level      grid.Level
	Kind       grid.Kind
	Parent     string // code; empty at the top
	Households int32  // of a cell; 0 for other areas
	Shape      geo.MultiPolygon
}

// IsCell reports whether the area carries its own polygon.
func (a *Area) IsCell() bool { return a.Shape != nil }

// Post is a worker's duty in an area, both by code; a zero Until means no end.
type Post struct {
	Worker, Area string
	Rank         grid.Rank
	From, Until  time.Time
}

// City is a generated city, immutable.
type City struct {
	Areas   []Area        // parents before children, by code
	Cells   []int32       // the index in Areas of each cell, ascending
	Workers []grid.Worker // ids are left to the database
	Posts   []Post
	Matters []grid.Matter // by code

	options Options
	sources *sources
}

// Generate makes the city. It fails on a scale out of range.
func Generate(o Options) (*City, error) {
	o = o.withDefaults()
	n, err := newCounts(o.Scale)
	if err != nil {
		return nil, err
	}
	o.Progress("sites", 0, 1)
	t, err := newTerritory(o, n)
	if err != nil {
		return nil, err
	}
	c := &City{options: o, Matters: catalogue()}
	if err := c.build(t); err != nil {
		return nil, err
	}
	o.Progress("people", 0, 1)
	c.staff()
	c.sources = newSources(c)
	o.Progress("people", 1, 1)
	return c, nil
}

func (o Options) withDefaults() Options {
	if o.Scale == 0 {
		o.Scale = 1
	}
	if o.End.IsZero() {
		o.End = DefaultEnd
	}
	o.End = o.End.In(Beijing).Truncate(time.Millisecond)
	if o.Progress == nil {
		o.Progress = func(string, int, int) {}
	}
	return o
}

// Start returns when the reports begin: five years before the end.
func (c *City) Start() time.Time { return c.options.End.AddDate(-5, 0, 0) }

// End returns when the reports end.
func (c *City) End() time.Time { return c.options.End }
