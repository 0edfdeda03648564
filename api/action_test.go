package api_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"jingwei/dispatch"
	"jingwei/grid"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
)

// act asks for a step on the first report, seen at a version.
func (c *city) act(token string, version int, body string) *httptest.ResponseRecorder {
	return c.ask(http.MethodPost, token, "/v1/reports/"+id(1)+"/actions", body, "If-Match", fmt.Sprintf("%q", fmt.Sprint(version)))
}

// filed is a city with one report, which reporter filed and worker 11 holds.
func filed(t testing.TB) *city {
	t.Helper()
	c := newCity(t)
	small := strings.Replace(full, "010101", "030101", 1) // which the liaison answers
	wantStatus(t, c.ask(http.MethodPost, "reporter", "/v1/reports", small), http.StatusCreated)
	return c
}

// The whole way over HTTP: every answer has the next version, and says what the
// caller may do next.
func TestActions(t *testing.T) {
	c := filed(t)
	for i, tt := range []struct {
		token, body, state, holder string
		actions                    string // that the same caller may take next
	}{
		{"w12", `{"action":"accept"}`, "verifying", "L002", "verify ask-void merge"},
		{"w11", `{"action":"verify","reason":"到场看过"}`, "handling", "L002", "escalate ask-suspend finish"},
		{"w11", `{"action":"escalate","reason":"需要城管"}`, "assigned", "W001", "recall"},
		{"w13", `{"action":"accept"}`, "verifying", "W001", "verify ask-void merge"},
		{"w13", `{"action":"verify"}`, "handling", "W001", "escalate delegate whistle ask-suspend finish"},
		{"w13", `{"action":"whistle","department":"城管","reason":"占道"}`, "handling", "W001", "escalate delegate withdraw ask-suspend"},
		{"w15", `{"action":"arrive"}`, "handling", "W001", "complete"},
		{"w15", `{"action":"complete","reason":"已劝离"}`, "handling", "W001", ""},
		{"w13", `{"action":"ask-suspend","reason":"待修","resume_at":"2026-06-01T08:00:00+08:00"}`, "handling", "W001", "escalate delegate whistle finish"},
		{"dispatcher", `{"action":"suspend"}`, "suspended", "W001", "resume urge supervise"},
		{"dispatcher", `{"action":"resume"}`, "handling", "W001", "urge supervise"},
		{"reporter", `{"action":"urge"}`, "handling", "W001", "urge"},
		{"w13", `{"action":"finish","evidence":["https://example.org/1.jpg","已清理"]}`, "checking", "", ""},
		{"dispatcher", `{"action":"pass"}`, "closed", "", "evaluate reopen"},
		{"reporter", `{"action":"evaluate","reason":"满意"}`, "evaluated", "", ""},
	} {
		w := c.act(tt.token, i+1, tt.body)
		wantStatus(t, w, http.StatusOK)
		v := decode[struct {
			State   string
			Version int
			Holder  struct{ Worker *struct{ Code string } }
			Actions []string
			Tasks   []struct{ Department, State string }
		}](t, w.Body.Bytes())
		holder := ""
		if v.Holder.Worker != nil {
			holder = v.Holder.Worker.Code
		}
		if v.State != tt.state || holder != tt.holder || v.Version != i+2 || w.Header().Get("ETag") != fmt.Sprintf(`"%d"`, i+2) {
			t.Fatalf("%s: %s", tt.body, w.Body)
		}
		if got := strings.Join(v.Actions, " "); got != tt.actions {
			t.Errorf("%s: %s may next %q, want %q", tt.body, tt.token, got, tt.actions)
		}
		switch i {
		case 2:
			for query, want := range map[string]int{"holder=W001": 1, "holder=L002": 0, "owes=城管": 0, "lead=" + id(1): 0} {
				c.wantListed(query, want)
			}
		case 6:
			c.wantListed("owes=城管", 1)
			c.wantListed("owes=消防", 0)
		case 7:
			c.wantListed("owes=城管", 0)
		case 12:
			c.wantListed("sampled=true", 0)
		case 13:
			c.wantListed("sampled=true", 1)
			c.wantListed("sampled=true&state=handling", 0)
			if !strings.Contains(w.Body.String(), `"sampled":true`) {
				t.Error("it does not say that it is in the sample")
			}
		case 5:
			golden(t, "report-whistled", w)
		case 9:
			golden(t, "report-suspended", w)
		}
	}
	golden(t, "history-loop", c.get("/v1/reports/"+id(1)+"/history"))
}

