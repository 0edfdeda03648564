package grid

import (
	"time"

	"jingwei/geo"

	"github.com/google/uuid"
)

// ReportQuery selects reports, newest id first. The zero value of each field
// asks for nothing in particular.
type ReportQuery struct {
	Seen   *Seen     // what may be seen; nil: everything
	Cells  []AreaID  // the report's cell is one of these; nil: any, also none
	States []State   // nil: any
	Holder WorkerID  // who has the ball; 0: anybody or nobody
	Owes   string    // a department that owes the report something; empty: any or none
	Lead   uuid.UUID // that the report follows; none: any or none
	Matter string    // prefix of the matter's code: 2, 4 or 6 digits
	From   time.Time // Report.At is not before From
	Until  time.Time // and before Until
	Box    *geo.Box  // the position lies in the box or on its border
	Sample bool      // closed and sampled for evaluation
	Before uuid.UUID // ids below this one: the last id of the page before
	Limit  int       // at most so many; always set, 1 or more
}
