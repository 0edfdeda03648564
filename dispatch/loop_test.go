package dispatch_test

import (
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"jingwei/dispatch"
	"jingwei/geo/coverage"
	"jingwei/grid"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"
)

// run plays moves that must all work, an hour apart from noon, the last at the
// time that it returns.
func run(t *testing.T, s *grid.Snapshot, moves []move) (grid.Report, time.Time) {
	t.Helper()
	r, now := fresh(s), noon
	for _, m := range moves {
		now = now.Add(time.Hour)
		r = m.play(t, s, r, now)
	}
	return r, now
}

// act is a move that must work, whatever comes of it.
func act(t *testing.T, s *grid.Snapshot, r grid.Report, m move, now time.Time) grid.Report {
	t.Helper()
	after, _, err := dispatch.Act(s, r, m.intent(), now)
	if err != nil {
		t.Fatalf("%s by %s: %v", m.action, m.who, err)
	}
	return after
}

func TestClocks(t *testing.T) {
	s := crewed(t)
	hour := func(n float64) time.Time { return noon.Add(time.Duration(n * float64(time.Hour))) }
	check := func(what string, r grid.Report, want grid.Clocks) {
		t.Helper()
		if d := cmp.Diff(want, r.Clocks); d != "" {
			t.Errorf("%s (-want +got):\n%s", what, d)
		}
	}
	r := fresh(s)
	check("assigned at noon", r, grid.Clocks{Due: hour(48), Alarm: hour(38.4), StageDue: hour(2), StageAlarm: hour(1.6)})
	r = act(t, s, r, move{who: "liaison", action: grid.ActionAccept}, hour(1))
	check("accepted", r, grid.Clocks{Due: hour(48), Alarm: hour(38.4), StageDue: hour(25), StageAlarm: hour(20.2)})
	r = act(t, s, r, move{who: "liaison", action: grid.ActionMerge, give: lead(grid.Report{ID: uuid.UUID{15: 9}, State: grid.Handling})}, hour(5))
	check("merged", r, grid.Clocks{Due: hour(48), Alarm: hour(38.4), StageDue: hour(25), StageAlarm: hour(20.2), Stopped: hour(5)})
	r = act(t, s, r, move{who: "leader", action: grid.ActionUnmerge}, hour(6))
	check("unmerged", r, grid.Clocks{Due: hour(49), Alarm: hour(39.4), StageDue: hour(26), StageAlarm: hour(21.2)})
	r = act(t, s, r, move{who: "liaison", action: grid.ActionVerify}, hour(9))
	check("verified", r, grid.Clocks{Due: hour(49), Alarm: hour(39.4), StageDue: hour(49)})
	r = act(t, s, r, move{who: "liaison", action: grid.ActionAskSuspend, give: until(30)}, hour(10))
	check("asked", r, grid.Clocks{Due: hour(49), Alarm: hour(39.4), StageDue: hour(49)})
	r = act(t, s, r, move{who: "clock", action: grid.ActionUrge}, hour(40))
	check("urged", r, grid.Clocks{Due: hour(49), Alarm: hour(49), StageDue: hour(49)})
	r = act(t, s, r, move{who: "centre", action: grid.ActionSuspend}, hour(50))
	check("suspended, an hour late", r, grid.Clocks{Due: hour(49), Alarm: hour(49), StageDue: hour(49), Stopped: hour(50)})
	r = act(t, s, r, move{who: "clock", action: grid.ActionResume}, day(30))
	late := day(30).Add(-time.Hour)
	check("resumed, an hour late still", r, grid.Clocks{Due: late, Alarm: late, StageDue: late})
	r = act(t, s, r, move{who: "clock", action: grid.ActionOverdue}, day(30))
	check("overdue", r, grid.Clocks{Due: late, StageDue: day(30).Add(576 * time.Minute), StageAlarm: day(30).Add(27648 * time.Second)})
	r = act(t, s, r, move{who: "leader", action: grid.ActionFinish, give: evidence}, day(31))
	check("finished", r, grid.Clocks{Due: late, StageDue: day(32), StageAlarm: day(31).Add(1152 * time.Minute)})
	r = act(t, s, r, move{who: "town", action: grid.ActionPass}, day(31))
	check("closed", r, grid.Clocks{StageDue: day(38), StageAlarm: day(38)})
	again := act(t, s, r, move{who: "reporter", action: grid.ActionReopen}, day(33))
	check("reopened", again, grid.Clocks{Due: day(35), Alarm: day(33).Add(2304 * time.Minute), StageDue: day(35)})
	r = act(t, s, r, move{who: "clock", action: grid.ActionLapse}, day(38))
	check("lapsed", r, grid.Clocks{})
}