// wantListed checks how many reports a query finds.
func (c *city) wantListed(query string, want int) {
	c.t.Helper()
	v := decode[struct{ Reports []struct{ ID string } }](c.t, c.get("/v1/reports?"+query).Body.Bytes())
	if len(v.Reports) != want {
		c.t.Errorf("%s finds %d reports, want %d", query, len(v.Reports), want)
	}
}

func TestActionRefuses(t *testing.T) {
	c := filed(t)
	wantStatus(t, c.ask(http.MethodPut, "admin", "/v1/reports/"+id(2), `{`+inNorth+`}`), http.StatusCreated)
	for _, tt := range []struct {
		name, token, body string
		status            int
		rule, at, detail  string
	}{
		{"a state that does not fit", "w11", `{"action":"verify"}`, http.StatusConflict, "state", "action", "not possible while the report is assigned"},
		{"not theirs", "w13", `{"action":"accept"}`, http.StatusForbidden, "standing", "action", "accept is for the holder"},
		{"no worker behind the token", "leader", `{"action":"accept"}`, http.StatusForbidden, "standing", "action", "accept is for the holder"},
		{"a viewer", "viewer", `{"action":"urge"}`, http.StatusForbidden, "role", "", "viewer may not do this"},
		{"no such action", "w11", `{"action":"dance"}`, http.StatusBadRequest, "action", "action", `no action "dance"`},
		{"no action", "w11", `{}`, http.StatusBadRequest, "action", "action", `no action ""`},
		{"no reason", "w11", `{"action":"return"}`, http.StatusBadRequest, "missing", "reason", "return needs it"},
		{"unknown field", "w11", `{"action":"accept","whom":1}`, http.StatusBadRequest, "unknown-field", "whom", ""},
		{"field of another action", "w11", `{"action":"accept","area":"320612"}`, http.StatusBadRequest, "wrong-field", "area", "area: accept does not take it"},
		{"empty field of another action", "w13", `{"action":"accept","area":"","evidence":[]}`, http.StatusForbidden, "standing", "action", ""},
		{"unknown area", "w11", `{"action":"route","area":"7"}`, http.StatusBadRequest, "target", "area", "no area 7"},
		{"unknown worker", "w11", `{"action":"route","worker":"7"}`, http.StatusBadRequest, "target", "worker", "no worker 7"},
		{"unknown lead", "w11", `{"action":"merge","lead":"` + id(9) + `"}`, http.StatusBadRequest, "lead", "lead", "no report " + id(9)},
		{"no id", "w11", `{"action":"merge","lead":"9"}`, http.StatusBadRequest, "id", "lead", "not a UUID"},
		{"no time", "w11", `{"action":"suspend","resume_at":"soon"}`, http.StatusBadRequest, "time", "resume_at", "RFC 3339"},
		{"long reason", "w11", `{"action":"accept","reason":"` + strings.Repeat("长", 4001) + `"}`, http.StatusBadRequest, "length", "reason", "4001 characters"},
		{"NUL", "w11", `{"action":"finish","evidence":["a","\u0000"]}`, http.StatusBadRequest, "text", "evidence[1]", "NUL"},
		{"no list of evidence", "w11", `{"action":"accept","evidence":"abc"}`, http.StatusBadRequest, "type", "evidence", "want an array of strings, not string"},
		{"numbers as evidence", "w11", `{"action":"accept","evidence":[1]}`, http.StatusBadRequest, "type", "evidence.0", "want a string, not number"},
		{"empty evidence", "w11", `{"action":"finish","evidence":[" "]}`, http.StatusBadRequest, "text", "evidence[0]", "is empty"},
		{"much evidence", "w11", `{"action":"finish","evidence":["a"` + strings.Repeat(`,"a"`, 20) + `]}`, http.StatusBadRequest, "length", "evidence", "21 entries"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			wantProblem(t, c.act(tt.token, 1, tt.body), tt.status, tt.rule, tt.at, tt.detail)
		})
	}
	north := "/v1/reports/" + id(2) + "/actions"
	wantProblem(t, c.ask(http.MethodPost, "park", north, `{"action":"urge"}`, "If-Match", `"1"`), http.StatusNotFound, "not-found", "", "no report")
	wantProblem(t, c.ask(http.MethodPost, "reporter", north, `{"action":"urge"}`, "If-Match", `"1"`), http.StatusNotFound, "not-found", "", "no report")
	wantProblem(t, c.ask(http.MethodPost, "admin", "/v1/reports/"+id(9)+"/actions", `{"action":"urge"}`, "If-Match", `"1"`), http.StatusNotFound, "not-found", "", "no report")
	if r := c.memory.reports; slices.ContainsFunc([]int64{r[uuid.MustParse(id(1))].Version, r[uuid.MustParse(id(2))].Version}, func(v int64) bool { return v != 1 }) {
		t.Error("a refused step was taken")
	}
	unrouted := c.ask(http.MethodPost, "north", north, `{"action":"route","area":"`+micro1+`"}`, "If-Match", `"1"`)
	wantProblem(t, unrouted, http.StatusBadRequest, "target", "area", "not under this command centre")
	routed := c.ask(http.MethodPost, "dispatcher", north, `{"action":"route","area":"`+micro1+`","worker":"L002"}`, "If-Match", `"1"`)
	wantStatus(t, routed, http.StatusOK)
}

