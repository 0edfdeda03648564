package dispatch_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"jingwei/dispatch"
	"jingwei/geo/coverage"
	"jingwei/grid"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
)

// The people of the loop: a liaison and a deputy in the micro-grid, a leader in
// each grid, two people in the town, nobody in the county, a dispatcher in the
// city; two departments.
var crew = []grid.Worker{
	{ID: 11, Code: "L001", Name: "王芳", Role: grid.Liaison},
	{ID: 12, Code: "L002", Name: "李强", Role: grid.Liaison},
	{ID: 13, Code: "W001", Name: "陈静", Role: grid.Leader},
	{ID: 14, Code: "W901", Name: "赵军", Role: grid.Leader},
	{ID: 15, Code: "D001", Name: "孙丽", Role: grid.Dispatcher},
	{ID: 16, Code: "T001", Name: "周敏", Role: grid.Leader},
	{ID: 17, Code: "T002", Name: "吴刚", Role: grid.Leader},
	{ID: 21, Code: "C001", Name: "郑伟", Role: grid.Officer, Department: "城管"},
	{ID: 22, Code: "F001", Name: "冯磊", Role: grid.Officer, Department: "消防"},
	{ID: 23, Code: "C002", Name: "何洁", Role: grid.Officer, Department: "城管"},
}

var crewPosts = []grid.Post{
	{ID: 1, Worker: 11, Area: 5, Rank: grid.Primary, From: day(-9)},
	{ID: 2, Worker: 12, Area: 5, Rank: grid.Deputy, From: day(-9)},
	{ID: 3, Worker: 13, Area: 4, Rank: grid.Primary, From: day(-9)},
	{ID: 4, Worker: 14, Area: 6, Rank: grid.Primary, From: day(-9)},
	{ID: 5, Worker: 16, Area: 3, Rank: grid.Primary, From: day(-9)},
	{ID: 6, Worker: 17, Area: 3, Rank: grid.Deputy, From: day(-9)},
	{ID: 7, Worker: 15, Area: 1, Rank: grid.Primary, From: day(-9)},
}

var crewMatters = []grid.Matter{{Code: "010101", Limit: 48 * time.Hour, Level: grid.Grid}}

