package dispatch

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"jingwei/grid"

	"github.com/google/uuid"
)

// Intent is what somebody wants done to a report.
type Intent struct {
	Action     grid.Action
	By         Actor
	Reason     string
	To         grid.AreaID   // of route and delegate
	Worker     grid.WorkerID // among those in post there; 0: whoever answers first
	Lead       grid.Report   // of merge; without an id when there is none
	ResumeAt   time.Time     // of ask-suspend; of suspend, zero: as asked
	Department string        // of whistle and withdraw
	Evidence   []string      // of finish: texts or addresses
}

// Act decides what becomes of a report: how it stands after the step, and the step
// for its history. It fails with a [Refusal], whose rule is the first broken of:
// action, state, standing, missing, and what is particular to the action.
// r is not changed.
func Act(s *grid.Snapshot, r grid.Report, in Intent, now time.Time) (grid.Report, grid.Step, error) {
	at := stance{s: s, r: r, by: in.By, now: now.UTC().Truncate(time.Microsecond)}
	rule, ok := RuleOf(in.Action)
	if !ok {
		return r, grid.Step{}, refuse(BrokenAction, "action", "there is no action %q", in.Action)
	}
	whom, err := at.stand(rule)
	if err := cmp.Or(err, missing(rule, in)); err != nil {
		return r, grid.Step{}, err
	}
	if rule.to(r.State) == grid.Checking {
		at.not = r.Handler
	}
	if rule.Action == grid.ActionFinish {
		at.not = in.By.Who()
	}
	step := at.step(rule, in, whom)
	if err := cmp.Or(at.hold(rule), at.details(&step, in)); err != nil {
		return r, grid.Step{}, err
	}
	if step.Holder, step.Sender, err = at.pass(rule.Ball, in); err != nil {
		return r, grid.Step{}, err
	}
	step.Clocks = at.tick(rule)
	step.TaskAlarm = at.taskAlarm(r.After(step), rule.Action)
	return r.After(step), step, nil
}

// stand returns as whom the actor may take the step.
func (c stance) stand(rule Rule) (Standing, error) {
	if !slices.Contains(rule.From, c.r.State) {
		return "", refuse(BrokenState, "action", "%s is not possible while the report is %v", rule.Action, c.r.State)
	}
	whom, ok := c.as(rule.Who)
	if !ok {
		return "", refuse(BrokenStanding, "action", "%s", c.lacking(rule))
	}
	return whom, nil
}

// hold checks the conditions of a rule.
func (c stance) hold(rule Rule) error {
	for _, cond := range rule.If {
		if err := c.check(cond, rule.Action); err != nil {
			return err
		}
	}
	return nil
}

// lacking tells who may take a step that the actor may not.
func (c stance) lacking(rule Rule) string {
	names := make([]string, len(rule.Who))
	for i, st := range rule.Who {
		names[i] = string(st)
	}
	text := string(rule.Action) + " is for the " + strings.Join(names, ", ") + " of the report"
	if slices.Contains(rule.Who, AsChecker) && c.by.Who() == c.r.Handler {
		text += ", and who finished it never checks it"
	}
	if slices.Contains(rule.Who, AsAbove) && c.inHand() {
		text += ", and who works on it is not above"
	}
	return text
}

// missing tells the first thing that the rule asks for and the intent lacks.
func missing(rule Rule, in Intent) error {
	lacks := map[Given]bool{
		GivenReason: strings.TrimSpace(in.Reason) == "", GivenArea: in.To == 0, GivenLead: in.Lead.ID == uuid.Nil,
		GivenResumeAt: in.ResumeAt.IsZero(), GivenDepartment: in.Department == "", GivenEvidence: len(in.Evidence) == 0,
	}
	for _, g := range rule.Gives {
		if lacks[g] {
			return refuse(BrokenMissing, string(g), "%s needs it", rule.Action)
		}
	}
	return nil
}

// step is the step but for the ball, the clocks and what is particular to it.
func (c stance) step(rule Rule, in Intent, whom Standing) grid.Step {
	return grid.Step{
		Report: c.r.ID, Step: c.r.Version + 1, At: c.now, Actor: in.By.Actor(), Who: in.By.Who(), AsWhom: string(whom),
		Action: rule.Action, From: c.r.State, To: rule.to(c.r.State), Reason: in.Reason, Edition: c.s.Edition,
	}
}