func TestIfMatch(t *testing.T) {
	c := filed(t)
	ask := func(tag ...string) *httptest.ResponseRecorder {
		return c.ask(http.MethodPost, "w11", "/v1/reports/"+id(1)+"/actions", `{"action":"accept"}`, tag...)
	}
	wantProblem(t, ask(), http.StatusPreconditionRequired, "if-match", "If-Match", "as you saw it")
	wantProblem(t, ask("If-Match", "*"), http.StatusBadRequest, "if-match", "If-Match", "whatever has become of the report")
	for _, tag := range []string{`1`, `"`, `W/1`, `"1`, `1"`, `"1", "2"`} {
		wantProblem(t, ask("If-Match", tag), http.StatusBadRequest, "if-match", "If-Match", tag+" is not one ETag")
	}
	for tag, detail := range map[string]string{
		`"7"`: "at version 1, not 7", `W/"1"`: `and W/"1" is the ETag of none`, `"abc"`: `"abc" is`, `"01"`: "of none", `"+1"`: "of none",
		`"0"`: "of none", `"-1"`: "of none", `""`: "of none", `"1 "`: "of none", `W/"abc"`: "of none", `"99999999999999999999"`: "of none",
	} {
		w := ask("If-Match", tag)
		wantProblem(t, w, http.StatusPreconditionFailed, "version", "If-Match", detail)
		if tag := w.Header().Get("ETag"); tag != `"1"` {
			t.Errorf("ETag %s of the report as it stands", tag)
		}
	}
	wantStatus(t, ask("If-Match", `"1"`), http.StatusOK)
}

// The tag of a report is that of its state, not of the answer, which changes with the
// people and shows each caller what they may do: nobody is told that it is the same.
func TestTagIsOfNoAnswer(t *testing.T) {
	c := filed(t)
	ask := func(token string) string {
		w := c.ask(http.MethodGet, token, "/v1/reports/"+id(1), "", "If-None-Match", `"1"`)
		if wantStatus(t, w, http.StatusOK); w.Header().Get("ETag") != `"1"` {
			t.Errorf("%s: ETag %s", token, w.Header().Get("ETag"))
		}
		return w.Body.String()
	}
	if ask("w11") == ask("viewer") {
		t.Error("a tag that tells of no difference")
	}
}

// The same step sent again is answered as the first time, until another follows.
func TestSameActionTwice(t *testing.T) {
	c := filed(t)
	first := c.act("w11", 1, `{"action":"return","reason":"不在本网格"}`)
	wantStatus(t, first, http.StatusOK)
	again := c.act("w11", 1, `{"action":"return","reason":"不在本网格"}`)
	wantStatus(t, again, http.StatusOK)
	if diff := gocmp.Diff(first.Body.String(), again.Body.String()); diff != "" {
		t.Error(diff)
	}
	for token, body := range map[string]string{
		"w11":  `{"action":"return","reason":"另一个原因"}`,
		"w12":  `{"action":"return","reason":"不在本网格"}`,
		"w11b": `{"action":"return","reason":"不在本网格"}`,
	} {
		wantProblem(t, c.act(token, 1, body), http.StatusPreconditionFailed, "version", "If-Match", "somebody was faster")
	}
	wantStatus(t, c.act("w13", 2, `{"action":"accept"}`), http.StatusOK)
	wantProblem(t, c.act("w11", 1, `{"action":"return","reason":"不在本网格"}`), http.StatusPreconditionFailed, "version", "If-Match", "at version 3")
	if n := len(c.memory.steps[uuid.MustParse(id(1))]); n != 3 {
		t.Errorf("%d steps", n)
	}
}