// An urgent report has half the time, a critical one a quarter; one without a
// matter has that of no matter.
func TestUrgency(t *testing.T) {
	s := crewed(t)
	for _, tt := range []struct {
		urgency    grid.Urgency
		matter     string
		due, stage time.Duration
	}{
		{grid.Urgent, "010101", 24 * time.Hour, time.Hour},
		{grid.Critical, "010101", 12 * time.Hour, 30 * time.Minute},
		{grid.Normal, "", 40 * time.Hour, 2 * time.Hour},
	} {
		k := dispatch.Start(s, grid.Report{Urgency: tt.urgency, Matter: tt.matter}, grid.Assigned, noon)
		want := grid.Clocks{
			Due: noon.Add(tt.due), Alarm: noon.Add(tt.due / 5 * 4),
			StageDue: noon.Add(tt.stage), StageAlarm: noon.Add(tt.stage / 5 * 4),
		}
		if d := cmp.Diff(want, k); d != "" {
			t.Errorf("%v %q: %s", tt.urgency, tt.matter, d)
		}
	}
}

func TestMarksAndTasks(t *testing.T) {
	s := crewed(t)
	r, now := run(t, s, toTown)
	r = act(t, s, r, move{who: "reporter", action: grid.ActionUrge}, now)
	r = act(t, s, r, move{who: "centre", action: grid.ActionUrge}, now)
	r = act(t, s, r, move{who: "centre", action: grid.ActionSupervise}, now)
	if r.Urged != 2 || r.Supervised != 1 {
		t.Errorf("urged %d times and supervised %d times", r.Urged, r.Supervised)
	}
	called := act(t, s, r, move{who: "town", action: grid.ActionWhistle, give: department("城管")}, now)
	r = act(t, s, called, move{who: "城管", action: grid.ActionArrive}, now.Add(time.Hour))
	r = act(t, s, r, move{who: "城管", action: grid.ActionComplete}, now.Add(2*time.Hour))
	r = act(t, s, r, move{who: "town", action: grid.ActionWhistle, give: department("城管")}, now.Add(3*time.Hour))
	first := grid.Task{Step: called.Version, Department: "城管", State: grid.Called, Called: now, Due: now.Add(24 * time.Hour), By: "#6", At: now, Note: "原因"}
	done, second := first, first
	done.State, done.By, done.At = grid.Done, "#8", now.Add(2*time.Hour)
	second.Step, second.Called, second.Due, second.At = r.Version, now.Add(3*time.Hour), now.Add(27*time.Hour), now.Add(3*time.Hour)
	if d := cmp.Diff([]grid.Task{done, second}, r.Tasks); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]grid.Task{first}, called.Tasks); d != "" {
		t.Errorf("a later step changed the tasks of the report before it: %s", d)
	}
}

