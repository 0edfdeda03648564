package grid

import (
	"time"

	"github.com/google/uuid"
)

// Webhook is an address that is told of reports, one event at a time in the order
// of the feed.
type Webhook struct {
	ID       int64
	URL      string
	Secret   []byte // signs what is sent
	Interest        // Root is that of the caller who made it
	Created  time.Time
	By       string // who made it, as [Caller.Actor] writes it
	Token    int64  // in whose name it is told, as long as that is good; 0: in nobody's

	Cursor       Cursor    // what is wanted up to here was delivered or is a dead letter
	Attempts     int       // in vain, at the event behind the cursor
	FailingSince time.Time // the first attempt in vain since the last delivery; zero while all is well
	RetryAt      time.Time // not before this; zero: at once
	Error        string    // of the last attempt; empty when that was a delivery
	Delivered    time.Time // when it last took an event
	Disabled     time.Time // zero while it is told of reports
	DisabledWhy  string
	Resend       int // dead letters that are to be sent again
}

// DeadLetter is an event that a webhook would not take.
type DeadLetter struct {
	Cursor   Cursor
	Report   uuid.UUID
	At       time.Time // of the last attempt
	Attempts int
	Error    string
	Resend   bool // it is to be tried once more
}
