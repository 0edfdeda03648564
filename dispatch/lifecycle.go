package dispatch

import (
	"slices"

	"jingwei/grid"
)

// Rule is a row of the lifecycle: what an action does, from which states, and who
// may take it.
type Rule struct {
	Action  grid.Action
	Chinese string
	From    []grid.State
	To      grid.State // 0: the state stays
	Who     []Standing // any of these will do
	Gives   []Given    // what must come with the act
	If      []Condition
	Ball    Ball
	Clock   Tick
}

// Standing is as whom somebody acts on a report.
type Standing string

// The holder is whoever is in post in the holder's area, primary or deputy; when
// nobody of them is there, also whoever is in post in the lowest area above where
// somebody is, or the command centre over it. The sender is the same of who gave the
// ball away. Above: in post in an area above the holder's, or at the top in the top
// area, but never who works on the report: who has it by name, accepted it last or
// finished it. Dispatcher: the command centre of an area over the report. Checker:
// holder, above or dispatcher, but never who finished it. Approver: above for a void,
// dispatcher for a suspension, but never who works on the report. Department: an
// officer of one that was called. Reporter: who filed it. System: a clock ran out.
const (
	AsHolder     Standing = "holder"
	AsSender     Standing = "sender"
	AsAbove      Standing = "above"
	AsDispatcher Standing = "dispatcher"
	AsChecker    Standing = "checker"
	AsApprover   Standing = "approver"
	AsDepartment Standing = "department"
	AsReporter   Standing = "reporter"
	AsSystem     Standing = "system"
)

// Given is something that comes with an act, under the name of its field.
type Given string

// What may have to be given. The area is that of the next holder; the worker, who is
// never needed, is among those in post there.
const (
	GivenReason     Given = "reason"
	GivenArea       Given = "area"
	GivenWorker     Given = "worker"
	GivenLead       Given = "lead"
	GivenResumeAt   Given = "resume_at"
	GivenDepartment Given = "department"
	GivenEvidence   Given = "evidence"
)

// Condition is what must hold of the report.
type Condition string

// NoTasks: no department owes anything. Tasks: one does. Called, Arrived: the
// officer's department was called, or has arrived. Asked: that is what was asked for,
// by somebody else, and the actor does not work on the report. Other: it may not have
// been asked for, but if it was, by somebody else. Pending: something was asked for,
// by somebody else. Unasked: nothing waits for an answer. Sent: it was not returned
// since it was last accepted. Sampled: those above evaluate only what is in the
// sample. Over: the system acts no sooner than the time has come: it resumes on the
// date, urges when an alarm has come, and does the rest when the deadline has.
// GridTown: the holder is at the level of grid or town.
const (
	IfNoTasks  Condition = "no open tasks"
	IfTasks    Condition = "open tasks"
	IfCalled   Condition = "the department was called"
	IfArrived  Condition = "the department has arrived"
	IfAsked    Condition = "asked for by somebody else"
	IfOther    Condition = "not asked for by the same person"
	IfPending  Condition = "something asked for by somebody else"
	IfUnasked  Condition = "nothing waiting for an answer"
	IfSent     Condition = "not after a return"
	IfSampled  Condition = "for those above, in the sample"
	IfOver     Condition = "for the system, the time is over"
	IfGridTown Condition = "holder at grid or town level"
)

// Ball is where the ball goes.
type Ball string

// Stays. Takes: to who acts. Given: to who answers in the named area. Back: to the
// sender, or without one up, at the top to the command centre. Return: back, but from
// the second time on to the common superior of holder and sender; never to who has it.
// Retaken: back, and nobody is the sender any more.
// Up: to the lowest area above where somebody is in post, or else to the command
// centre. Next: to a deputy, else up. Check: up, and at the top to the command
// centre. Rises: the same, and who sent it stays the sender.
const (
	BallStays   Ball = "stays"
	BallTakes   Ball = "who acts"
	BallGiven   Ball = "the named area"
	BallReturn  Ball = "the sender, the second time the common superior"
	BallBack    Ball = "the sender"
	BallRetaken Ball = "back to the sender"
	BallUp      Ball = "the level above"
	BallNext    Ball = "a deputy, else the level above"
	BallCheck   Ball = "the level above, at the top the command centre"
	BallRises   Ball = "the level above, then the command centre"
)