// When everybody of the micro-grid has left, the leader above may act, and so may
// the command centre, until there is somebody again.
func TestVacancy(t *testing.T) {
	s := crewed(t)
	posts := slices.Clone(crewPosts)
	posts[0].Until, posts[1].Until = day(0), day(0)
	vacant := s.WithRoster(grid.NewRoster(crew, posts, crewMatters).Timed(grid.AroundTheClock, nil))
	r := fresh(s)
	for who, want := range map[string]grid.Holder{
		"liaison": {}, "deputy": {}, "town": {}, "neighbour": {},
		"leader": byLeader, "centre": {Level: grid.Microgrid, Area: 5}, "county": {Level: grid.Microgrid, Area: 5},
	} {
		after, _, err := dispatch.Act(vacant, r, move{who: who, action: grid.ActionAccept}.intent(), noon)
		if want == (grid.Holder{}) {
			if err == nil {
				t.Errorf("%s accepted", who)
			}
		} else if err != nil || after.Holder != want {
			t.Errorf("%s: %v, holder %+v, want %+v", who, err, after.Holder, want)
		}
	}
}

// While everybody of the micro-grid is absent, the leader above answers, and so may
// who is back early; what is given goes to who is there.
func TestAbsence(t *testing.T) {
	s := crewed(t)
	away := []grid.Absence{{Worker: 11, From: day(-1), Until: day(1)}, {Worker: 12, From: day(-1), Until: day(1)}, {Worker: 16, From: day(-1)}}
	absent := s.WithRoster(s.Roster().With(away, nil))
	for who, want := range map[string]grid.Holder{"liaison": byLiaison, "leader": byLeader, "neighbour": {}, "town": {}} {
		after, _, err := dispatch.Act(absent, fresh(s), move{who: who, action: grid.ActionAccept}.intent(), noon)
		if want != (grid.Holder{}) && (err != nil || after.Holder != want) || want == (grid.Holder{}) && err == nil {
			t.Errorf("%s: %v, holder %+v, want %+v", who, err, after.Holder, want)
		}
	}
	r := fresh(s)
	r.State, r.Holder = grid.Handling, byLeader
	if up := act(t, absent, r, move{who: "leader", action: grid.ActionEscalate}, noon); up.Holder.Worker != 17 {
		t.Errorf("escalated to %+v, want the deputy of the town", up.Holder)
	}
	if _, _, err := dispatch.Act(absent, r, move{who: "leader", action: grid.ActionDelegate, give: to(5)}.intent(), noon); err == nil {
		t.Error("delegated to where nobody is")
	}
}

// twice gives somebody a second post.
func twice(t *testing.T, w grid.WorkerID, area grid.AreaID) *grid.Snapshot {
	s := crewed(t)
	posts := append(slices.Clip(crewPosts), grid.Post{ID: 9, Worker: w, Area: area, Rank: grid.Deputy, From: day(-9)})
	return s.WithRoster(grid.NewRoster(crew, posts, crewMatters).Timed(grid.AroundTheClock, nil))
}

// One person with posts at two levels is not two: who works on a report does not void
// it, does not approve their own suspension and does not say that it was done well.
func TestOnePersonIsNotTwo(t *testing.T) {
	s := twice(t, 13, 5) // the leader of the grid is a deputy in the micro-grid
	refused := func(r grid.Report, m move) {
		t.Helper()
		var refusal *dispatch.Refusal
		if _, _, err := dispatch.Act(s, r, m.intent(), noon); !errors.As(err, &refusal) || refusal.Rule != m.rule {
			t.Errorf("%s by %s: %v, want the rule %s to refuse it", m.action, m.who, err, m.rule)
		}
	}
	r := act(t, s, fresh(s), move{who: "leader", action: grid.ActionAccept}, noon)
	void := move{who: "leader", action: grid.ActionVoid, rule: dispatch.BrokenStanding}
	refused(r, void)
	if after := act(t, s, r, move{who: "town", action: grid.ActionVoid}, noon); after.State != grid.Void {
		t.Errorf("the town's void left it %v", after.State)
	}
	asked := act(t, s, r, move{who: "liaison", action: grid.ActionAskVoid}, noon)
	refused(asked, void)
	refused(asked, move{who: "leader", action: grid.ActionRefuse, rule: dispatch.BrokenStanding})
	verified := act(t, s, fresh(s), move{who: "liaison", action: grid.ActionAccept}, noon)
	if after := act(t, s, verified, move{who: "leader", action: grid.ActionVoid}, noon); after.State != grid.Void {
		t.Errorf("the void of what another verified left it %v", after.State)
	}
	r = act(t, s, r, move{who: "leader", action: grid.ActionVerify}, noon)
	closed := act(t, s, act(t, s, r, move{who: "leader", action: grid.ActionFinish, give: evidence}, noon), move{who: "town", action: grid.ActionPass}, noon)
	refused(closed, move{who: "leader", action: grid.ActionEvaluate, rule: dispatch.BrokenStanding})

	s = twice(t, 15, 5) // the dispatcher of the city is a deputy in the micro-grid
	r = act(t, s, act(t, s, fresh(s), move{who: "dispatcher", action: grid.ActionAccept}, noon), move{who: "dispatcher", action: grid.ActionVerify}, noon)
	for _, who := range []string{"dispatcher", "liaison"} {
		asked := act(t, s, r, move{who: who, action: grid.ActionAskSuspend, give: until(3)}, noon)
		refused(asked, move{who: "dispatcher", action: grid.ActionSuspend, rule: dispatch.BrokenAsked})
	}
}

