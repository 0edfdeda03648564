package api

import (
	"cmp"
	"fmt"
	"math"
	"time"

	"jingwei/geo"
	"jingwei/geo/datum"
	"jingwei/grid"
)

type locateView struct {
	Edition    int64           `json:"edition"`
	Method     grid.Method     `json:"method"`
	DistanceM  float64         `json:"distance_m"`
	Cell       *cellView       `json:"cell"`
	Chain      []answerView    `json:"chain"`
	Candidates []candidateView `json:"candidates"`
	Warning    string          `json:"warning,omitempty"`
}

type candidateView struct {
	Code  string  `json:"code"`
	Share float64 `json:"share"` // of the probability, from 0 to 1
}

// locate answers which cell is at a place and who is there, or which was at a time
// and who was.
func (a *API) locate(c *call) error {
	p := newParams(c.r.URL)
	p.need("lon")
	p.need("lat")
	lon, lat, d := p.number("lon"), p.number("lat"), p.datum()
	accuracy, at, known := p.accuracy(), p.time("at"), p.time("known")
	if err := p.end(); err != nil {
		return err
	}
	pos, err := position(lon, lat, d)
	if err != nil {
		return err
	}
	if c, err = a.inForceAsKnown(c, at, known); err != nil {
		return err
	}
	if at.IsZero() {
		at = c.now
	}
	place, candidates := c.s.LocateWithin(pos, accuracy, grid.DefaultTolerance)
	if place.Area >= 0 {
		if err := c.within(place.Area); err != nil {
			return err
		}
	}
	if c, err = a.asKnown(c, known, place.Area); err != nil {
		return err
	}
	v := viewPlace(c.s, place, at)
	v.Candidates = c.viewCandidates(candidates)
	v.Warning = c.swapWarning(place, lon, lat, d)
	return c.json(200, v)
}

// inForceAsKnown returns the call on the edition that was known, at one time, to be in
// force at another.
func (a *API) inForceAsKnown(c *call, at, known time.Time) (*call, error) {
	if !known.IsZero() && (at.IsZero() || known.Before(at)) {
		return a.inForce(c, known, "known")
	}
	return a.inForce(c, at, "at")
}

// asKnown returns the call with the people over some areas, and the rules, as they were
// known at a time; the zero time is now. Of no area, i < 0, nobody is asked for.
func (a *API) asKnown(c *call, known time.Time, areas ...int32) (*call, error) {
	var over []grid.AreaID
	for _, i := range areas {
		for ; i >= 0; i = c.s.Parent(i) {
			over = append(over, c.s.Area(i).ID)
		}
	}
	if known.IsZero() || len(over) == 0 {
		return c, nil
	}
	r, err := a.people(c).RosterAsKnown(c.r.Context(), known, over)
	if err != nil {
		return nil, err
	}
	then := *c
	then.s = c.s.WithRoster(r)
	return &then, nil
}

// viewPlace shows a place.
func viewPlace(s *grid.Snapshot, p grid.Place, at time.Time) locateView {
	v := locateView{
		Edition: s.Edition, Method: p.Method, DistanceM: centimetres(p.DistanceM),
		Chain: viewChain(s, p.Area, at), Candidates: []candidateView{},
	}
	if p.Area >= 0 {
		cell := s.Area(p.Area)
		v.Cell = &cellView{viewArea(cell), cell.Households}
	}
	return v
}

// rounded keeps four decimals of a share.
func rounded(share float64) float64 { return math.Round(share*1e4) / 1e4 }

// position converts what a caller sent to the lattice. It never swaps what looks
// swapped, but says so.
func position(lon, lat float64, d datum.Datum) (geo.Pos, error) {
	if _, err := geo.FromDegrees(lon, lat); err != nil {
		if _, swapped := geo.FromDegrees(lat, lon); swapped == nil {
			return geo.Pos{}, bad("range", "lat", "%v; lon and lat look swapped, the order is [lon, lat]", err)
		}
		return geo.Pos{}, bad("range", cmp.Or(outOfRange(lon, 180, "lon"), "lat"), "%v", err)
	}
	pos, err := geo.FromDegrees(d.ToWGS84(lon, lat))
	if err != nil {
		return geo.Pos{}, bad("range", "lon", "after conversion from %v: %v", d, err)
	}
	return pos, nil
}

func outOfRange(v, limit float64, name string) string {
	if v < -limit || v > limit {
		return name
	}
	return ""
}

// swapWarning tells the sender of a place outside that it would be inside with
// lon and lat swapped; nothing of a cell that the caller does not see.
func (c *call) swapWarning(p grid.Place, lon, lat float64, d datum.Datum) string {
	if p.Area >= 0 {
		return ""
	}
	pos, err := geo.FromDegrees(d.ToWGS84(lat, lon))
	if err != nil {
		return ""
	}
	swapped := c.s.Locate(pos, 0)
	if swapped.Area < 0 || !c.sees(swapped.Area) {
		return ""
	}
	cell := c.s.Area(swapped.Area)
	return fmt.Sprintf("the place is outside every cell; with lon and lat swapped it would be in %s (%s): the order is [lon, lat]", cell.Name, cell.Code)
}
