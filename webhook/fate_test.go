package webhook

import (
	"errors"
	"testing"
	"time"

	"jingwei/grid"
)

// Law: an event is passed over after so many attempts, and they take one to somewhat
// over two hours, whatever chance does.
func TestAttemptsTakeAnHour(t *testing.T) {
	began := time.Unix(1_780_000_000, 0)
	for _, chance := range []float64{0, 0.5, 0.999} {
		w, now := grid.Webhook{}, began
		for n := 1; ; n++ {
			next, dead := after(w, grid.Event{Report: &grid.Report{}}, result{err: errors.New("down")}, now, chance)
			if dead != nil {
				if took := now.Sub(began); n != tries || took < time.Hour || took > 130*time.Minute {
					t.Errorf("with chance %v the last of %d attempts comes after %v", chance, n, took)
				}
				break
			}
			w, now = next, next.RetryAt
		}
	}
}
