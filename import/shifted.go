package importer

import (
	"jingwei/geo"
	"jingwei/geo/datum"
)

// otherDatum tells, with the evidence, when the files are read as WGS 84 and more of
// their positions would be corners of the current edition if they were in another datum.
func (m *merged) otherDatum(o BoundaryOptions) (datum.Guess, bool) {
	if o.Datum != datum.WGS84 || o.CRS != "" {
		return datum.Guess{}, false
	}
	corners := map[geo.Pos]bool{}
	for _, a := range m.before {
		for _, p := range a.Shape {
			for _, r := range p {
				for _, at := range r {
					corners[rounded(at)] = true
				}
			}
		}
	}
	if len(corners) == 0 {
		return datum.Guess{}, false
	}
	s := NewSample(o.Datum)
	for _, c := range m.codes {
		if e := m.from[c]; e != nil && e.from.placed {
			s.Add(e.from.at)
		}
	}
	g, ok := datum.GuessBatch(s.positions, s.datum, func(p geo.Pos) bool { return corners[rounded(p)] })
	return g, ok && !g.Swapped
}

// rounded is the same for most positions that are a few decimetres apart, as files are
// written to a decimetre.
func rounded(p geo.Pos) geo.Pos {
	const unit = 20 // of 1e-7 degree, together two metres
	return geo.Pos{X: (p.X + unit/2) / unit, Y: (p.Y + unit/2) / unit}
}