// Tick is what happens to the clocks.
type Tick string

// Runs on. Starts: that of the whole and that of the stage. Stage: only that of the
// stage. Stops and GoesOn. Closes: only the time for evaluation runs. Ends. Rings:
// they run on, and the alarms for which the system acts have rung. Overdue: the same,
// and the stage starts.
const (
	TickRuns    Tick = "run on"
	TickStarts  Tick = "both start"
	TickStage   Tick = "stage starts"
	TickStops   Tick = "stop"
	TickGoesOn  Tick = "go on with what was left"
	TickCloses  Tick = "whole ends, evaluation starts"
	TickEnds    Tick = "end"
	TickRings   Tick = "run on; the alarm of the system has rung"
	TickOverdue Tick = "the alarm has rung, stage starts"
)

// Groups of states.
var (
	reported  = []grid.State{grid.Reported}
	assigned  = []grid.State{grid.Assigned}
	verifying = []grid.State{grid.Verifying}
	handling  = []grid.State{grid.Handling}
	suspended = []grid.State{grid.Suspended}
	checking  = []grid.State{grid.Checking}
	closed    = []grid.State{grid.Closed}
	merged    = []grid.State{grid.Merged}
	onTime    = []grid.State{grid.Assigned, grid.Verifying, grid.Handling, grid.Checking}
	atWork    = []grid.State{grid.Assigned, grid.Verifying, grid.Handling}
	open      = []grid.State{grid.Reported, grid.Assigned, grid.Verifying, grid.Handling, grid.Suspended, grid.Checking}
	pending   = []grid.State{grid.Verifying, grid.Handling}
)

type (
	who   = []Standing
	gives = []Given
	conds = []Condition
)

