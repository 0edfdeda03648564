package grid

import "errors"

// ErrNotFound says that there is no report, token or other thing under the given
// key.
var ErrNotFound = errors.New("not found")

// ErrBusy says that nothing was done because too much is waiting already; the
// caller may try again a moment later.
var ErrBusy = errors.New("too much is waiting, try again in a moment")

// ErrUnavailable says that what keeps the data cannot be reached; the caller may
// try again a moment later. Whether a change was made is not known.
var ErrUnavailable = errors.New("the database cannot be reached, try again in a moment")

// ErrVersion says that a report is not at the version that a step was meant for:
// somebody else was faster. Nothing was done.
var ErrVersion = errors.New("the report has changed meanwhile")
