package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"jingwei/dispatch"
	"jingwei/grid"

	"github.com/google/uuid"
)

// maxEvidence is how many texts or addresses may prove that something is done.
const maxEvidence = 20

// actionIn is a step as it is asked for.
type actionIn struct {
	Action     string   `json:"action"`
	Reason     string   `json:"reason"`
	Area       string   `json:"area"`   // code
	Worker     string   `json:"worker"` // code
	Lead       string   `json:"lead"`
	ResumeAt   string   `json:"resume_at"`
	Department string   `json:"department"`
	Evidence   []string `json:"evidence"`
}

// fits fails when a field is given that the action has no use for: whoever sent it
// expects something else of it.
func (in actionIn) fits() error {
	action := grid.Action(in.Action)
	rule, ok := dispatch.RuleOf(action)
	if !ok {
		return nil // which the lifecycle refuses
	}
	for _, f := range []struct {
		name  dispatch.Given
		given bool
	}{
		{dispatch.GivenArea, in.Area != ""},
		{dispatch.GivenWorker, in.Worker != ""},
		{dispatch.GivenLead, in.Lead != ""},
		{dispatch.GivenResumeAt, in.ResumeAt != ""},
		{dispatch.GivenDepartment, in.Department != ""},
		{dispatch.GivenEvidence, len(in.Evidence) > 0},
	} {
		if f.given && !rule.Takes(f.name) {
			return bad("wrong-field", string(f.name), "%s does not take it", action)
		}
	}
	return nil
}

// postAction takes a step on the report in the address, if the caller has seen it
// as it stands.
func (a *API) postAction(c *call) error {
	if err := wantContent(c.r, typeJSON); err != nil {
		return err
	}
	version, err := c.ifMatch()
	if err != nil {
		return err
	}
	r, steps, err := a.findReport(c)
	if err != nil {
		return err
	}
	intent, err := a.intent(c, steps)
	if err != nil {
		return err
	}
	after, err := a.act(c, r.ID, version, intent)
	if errors.Is(err, grid.ErrVersion) {
		return a.late(c, after, version, intent)
	}
	if err != nil {
		return found(err, "report", r.ID.String())
	}
	return a.answerReport(c, after, append(steps, grid.Step{Reason: intent.Reason}))
}

func (a *API) act(c *call, id uuid.UUID, version int64, in dispatch.Intent) (grid.Report, error) {
	ctx, cancel := context.WithTimeout(c.r.Context(), a.Deadline)
	defer cancel()
	return a.Reports.Act(ctx, id, version, in.Lead.ID, func(r, lead grid.Report) (grid.Report, grid.Step, error) {
		in.Lead = lead
		return dispatch.Act(c.s, r, in, a.Now()) // now that nobody else acts
	})
}

// late answers when the report is at another version: if that is the work of the
// same step, sent before, as then.
func (a *API) late(c *call, r grid.Report, version int64, in dispatch.Intent) error {
	r, steps, err := a.readReport(c, r.ID)
	if err != nil {
		return err
	}
	if last := steps[len(steps)-1]; last.Step == version+1 && isWork(last, in) {
		return a.answerReport(c, r, steps)
	}
	p := problem(http.StatusPreconditionFailed, "version", "If-Match", "the report is at version %d, not %d: somebody was faster", r.Version, version)
	if version == noVersion {
		p.Detail = fmt.Sprintf("the report is at version %d, and %s is the ETag of none", r.Version, c.r.Header.Get("If-Match"))
	}
	p.ETag = versionTag(r)
	return p
}

// isWork reports whether a step is the work of an intent.
func isWork(s grid.Step, in dispatch.Intent) bool {
	return s.Actor == in.By.Actor() && s.Action == in.Action && s.Reason == in.Reason && s.Lead == in.Lead.ID &&
		(in.To == 0 || s.Holder.Area == in.To) && (in.Worker == 0 || s.Holder.Worker == in.Worker) &&
		(in.Department == "" || s.Department == in.Department) &&
		(in.ResumeAt.IsZero() || s.ResumeAt.Equal(in.ResumeAt.Truncate(time.Microsecond))) && slices.Equal(s.Evidence, in.Evidence)
}

