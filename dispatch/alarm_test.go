package dispatch_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"jingwei/dispatch"
	"jingwei/grid"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// rings lists what the system does, hour by hour, while nobody else does anything.
func rings(t *testing.T, s *grid.Snapshot, r grid.Report, from, to time.Time) (out []string) {
	t.Helper()
	for now := from; !now.After(to); now = now.Add(time.Hour) {
		for a := r.NextAlarm(); !a.IsZero() && !now.Before(a); a = r.NextAlarm() {
			after, step, err := dispatch.Ring(s, r, now)
			if err != nil {
				t.Fatal(err)
			}
			i, _ := s.ByID(after.Holder.Area)
			out = append(out, string(step.Action)+" "+s.Area(i).Level.String()+": "+step.Reason)
			r = after
		}
	}
	return out
}

// What becomes of a report that nobody touches: it goes to the deputy and up to the
// command centre, in every state, and then there is nothing more to be done.
func TestNobodyDoesAnything(t *testing.T) {
	s := crewed(t)
	const verify, handle = "80 % of the time to verify are over", "80 % of the time to handle are over"
	for _, tt := range []struct {
		name string
		from func() grid.Report
		want []string
	}{
		{"assigned", starting(s, grid.Assigned, byTown), []string{
			"timeout town: the time to accept is over", "timeout city: the time to accept is over",
			"timeout city: the time to accept is over", "urge city: the time to accept is over",
			"urge city: 80 % of the whole time are over", "urge city: the whole time is over",
		}},
		{"verifying", starting(s, grid.Verifying, byTown), []string{
			"urge town: " + verify, "overdue city: the time to verify is over",
			"urge city: 80 % of the whole time are over", "urge city: " + verify,
			"overdue city: the time to verify is over", "urge city: " + verify, "urge city: the time to verify is over",
		}},
		{"handling", starting(s, grid.Handling, byLiaison), []string{
			"urge microgrid: 80 % of the whole time are over", "overdue grid: the whole time is over",
			"urge grid: " + handle, "overdue town: the time to handle is over",
			"urge town: " + handle, "overdue city: the time to handle is over",
			"urge city: " + handle, "overdue city: the time to handle is over", // the command centre itself
			"urge city: " + handle, "urge city: the time to handle is over",
		}},
		{"closed", starting(s, grid.Closed, byTown), []string{"lapse town: the time to evaluate is over"}},
	} {
		r := tt.from()
		if tt.name == "closed" {
			r.Clocks = grid.Clocks{StageDue: day(7), StageAlarm: day(7)}
		}
		if d := cmp.Diff(tt.want, rings(t, s, r, noon, day(60))); d != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, d)
		}
	}
}

// The unrouted queue rings yellow and red, around the clock, and stays with nobody;
// what is routed then has all its time.
func TestUnroutedQueueRings(t *testing.T) {
	s := crewed(t)
	saturday := time.Date(2026, 5, 9, 23, 0, 0, 0, grid.Beijing)
	s = s.WithRoster(grid.NewRoster(crew, crewPosts, crewMatters).Timed(grid.NewCalendar(grid.OfficeHours, nil), nil))
	for _, tt := range []struct {
		urgency     grid.Urgency
		yellow, red time.Duration
	}{{grid.Normal, 24 * time.Minute, 30 * time.Minute}, {grid.Critical, 6 * time.Minute, 450 * time.Second}} {
		r := lost(s)
		r.Urgency = tt.urgency
		r.Clocks = dispatch.Start(s, r, grid.Reported, saturday)
		want := grid.Clocks{StageDue: saturday.Add(tt.red), StageAlarm: saturday.Add(tt.yellow)}
		if d := cmp.Diff(want, r.Clocks); d != "" {
			t.Errorf("%v (-want +got):\n%s", tt.urgency, d)
		}
		for _, ring := range []struct {
			at     time.Duration
			action grid.Action
			reason string
		}{{tt.yellow, grid.ActionUrge, "80 % of the time to route are over"}, {tt.red, grid.ActionAlarm, "the time to route is over"}} {
			after, step, err := dispatch.Ring(s, r, saturday.Add(ring.at))
			if err != nil || step.Action != ring.action || step.Reason != ring.reason || after.State != grid.Reported || after.Holder != byNobody {
				t.Fatalf("after %v: %s, %q, %v with %+v, %v", ring.at, step.Action, step.Reason, after.State, after.Holder, err)
			}
			r = after
		}
		if !r.NextAlarm().IsZero() {
			t.Errorf("rings again at %v", r.NextAlarm())
		}
		now := saturday.Add(time.Hour)
		routed := act(t, s, r, move{who: "centre", action: grid.ActionRoute, give: to(5)}, now)
		if d := cmp.Diff(dispatch.Start(s, routed, grid.Assigned, now), routed.Clocks); d != "" {
			t.Errorf("routed (-want +got):\n%s", d)
		}
	}
}

