package dispatch

import "fmt"

// Refusal says why a step cannot be taken: the rule that is broken, where, and in
// a sentence.
type Refusal struct {
	Rule   Breach
	At     string // the field of the act that is to blame; may be empty
	Detail string
}

// Error returns the sentence.
func (r *Refusal) Error() string { return r.Detail }

// Breach names a rule of the loop.
type Breach string

// The rules. Action: there is none of that name. State: not from this state.
// Standing: not by this person. Missing: the step needs something that was not
// given. Target, Lead, Department, Resume: what was given does not fit. Asked:
// nothing was asked for, or the one who asked answers. Tasks: departments still
// owe something, or owe nothing. Returned: what was returned is not taken back. Early: the time has not come. Above: nobody is
// above, or nobody else. Sample: not in the sample. Level: not at this level.
const (
	BrokenAction     Breach = "action"
	BrokenState      Breach = "state"
	BrokenStanding   Breach = "standing"
	BrokenMissing    Breach = "missing"
	BrokenTarget     Breach = "target"
	BrokenLead       Breach = "lead"
	BrokenDepartment Breach = "department"
	BrokenResume     Breach = "resume-at"
	BrokenAsked      Breach = "asked"
	BrokenTasks      Breach = "tasks"
	BrokenReturned   Breach = "returned"
	BrokenEarly      Breach = "early"
	BrokenAbove      Breach = "above"
	BrokenSample     Breach = "sample"
	BrokenLevel      Breach = "level"
)

func refuse(rule Breach, at, format string, args ...any) error {
	return &Refusal{rule, at, fmt.Sprintf(format, args...)}
}