// Who finished a report is not given it to check: not at once, and not when the check
// is overdue; then the next person or level is.
func TestCheckGoesToAnother(t *testing.T) {
	s := twice(t, 13, 5) // the leader of the grid is a deputy in the micro-grid
	handled := starting(s, grid.Handling, grid.Holder{Level: grid.Microgrid, Area: 5, Worker: 13})()
	r := act(t, s, handled, move{who: "leader", action: grid.ActionFinish, give: evidence}, noon)
	if r.Holder != byTown {
		t.Errorf("%+v is to check what the leader finished, want the level above", r.Holder)
	}
	s = twice(t, 16, 5) // the primary of the town is
	r = act(t, s, starting(s, grid.Handling, byLeader)(), move{who: "leader", action: grid.ActionFinish, give: evidence}, noon)
	if r.Holder != byTown {
		t.Errorf("%+v is to check what the leader finished", r.Holder)
	}
	handled.Holder.Worker = 16
	r = act(t, s, handled, move{who: "town", action: grid.ActionFinish, give: evidence}, noon)
	if r.Holder != byLeader {
		t.Errorf("%+v is to check", r.Holder)
	}
	if r = act(t, s, r, move{who: "clock", action: grid.ActionOverdue}, noon.Add(25*time.Hour)); r.Holder != byTown2 {
		t.Errorf("%+v is to check what the primary of the town finished, want the deputy", r.Holder)
	}
}

// Law: handing a report to and fro without accepting it comes to an end, whoever does
// it, so that the time to accept is over one day.
func TestToAndFroEnds(t *testing.T) {
	s := twice(t, 13, 5)
	holders := []grid.Holder{byLiaison, byDeputy, byLeader, byNeighbour, byTown, byDispatcher, byCentre}
	rapid.Check(t, func(t *rapid.T) {
		r := starting(s, grid.Assigned, rapid.SampledFrom(holders).Draw(t, "holder"))()
		r.Sender = rapid.SampledFrom(append(holders, byNobody)).Draw(t, "sender")
		for steps := 0; ; steps++ {
			var next []grid.Report
			for _, name := range slices.Sorted(maps.Keys(actors)) {
				for _, action := range []grid.Action{grid.ActionReturn, grid.ActionRecall} {
					if after, _, err := dispatch.Act(s, r, move{who: name, action: action}.intent(), noon); err == nil {
						next = append(next, after)
					}
				}
			}
			if len(next) == 0 {
				return
			}
			if steps > 10 {
				t.Fatalf("still going after %d steps, with %+v", steps, r.Holder)
			}
			r = rapid.SampledFrom(next).Draw(t, "next")
		}
	})
}

