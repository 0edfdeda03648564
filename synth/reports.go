package synth

import (
	"iter"
	"math/rand/v2"
	"time"

	"jingwei/geo"
	"jingwei/grid"

	"github.com/google/uuid"
)

// Report is a report and the cell that it lies in.
type Report struct {
	ID       uuid.UUID // version 7, of Received
	At       time.Time // when it happened, UTC to the millisecond
	Received time.Time // when it arrived, not before At
	Pos      geo.Pos
	Accuracy float64 // 68 % radius in metres; 0 when unknown
	Matter   string  // code
	Text     string
	Reporter string // code of a worker, or a hotline
	Cell     int32  // index in City.Areas
	State    grid.State
}

// Reports returns n reports over the five years of the city in the order of
// their arrival, which is also that of their ids. The same n gives the same
// reports each time.
func (c *City) Reports(n int) iter.Seq[Report] {
	return func(yield func(Report) bool) {
		s := c.sources
		d := newDrawer(c, streamReports)
		o := newOpenings(n)
		i := 0
		for hour := range s.calendar.hours {
			start := s.calendar.start.Add(time.Duration(hour) * time.Hour)
			d.matters = s.calendar.drawOf(start, hour)
			first, end := i, s.calendar.upToHour(hour, n)
			for ; i < end; i++ {
				share := (float64(i-first) + d.rng.Float64()) / float64(end-first)
				r := d.draw(start.UnixMilli() + int64(share*3_600_000))
				r.State = d.state(o.open(i), n-i)
				if !yield(r) {
					return
				}
			}
		}
	}
}

// drawOf returns which matters are drawn in an hour.
func (c calendar) drawOf(t time.Time, hour int) int {
	if c.stormy(hour) {
		return stormDraw
	}
	return int(t.In(Beijing).Month()) - 1
}

// Live makes new reports as time goes by.
type Live struct{ d drawer }

// Live returns a stream of new reports; the same seed gives the same ones.
func (c *City) Live(seed uint64) *Live {
	return &Live{newDrawer(c, hash(seed, streamLive))}
}

// Report returns a new report that arrives at t, in the state reported. Calls
// with times that do not decrease give ids that increase.
func (l *Live) Report(t time.Time) Report {
	l.d.matters = int(t.In(Beijing).Month()) - 1
	r := l.d.draw(t.UnixMilli())
	r.State = grid.Reported
	return r
}

// drawer draws reports one by one.
type drawer struct {
	city    *City
	rng     *rand.Rand
	matters int // which of the sources' matters to draw from
	ids     idMaker
}

func newDrawer(c *City, stream uint64) drawer {
	return drawer{city: c, rng: newStream(c.options.Seed, stream)}
}

// draw returns a report that arrives at a Unix time in milliseconds.
func (d *drawer) draw(received int64) Report {
	s := d.city.sources
	m := s.matters[d.matters].draw(d.rng)
	kind := s.habit[m]
	if d.matters == stormDraw {
		kind = byCoast
	}
	cell := s.places[kind].draw(d.rng)
	g := &s.ground[cell]
	texts := s.texts[m]
	return Report{
		ID:       d.ids.next(received, d.rng),
		At:       time.UnixMilli(received - d.lag()).UTC(),
		Received: time.UnixMilli(received).UTC(),
		Pos:      g.draw(d.rng),
		Accuracy: d.accuracy(),
		Matter:   d.city.Matters[m].Code,
		Text:     texts[d.rng.IntN(len(texts))],
		Reporter: d.reporter(g),
		Cell:     d.city.Cells[cell],
	}
}

// lag is how long a report took to arrive, in milliseconds: seconds as a rule,
// minutes at times, hours when the phone was out of reach.
func (d *drawer) lag() int64 {
	switch x := d.rng.IntN(100); {
	case x < 85:
		return 300 + d.rng.Int64N(20_000)
	case x < 98:
		return 20_000 + d.rng.Int64N(1_500_000)
	}
	return 1_500_000 + d.rng.Int64N(20*3_600_000)
}

// accuracy is as phones state it, in metres; one in fifty states none.
func (d *drawer) accuracy() float64 {
	switch x := d.rng.IntN(100); {
	case x < 2:
		return 0
	case x < 80:
		return float64(3 + d.rng.IntN(18))
	case x < 97:
		return float64(20 + d.rng.IntN(45))
	}
	return float64(65 + d.rng.IntN(400))
}

// reporter is mostly who walks the cell, then its leader, then the public.
func (d *drawer) reporter(g *ground) string {
	switch x := d.rng.IntN(100); {
	case x < 68 && g.walker != "":
		return g.walker
	case x < 88:
		return g.manager
	case x < 95:
		return "12345"
	}
	return "public"
}

// idMaker makes UUIDs of version 7 (RFC 9562): the time in milliseconds, then a
// count of those made in the same millisecond, then 62 random bits.
type idMaker struct {
	ms    int64
	count uint16 // 12 bits
}

func (m *idMaker) next(ms int64, r *rand.Rand) (id uuid.UUID) {
	if ms == m.ms {
		m.count++
	} else {
		m.ms, m.count = ms, 0
	}
	for i := range 6 {
		id[i] = byte(ms >> (40 - 8*i))
	}
	id[6], id[7] = 0x70|byte(m.count>>8)&0x0f, byte(m.count)
	for i, x := 8, r.Uint64(); i < 16; i, x = i+1, x>>8 {
		id[i] = byte(x)
	}
	id[8] = 0x80 | id[8]&0x3f
	return id
}