// Lifecycle is the closed loop, one rule for each action. The documentation, the
// database's constraint on the history and the API's description are held to it.
var Lifecycle = []Rule{
	{grid.ActionRoute, "交办", reported, grid.Assigned, who{AsDispatcher}, gives{GivenArea}, nil, BallGiven, TickStarts},
	{grid.ActionAccept, "接收", assigned, grid.Verifying, who{AsHolder}, nil, nil, BallTakes, TickStage},
	{grid.ActionReturn, "退回", assigned, grid.Assigned, who{AsHolder}, gives{GivenReason}, nil, BallReturn, TickStage},
	{grid.ActionRecall, "撤回", assigned, grid.Assigned, who{AsSender}, nil, conds{IfSent}, BallRetaken, TickStage},
	{grid.ActionTimeout, "超时", assigned, grid.Assigned, who{AsSystem}, nil, conds{IfOver}, BallNext, TickStage},

	{grid.ActionVerify, "属实", verifying, grid.Handling, who{AsHolder}, nil, nil, BallStays, TickStage},
	{grid.ActionAskVoid, "申请作废", verifying, 0, who{AsHolder}, gives{GivenReason}, conds{IfUnasked}, BallStays, TickRuns},
	{grid.ActionVoid, "作废", verifying, grid.Void, who{AsAbove}, gives{GivenReason}, conds{IfOther, IfNoTasks}, BallStays, TickEnds},
	{grid.ActionMerge, "并案", verifying, grid.Merged, who{AsHolder}, gives{GivenLead}, conds{IfNoTasks}, BallStays, TickStops},
	{grid.ActionUnmerge, "拆案", merged, grid.Verifying, who{AsHolder, AsAbove, AsDispatcher}, gives{GivenReason}, nil, BallStays, TickGoesOn},
	{grid.ActionRefuse, "驳回", pending, 0, who{AsApprover}, gives{GivenReason}, conds{IfPending}, BallStays, TickRuns},

	{grid.ActionEscalate, "上报", handling, grid.Assigned, who{AsHolder}, gives{GivenReason}, nil, BallUp, TickStage},
	{grid.ActionDelegate, "分流", handling, grid.Assigned, who{AsHolder}, gives{GivenArea}, nil, BallGiven, TickStage},
	{grid.ActionWhistle, "吹哨", handling, 0, who{AsHolder}, gives{GivenDepartment, GivenReason}, conds{IfGridTown}, BallStays, TickRuns},
	{grid.ActionArrive, "报到", atWork, 0, who{AsDepartment}, nil, conds{IfCalled}, BallStays, TickRuns},
	{grid.ActionComplete, "完成", atWork, 0, who{AsDepartment}, gives{GivenReason}, conds{IfArrived}, BallStays, TickRuns},
	{grid.ActionWithdraw, "撤哨", atWork, 0, who{AsHolder}, gives{GivenDepartment, GivenReason}, conds{IfTasks}, BallStays, TickRuns},
	{grid.ActionAskSuspend, "申请挂账", handling, 0, who{AsHolder}, gives{GivenReason, GivenResumeAt}, conds{IfUnasked}, BallStays, TickRuns},
	{grid.ActionSuspend, "挂账", handling, grid.Suspended, who{AsDispatcher}, nil, conds{IfAsked, IfNoTasks}, BallStays, TickStops},
	{grid.ActionResume, "恢复", suspended, grid.Handling, who{AsDispatcher, AsSystem}, nil, conds{IfOver}, BallStays, TickGoesOn},
	{grid.ActionFinish, "办结", handling, grid.Checking, who{AsHolder}, gives{GivenEvidence}, conds{IfNoTasks}, BallCheck, TickStage},

	{grid.ActionPass, "核验通过", checking, grid.Closed, who{AsChecker}, nil, nil, BallStays, TickCloses},
	{grid.ActionFail, "核验不通过", checking, grid.Handling, who{AsChecker}, gives{GivenReason}, nil, BallBack, TickStage},
	{grid.ActionEvaluate, "问效", closed, grid.Evaluated, who{AsReporter, AsAbove}, nil, conds{IfSampled}, BallStays, TickEnds},
	{grid.ActionReopen, "重办", closed, grid.Handling, who{AsReporter, AsAbove}, gives{GivenReason}, nil, BallBack, TickStarts},
	{grid.ActionLapse, "到期办结", closed, grid.Evaluated, who{AsSystem}, nil, conds{IfOver}, BallStays, TickEnds},

	{grid.ActionOverdue, "超期", onTime, 0, who{AsSystem}, nil, conds{IfOver}, BallRises, TickOverdue},
	{grid.ActionAlarm, "告警", reported, 0, who{AsSystem}, nil, conds{IfOver}, BallStays, TickRings},
	{grid.ActionUrge, "催办", open, 0, who{AsReporter, AsAbove, AsDispatcher, AsSystem}, nil, conds{IfOver}, BallStays, TickRings},
	{grid.ActionSupervise, "督办", open, 0, who{AsAbove, AsDispatcher}, gives{GivenReason}, nil, BallStays, TickRuns},
}

// RuleOf returns the rule of an action; there is none for how a report comes in.
func RuleOf(a grid.Action) (Rule, bool) {
	i := slices.IndexFunc(Lifecycle, func(r Rule) bool { return r.Action == a })
	if i < 0 {
		return Rule{}, false
	}
	return Lifecycle[i], true
}

// Takes reports whether the rule has a use for something: for what must come with the
// act and, where one likes, a reason, who gets a ball that is given, and another date
// than was asked for when work is suspended.
func (r Rule) Takes(g Given) bool {
	switch {
	case g == GivenReason:
		return true
	case g == GivenWorker:
		return r.Ball == BallGiven
	case g == GivenResumeAt && r.Action == grid.ActionSuspend:
		return true
	}
	return slices.Contains(r.Gives, g)
}

// to returns the state that the rule leads to from one of its states.
func (r Rule) to(from grid.State) grid.State {
	if r.To == 0 {
		return from
	}
	return r.To
}

// Triple is a step as the history tells it. From is 0 at the first step.
type Triple struct {
	Action   grid.Action
	From, To grid.State
}

// Triples returns every step that a history may hold: how a report comes in, and
// what the lifecycle does with it.
func Triples() []Triple {
	out := []Triple{{grid.ActionRoute, grid.Reported, grid.Assigned}, {grid.ActionReport, 0, grid.Reported}}
	for _, r := range Lifecycle {
		for _, from := range r.From {
			if t := (Triple{r.Action, from, r.to(from)}); !slices.Contains(out, t) {
				out = append(out, t)
			}
		}
	}
	return out
}