// Of several cities, the dispatchers of each may route what is in no cell, within
// their own.
func TestSeveralCities(t *testing.T) {
	two := append(slices.Clip(areas), grid.Area{ID: 31, Code: "3205", Name: "苏州市", Level: grid.City}, grid.Area{ID: 32, Code: "320505", Name: "虎丘区", Level: grid.County, Parent: 31})
	posts := append(slices.Clip(crewPosts), grid.Post{ID: 8, Worker: 18, Area: 31, Rank: grid.Primary, From: day(-9)})
	people := append(slices.Clip(crew), grid.Worker{ID: 18, Code: "D002", Name: "沈洁", Role: grid.Dispatcher})
	s, err := grid.NewSnapshot(7, noon, two, &coverage.Coverage{}, grid.NewRoster(people, posts, crewMatters))
	if err != nil {
		t.Fatal(err)
	}
	for name, by := range map[string]grid.Caller{
		"in post": {Worker: 18, Access: grid.AccessDispatcher}, "command centre": {Token: 20, Access: grid.AccessDispatcher, Area: 31},
	} {
		in := dispatch.Intent{Action: grid.ActionRoute, By: dispatch.Actor{Caller: by}, To: 31}
		if after, _, err := dispatch.Act(s, lost(s), in, noon); err != nil || after.Holder.Worker != 18 {
			t.Errorf("%s: %v, holder %+v", name, err, after.Holder)
		}
		in.To = 5
		var refusal *dispatch.Refusal
		if _, _, err := dispatch.Act(s, lost(s), in, noon); !errors.As(err, &refusal) || refusal.Rule != dispatch.BrokenTarget {
			t.Errorf("%s gave it to another city: %v", name, err)
		}
	}
	county := dispatch.Actor{Caller: grid.Caller{Token: 21, Access: grid.AccessDispatcher, Area: 32}}
	if offered := dispatch.Actions(s, lost(s), county, noon); len(offered) > 0 {
		t.Errorf("a county may %v what is in no cell", offered)
	}
}

// A holder's area that is gone from the edition leaves the ball at the cell.
func TestHolderAreaGone(t *testing.T) {
	s := crewed(t)
	r := fresh(s)
	r.Holder = grid.Holder{Level: grid.Grid, Area: 77, Worker: 13}
	if _, _, err := dispatch.Act(s, r, move{who: "leader", action: grid.ActionAccept}.intent(), noon); err == nil {
		t.Error("the leader accepted for an area that is gone")
	}
	if after := act(t, s, r, move{who: "liaison", action: grid.ActionAccept}, noon); after.Holder != byLiaison {
		t.Errorf("holder %+v", after.Holder)
	}
}

// The laws of the loop, over random acts by random people.
func TestLaws(t *testing.T) {
	s := twice(t, 13, 5)
	reached := map[grid.State]bool{}
	taken := map[grid.Action]bool{}
	rapid.Check(t, func(t *rapid.T) {
		first := rapid.SampledFrom([]func() grid.Report{func() grid.Report { return lost(s) }, starting(s, grid.Assigned, byLiaison), starting(s, grid.Handling, byTown), starting(s, grid.Closed, byTown), starting(s, grid.Closed, byLeader), starting(s, grid.Handling, byDispatcher)}).Draw(t, "report")
		r, now := first(), noon
		for range rapid.IntRange(20, 80).Draw(t, "steps") {
			now = now.Add(rapid.SampledFrom([]time.Duration{0, time.Minute, 5 * time.Hour, 10 * 24 * time.Hour, 10 * 24 * time.Hour, 20 * 24 * time.Hour}).Draw(t, "later"))
			in, ok := offer(t, s, r, now)
			if !ok {
				break
			}
			after, step, err := dispatch.Act(s, r, in, now)
			if err != nil {
				checkRefusal(t, in, err)
				continue
			}
			checkStep(t, r, after, step, in)
			reached[after.State], taken[step.Action] = true, true
			r = after
		}
	})
	for _, st := range grid.States()[1:] {
		if !reached[st] {
			t.Errorf("no report came to the state %v", st)
		}
	}
	for _, rule := range dispatch.Lifecycle {
		if !taken[rule.Action] {
			t.Errorf("nobody took the action %s", rule.Action)
		}
	}
}