func crewed(t interface{ Fatal(...any) }) *grid.Snapshot {
	s, err := grid.NewSnapshot(7, noon, areas, &coverage.Coverage{}, grid.NewRoster(crew, crewPosts, crewMatters).Timed(grid.AroundTheClock, nil))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Those who act, by name.
var actors = map[string]dispatch.Actor{
	"liaison":    {Caller: grid.Caller{Token: 1, Worker: 11, Access: grid.AccessLiaison}},
	"deputy":     {Caller: grid.Caller{Token: 2, Worker: 12, Access: grid.AccessLiaison}},
	"leader":     {Caller: grid.Caller{Token: 3, Worker: 13, Access: grid.AccessLeader}},
	"neighbour":  {Caller: grid.Caller{Token: 4, Worker: 14, Access: grid.AccessLeader}},
	"dispatcher": {Caller: grid.Caller{Token: 5, Worker: 15, Access: grid.AccessDispatcher}},
	"town":       {Caller: grid.Caller{Token: 6, Worker: 16, Access: grid.AccessLeader}},
	"town2":      {Caller: grid.Caller{Token: 7, Worker: 17, Access: grid.AccessLeader}},
	"城管":         {Caller: grid.Caller{Token: 8, Worker: 21, Access: grid.AccessOfficer}},
	"消防":         {Caller: grid.Caller{Token: 9, Worker: 22, Access: grid.AccessOfficer}},
	"城管2":        {Caller: grid.Caller{Token: 14, Worker: 23, Access: grid.AccessOfficer}},
	"centre":     {Caller: grid.Caller{Token: 10, Access: grid.AccessDispatcher}},
	"top":        {Caller: grid.Caller{Token: 15, Access: grid.AccessDispatcher, Area: 1}},
	"county":     {Caller: grid.Caller{Token: 11, Access: grid.AccessDispatcher, Area: 2}},
	"filer":      {Caller: grid.Caller{Token: 1, Worker: 11, Access: grid.AccessLiaison}, Filed: true}, // the liaison
	"reporter":   {Caller: grid.Caller{Token: 12, Access: grid.AccessReporter}, Filed: true},
	"stranger":   {Caller: grid.Caller{Token: 13, Access: grid.AccessReporter}},
	"clock":      {System: true},
}

// Holders, by name.
var (
	byLiaison    = grid.Holder{Level: grid.Microgrid, Area: 5, Worker: 11}
	byDeputy     = grid.Holder{Level: grid.Microgrid, Area: 5, Worker: 12}
	byLeader     = grid.Holder{Level: grid.Grid, Area: 4, Worker: 13}
	byNeighbour  = grid.Holder{Level: grid.Grid, Area: 6, Worker: 14}
	byTown       = grid.Holder{Level: grid.Town, Area: 3, Worker: 16}
	byTown2      = grid.Holder{Level: grid.Town, Area: 3, Worker: 17}
	byDispatcher = grid.Holder{Level: grid.City, Area: 1, Worker: 15}
	byDesk       = grid.Holder{Level: grid.Town, Area: 3, Worker: 21}
	byDesk2      = grid.Holder{Level: grid.Town, Area: 3, Worker: 23}
	byCentre     = grid.Holder{Level: grid.City, Area: 1}
	byNobody     = grid.Holder{}
)

// fresh is a report of the micro-grid, as the router assigned it at noon.
func fresh(s *grid.Snapshot) grid.Report {
	r := grid.Report{
		ID: uuid.UUID{15: 1}, At: noon, Received: noon, Matter: "010101", Cell: 5, Method: grid.Exact,
		State: grid.Assigned, Holder: byLiaison, Version: 1,
	}
	r.Clocks = dispatch.Start(s, r, grid.Assigned, noon)
	return r
}

// desked is fresh, but that a rule asked for the department of an officer without a post.
func desked(s *grid.Snapshot) grid.Report {
	r := fresh(s)
	r.Holder = byDesk
	return r
}

// unsampled is one that is not in the sample that those above evaluate.
func unsampled(s *grid.Snapshot) grid.Report {
	r := fresh(s)
	r.ID[15] = 13
	return r
}

// lost is a report that nobody could be found for.
func lost(s *grid.Snapshot) grid.Report {
	r := grid.Report{ID: uuid.UUID{15: 2}, At: noon, Received: noon, Matter: "010101", Method: grid.Outside, State: grid.Reported, Version: 1}
	r.Clocks = dispatch.Start(s, r, grid.Reported, noon)
	return r
}

// move is an act of somebody, an hour after the one before, and what is to come of it.
type move struct {
	who    string
	action grid.Action
	give   func(*dispatch.Intent) // nil: a reason
	state  grid.State             // 0: it is refused
	holder grid.Holder
	rule   dispatch.Breach // when it is refused
}

func to(id grid.AreaID) func(*dispatch.Intent) {
	return func(in *dispatch.Intent) { in.To = id }
}

func worker(id grid.AreaID, w grid.WorkerID) func(*dispatch.Intent) {
	return func(in *dispatch.Intent) { in.To, in.Worker = id, w }
}

func until(n int) func(*dispatch.Intent) {
	return func(in *dispatch.Intent) { in.ResumeAt = day(n) }
}

func department(name string) func(*dispatch.Intent) {
	return func(in *dispatch.Intent) { in.Department = name }
}

func evidence(in *dispatch.Intent) { in.Evidence = []string{"已清理，见照片"} }

func silent(in *dispatch.Intent) { in.Reason = "" }

func lead(r grid.Report) func(*dispatch.Intent) {
	return func(in *dispatch.Intent) { in.Lead = r }
}

func (m move) intent() dispatch.Intent {
	in := dispatch.Intent{Action: m.action, By: actors[m.who], Reason: "原因"}
	if m.give != nil {
		m.give(&in)
	}
	return in
}

// Beginnings of stories.
var (
	toVerifying = []move{{"liaison", grid.ActionAccept, nil, grid.Verifying, byLiaison, ""}}
	toHandling  = append(slices.Clip(toVerifying), move{"liaison", grid.ActionVerify, nil, grid.Handling, byLiaison, ""})
	toChecking  = append(slices.Clip(toHandling), move{"liaison", grid.ActionFinish, evidence, grid.Checking, byLeader, ""})
	toClosed    = append(slices.Clip(toChecking), move{"leader", grid.ActionPass, nil, grid.Closed, byLeader, ""})
	toTown      = append(
		slices.Clip(toHandling),
		move{"liaison", grid.ActionEscalate, nil, grid.Assigned, byLeader, ""},
		move{"leader", grid.ActionAccept, nil, grid.Verifying, byLeader, ""},
		move{"leader", grid.ActionVerify, nil, grid.Handling, byLeader, ""},
		move{"leader", grid.ActionEscalate, nil, grid.Assigned, byTown, ""},
		move{"town", grid.ActionAccept, nil, grid.Verifying, byTown, ""},
		move{"town", grid.ActionVerify, nil, grid.Handling, byTown, ""},
	)
)

// atTop is a report that came up to the command centre.
func atTop(s *grid.Snapshot) grid.Report { return starting(s, grid.Assigned, byCentre)() }

var stories = []struct {
	name  string
	from  func(*grid.Snapshot) grid.Report
	after []move
	moves []move
}{
	{"the whole way", fresh, toClosed, []move{
		{"stranger", grid.ActionEvaluate, nil, 0, byNobody, dispatch.BrokenStanding},
		{"leader", grid.ActionEvaluate, nil, 0, byNobody, dispatch.BrokenStanding},
		{"reporter", grid.ActionEvaluate, silent, grid.Evaluated, byLeader, ""},
		{"reporter", grid.ActionReopen, nil, 0, byNobody, dispatch.BrokenState},
		{"centre", grid.ActionUrge, nil, 0, byNobody, dispatch.BrokenState},
	}},
	{"an action that there is not", fresh, nil, []move{
		{"liaison", "dance", nil, 0, byNobody, dispatch.BrokenAction},
		{"liaison", grid.ActionReport, nil, 0, byNobody, dispatch.BrokenAction},
	}},
	{"acceptance", fresh, nil, []move{
		{"neighbour", grid.ActionAccept, nil, 0, byNobody, dispatch.BrokenStanding},
		{"leader", grid.ActionAccept, nil, 0, byNobody, dispatch.BrokenStanding},
		{"centre", grid.ActionAccept, nil, 0, byNobody, dispatch.BrokenStanding},
		{"liaison", grid.ActionVerify, nil, 0, byNobody, dispatch.BrokenState},
		{"deputy", grid.ActionAccept, silent, grid.Verifying, byDeputy, ""},
	}},
	{"the desk of a department", desked, nil, []move{
		{"消防", grid.ActionAccept, nil, 0, byNobody, dispatch.BrokenStanding},
		{"leader", grid.ActionAccept, nil, 0, byNobody, dispatch.BrokenStanding},
		{"centre", grid.ActionAccept, nil, 0, byNobody, dispatch.BrokenStanding},
		{"城管", grid.ActionAccept, nil, grid.Verifying, byDesk, ""},
		{"城管2", grid.ActionVerify, nil, grid.Handling, byDesk, ""},
		{"城管2", grid.ActionFinish, evidence, grid.Checking, byDispatcher, ""},
		{"dispatcher", grid.ActionFail, nil, grid.Handling, byDesk, ""},
		{"城管", grid.ActionFinish, evidence, grid.Checking, byDispatcher, ""},
		{"dispatcher", grid.ActionPass, nil, grid.Closed, byDispatcher, ""},
	}},
	{"a colleague at the desk", desked, nil, []move{
		{"城管2", grid.ActionAccept, nil, grid.Verifying, byDesk2, ""},
	}},
	{"who has posts in the area of a desk", desked, nil, []move{
		{"clock", grid.ActionTimeout, nil, 0, byNobody, dispatch.BrokenEarly},
		{"clock", grid.ActionTimeout, nil, grid.Assigned, byTown, ""},
		{"town2", grid.ActionAccept, nil, grid.Verifying, grid.Holder{Level: grid.Town, Area: 3, Worker: 17}, ""},
	}},
	{"what nobody took up", fresh, nil, []move{
		{"clock", grid.ActionTimeout, nil, 0, byNobody, dispatch.BrokenEarly},
		{"leader", grid.ActionTimeout, nil, 0, byNobody, dispatch.BrokenStanding},
		{"clock", grid.ActionTimeout, nil, grid.Assigned, byDeputy, ""},
		{"clock", grid.ActionTimeout, nil, 0, byNobody, dispatch.BrokenEarly},
		{"clock", grid.ActionTimeout, nil, grid.Assigned, byLeader, ""},
		{"liaison", grid.ActionAccept, nil, 0, byNobody, dispatch.BrokenStanding},
		{"leader", grid.ActionAccept, nil, grid.Verifying, byLeader, ""},
	}},
	{"the router's ball goes up when it is returned", fresh, nil, []move{
		{"liaison", grid.ActionReturn, silent, 0, byNobody, dispatch.BrokenMissing},
		{"liaison", grid.ActionReturn, nil, grid.Assigned, byLeader, ""},
		{"leader", grid.ActionReturn, nil, grid.Assigned, byTown, ""},
	}},
	{"the second return goes to the common superior", fresh, toTown, []move{
		{"town", grid.ActionDelegate, to(6), grid.Assigned, byNeighbour, ""},
		{"neighbour", grid.ActionReturn, nil, grid.Assigned, byTown, ""},
		{"town", grid.ActionReturn, nil, grid.Assigned, byDispatcher, ""},
		{"dispatcher", grid.ActionAccept, nil, grid.Verifying, byDispatcher, ""},
		{"dispatcher", grid.ActionVerify, nil, grid.Handling, byDispatcher, ""},
		{"dispatcher", grid.ActionDelegate, to(6), grid.Assigned, byNeighbour, ""},
		{"neighbour", grid.ActionReturn, nil, grid.Assigned, byDispatcher, ""},
	}},
	{"accepting it in between makes no return the first again, until the common superior accepts it", fresh, toTown, []move{
		{"town", grid.ActionDelegate, to(6), grid.Assigned, byNeighbour, ""},
		{"neighbour", grid.ActionReturn, nil, grid.Assigned, byTown, ""},
		{"neighbour", grid.ActionRecall, nil, 0, byNobody, dispatch.BrokenReturned},
		{"town", grid.ActionAccept, nil, grid.Verifying, byTown, ""},
		{"town", grid.ActionVerify, nil, grid.Handling, byTown, ""},
		{"town", grid.ActionDelegate, to(6), grid.Assigned, byNeighbour, ""},
		{"town", grid.ActionRecall, nil, grid.Assigned, byTown, ""},
		{"town", grid.ActionAccept, nil, grid.Verifying, byTown, ""},
		{"town", grid.ActionVerify, nil, grid.Handling, byTown, ""},
		{"town", grid.ActionDelegate, to(6), grid.Assigned, byNeighbour, ""},
		{"neighbour", grid.ActionReturn, nil, grid.Assigned, byDispatcher, ""},
		{"dispatcher", grid.ActionAccept, nil, grid.Verifying, byDispatcher, ""},
		{"dispatcher", grid.ActionVerify, nil, grid.Handling, byDispatcher, ""},
		{"dispatcher", grid.ActionDelegate, to(3), grid.Assigned, byTown, ""},
		{"town", grid.ActionReturn, nil, grid.Assigned, byDispatcher, ""},
	}},
	{"the common superior is above the sender too", fresh, toHandling, []move{
		{"liaison", grid.ActionEscalate, nil, grid.Assigned, byLeader, ""},
		{"leader", grid.ActionReturn, nil, grid.Assigned, byLiaison, ""},
		{"liaison", grid.ActionReturn, nil, grid.Assigned, byTown, ""},
	}},
	{"who has returned it does not take it back, and at the top nobody puts it off", fresh, nil, []move{
		{"liaison", grid.ActionReturn, nil, grid.Assigned, byLeader, ""},
		{"liaison", grid.ActionRecall, nil, 0, byNobody, dispatch.BrokenReturned},
		{"leader", grid.ActionReturn, nil, grid.Assigned, byTown, ""},
		{"town", grid.ActionReturn, nil, grid.Assigned, byDispatcher, ""},
		{"dispatcher", grid.ActionReturn, nil, grid.Assigned, byCentre, ""},
		{"dispatcher", grid.ActionRecall, nil, 0, byNobody, dispatch.BrokenReturned},
		{"dispatcher", grid.ActionReturn, nil, 0, byNobody, dispatch.BrokenAbove},
		{"centre", grid.ActionReturn, nil, 0, byNobody, dispatch.BrokenAbove},
		{"top", grid.ActionAccept, nil, grid.Verifying, byCentre, ""},
	}},
	{"recall before acceptance", fresh, toTown, []move{
		{"town", grid.ActionDelegate, to(6), grid.Assigned, byNeighbour, ""},
		{"leader", grid.ActionRecall, nil, 0, byNobody, dispatch.BrokenStanding},
		{"town2", grid.ActionRecall, silent, grid.Assigned, byTown, ""},
		{"neighbour", grid.ActionRecall, nil, 0, byNobody, dispatch.BrokenStanding},
		{"town2", grid.ActionAccept, nil, grid.Verifying, byTown2, ""},
		{"town", grid.ActionRecall, nil, 0, byNobody, dispatch.BrokenState},
	}},
	{"nobody recalls what the router sent", fresh, nil, []move{
		{"centre", grid.ActionRecall, nil, 0, byNobody, dispatch.BrokenStanding},
	}},
	{"the ball goes over a vacant level", fresh, toTown, []move{
		{"town", grid.ActionEscalate, nil, grid.Assigned, byDispatcher, ""},
		{"dispatcher", grid.ActionAccept, nil, grid.Verifying, byDispatcher, ""},
		{"dispatcher", grid.ActionVerify, nil, grid.Handling, byDispatcher, ""},
		{"dispatcher", grid.ActionEscalate, nil, 0, byNobody, dispatch.BrokenAbove},
		{"dispatcher", grid.ActionDelegate, to(2), 0, byNobody, dispatch.BrokenTarget},
		{"dispatcher", grid.ActionDelegate, to(1), 0, byNobody, dispatch.BrokenTarget},
		{"dispatcher", grid.ActionDelegate, to(99), 0, byNobody, dispatch.BrokenTarget},
		{"dispatcher", grid.ActionDelegate, nil, 0, byNobody, dispatch.BrokenMissing},
		{"dispatcher", grid.ActionDelegate, worker(3, 11), 0, byNobody, dispatch.BrokenTarget},
		{"dispatcher", grid.ActionDelegate, worker(3, 17), grid.Assigned, byTown2, ""},
	}},
	{"void needs the level above", fresh, toVerifying, []move{
		{"liaison", grid.ActionVoid, nil, 0, byNobody, dispatch.BrokenStanding},
		{"liaison", grid.ActionAskVoid, silent, 0, byNobody, dispatch.BrokenMissing},
		{"liaison", grid.ActionAskVoid, nil, grid.Verifying, byLiaison, ""},
		{"deputy", grid.ActionAskVoid, nil, 0, byNobody, dispatch.BrokenAsked},
		{"leader", grid.ActionRefuse, nil, grid.Verifying, byLiaison, ""},
		{"leader", grid.ActionRefuse, nil, 0, byNobody, dispatch.BrokenStanding},
		{"liaison", grid.ActionAskVoid, nil, grid.Verifying, byLiaison, ""},
		{"leader", grid.ActionVoid, silent, 0, byNobody, dispatch.BrokenMissing},
		{"leader", grid.ActionVoid, nil, grid.Void, byLiaison, ""},
	}},
	{"at the top another person voids", atTop, nil, []move{
		{"centre", grid.ActionAccept, nil, grid.Verifying, byCentre, ""},
		{"centre", grid.ActionVoid, nil, 0, byNobody, dispatch.BrokenStanding},
		{"county", grid.ActionVoid, nil, 0, byNobody, dispatch.BrokenStanding},
		{"dispatcher", grid.ActionAskVoid, nil, grid.Verifying, byCentre, ""},
		{"centre", grid.ActionVoid, nil, 0, byNobody, dispatch.BrokenStanding},
		{"dispatcher", grid.ActionVoid, nil, 0, byNobody, dispatch.BrokenAsked},
		{"top", grid.ActionVoid, nil, grid.Void, byCentre, ""},
	}},
	{"nobody suspends what they work on", atTop, nil, []move{
		{"dispatcher", grid.ActionAccept, nil, grid.Verifying, byDispatcher, ""},
		{"dispatcher", grid.ActionVerify, nil, grid.Handling, byDispatcher, ""},
		{"dispatcher", grid.ActionAskSuspend, until(3), grid.Handling, byDispatcher, ""},
		{"dispatcher", grid.ActionSuspend, nil, 0, byNobody, dispatch.BrokenAsked},
		{"top", grid.ActionSuspend, nil, grid.Suspended, byDispatcher, ""},
	}},
	{"merge and unmerge", fresh, toVerifying, []move{
		{"liaison", grid.ActionMerge, nil, 0, byNobody, dispatch.BrokenMissing},
		{"liaison", grid.ActionMerge, lead(grid.Report{ID: uuid.UUID{15: 1}, State: grid.Handling}), 0, byNobody, dispatch.BrokenLead},
		{"liaison", grid.ActionMerge, lead(grid.Report{ID: uuid.UUID{15: 9}, State: grid.Merged}), 0, byNobody, dispatch.BrokenLead},
		{"liaison", grid.ActionMerge, lead(grid.Report{ID: uuid.UUID{15: 9}, State: grid.Handling}), grid.Merged, byLiaison, ""},
		{"liaison", grid.ActionVerify, nil, 0, byNobody, dispatch.BrokenState},
		{"leader", grid.ActionUnmerge, nil, grid.Verifying, byLiaison, ""},
		{"liaison", grid.ActionVerify, nil, grid.Handling, byLiaison, ""},
	}},
	{"whistle", fresh, toTown, []move{
		{"town", grid.ActionWhistle, nil, 0, byNobody, dispatch.BrokenMissing},
		{"town", grid.ActionWhistle, department("气象"), 0, byNobody, dispatch.BrokenDepartment},
		{"town", grid.ActionWhistle, department("城管"), grid.Handling, byTown, ""},
		{"town", grid.ActionWhistle, department("城管"), 0, byNobody, dispatch.BrokenDepartment},
		{"town2", grid.ActionWhistle, department("消防"), grid.Handling, byTown, ""},
		{"town", grid.ActionFinish, evidence, 0, byNobody, dispatch.BrokenTasks},
		{"town", grid.ActionArrive, nil, 0, byNobody, dispatch.BrokenStanding},
		{"城管", grid.ActionComplete, nil, 0, byNobody, dispatch.BrokenTasks},
		{"城管", grid.ActionArrive, silent, grid.Handling, byTown, ""},
		{"城管", grid.ActionArrive, nil, 0, byNobody, dispatch.BrokenTasks},
		{"城管", grid.ActionComplete, nil, grid.Handling, byTown, ""},
		{"城管", grid.ActionComplete, nil, 0, byNobody, dispatch.BrokenStanding},
		{"town", grid.ActionFinish, evidence, 0, byNobody, dispatch.BrokenTasks},
		{"town", grid.ActionWithdraw, department("城管"), 0, byNobody, dispatch.BrokenDepartment},
		{"town", grid.ActionWithdraw, department("消防"), grid.Handling, byTown, ""},
		{"消防", grid.ActionArrive, nil, 0, byNobody, dispatch.BrokenStanding},
		{"town", grid.ActionFinish, evidence, grid.Checking, byDispatcher, ""},
	}},
	{"a micro-grid blows no whistle", fresh, toHandling, []move{
		{"liaison", grid.ActionWhistle, department("城管"), 0, byNobody, dispatch.BrokenLevel},
	}},
	{"suspension", fresh, toHandling, []move{
		{"centre", grid.ActionSuspend, until(3), 0, byNobody, dispatch.BrokenAsked},
		{"liaison", grid.ActionAskSuspend, nil, 0, byNobody, dispatch.BrokenMissing},
		{"liaison", grid.ActionAskSuspend, until(-1), 0, byNobody, dispatch.BrokenResume},
		{"liaison", grid.ActionAskSuspend, until(366), 0, byNobody, dispatch.BrokenResume},
		{"liaison", grid.ActionAskSuspend, until(3), grid.Handling, byLiaison, ""},
		{"leader", grid.ActionSuspend, nil, 0, byNobody, dispatch.BrokenStanding},
		{"leader", grid.ActionRefuse, nil, 0, byNobody, dispatch.BrokenStanding},
		{"dispatcher", grid.ActionRefuse, nil, grid.Handling, byLiaison, ""},
		{"liaison", grid.ActionAskSuspend, until(3), grid.Handling, byLiaison, ""},
		{"county", grid.ActionSuspend, silent, grid.Suspended, byLiaison, ""},
		{"liaison", grid.ActionFinish, evidence, 0, byNobody, dispatch.BrokenState},
		{"liaison", grid.ActionResume, nil, 0, byNobody, dispatch.BrokenStanding},
		{"clock", grid.ActionResume, nil, 0, byNobody, dispatch.BrokenEarly},
		{"centre", grid.ActionResume, nil, grid.Handling, byLiaison, ""},
	}},
	{"the checker is never the handler", fresh, toTown, []move{
		{"town", grid.ActionFinish, nil, 0, byNobody, dispatch.BrokenMissing},
		{"town", grid.ActionFinish, evidence, grid.Checking, byDispatcher, ""},
		{"town", grid.ActionPass, nil, 0, byNobody, dispatch.BrokenStanding},
		{"dispatcher", grid.ActionFail, silent, 0, byNobody, dispatch.BrokenMissing},
		{"dispatcher", grid.ActionFail, nil, grid.Handling, byTown, ""},
		{"town2", grid.ActionFinish, evidence, grid.Checking, byDispatcher, ""},
		{"county", grid.ActionPass, nil, grid.Closed, byDispatcher, ""},
	}},
	{"at the top another command centre checks", fresh, toTown, []move{
		{"town", grid.ActionEscalate, nil, grid.Assigned, byDispatcher, ""},
		{"dispatcher", grid.ActionAccept, nil, grid.Verifying, byDispatcher, ""},
		{"dispatcher", grid.ActionVerify, nil, grid.Handling, byDispatcher, ""},
		{"dispatcher", grid.ActionFinish, evidence, grid.Checking, byCentre, ""},
		{"dispatcher", grid.ActionPass, nil, 0, byNobody, dispatch.BrokenStanding},
		{"centre", grid.ActionPass, nil, grid.Closed, byCentre, ""},
		{"centre", grid.ActionReopen, nil, grid.Handling, byDispatcher, ""},
	}},
	{"reopen goes back to the handler", fresh, toClosed, []move{
		{"liaison", grid.ActionReopen, nil, 0, byNobody, dispatch.BrokenStanding},
		{"town", grid.ActionReopen, nil, grid.Handling, byLiaison, ""},
	}},
	{"those above evaluate a sample, and reopen what they find wanting", fresh, toClosed, []move{
		{"town", grid.ActionEvaluate, nil, grid.Evaluated, byLeader, ""},
	}},
	{"what is not in the sample", unsampled, toClosed, []move{
		{"town", grid.ActionEvaluate, nil, 0, byNobody, dispatch.BrokenSample},
		{"town", grid.ActionReopen, nil, grid.Handling, byLiaison, ""},
		{"liaison", grid.ActionFinish, evidence, grid.Checking, byLeader, ""},
		{"leader", grid.ActionPass, nil, grid.Closed, byLeader, ""},
		{"reporter", grid.ActionEvaluate, nil, grid.Evaluated, byLeader, ""},
	}},
	{"who reported it and did it says nothing of how well it was done", fresh, toClosed, []move{
		{"filer", grid.ActionEvaluate, nil, 0, byNobody, dispatch.BrokenStanding},
		{"filer", grid.ActionReopen, nil, 0, byNobody, dispatch.BrokenStanding},
		{"town", grid.ActionReopen, nil, grid.Handling, byLiaison, ""},
		{"filer", grid.ActionUrge, nil, grid.Handling, byLiaison, ""},
	}},
	{"what nobody evaluates lapses", fresh, toClosed, []move{
		{"clock", grid.ActionLapse, nil, 0, byNobody, dispatch.BrokenEarly},
	}},
	{"the dispatcher routes what the router could not", lost, nil, []move{
		{"liaison", grid.ActionRoute, to(5), 0, byNobody, dispatch.BrokenStanding},
		{"county", grid.ActionRoute, to(5), 0, byNobody, dispatch.BrokenStanding},
		{"centre", grid.ActionRoute, nil, 0, byNobody, dispatch.BrokenMissing},
		{"centre", grid.ActionRoute, to(2), 0, byNobody, dispatch.BrokenTarget},
		{"centre", grid.ActionRoute, to(4), grid.Assigned, byLeader, ""},
		{"county", grid.ActionRecall, nil, 0, byNobody, dispatch.BrokenStanding},
		{"leader", grid.ActionReturn, nil, grid.Assigned, byCentre, ""},
	}},
	{"the dispatchers of the city route what is in no cell", lost, nil, []move{
		{"dispatcher", grid.ActionUrge, nil, grid.Reported, byNobody, ""},
		{"top", grid.ActionSupervise, nil, grid.Reported, byNobody, ""},
		{"town", grid.ActionRoute, to(5), 0, byNobody, dispatch.BrokenStanding},
		{"dispatcher", grid.ActionRoute, to(4), grid.Assigned, byLeader, ""},
		{"leader", grid.ActionReturn, nil, grid.Assigned, byDispatcher, ""},
	}},
	{"so does the command centre of the city", lost, nil, []move{
		{"top", grid.ActionRoute, to(4), grid.Assigned, byLeader, ""},
		{"leader", grid.ActionReturn, nil, grid.Assigned, byCentre, ""},
	}},
	{"marks", fresh, toHandling, []move{
		{"stranger", grid.ActionUrge, nil, 0, byNobody, dispatch.BrokenStanding},
		{"reporter", grid.ActionUrge, silent, grid.Handling, byLiaison, ""},
		{"leader", grid.ActionUrge, nil, grid.Handling, byLiaison, ""},
		{"reporter", grid.ActionSupervise, nil, 0, byNobody, dispatch.BrokenStanding},
		{"leader", grid.ActionSupervise, silent, 0, byNobody, dispatch.BrokenMissing},
		{"leader", grid.ActionSupervise, nil, grid.Handling, byLiaison, ""},
	}},
}

func TestAct(t *testing.T) {
	for _, tt := range stories {
		t.Run(tt.name, func(t *testing.T) {
			s := crewed(t)
			r, now := tt.from(s), noon
			for _, m := range slices.Concat(tt.after, tt.moves) {
				now = now.Add(time.Hour)
				r = m.play(t, s, r, now)
			}
		})
	}
}

// play makes the move and checks what comes of it.
func (m move) play(t *testing.T, s *grid.Snapshot, r grid.Report, now time.Time) grid.Report {
	t.Helper()
	after, step, err := dispatch.Act(s, r, m.intent(), now)
	if m.state == 0 {
		var refusal *dispatch.Refusal
		if !errors.As(err, &refusal) || refusal.Rule != m.rule {
			t.Errorf("%s by %s: got %v (%v), want the rule %s to refuse it", m.action, m.who, err, after.State, m.rule)
		}
		if d := cmp.Diff(r, after); d != "" {
			t.Errorf("%s by %s was refused and changed it:\n%s", m.action, m.who, d)
		}
		return r
	}
	if err != nil {
		t.Fatalf("%s by %s: %v", m.action, m.who, err)
	}
	if after.State != m.state || after.Holder != m.holder {
		t.Fatalf("%s by %s: %v with %+v, want %v with %+v", m.action, m.who, after.State, after.Holder, m.state, m.holder)
	}
	if step.From != r.State || step.To != after.State || step.Step != r.Version+1 || after.Version != step.Step || step.Edition != 7 {
		t.Errorf("%s by %s: step %+v", m.action, m.who, step)
	}
	return after
}
