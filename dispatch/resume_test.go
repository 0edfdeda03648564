package dispatch_test

import (
	"testing"
	"time"

	"jingwei/dispatch"
	"jingwei/grid"
)

// Law: limits that change while the clocks stand still leave them what was left, be they
// longer, shorter or withdrawn.
func TestLimitsThatChangeMeanwhile(t *testing.T) {
	s := crewed(t)
	r := fresh(s)
	r.State, r.Clocks = grid.Handling, dispatch.Start(s, r, grid.Handling, noon)
	r = act(t, s, r, move{who: "liaison", action: grid.ActionAskSuspend, give: until(5)}, noon.Add(time.Hour))
	r = act(t, s, r, move{who: "dispatcher", action: grid.ActionSuspend}, noon.Add(2*time.Hour))
	want := grid.Clocks{Due: r.Due.AddDate(0, 0, 3), StageDue: r.StageDue.AddDate(0, 0, 3), Alarm: r.Alarm.AddDate(0, 0, 3)}
	for _, limits := range [][]grid.Limit{
		nil,
		{{Stage: grid.StageOverall, Time: time.Hour}},
		{{Stage: grid.StageOverall, Time: 1000 * time.Hour}, {Stage: grid.StageHandle, Time: time.Minute}},
	} {
		changed := s.WithRoster(s.Roster().Timed(grid.AroundTheClock, limits))
		if got := act(t, changed, r, move{who: "dispatcher", action: grid.ActionResume}, noon.Add(2*time.Hour).AddDate(0, 0, 3)).Clocks; got != want {
			t.Errorf("with the limits %v the clocks are %+v, want %+v", limits, got, want)
		}
	}
}
