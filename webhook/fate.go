package webhook

import (
	"time"

	"jingwei/grid"
)

// Times of a webhook that fails.
const (
	firstPause   = time.Second    // after the first attempt in vain; then twice as long each time
	longestPause = time.Hour      // between attempts
	tries        = 14             // attempts at an event before it is a dead letter: within one to somewhat over two hours
	failingMost  = 72 * time.Hour // without a delivery, before a webhook is disabled
)

// after returns how a webhook stands after an attempt at an event, and the dead
// letter if the event is passed over. chance is at random from [0, 1).
func after(w grid.Webhook, e grid.Event, r result, now time.Time, chance float64) (grid.Webhook, *grid.DeadLetter) {
	if r.err == nil {
		w.Cursor, w.Delivered = e.Cursor, now
		w.Attempts, w.FailingSince, w.RetryAt, w.Error = 0, time.Time{}, time.Time{}, ""
		return w, nil
	}
	w.Attempts++
	w.Error = r.err.Error()
	if w.FailingSince.IsZero() {
		w.FailingSince = now
	}
	w.RetryAt = now.Add(max(pause(w.Attempts, chance), min(r.pause, longestPause)))
	switch {
	case r.gone:
		w.Disabled, w.DisabledWhy = now, "the receiver answered that it wants nothing more (410)"
	case now.Sub(w.FailingSince) >= failingMost:
		w.Disabled, w.DisabledWhy = now, "it has failed for three days: "+w.Error
	case w.Attempts >= tries:
		dead := &grid.DeadLetter{Cursor: e.Cursor, Report: e.Report.ID, At: now, Attempts: w.Attempts, Error: w.Error}
		w.Cursor, w.Attempts = e.Cursor, 0
		return w, dead
	}
	return w, nil
}

// pause is how long to wait after n attempts in vain: at random in the upper half of
// what doubles each time, so that those who failed together do not come together.
func pause(n int, chance float64) time.Duration {
	d := longestPause
	if n <= 12 { // 2¹² s is more than an hour
		d = min(d, firstPause<<(n-1))
	}
	return d/2 + time.Duration(chance*float64(d/2))
}