// A report that came without clocks, from the books of others or from before there were
// any, gets them when it is worked on again.
func TestClocksBeginLate(t *testing.T) {
	s := crewed(t)
	for _, tt := range []struct {
		state grid.State
		move  move
	}{
		{grid.Suspended, move{who: "centre", action: grid.ActionResume}},
		{grid.Merged, move{who: "leader", action: grid.ActionUnmerge}},
		{grid.Verifying, move{who: "liaison", action: grid.ActionVerify}},
		{grid.Assigned, move{who: "liaison", action: grid.ActionAccept}},
		{grid.Checking, move{who: "leader", action: grid.ActionFail}},
	} {
		r := fresh(s)
		r.State, r.Clocks = tt.state, grid.Clocks{}
		r = act(t, s, r, tt.move, day(3))
		if d := cmp.Diff(dispatch.Start(s, r, r.State, day(3)), r.Clocks); d != "" || r.Due.IsZero() {
			t.Errorf("%s (-want +got):\n%s", tt.move.action, d)
		}
	}
}

// Laws: what can still be worked on has a holder, or waits to be routed because nobody
// answers. What is taken in late has the deadlines that it would have had, and of its
// alarms those that are still to come: what is over does not ring, what is yellow rings
// when it turns red.
func TestTakeIn(t *testing.T) {
	s := crewed(t)
	rang, quiet := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		r := fresh(s)
		r.State, r.Holder, r.Clocks = rapid.SampledFrom(grid.States()).Draw(t, "state"), byNobody, grid.Clocks{}
		r.Matter = rapid.SampledFrom([]string{"", "010101"}).Draw(t, "matter")
		now := noon.Add(time.Duration(rapid.Int64Range(0, int64(60*time.Hour)).Draw(t, "late")))
		place, want := grid.Place{Area: -1, Method: grid.Outside}, grid.Report{State: r.State, Holder: byCentre}
		if rapid.Bool().Draw(t, "inside") {
			i, _ := s.ByID(5)
			place, want.Holder = grid.Place{Area: i, Method: grid.Exact}, byLiaison
			if r.Matter != "" {
				want.Holder = byLeader // by the catalogue
			}
		}
		got, why := dispatch.TakeIn(s, r, place, now)
		holders := map[grid.Holder]string{byNobody: "unrouted", byCentre: "the command centre of city", byLiaison: "liaison", byLeader: "leader"}
		worked := r.State.Open() || r.State == grid.Merged
		if text := strings.Join(why, "\n"); worked != (text != "") || worked && !strings.Contains(why[len(why)-1], holders[got.Holder]) {
			t.Fatalf("%v with %+v because of %q", got.State, got.Holder, why)
		}
		switch {
		case r.State == grid.Reported && place.Area >= 0:
			want.State = grid.Assigned
		case r.State == grid.Reported || !r.State.Open() && r.State != grid.Merged:
			want.Holder = byNobody
		}
		if got.State != want.State || got.Holder != want.Holder {
			t.Fatalf("%v at %+v is %v with %+v, want %v with %+v", r.State, place, got.State, got.Holder, want.State, want.Holder)
		}
		r = got
		on := dispatch.Start(s, r, r.State, noon)
		if !r.State.Open() || r.State == grid.Suspended {
			on = grid.Clocks{}
		}
		alarm := func(due, yellow time.Time) time.Time {
			switch {
			case yellow.IsZero() || !now.Before(due):
				return time.Time{}
			case !now.Before(yellow):
				return due
			}
			return yellow
		}
		clocks := grid.Clocks{Due: on.Due, StageDue: on.StageDue, Alarm: alarm(on.Due, on.Alarm), StageAlarm: alarm(on.StageDue, on.StageAlarm)}
		if d := cmp.Diff(clocks, r.Clocks); d != "" {
			t.Fatalf("%v taken in %v later (-want +got):\n%s", r.State, now.Sub(noon), d)
		}
		if _, _, err := dispatch.Ring(s, r, now); err == nil {
			t.Fatalf("%v rings at once", r.State)
		}
		if r.NextAlarm().IsZero() {
			quiet++
		} else {
			rang++
		}
	})
	if rang == 0 || quiet == 0 {
		t.Errorf("%d will ring, %d will not", rang, quiet)
	}
}

// Departments that have not reported in are urged, each once.
func TestDepartmentsAreUrged(t *testing.T) {
	s := crewed(t)
	r, now := run(t, s, toTown)
	r.Alarm, r.StageAlarm = time.Time{}, time.Time{} // of departments only
	r = act(t, s, r, move{who: "town", action: grid.ActionWhistle, give: department("城管")}, now)
	r = act(t, s, r, move{who: "town", action: grid.ActionWhistle, give: department("消防")}, now.Add(5*time.Hour))
	if !r.TaskAlarm.Equal(now.Add(24 * time.Hour)) {
		t.Fatalf("task alarm %v", r.TaskAlarm)
	}
	want := []string{"urge town: not reported in: 城管", "urge town: not reported in: 城管 消防"}
	if d := cmp.Diff(want, rings(t, s, r, now, day(60))); d != "" {
		t.Errorf("nobody comes (-want +got):\n%s", d)
	}
	r = act(t, s, r, move{who: "城管", action: grid.ActionArrive}, now.Add(6*time.Hour))
	if d := cmp.Diff([]string{"urge town: not reported in: 消防"}, rings(t, s, r, now, day(60))); d != "" {
		t.Errorf("one comes (-want +got):\n%s", d)
	}
}

