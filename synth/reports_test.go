package synth_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"jingwei/grid"
	"jingwei/synth"
)

const many = 200_000

func TestReportsAreExactlyAsMany(t *testing.T) {
	for _, n := range []int{0, 1, 2, 7, 1000, 33_333} {
		got := 0
		for range small().Reports(n) {
			got++
		}
		if got != n {
			t.Errorf("%d reports, want %d", got, n)
		}
	}
}

func TestReportsStopWhenTold(t *testing.T) {
	got := 0
	for range small().Reports(1000) {
		if got++; got == 10 {
			break
		}
	}
	if got != 10 {
		t.Errorf("%d reports, want 10", got)
	}
}

// TestReportsHoldTogether checks each report by itself and against the one before.
func TestReportsHoldTogether(t *testing.T) {
	c := small()
	matters, workers := make(map[string]bool), map[string]bool{"12345": true, "public": true}
	for _, m := range c.Matters {
		matters[m.Code] = true
	}
	for _, w := range c.Workers {
		workers[w.Code] = true
	}
	var last synth.Report
	for r := range c.Reports(many) {
		ms := int64(0)
		for _, b := range r.ID[:6] {
			ms = ms<<8 | int64(b)
		}
		switch {
		case r.ID.Version() != 7 || r.ID.Variant() != 1 || ms != r.Received.UnixMilli():
			t.Fatalf("id %v of a report received at %v", r.ID, r.Received)
		case bytes.Compare(r.ID[:], last.ID[:]) <= 0 || r.Received.Before(last.Received):
			t.Fatalf("%v at %v follows %v at %v", r.ID, r.Received, last.ID, last.Received)
		case r.At.After(r.Received) || r.Received.Before(c.Start()) || !r.Received.Before(c.End()):
			t.Fatalf("happened %v, received %v", r.At, r.Received)
		case !c.Areas[r.Cell].Shape.Contains(r.Pos):
			t.Fatalf("%v is not in %s", r.Pos, c.Areas[r.Cell].Code)
		case !matters[r.Matter] || !workers[r.Reporter] || r.Text == "" || r.Accuracy < 0:
			t.Fatalf("%+v", r)
		}
		last = r
	}
}

func TestNearlyAllAreClosed(t *testing.T) {
	open, recent, states := 0, 0, make(map[grid.State]int)
	c := small()
	for r := range c.Reports(many) {
		states[r.State]++
		if r.State.Open() {
			open++
			if r.Received.After(c.End().AddDate(0, -1, 0)) {
				recent++
			}
		}
	}
	if open != many*4/10_000 {
		t.Errorf("%d of %d are open, want 0.04 %%", open, many)
	}
	if recent*2 < open {
		t.Errorf("%d of %d open ones are from the last month, want most", recent, open)
	}
	if len(states) < 8 || states[grid.Reported] > 0 {
		t.Errorf("states %v: want many, and none that was never routed", states)
	}
}

// TestRhythm looks for the day, the week, the seasons, the storm and hot spots.
func TestRhythm(t *testing.T) {
	c := small()
	var hours [24]int
	var weekdays [7]int
	days, storm := make(map[string]int), make(map[string]int)
	items := make(map[string]string)
	for _, m := range c.Matters {
		items[m.Code] = m.Item
	}
	straw := [13]int{}
	cells := make([]int, len(c.Areas))
	for r := range c.Reports(many) {
		at := r.Received.In(synth.Beijing)
		hours[at.Hour()]++
		weekdays[at.Weekday()]++
		day := at.Format(time.DateOnly)
		days[day]++
		if items[r.Matter] == "防灾救灾" {
			storm[day]++
		}
		if items[r.Matter] == "秸秆禁烧" {
			straw[at.Month()]++
		}
		cells[r.Cell]++
	}
	if hours[9] < 10*hours[3] {
		t.Errorf("%d reports at nine, %d at three", hours[9], hours[3])
	}
	if weekdays[time.Monday] < weekdays[time.Sunday]*3/2 {
		t.Errorf("%d reports on Mondays, %d on Sundays", weekdays[time.Monday], weekdays[time.Sunday])
	}
	if straw[time.June] < 4*straw[time.March] {
		t.Errorf("straw burns %d times in June, %d in March", straw[time.June], straw[time.March])
	}
	busiest := topDay(days)
	if days[busiest] < 4*many/len(days) || topDay(storm) != busiest {
		t.Errorf("the busiest day, %s, has %d reports of %d; the storm came on %s", busiest, days[busiest], many, topDay(storm))
	}
	slices.Sort(cells)
	if top := cells[len(cells)-1]; top < 8*many/len(c.Cells) {
		t.Errorf("the hottest of %d cells has %d reports of %d", len(c.Cells), top, many)
	}
}

func topDay(days map[string]int) string {
	best := ""
	for d, n := range days {
		if n > days[best] {
			best = d
		}
	}
	return best
}

func TestLive(t *testing.T) {
	c := small()
	a, b, other := c.Live(5), c.Live(5), c.Live(6)
	var last synth.Report
	for i := range 100 {
		at := c.End().Add(time.Duration(i/3) * time.Millisecond)
		r, s := a.Report(at), b.Report(at)
		if r != s || r.ID == other.Report(at).ID {
			t.Fatalf("seeds do not tell streams apart: %v, %v", r, s)
		}
		if bytes.Compare(r.ID[:], last.ID[:]) <= 0 || r.State != grid.Reported || !r.Received.Equal(at) {
			t.Fatalf("%+v after %v", r, last.ID)
		}
		last = r
	}
}

func BenchmarkReports(b *testing.B) {
	c := small()
	b.ReportAllocs()
	b.ResetTimer()
	sink := int32(0)
	for r := range c.Reports(b.N) {
		sink += r.Cell
	}
	if sink < 0 {
		b.Fatal(sink)
	}
}