// offer draws one of all the things that somebody may do now; none when there is
// nothing.
func offer(t *rapid.T, s *grid.Snapshot, r grid.Report, now time.Time) (dispatch.Intent, bool) {
	offers := map[grid.Action][]dispatch.Actor{}
	for _, name := range slices.Sorted(maps.Keys(actors)) {
		actions := dispatch.Actions(s, r, actors[name], now)
		checkActions(t, s, r, actors[name], actions, now)
		for _, action := range actions {
			offers[action] = append(offers[action], actors[name])
		}
	}
	if len(offers) == 0 {
		return dispatch.Intent{}, false
	}
	action := rapid.SampledFrom(slices.Sorted(maps.Keys(offers))).Draw(t, "action")
	return intent(t, rapid.SampledFrom(offers[action]).Draw(t, "who"), action, now), true
}

// starting makes reports that have come to a state.
func starting(s *grid.Snapshot, state grid.State, holder grid.Holder) func() grid.Report {
	return func() grid.Report {
		r := fresh(s)
		r.State, r.Holder = state, holder
		r.Clocks = dispatch.Start(s, r, state, noon)
		return r
	}
}

// intent fills in all that an action may need, mostly what fits.
func intent(t *rapid.T, by dispatch.Actor, action grid.Action, now time.Time) dispatch.Intent {
	return dispatch.Intent{
		Action: action, By: by, Reason: "原因", ResumeAt: now.Add(time.Hour),
		To:         grid.AreaID(rapid.IntRange(1, 6).Draw(t, "to")),
		Lead:       grid.Report{ID: uuid.UUID{15: byte(rapid.IntRange(1, 9).Draw(t, "lead"))}, State: grid.Handling},
		Department: rapid.SampledFrom([]string{"城管", "消防"}).Draw(t, "department"),
		Evidence:   []string{"照片"},
	}
}

// checkActions: an action is offered exactly if it may be taken, with something that
// may come with it.
func checkActions(t *rapid.T, s *grid.Snapshot, r grid.Report, by dispatch.Actor, offered []grid.Action, now time.Time) {
	for _, rule := range dispatch.Lifecycle {
		if is, can := slices.Contains(offered, rule.Action), possible(s, r, by, rule, now); is != can {
			t.Fatalf("%s of what is %v with %+v: offered to %+v: %v, may be taken: %v", rule.Action, r.State, r.Holder, by, is, can)
		}
	}
}

// possible reports whether the action may be taken with any of all that may come with it.
func possible(s *grid.Snapshot, r grid.Report, by dispatch.Actor, rule dispatch.Rule, now time.Time) bool {
	areas, departments := []grid.AreaID{0}, []string{""}
	if slices.Contains(rule.Gives, dispatch.GivenArea) {
		areas = []grid.AreaID{1, 2, 3, 4, 5, 6}
	}
	if slices.Contains(rule.Gives, dispatch.GivenDepartment) {
		departments = []string{"城管", "消防"}
	}
	for _, area := range areas {
		for _, department := range departments {
			in := dispatch.Intent{
				Action: rule.Action, By: by, Reason: "原因", ResumeAt: now.Add(time.Hour), To: area,
				Lead: grid.Report{ID: uuid.UUID{15: 9}, State: grid.Handling}, Department: department, Evidence: []string{"照片"},
			}
			if _, _, err := dispatch.Act(s, r, in, now); err == nil {
				return true
			}
		}
	}
	return false
}

// checkRefusal: what is offered is refused only for what came with it.
func checkRefusal(t *rapid.T, in dispatch.Intent, err error) {
	var refusal *dispatch.Refusal
	if !errors.As(err, &refusal) {
		t.Fatalf("%s: %v is no refusal", in.Action, err)
	}
	switch refusal.Rule {
	case dispatch.BrokenTarget, dispatch.BrokenLead, dispatch.BrokenDepartment:
	default:
		t.Fatalf("%s is offered, but refused: %s: %v", in.Action, refusal.Rule, err)
	}
}