// How a report came in is no step that somebody took on it before.
func TestFilingIsNoStepSentAgain(t *testing.T) {
	c := newCity(t)
	wantStatus(t, c.ask(http.MethodPost, "dispatcher", "/v1/reports", `{"id":"`+id(1)+`",`+inMicro1+`}`), http.StatusCreated)
	reason := c.memory.steps[uuid.MustParse(id(1))][0].Reason
	body := fmt.Sprintf(`{"action":"route","reason":%q,"area":%q,"worker":"L001"}`, reason, micro1)
	for _, tag := range []string{`"0"`, `"-1"`, `"x"`} {
		w := c.ask(http.MethodPost, "dispatcher", "/v1/reports/"+id(1)+"/actions", body, "If-Match", tag)
		wantProblem(t, w, http.StatusPreconditionFailed, "version", "If-Match", "of none")
	}
}

// However many act at once on what they saw, one does, and the others are told.
func TestActionsAtOnce(t *testing.T) {
	c := filed(t)
	const n = 24
	codes := make([]int, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			codes[i] = c.act([]string{"w11", "w12"}[i%2], 1, fmt.Sprintf(`{"action":"accept","reason":"%d"}`, i)).Code
		})
	}
	wg.Wait()
	slices.Sort(codes)
	if codes[0] != http.StatusOK || codes[1] != http.StatusPreconditionFailed || codes[n-1] != http.StatusPreconditionFailed {
		t.Errorf("statuses %v", codes)
	}
}

// What the reporter of a report may do belongs to the person, whichever token.
func TestFiledByAPerson(t *testing.T) {
	c := newCity(t)
	wantStatus(t, c.ask(http.MethodPost, "w11", "/v1/reports", `{"id":"`+id(1)+`",`+inPark+`}`), http.StatusCreated)
	wantStatus(t, c.act("w11", 1, `{"action":"urge"}`), http.StatusOK)
	wantStatus(t, c.act("w11b", 2, `{"action":"urge"}`), http.StatusOK)
	wantProblem(t, c.act("w12", 3, `{"action":"urge"}`), http.StatusForbidden, "standing", "action", "urge is for the reporter")
}

// A duplicate follows its lead until it is taken out again.
func TestMerge(t *testing.T) {
	c := filed(t)
	wantStatus(t, c.post(`{"id":"`+id(2)+`",`+inMicro1+`}`), http.StatusCreated)
	wantStatus(t, c.post(`{"id":"`+id(3)+`",`+inNorth+`}`), http.StatusCreated)
	wantStatus(t, c.act("w11", 1, `{"action":"accept"}`), http.StatusOK)
	wantProblem(t, c.act("w11", 2, `{"action":"merge"}`), http.StatusBadRequest, "missing", "lead", "merge needs it")
	wantProblem(t, c.act("w11", 2, `{"action":"merge","lead":"`+id(1)+`"}`), http.StatusConflict, "lead", "lead", "cannot follow itself")
	w := c.act("w11", 2, `{"action":"merge","lead":"`+id(2)+`"}`)
	wantStatus(t, w, http.StatusOK)
	if v := decode[struct{ State, Lead string }](t, w.Body.Bytes()); v.State != "merged" || v.Lead != id(2) {
		t.Errorf("%+v", v)
	}
	c.wantListed("lead="+id(2), 1)
	c.wantListed("lead="+id(3), 0)
	w = c.act("w13", 3, `{"action":"unmerge","reason":"不是同一件事"}`)
	wantStatus(t, w, http.StatusOK)
	if v := decode[struct{ State, Lead string }](t, w.Body.Bytes()); v.State != "verifying" || v.Lead != "" {
		t.Errorf("%+v", v)
	}
	c.wantListed("lead="+id(2), 0)
}

