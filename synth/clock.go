package synth

import (
	"time"
)

// calendar says how many reports fall into each hour of the five years.
type calendar struct {
	start time.Time
	hours int
	upTo  []float64 // share of all reports up to the end of each hour; the last is 1
	storm int       // first hour of the storm day
}

// Rhythm of the reports: relative weights by hour of the day, day of the week
// (from Sunday), month, and year.
var (
	hourWeight  = [24]float64{4, 3, 2, 2, 3, 7, 22, 55, 96, 104, 92, 70, 46, 62, 88, 96, 84, 66, 48, 40, 30, 20, 12, 7}
	dayWeight   = [7]float64{0.62, 1.16, 1.10, 1.08, 1.06, 1.10, 0.74}
	monthWeight = [12]float64{0.86, 0.74, 0.96, 1.00, 1.06, 1.12, 1.20, 1.18, 1.04, 1.02, 0.98, 0.94}
	yearWeight  = [5]float64{0.62, 0.84, 1.00, 1.14, 1.26}
)

// stormWeight is how many times as many reports a storm day brings.
const stormWeight = 9.0

func newCalendar(seed uint64, start, end time.Time) calendar {
	n := int(end.Sub(start) / time.Hour)
	c := calendar{start: start, hours: n, upTo: make([]float64, n), storm: stormDay(seed, start)}
	sum := 0.0
	for i := range n {
		sum += c.weight(seed, i)
		c.upTo[i] = sum
	}
	for i := range c.upTo {
		c.upTo[i] /= sum
	}
	return c
}

// stormDay returns the hour at which the storm day begins: a midnight between 20
// July and 20 August of the fourth year.
func stormDay(seed uint64, start time.Time) int {
	y := start.AddDate(3, 0, 0)
	day := time.Date(y.Year(), time.July, 20+int(hash(seed, streamRhythm)%32), 0, 0, 0, 0, Beijing)
	if day.Before(y) {
		day = day.AddDate(1, 0, 0)
	}
	return int(day.Sub(start) / time.Hour)
}

func (c calendar) weight(seed uint64, hour int) float64 {
	t := c.start.Add(time.Duration(hour) * time.Hour).In(Beijing)
	year := min(4, hour*5/c.hours)
	w := float64(hourWeight[t.Hour()]*dayWeight[t.Weekday()]) * float64(monthWeight[t.Month()-1]*yearWeight[year])
	day := uint64(hour / 24)
	w *= 0.85 + float64(0.3*unit(hash(seed+streamRhythm, day)))
	w *= 0.9 + float64(0.2*unit(hash(seed-streamRhythm, uint64(hour))))
	if c.stormy(hour) {
		w *= stormWeight
	}
	return w
}

func (c calendar) stormy(hour int) bool { return c.storm <= hour && hour < c.storm+24 }

// upToHour returns how many of n reports have come by the end of an hour.
func (c calendar) upToHour(hour, n int) int {
	if hour == c.hours-1 {
		return n
	}
	return int(c.upTo[hour] * float64(n))
}
