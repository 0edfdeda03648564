package api

import (
	"cmp"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"jingwei/dispatch"
	"jingwei/geo/datum"
	"jingwei/grid"

	"github.com/google/uuid"
)

// Limits of a report.
const (
	maxText     = 4000 // characters
	maxReporter = 200  // characters
)

// reportIn is a report as it is sent. The place is lon and lat or position.
type reportIn struct {
	ID       string    `json:"id"`
	Lon      *float64  `json:"lon"`
	Lat      *float64  `json:"lat"`
	Position []float64 `json:"position"` // lon, lat
	Datum    string    `json:"datum"`
	Accuracy float64   `json:"accuracy"`
	Matter   string    `json:"matter"`
	Urgency  string    `json:"urgency"`
	Text     string    `json:"text"`
	At       string    `json:"at"`
	Reporter string    `json:"reporter"`
}

// intake is a report that was read, with what the snapshot says about it.
type intake struct {
	report  grid.Report
	reason  string
	warning string
}

// entry is what is kept of a report that the caller sent.
func (c *call) entry(in *intake) grid.Entry {
	e := c.signature()
	e.Report, e.Reason = in.report, in.reason
	return e
}

// signature is what all entries of a caller have in common.
func (c *call) signature() grid.Entry {
	return grid.Entry{Actor: c.caller.Actor(), Who: c.caller.Who(), AsWhom: string(c.caller.Access)}
}

// take reads one report, finds its cell and who answers for it, wherever that is: the
// root area bounds what a caller sees and changes, not what there is to report. id is
// the one in the address, or nil; the body may leave its own out, and without either
// one is made.
func (c *call) take(body []byte, id uuid.UUID, now time.Time) (intake, error) {
	in, err := readReport(body)
	if err != nil {
		return intake{}, err
	}
	r, err := in.report(c.s, id, now)
	if err != nil {
		return intake{}, err
	}
	lon, lat, d, err := in.place()
	if err != nil {
		return intake{}, err
	}
	if r.Pos, err = position(lon, lat, d); err != nil {
		return intake{}, err
	}
	place, candidates := c.s.LocateWithin(r.Pos, r.Accuracy, grid.DefaultTolerance)
	decision := dispatch.Route(c.s, dispatch.Request{Place: place, Candidates: candidates, Matter: r.Matter, Urgency: r.Urgency, At: now})
	settle(c.s, &r, decision)
	r.Clocks = dispatch.Start(c.s, r, r.State, r.Received)
	return intake{r, decision.Reason(c.s), c.swapWarning(place, lon, lat, d)}, nil
}

func readReport(body []byte) (in reportIn, err error) {
	if in, plain := plainReport(body); plain {
		return in, nil
	}
	err = decode(body, &in)
	return in, err
}

// settle writes what was decided into a report.
func settle(s *grid.Snapshot, r *grid.Report, d dispatch.Decision) {
	r.Edition, r.Method, r.DistanceM = s.Edition, d.Place.Method, d.Place.DistanceM
	r.State, r.Holder, r.Version = d.State, d.Holder, 1
	if d.Place.Area >= 0 {
		r.Cell = s.Area(d.Place.Area).ID
	}
}

// report reads everything but the place. A report that gives no time has At
// equal to Received.
func (in reportIn) report(s *grid.Snapshot, id uuid.UUID, now time.Time) (grid.Report, error) {
	now = now.UTC().Truncate(time.Microsecond) // what PostgreSQL keeps
	id, err := in.id(id)
	if err != nil {
		return grid.Report{}, err
	}
	at, err := in.time(now)
	if err != nil {
		return grid.Report{}, err
	}
	urgency, err := grid.ParseUrgency(in.Urgency)
	if err != nil {
		err = bad("urgency", "urgency", "%v", err)
	}
	err = cmp.Or(
		err, checkAccuracy(in.Accuracy), checkMatter(s.Roster(), in.Matter),
		checkText("text", in.Text, maxText), checkText("reporter", in.Reporter, maxReporter),
	)
	return grid.Report{
		ID: id, At: at, Received: now, Accuracy: in.Accuracy,
		Matter: in.Matter, Urgency: urgency, Text: in.Text, Reporter: in.Reporter,
	}, err
}

// id settles between the id in the address, the one in the body and a new one.
func (in reportIn) id(path uuid.UUID) (uuid.UUID, error) {
	if in.ID == "" && path != uuid.Nil {
		return path, nil
	}
	if in.ID == "" {
		return uuid.NewV7()
	}
	id, err := parseID(in.ID)
	if err != nil {
		return id, bad("id", "id", "%v", err)
	}
	if path != uuid.Nil && path != id {
		return id, bad("id", "id", "differs from the one in the address")
	}
	return id, nil
}

func (in reportIn) time(now time.Time) (time.Time, error) {
	if in.At == "" {
		return now, nil
	}
	at, err := time.Parse(time.RFC3339, in.At)
	if err != nil {
		return at, bad("time", "at", "%q is not a time as RFC 3339 writes it", in.At)
	}
	if at.After(now.Add(grid.MaxAhead)) {
		return at, bad("time", "at", "more than %v in the future", grid.MaxAhead)
	}
	if at.Before(time.Unix(0, 0)) {
		return at, bad("time", "at", "before 1970")
	}
	return at.UTC().Truncate(time.Microsecond), nil
}

// place returns longitude and latitude as they were sent.
func (in reportIn) place() (lon, lat float64, d datum.Datum, err error) {
	if in.Datum != "" {
		if d, err = datum.Parse(in.Datum); err != nil {
			return 0, 0, d, bad("datum", "datum", "%v", err)
		}
	}
	switch single := in.Lon != nil || in.Lat != nil; {
	case in.Position != nil && single:
		return 0, 0, d, bad("place", "position", "give position or lon and lat, not both")
	case in.Position != nil && len(in.Position) != 2:
		return 0, 0, d, bad("place", "position", "want [lon, lat], got %d numbers", len(in.Position))
	case in.Position != nil:
		return in.Position[0], in.Position[1], d, nil
	case in.Lon == nil:
		return 0, 0, d, bad("place", "lon", "needed, or position")
	case in.Lat == nil:
		return 0, 0, d, bad("place", "lat", "needed, or position")
	}
	return *in.Lon, *in.Lat, d, nil
}

func checkAccuracy(m float64) error {
	if math.IsNaN(m) || m < 0 || m > grid.MaxAccuracy {
		return bad("range", "accuracy", "want metres from 0 to %v", grid.MaxAccuracy)
	}
	return nil
}

func checkMatter(r *grid.Roster, code string) error {
	if code == "" {
		return nil
	}
	if _, ok := r.Matter(code); !ok {
		return bad("matter", "matter", "%q is not in the catalogue, see /v1/matters", code)
	}
	return nil
}

func checkText(name, s string, most int) error {
	if n := utf8.RuneCountInString(s); n > most {
		return bad("length", name, "%d characters, at most %d are allowed", n, most)
	}
	if strings.ContainsRune(s, 0) {
		return bad("text", name, "has a NUL character, which cannot be kept")
	}
	return nil
}