// Who filed a report that was merged sees how that stands which it follows, though not
// the report itself, to the end; and if the end is none, it is taken out again.
func TestFollowerTellsOfItsLead(t *testing.T) {
	c := filed(t)
	for n := 2; n <= 3; n++ {
		wantStatus(t, c.post(fmt.Sprintf(`{"id":%q,%s,"matter":"030101"}`, id(n), inMicro1)), http.StatusCreated)
	}
	step := func(token string, n, version int, body string) {
		t.Helper()
		wantStatus(t, c.ask(http.MethodPost, token, "/v1/reports/"+id(n)+"/actions", body, "If-Match", fmt.Sprintf("%q", fmt.Sprint(version))), http.StatusOK)
	}
	type view struct {
		State, Lead string
		Follows     *struct {
			ID, State string
			Version   int
			At        time.Time
		}
	}
	follows := func() view {
		t.Helper()
		w := c.ask(http.MethodGet, "reporter", "/v1/reports/"+id(1), "")
		wantStatus(t, w, http.StatusOK)
		return decode[view](t, w.Body.Bytes())
	}
	for n := 1; n <= 3; n++ {
		step("w11", n, 1, `{"action":"accept"}`)
	}
	if v := follows(); v.Follows != nil {
		t.Errorf("%+v follows something", v)
	}
	step("w11", 1, 2, `{"action":"merge","lead":"`+id(2)+`"}`)
	if v := follows(); v.Lead != id(2) || v.Follows.ID != id(2) || v.Follows.State != "verifying" || v.Follows.Version != 2 {
		t.Errorf("%+v", v.Follows)
	}
	step("w11", 2, 2, `{"action":"merge","lead":"`+id(3)+`"}`)
	c.now.Add(60)
	step("w13", 3, 2, `{"action":"void","reason":"查无此事"}`)
	v := follows()
	if v.State != "merged" || v.Lead != id(2) || v.Follows.ID != id(3) || v.Follows.State != "void" || v.Follows.Version != 3 || !v.Follows.At.Equal(noon.Add(time.Minute)) {
		t.Errorf("%+v", v.Follows)
	}
	wantStatus(t, c.ask(http.MethodGet, "reporter", "/v1/reports/"+id(3), ""), http.StatusNotFound)
	step("dispatcher", 1, 3, `{"action":"unmerge","reason":"主案作废"}`)
	if v := follows(); v.State != "verifying" || v.Follows != nil {
		t.Errorf("taken out: %+v", v)
	}
}

// Nobody merges into what they may not see.
func TestMergeIntoWhatIsNotSeen(t *testing.T) {
	c := filed(t)
	wantStatus(t, c.post(`{"id":"`+id(2)+`",`+inNorth+`}`), http.StatusCreated)
	wantStatus(t, c.act("w12east", 1, `{"action":"accept"}`), http.StatusOK)
	wantProblem(t, c.act("w12east", 2, `{"action":"merge","lead":"`+id(2)+`"}`), http.StatusBadRequest, "lead", "lead", "no report "+id(2))
	wantProblem(t, c.act("w12east", 2, `{"action":"merge","lead":"`+id(9)+`"}`), http.StatusBadRequest, "lead", "lead", "no report "+id(9))
}

// The document lists the actions of the lifecycle, but for those of the clock.
func TestDocumentListsTheActions(t *testing.T) {
	doc := decode[struct {
		Components struct {
			Schemas map[string]struct{ Enum []string }
		}
	}](t, newCity(t).get("/api").Body.Bytes())
	var want []string
	for _, r := range dispatch.Lifecycle {
		if !slices.Equal(r.Who, []dispatch.Standing{dispatch.AsSystem}) {
			want = append(want, string(r.Action))
		}
	}
	if diff := gocmp.Diff(want, doc.Components.Schemas["Action"].Enum); diff != "" {
		t.Errorf("(-lifecycle +document):\n%s", diff)
	}
	var states []string
	for _, s := range grid.States() {
		states = append(states, s.String())
	}
	if diff := gocmp.Diff(states, doc.Components.Schemas["State"].Enum); diff != "" {
		t.Error(diff)
	}
}

// An action takes the fields that the document says are of it, and no others.
func TestDocumentListsTheFieldsOfActions(t *testing.T) {
	c := filed(t)
	schemas := decode[struct {
		Components struct {
			Schemas map[string]struct {
				Enum       []string
				Properties map[string]struct{ Description string }
			}
		}
	}](t, c.get("/api").Body.Bytes()).Components.Schemas
	values := map[string]string{
		"area": `"` + micro1 + `"`, "worker": `"L001"`, "lead": `"` + id(1) + `"`, "resume_at": `"2026-05-02T00:00:00Z"`,
		"department": `"城管"`, "evidence": `["a"]`, "reason": `"a"`,
	}
	if n := len(schemas["NewAction"].Properties); n != len(values)+1 { // and the action
		t.Errorf("%d fields", n)
	}
	for field, value := range values {
		words := regexp.MustCompile(`[a-z-]+`).FindAllString(schemas["NewAction"].Properties[field].Description, -1)
		for _, action := range schemas["Action"].Enum {
			w := c.act("admin", 7, fmt.Sprintf(`{"action":%q,%q:%s}`, action, field, value)) // at no version of the report
			takes := w.Code == http.StatusPreconditionFailed
			if want := field == "reason" || slices.Contains(words, action); takes != want {
				t.Errorf("%s of %s: %s", field, action, w.Body)
			}
			if !takes {
				wantProblem(t, w, http.StatusBadRequest, "wrong-field", field, action)
			}
		}
	}
}