// At the top there is nobody to escalate to, at the bottom nobody to delegate to, and
// no department is called twice; what nobody can do is not offered. A check that fails
// where the sender is gone leaves the work with the command centre.
func TestOffers(t *testing.T) {
	s := crewed(t)
	offered := func(who string, r grid.Report, action grid.Action) bool {
		return slices.Contains(dispatch.Actions(s, r, actors[who], noon), action)
	}
	top, cell, town := starting(s, grid.Handling, byDispatcher)(), starting(s, grid.Handling, byLiaison)(), starting(s, grid.Handling, byTown)()
	for _, tt := range []struct {
		who    string
		r      grid.Report
		action grid.Action
		want   bool
	}{
		{"dispatcher", top, grid.ActionEscalate, false},
		{"dispatcher", top, grid.ActionDelegate, true},
		{"liaison", cell, grid.ActionEscalate, true},
		{"liaison", cell, grid.ActionDelegate, false},
		{"town", town, grid.ActionWhistle, true},
		{"centre", lost(s), grid.ActionRoute, true},
		{"county", lost(s), grid.ActionRoute, false},
	} {
		if got := offered(tt.who, tt.r, tt.action); got != tt.want {
			t.Errorf("%s offered to %s: %v", tt.action, tt.who, got)
		}
	}
	for _, d := range []string{"城管", "消防"} {
		town = act(t, s, town, move{who: "town", action: grid.ActionWhistle, give: department(d)}, noon)
	}
	if offered("town", town, grid.ActionWhistle) {
		t.Error("the whistle is offered though all departments were called")
	}
	checking := starting(s, grid.Checking, byDispatcher)()
	checking.Sender = grid.Holder{Level: grid.Grid, Area: 77, Worker: 13}
	if failed := act(t, s, checking, move{who: "centre", action: grid.ActionFail}, noon); failed.Holder != byCentre {
		t.Errorf("failed to %+v", failed.Holder)
	}
}

func checkStep(t *rapid.T, before, after grid.Report, step grid.Step, in dispatch.Intent) {
	if !slices.Contains(dispatch.Triples(), dispatch.Triple{Action: step.Action, From: step.From, To: step.To}) {
		t.Fatalf("%s from %v to %v is not in the lifecycle", step.Action, step.From, step.To)
	}
	if d := cmp.Diff(after, before.After(step)); d != "" {
		t.Fatalf("the step does not lead to the report: %s", d)
	}
	if owned := after.Holder.Area != 0; owned == (after.State == grid.Reported) {
		t.Fatalf("%s: %v with the holder %+v", step.Action, after.State, after.Holder)
	}
	if stopped := !after.Stopped.IsZero(); stopped != (after.State == grid.Suspended || after.State == grid.Merged) {
		t.Fatalf("%s: %v, and the clocks stopped at %v", step.Action, after.State, after.Stopped)
	}
	if (after.State == grid.Merged) != (after.Lead != uuid.Nil) || after.State == grid.Suspended && after.ResumeAt.IsZero() {
		t.Fatalf("%s: %v with lead %v, to resume at %v", step.Action, after.State, after.Lead, after.ResumeAt)
	}
	if given := (grid.Caller{Worker: after.Holder.Worker}).Who(); after.State == grid.Checking && after.Holder.Worker != 0 && given == after.Handler {
		t.Fatalf("%s: who finished it is to check it", step.Action)
	}
	if step.Action == grid.ActionPass && in.By.Who() == before.Handler {
		t.Fatal("the handler checked")
	}
	if after.State > grid.Suspended && slices.ContainsFunc(after.Tasks, grid.Task.Open) {
		t.Fatalf("%s: %v while departments owe something", step.Action, after.State)
	}
}
