package grid

import (
	"fmt"
	"time"
)

// Recorded is something with how long it was known to be so. A correction closes
// one record and opens the next of the same id; nothing is ever changed in place.
type Recorded[T any] struct {
	Value  T
	Record Record
}

// Record says when, by whom and why something was put on the record and, if it
// is no longer known to be so, taken back or corrected.
type Record struct {
	From      time.Time
	Until     time.Time // zero: it is known to be so
	By        string
	Why       string
	ClosedBy  string
	ClosedWhy string
}

// RecordQuery selects posts, absences or rules, by ascending id. The zero value
// of each field asks for nothing in particular.
type RecordQuery struct {
	ID      int64
	Code    string    // of rules
	Worker  WorkerID  // of posts and absences
	Areas   []AreaID  // of posts; of absences, where the worker has or had a post; of rules; nil: any
	At      time.Time // held, or in force, at this time
	Known   time.Time // as it was known at this time; zero: as it is known now
	History bool      // all records, whenever they were known
	After   int64     // ids above this one: the last id of the page before
	Limit   int       // at most so many; always set, 1 or more
}

// WorkerQuery selects workers, by ascending id.
type WorkerQuery struct {
	IDs   []WorkerID // nil: any
	Code  string
	Role  Role
	Text  string    // a part of the name, or the beginning of the code
	Areas []AreaID  // where the worker has or had a post; nil: any, also none
	Known time.Time // as the workers were known at this time; zero: as they are known now
	After WorkerID
	Limit int // always set, 1 or more
}

// WorkerStep is a worker as known from a time on.
type WorkerStep struct {
	Worker Worker
	At     time.Time
	By     string
	Why    string
}

// Clash says that a change would break a rule together with what is there;
// nothing was done.
type Clash struct {
	Rule string // in a few-words-with-hyphens
	With string // what is there
}

func (c *Clash) Error() string { return fmt.Sprintf("%s: %s", c.Rule, c.With) }
