package api

import (
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"

	"jingwei/grid"

	"github.com/google/uuid"
	"github.com/gorilla/mux"
)

const (
	typeJSON   = "application/json"
	typeNDJSON = "application/x-ndjson"
)

// postReports takes one report, or many as NDJSON.
func (a *API) postReports(c *call) error {
	if err := newParams(c.r.URL).end(); err != nil {
		return err
	}
	if err := wantContent(c.r, typeJSON, typeNDJSON); err != nil {
		return err
	}
	if t, _, _ := mime.ParseMediaType(c.r.Header.Get("Content-Type")); t == typeNDJSON {
		return a.postMany(c)
	}
	return a.fileReport(c, uuid.Nil)
}

// putReport takes one report under the id in the address.
func (a *API) putReport(c *call) error {
	if err := newParams(c.r.URL).end(); err != nil {
		return err
	}
	if err := wantContent(c.r, typeJSON); err != nil {
		return err
	}
	id, err := c.reportID()
	if err != nil {
		return err
	}
	return a.fileReport(c, id)
}

func (c *call) reportID() (uuid.UUID, error) {
	id, err := parseID(mux.Vars(c.r)["id"])
	if err != nil {
		return id, bad("id", "id", "%v", err)
	}
	return id, nil
}

// fileReport reads one report and answers it once it is committed.
func (a *API) fileReport(c *call, id uuid.UUID) error {
	body, err := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, maxBody))
	if err != nil {
		return bodyProblem(err)
	}
	in, err := c.take(body, id, a.Now())
	if err != nil {
		return err
	}
	receipt, err := a.keep(c, in)
	if err != nil {
		return err
	}
	r, steps := receipt.Report, []grid.Step{c.entry(&in).Step()}
	if receipt.Outcome == grid.Same {
		if r, steps, err = a.readReport(c, r.ID); err != nil {
			return err
		}
		if !c.mayRead(r, steps) { // it is there; what has become of it is not theirs to know
			return c.json(http.StatusOK, map[string]any{"id": r.ID})
		}
	}
	v, err := a.viewFull(c, r, steps)
	if err != nil {
		return err
	}
	v.Warning = in.warning
	c.w.Header().Set("Location", "/v1/reports/"+v.ID.String())
	c.w.Header().Set("ETag", versionTag(r))
	return c.json(filedStatus(receipt.Outcome), v)
}

// keep commits an entry. Under an id that another report has, it fails.
func (a *API) keep(c *call, in intake) (grid.Receipt, error) {
	ctx, cancel := context.WithTimeout(c.r.Context(), a.Deadline)
	defer cancel()
	receipt, err := a.Reports.Append(ctx, c.entry(&in))
	return receipt, a.judge(in.report.ID, &grid.Answer{Receipt: receipt, Err: err})
}

// judge turns what became of a report into an error unless it is kept, now or
// before.
func (a *API) judge(id uuid.UUID, kept *grid.Answer) error {
	if kept.Err != nil {
		return fmt.Errorf("keep report %s: %w", id, kept.Err)
	}
	if kept.Outcome == grid.Conflict {
		return problem(http.StatusConflict, "id-taken", "id", "another report has the id %s", id)
	}
	if kept.Outcome == grid.Created && kept.Report.State == grid.Reported {
		a.meter.unrouted.Inc()
	}
	return nil
}

func filedStatus(o grid.Outcome) int {
	if o == grid.Created {
		return http.StatusCreated
	}
	return http.StatusOK
}

func versionTag(r grid.Report) string { return `"` + strconv.FormatInt(r.Version, 10) + `"` }

// getReport answers one report with its chain and the reasons of its last step.
func (a *API) getReport(c *call) error {
	r, steps, err := a.findReport(c)
	if err != nil {
		return err
	}
	return a.answerReport(c, r, steps)
}

// answerReport answers a report as it stands.
func (a *API) answerReport(c *call, r grid.Report, steps []grid.Step) error {
	v, err := a.viewFull(c, r, steps)
	if err != nil {
		return err
	}
	c.w.Header().Set("ETag", versionTag(r))
	return c.json(http.StatusOK, v)
}

// viewFull shows a report and, of a merged one, how that stands which it follows.
func (a *API) viewFull(c *call, r grid.Report, steps []grid.Step) (v fullReportView, err error) {
	v = c.viewFull(r, steps)
	if r.Lead == uuid.Nil {
		return v, nil
	}
	for r.Lead != uuid.Nil {
		if r, steps, err = a.readReport(c, r.Lead); err != nil {
			return v, err
		}
	}
	v.Follows = &followsView{r.ID, r.State, r.Version, steps[len(steps)-1].At.UTC()}
	return v, nil
}

func (a *API) getHistory(c *call) error {
	r, steps, err := a.findReport(c)
	if err != nil {
		return err
	}
	views := make([]stepView, 0, len(steps))
	for _, t := range steps {
		views = append(views, viewStep(c.s, t, r.Received))
	}
	return c.json(http.StatusOK, map[string]any{"id": r.ID, "history": views})
}

// findReport reads the report in the address with its history.
func (a *API) findReport(c *call) (r grid.Report, steps []grid.Step, err error) {
	id, err := c.reportID()
	if err != nil {
		return r, nil, err
	}
	if err = newParams(c.r.URL).end(); err != nil {
		return r, nil, err
	}
	return a.seenReport(c, id)
}

// seenReport reads a report with its history. To a caller who may not see it, it does
// not exist.
func (a *API) seenReport(c *call, id uuid.UUID) (r grid.Report, steps []grid.Step, err error) {
	if r, steps, err = a.readReport(c, id); err != nil {
		return r, nil, err
	}
	if !c.mayRead(r, steps) {
		return r, nil, missing("report", id.String())
	}
	return r, steps, nil
}

func (a *API) readReport(c *call, id uuid.UUID) (r grid.Report, steps []grid.Step, err error) {
	if r, err = a.Reports.Report(c.r.Context(), id); err != nil {
		return r, nil, found(err, "report", id.String())
	}
	steps, err = a.Reports.History(c.r.Context(), id)
	return r, steps, found(err, "report", id.String())
}

// mayRead reports whether the caller sees a report: it is in sight and the role reads
// all of that, or the caller filed it.
func (c *call) mayRead(r grid.Report, steps []grid.Step) bool {
	return may(c.caller.Access, needRead) && c.sight().In(c.s)(&r) || c.filed(steps)
}

// sight is what the caller may see.
func (c *call) sight() grid.Sight { return c.caller.Sight(c.s.Roster()) }

// filed reports whether the caller filed the report with these steps.
func (c *call) filed(steps []grid.Step) bool {
	return len(steps) > 0 && (steps[0].Actor == c.caller.Actor() || steps[0].Who == c.caller.Who())
}

func lastReason(steps []grid.Step) string {
	if len(steps) == 0 {
		return ""
	}
	return steps[len(steps)-1].Reason
}