// Limits: the most specific, halved for each step of urgency above its own, by the
// calendar or around the clock.
func TestLimits(t *testing.T) {
	s := crewed(t)
	friday := time.Date(2026, 5, 8, 17, 0, 0, 0, grid.Beijing)
	monday := func(hour, minute int) time.Time { return time.Date(2026, 5, 11, hour, minute, 0, 0, grid.Beijing) }
	office := grid.NewCalendar(grid.OfficeHours, nil)
	s = s.WithRoster(grid.NewRoster(crew, crewPosts, crewMatters).Timed(office, []grid.Limit{
		{Matter: "", Stage: grid.StageAccept, Time: 3 * time.Hour},
		{Matter: "01", Stage: grid.StageAccept, Time: 2 * time.Hour},
		{Matter: "01", Urgency: grid.Urgent, Stage: grid.StageAccept, Time: time.Hour, AroundTheClock: true},
		{Matter: "0101", Stage: grid.StageOverall, Time: 4 * time.Hour},
	}))
	for _, tt := range []struct {
		matter     string
		urgency    grid.Urgency
		stage, due time.Time
	}{
		{"", grid.Normal, monday(10, 30), monday(10, 0).AddDate(0, 0, 7)},
		{"", grid.Critical, friday.Add(45 * time.Minute), monday(10, 0).AddDate(0, 0, 1)},
		{"010101", grid.Normal, monday(9, 30), monday(11, 30)},
		{"010101", grid.Urgent, friday.Add(time.Hour), monday(9, 30)},
		{"010101", grid.Critical, friday.Add(30 * time.Minute), friday.Add(time.Hour)},
	} {
		k := dispatch.Start(s, grid.Report{Matter: tt.matter, Urgency: tt.urgency}, grid.Assigned, friday)
		if !k.StageDue.Equal(tt.stage) || !k.Due.Equal(tt.due) {
			t.Errorf("%q %v: accepted by %v, done by %v; want %v and %v", tt.matter, tt.urgency, k.StageDue, k.Due, tt.stage, tt.due)
		}
	}
}

// Laws of alarms, over random steps of random people and the system: it acts exactly
// when an alarm has come; after all have rung the next is to come; suspended and
// merged reports do not ring; a report never rings more often than it has clocks.
func TestAlarmLaws(t *testing.T) {
	s := crewed(t)
	rang := map[grid.Action]bool{}
	rapid.Check(t, func(t *rapid.T) {
		first := rapid.SampledFrom([]func() grid.Report{func() grid.Report { return lost(s) }, starting(s, grid.Assigned, byLiaison), starting(s, grid.Handling, byTown), starting(s, grid.Closed, byTown)}).Draw(t, "report")
		r, now := first(), noon
		for range rapid.IntRange(10, 40).Draw(t, "steps") {
			now = now.Add(rapid.SampledFrom([]time.Duration{0, time.Minute, 90 * time.Minute, 20 * time.Hour, 10 * 24 * time.Hour}).Draw(t, "later"))
			for n := 0; ; n++ {
				after, step, err := dispatch.Ring(s, r, now)
				alarm := r.NextAlarm()
				if come := !alarm.IsZero() && !now.Before(alarm); come != (err == nil) {
					t.Fatalf("%v at %v, with the next alarm at %v: %v", r.State, now, alarm, err)
				}
				if err != nil {
					checkQuiet(t, r, now, err)
					break
				}
				const clocks = 3
				if !r.Stopped.IsZero() && step.Action != grid.ActionResume || n > 2*clocks {
					t.Fatalf("%s of what is %v, ring %d", step.Action, r.State, n)
				}
				r, rang[step.Action] = after, true
			}
			in, ok := offer(t, s, r, now)
			if !ok {
				break
			}
			if after, _, err := dispatch.Act(s, r, in, now); err == nil {
				r = after
			}
		}
	})
	for _, action := range []grid.Action{grid.ActionResume, grid.ActionLapse, grid.ActionTimeout, grid.ActionOverdue, grid.ActionAlarm, grid.ActionUrge} {
		if !rang[action] {
			t.Errorf("the system never did %s", action)
		}
	}
}

// checkQuiet: when nothing is due the system is refused, and every deadline of what
// does not stand still has an alarm as long as it is to come.
func checkQuiet(t *rapid.T, r grid.Report, now time.Time, err error) {
	if !errors.As(err, new(*dispatch.Refusal)) {
		t.Fatal(err)
	}
	toCome := func(due time.Time) bool { return r.Stopped.IsZero() && now.Before(due) }
	if toCome(r.Due) && r.Alarm.IsZero() || toCome(r.StageDue) && r.StageAlarm.IsZero() && !r.StageDue.Equal(r.Due) {
		t.Fatalf("%v at %v has a deadline without an alarm: %+v", r.State, now, r.Clocks)
	}
}
