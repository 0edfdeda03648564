package grid

import (
	"math"

	"jingwei/geo"
	"jingwei/geo/coverage"
)

// Place is the answer to: which cell is at this position?
type Place struct {
	Area      int32 // index of the cell; -1 when outside
	Method    Method
	DistanceM float64 // to the cell when Method is Nearest, in metres
}

// DefaultTolerance is how far, in metres, a position may lie outside every cell
// and still be given to the nearest.
const DefaultTolerance = 50.0

// Locate finds the cell of p; outside every cell, the nearest within tolerance
// metres.
func (s *Snapshot) Locate(p geo.Pos, tolerance float64) Place {
	if f := s.cover.Locate(p); f != coverage.None {
		return Place{Area: s.cells[f], Method: Exact}
	}
	if f, d := s.cover.Nearest(p, tolerance); f != coverage.None {
		return Place{Area: s.cells[f], Method: Nearest, DistanceM: d}
	}
	return Place{Area: -1, Method: Outside}
}

// Candidate is a cell that a position of stated accuracy may be in.
type Candidate struct {
	Area  int32   // index of the cell
	Share float64 // of the probability, from 0 to 1; what is missing to 1 is outside
}

// FarthestShares is the accuracy, in metres, up to which candidates are told. One
// that is worse reaches over hundreds of cells, of which none is likely.
const FarthestShares = 5000.0

// SureShare is the share from which on a cell is taken for certain.
const SureShare = 0.95

// LocateWithin is Locate for a position with an accuracy, a 68 % radius in metres,
// 0 when unknown. Its cell is that of the position itself, and the method is
// Ambiguous when the accuracy leaves it less than SureShare. The candidates are
// the cells in reach, the likeliest first; beyond FarthestShares the place is
// ambiguous, and there are none.
func (s *Snapshot) LocateWithin(p geo.Pos, accuracy, tolerance float64) (Place, []Candidate) {
	place := s.Locate(p, tolerance)
	switch {
	case accuracy <= 0 && place.Method != Exact:
		return place, nil
	case accuracy > FarthestShares:
		if place.Method == Exact {
			place.Method = Ambiguous
		}
		return place, nil
	}
	var list []Candidate
	for _, share := range s.cover.Shares(p, accuracy) {
		if share.Face != coverage.None {
			list = append(list, Candidate{s.cells[share.Face], share.Share})
		}
	}
	if place.Method == Exact && shareOf(list, place.Area) < SureShare {
		place.Method = Ambiguous
	}
	return place, list
}

// PlaceWithin is the place of [Snapshot.LocateWithin] alone. It does without the
// candidates where they do not matter: the circle of a position's accuracy holds
// 68 %, no ground of the same size holds more, and so a cell that is no larger is
// not sure.
func (s *Snapshot) PlaceWithin(p geo.Pos, accuracy, tolerance float64) Place {
	place := s.Locate(p, tolerance)
	if place.Method != Exact || accuracy <= 0 {
		return place
	}
	scale := geo.ScaleAt(p)
	box := s.cover.Box(s.face[place.Area])
	width := (float64(box.Max.X) - float64(box.Min.X)) * scale.East
	height := (float64(box.Max.Y) - float64(box.Min.Y)) * scale.North
	if width*height <= math.Pi*accuracy*accuracy {
		place.Method = Ambiguous
		return place
	}
	place, _ = s.LocateWithin(p, accuracy, tolerance)
	return place
}

func shareOf(list []Candidate, area int32) float64 {
	for _, c := range list {
		if c.Area == area {
			return c.Share
		}
	}
	return 0
}
