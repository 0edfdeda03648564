package importer

import (
	"fmt"
	"time"

	"jingwei/grid"
)

// layouts of times, tried in this order; those without a zone are by the clock of
// [grid.Beijing], wherever the table is read.
var layouts = []string{
	time.RFC3339, "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05", "2006-01-02T15:04:05",
	"2006-01-02 15:04", "2006-01-02", "2006/1/2 15:04:05", "2006/1/2 15:04", "2006/1/2",
}

// moment reads a time from 1970 to 2199.
func (t *table) moment(what, s string) (time.Time, error) {
	if t.book != nil {
		if v, ok := t.book.date(s); ok && inReach(v) {
			return v, nil
		}
	}
	for _, l := range layouts {
		if v, err := time.ParseInLocation(l, s, grid.Beijing); err == nil && inReach(v) {
			return v, nil
		}
	}
	return time.Time{}, fmt.Errorf("%s %q: a time such as 2024-06-30, 2024-06-30 08:15 or 2024-06-30T08:15:00+08:00, from 1970 on", what, s)
}

func inReach(v time.Time) bool { return 1970 <= v.UTC().Year() && v.UTC().Year() < 2200 }

// optional reads a time, zero when there is none.
func (t *table) optional(what, s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	return t.moment(what, s)
}
