package grid

import "time"

// Matter is an entry of the catalogue. Its code is two digits of category (大类),
// two of item (项) and two of matter (事项); a prefix of two or four digits means
// all below it.
type Matter struct {
	Code     string // six digits
	Category string
	Item     string
	Name     string
	Level    Level         // the level that handles it by default
	Limit    time.Duration // overall limit from assignment to closing; zero: none
}

// Deadline returns from when on an open report, of the matter m, is overdue: when
// its overall clock says so or, for one without a clock, when the limit of its
// matter is over; the zero time for never, and while its clocks are stopped.
func (r Report) Deadline(m Matter) time.Time {
	switch {
	case !r.Stopped.IsZero(), r.Due.IsZero() && m.Limit == 0:
		return time.Time{}
	case r.Due.IsZero():
		return r.At.Add(m.Limit)
	}
	return r.Due
}