// ifMatch reads the version that the caller has seen, or noVersion.
func (c *call) ifMatch() (int64, error) {
	tag := c.r.Header.Get("If-Match")
	if tag == "" {
		return 0, problem(http.StatusPreconditionRequired, "if-match", "If-Match", "needed: the ETag of the report as you saw it")
	}
	if tag == "*" {
		return 0, bad("if-match", "If-Match", "* would take whatever has become of the report: want its ETag as you saw it")
	}
	if !isTag(tag) {
		return 0, bad("if-match", "If-Match", "%s is not one ETag: want that of the report, a number in quotes", tag)
	}
	if v, err := strconv.ParseInt(strings.Trim(tag, `"`), 10, 64); err == nil && v > 0 && versionTag(grid.Report{Version: v}) == tag {
		return v, nil
	}
	return noVersion, nil
}

// noVersion is what no report is at: that of a tag that is of none.
const noVersion = -1

// isTag reports whether text is an entity tag (RFC 9110, 8.8.3).
func isTag(s string) bool {
	s, opens := strings.CutPrefix(strings.TrimPrefix(s, "W/"), `"`)
	s, closes := strings.CutSuffix(s, `"`)
	return opens && closes && !strings.Contains(s, `"`)
}

// actor is the caller before a report with these steps.
func (c *call) actor(steps []grid.Step) dispatch.Actor {
	return dispatch.Actor{Caller: c.caller, Filed: c.filed(steps)}
}

// intent reads what the caller wants.
func (a *API) intent(c *call, steps []grid.Step) (dispatch.Intent, error) {
	body, err := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, maxBody))
	if err != nil {
		return dispatch.Intent{}, bodyProblem(err)
	}
	var in actionIn
	if err := decode(body, &in); err != nil {
		return dispatch.Intent{}, err
	}
	if err := cmp.Or(in.fits(), in.check()); err != nil {
		return dispatch.Intent{}, err
	}
	intent := dispatch.Intent{
		Action: grid.Action(in.Action), By: c.actor(steps), Reason: in.Reason, Department: in.Department, Evidence: in.Evidence,
	}
	return intent, errors.Join(in.names(c.s, &intent), a.readLead(c, in.Lead, &intent.Lead))
}

// check looks at the texts.
func (in actionIn) check() error {
	if len(in.Evidence) > maxEvidence {
		return bad("length", "evidence", "%d entries, at most %d are allowed", len(in.Evidence), maxEvidence)
	}
	for i, text := range in.Evidence {
		if err := checkText(fmt.Sprintf("evidence[%d]", i), text, maxText); err != nil {
			return err
		}
		if strings.TrimSpace(text) == "" {
			return bad("text", fmt.Sprintf("evidence[%d]", i), "is empty")
		}
	}
	if err := checkText("reason", in.Reason, maxText); err != nil {
		return err
	}
	return checkText("department", in.Department, maxReporter)
}

// names finds the area, the worker and the time that are named.
func (in actionIn) names(s *grid.Snapshot, to *dispatch.Intent) error {
	if in.Area != "" {
		i, ok := s.ByCode(in.Area)
		if !ok {
			return bad("target", "area", "there is no area %s", in.Area)
		}
		to.To = s.Area(i).ID
	}
	if in.Worker != "" {
		w, ok := s.Roster().WorkerByCode(in.Worker)
		if !ok {
			return bad("target", "worker", "there is no worker %s", in.Worker)
		}
		to.Worker = w.ID
	}
	if in.ResumeAt == "" {
		return nil
	}
	at, err := time.Parse(time.RFC3339, in.ResumeAt)
	if err != nil {
		return bad("time", "resume_at", "%q is not a time as RFC 3339 writes it", in.ResumeAt)
	}
	to.ResumeAt = at
	return nil
}

// readLead finds the report to follow, which the caller has to see.
func (a *API) readLead(c *call, text string, lead *grid.Report) error {
	if text == "" {
		return nil
	}
	id, err := parseID(text)
	if err != nil {
		return bad("id", "lead", "%v", err)
	}
	if *lead, _, err = a.seenReport(c, id); isMissing(err) {
		return bad("lead", "lead", "there is no report %v", id)
	}
	return err
}

// refusedStatus is what a broken rule of the loop means over HTTP.
func refusedStatus(rule dispatch.Breach) int {
	switch rule {
	case dispatch.BrokenStanding:
		return http.StatusForbidden
	case dispatch.BrokenAction, dispatch.BrokenMissing, dispatch.BrokenTarget, dispatch.BrokenDepartment, dispatch.BrokenResume:
		return http.StatusBadRequest
	}
	return http.StatusConflict
}
