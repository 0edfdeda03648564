package dispatch

import (
	"slices"
	"time"

	"jingwei/grid"
)

func (c stance) check(cond Condition, action grid.Action) error {
	asked := grid.Action("ask-" + string(action))
	switch task, _ := c.r.OpenTask(c.department()); {
	case cond == IfNoTasks && slices.ContainsFunc(c.r.Tasks, grid.Task.Open):
		return refuse(BrokenTasks, "action", "departments that were called have not finished yet")
	case cond == IfTasks && !slices.ContainsFunc(c.r.Tasks, grid.Task.Open):
		return refuse(BrokenTasks, "action", "no department owes anything")
	case cond == IfCalled && task.State != grid.Called:
		return refuse(BrokenTasks, "action", "%s has reported in already", task.Department)
	case cond == IfArrived && task.State != grid.Arrived:
		return refuse(BrokenTasks, "action", "%s has not reported in yet", task.Department)
	case cond == IfUnasked && c.r.Asked != "":
		return refuse(BrokenAsked, "action", "%s waits for an answer", c.r.Asked)
	case cond == IfAsked && c.r.Asked != asked:
		return refuse(BrokenAsked, "action", "the holder has not asked for it")
	case cond == IfPending && c.r.Asked == "":
		return refuse(BrokenAsked, "action", "nothing was asked for")
	case (cond == IfAsked || cond == IfPending || cond == IfOther && c.r.Asked == asked) && c.r.AskedBy == c.by.Who():
		return refuse(BrokenAsked, "action", "who asked for it does not answer it")
	case cond == IfAsked && c.inHand():
		return refuse(BrokenAsked, "action", "who works on it does not answer it")
	case cond == IfSent && c.r.Returned():
		return refuse(BrokenReturned, "action", "it was returned, which is not taken back")
	case cond == IfSampled && !c.by.Filed && !c.r.Sampled():
		return refuse(BrokenSample, "action", "it is not in the sample that those above evaluate")
	case cond == IfGridTown && c.r.Holder.Level != grid.Grid && c.r.Holder.Level != grid.Town:
		return refuse(BrokenLevel, "action", "only a grid or a town blows the whistle")
	case cond == IfOver && c.by.System && !c.over(action):
		return refuse(BrokenEarly, "action", "its time has not come")
	}
	return nil
}

// details checks and writes what is particular to an action.
func (c stance) details(step *grid.Step, in Intent) error {
	switch in.Action {
	case grid.ActionMerge:
		step.Lead = in.Lead.ID
		return c.checkLead(in.Lead)
	case grid.ActionAskSuspend, grid.ActionSuspend:
		step.ResumeAt = in.ResumeAt.UTC().Truncate(time.Microsecond)
		if in.ResumeAt.IsZero() {
			step.ResumeAt = c.r.ResumeAt
		}
		switch at := step.ResumeAt.Format(time.RFC3339); {
		case !step.ResumeAt.After(c.now):
			return refuse(BrokenResume, "resume_at", "%v is not in the future", at)
		case step.ResumeAt.After(c.now.AddDate(1, 0, 0)):
			return refuse(BrokenResume, "resume_at", "%v is more than a year ahead", at)
		}
	case grid.ActionWhistle:
		step.Department = in.Department
		step.TaskDue, _ = timerOf(c.s, c.r, grid.StageReportIn).set(c.now)
		return c.checkWhistle(in.Department)
	case grid.ActionArrive, grid.ActionComplete:
		step.Department = c.department()
	case grid.ActionWithdraw:
		step.Department = in.Department
		if _, ok := c.r.OpenTask(in.Department); !ok {
			return refuse(BrokenDepartment, "department", "%s owes this report nothing", in.Department)
		}
	case grid.ActionFinish:
		step.Evidence = slices.Clone(in.Evidence)
	}
	return nil
}

func (c stance) checkLead(lead grid.Report) error {
	switch {
	case lead.ID == c.r.ID:
		return refuse(BrokenLead, "lead", "a report cannot follow itself")
	case lead.State.Terminal():
		return refuse(BrokenLead, "lead", "%v is %v, which nothing can follow", lead.ID, lead.State)
	}
	return nil
}

func (c stance) checkWhistle(department string) error {
	if len(c.s.Roster().Officers(department)) == 0 {
		return refuse(BrokenDepartment, "department", "%q has no officer in the roster", department)
	}
	if _, ok := c.r.OpenTask(department); ok {
		return refuse(BrokenDepartment, "department", "%s was called already", department)
	}
	return nil
}
