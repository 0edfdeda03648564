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

// Due returns until when a report of a time is to be closed; the zero time when
// there is no limit.
func (m Matter) Due(at time.Time) time.Time {
	if m.Limit == 0 {
		return time.Time{}
	}
	return at.Add(m.Limit)
}
