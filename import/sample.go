package importer

import (
	"jingwei/geo"
	"jingwei/geo/datum"
	"jingwei/grid"
)

// Sample gathers the first positions of a batch, to guess what datum they are in.
type Sample struct {
	datum     datum.Datum
	positions [][2]float64
}

// NewSample begins a sample of positions that were given in a datum.
func NewSample(d datum.Datum) *Sample { return &Sample{datum: d} }

// Add takes a position, which was read as the datum says, until there are enough.
func (s *Sample) Add(p geo.Pos) {
	if len(s.positions) < SampleSize {
		lon, lat := s.datum.FromWGS84(p.Lon(), p.Lat())
		s.positions = append(s.positions, [2]float64{lon, lat})
	}
}

// Guess tells, with the evidence, when more of the positions would be in a cell if
// they were in another datum, or had longitude and latitude swapped.
func (s *Sample) Guess(in *grid.Snapshot) (datum.Guess, bool) {
	return datum.GuessBatch(s.positions, s.datum, func(p geo.Pos) bool { return in.Locate(p, 0).Method == grid.Exact })
}
