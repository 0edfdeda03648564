package api_test

import (
	"net/http"
	"testing"

	"jingwei/grid"
)

// lent is a city with a report in the north that the command centre gave to the
// deputy of the micro-grid in another county.
func lent(t *testing.T) *city {
	t.Helper()
	c := newCity(t)
	wantStatus(t, c.ask(http.MethodPut, "admin", "/v1/reports/"+id(1), `{`+inNorth+`}`), http.StatusCreated)
	wantStatus(t, c.act("dispatcher", 1, `{"action":"route","area":"`+micro1+`","worker":"L002"}`), http.StatusOK)
	return c
}

// wantSeen checks whether a caller sees the first report: itself, in a list, and on a
// stream or at a webhook, if that tells of it.
func (c *city) wantSeen(token string, want bool) {
	c.t.Helper()
	status, n := http.StatusNotFound, 0
	if want {
		status, n = http.StatusOK, 1
	}
	wantStatus(c.t, c.ask(http.MethodGet, token, "/v1/reports/"+id(1), ""), status)
	wantStatus(c.t, c.ask(http.MethodGet, token, "/v1/reports/"+id(1)+"/history", ""), status)
	listed := decode[page](c.t, c.ask(http.MethodGet, token, "/v1/reports", "").Body.Bytes())
	if len(listed.Reports) != n {
		c.t.Errorf("%s is listed %d reports, want %d", token, len(listed.Reports), n)
	}
	r := c.report(1)
	if told := tokens[token].Sight(snapshot().Roster()).In(snapshot())(&r); told != want {
		c.t.Errorf("%s is told of it on a stream: %v, want %v", token, told, want)
	}
}

// report returns report number n as it stands.
func (c *city) report(n int) grid.Report {
	c.memory.mu.Lock()
	defer c.memory.mu.Unlock()
	for k, r := range c.memory.reports {
		if k.String() == id(n) {
			return r
		}
	}
	c.t.Fatalf("there is no report %d", n)
	return grid.Report{}
}

// Whoever has the ball sees it, wherever the place is, and may act.
func TestHolderSeesWhatIsElsewhere(t *testing.T) {
	c := lent(t)
	c.wantSeen("w12east", true)
	c.wantSeen("east", true)
	c.wantSeen("north", true)
	c.wantSeen("top", true)
	c.wantSeen("park", false)
	if got := decode[page](t, c.ask(http.MethodGet, "w12east", "/v1/reports?holder=L002", "").Body.Bytes()); len(got.Reports) != 1 {
		t.Errorf("the holder finds %d reports of their own", len(got.Reports))
	}
	// An area in the query asks where the place is.
	if got := decode[page](t, c.ask(http.MethodGet, "east", "/v1/reports?area=320602", "").Body.Bytes()); len(got.Reports) != 0 {
		t.Errorf("%d reports have their place in the holder's county", len(got.Reports))
	}
	wantStatus(t, c.act("w12east", 2, `{"action":"accept"}`), http.StatusOK)
	wantStatus(t, c.act("w12east", 3, `{"action":"verify"}`), http.StatusOK)
	wantStatus(t, c.act("w12east", 4, `{"action":"escalate","reason":"不归我管"}`), http.StatusOK)
	c.wantSeen("w12east", true)
	wantStatus(t, c.act("w12east", 5, `{"action":"recall"}`), http.StatusOK) // who sent it sees it too
}

// Who sent a report on takes it back, whatever the root of the token is, and sees it until
// somebody else sends it on.
func TestSenderSeesWhatIsElsewhere(t *testing.T) {
	c := filed(t)
	for i, body := range []string{`{"action":"accept"}`, `{"action":"verify"}`, `{"action":"escalate","reason":"占道"}`} {
		wantStatus(t, c.act("w11north", i+1, body), http.StatusOK)
	}
	c.wantSeen("w11north", true)
	c.wantSeen("w15north", false)
	wantStatus(t, c.act("w11north", 4, `{"action":"recall"}`), http.StatusOK)
	c.wantSeen("w11north", true)
	for i, body := range []string{`{"action":"accept"}`, `{"action":"verify"}`, `{"action":"escalate","reason":"占道"}`} {
		wantStatus(t, c.act("w11north", i+5, body), http.StatusOK)
	}
	for i, body := range []string{`{"action":"accept"}`, `{"action":"verify"}`, `{"action":"escalate","reason":"占道"}`} {
		c.wantSeen("w11north", true)
		wantStatus(t, c.act("w13", i+8, body), http.StatusOK)
	}
	c.wantSeen("w11north", false)
}

// An officer whose department was called sees the report while it owes something.
func TestDepartmentSeesWhatItOwes(t *testing.T) {
	c := filed(t)
	for i, body := range []string{`{"action":"accept"}`, `{"action":"verify"}`, `{"action":"escalate","reason":"占道"}`} {
		wantStatus(t, c.act("w11", i+1, body), http.StatusOK)
	}
	wantStatus(t, c.act("w13", 4, `{"action":"accept"}`), http.StatusOK)
	wantStatus(t, c.act("w13", 5, `{"action":"verify"}`), http.StatusOK)
	c.wantSeen("w15north", false)
	wantStatus(t, c.act("w13", 6, `{"action":"whistle","department":"城管","reason":"占道"}`), http.StatusOK)
	c.wantSeen("w15north", true)
	wantStatus(t, c.act("w15north", 7, `{"action":"arrive"}`), http.StatusOK)
	done := c.act("w15north", 8, `{"action":"complete","reason":"已劝离"}`)
	wantStatus(t, done, http.StatusOK)
	c.wantSeen("w15north", false)
}

// A stream tells the holder of what is elsewhere, and one about an area does not.
func TestStreamTellsTheHolder(t *testing.T) {
	c := lent(t)
	server := serve(t, c)
	east, there := listen(t, server, "east", "", ""), listen(t, server, "east", "?area=320602", "")
	r := c.report(1)
	e := grid.Event{Cursor: grid.Cursor{XID: 700, Seq: 1}, What: grid.EventReport, ID: id(1), Report: &r}
	c.Publish(e.Cursor, []grid.Event{e})
	c.file(3, inMicro1)
	for _, n := range []int{1, 3} {
		east.want("event: report", "id: 700-", `data: {"id":"`+id(n)+`"`, "")
	}
	there.want("event: report", "id: 700-", `data: {"id":"`+id(3)+`"`, "")
}

// The command centre of the city has the queue of what is in no cell, as the one
// without a root area has; a county's has not.
func TestCityHasTheQueue(t *testing.T) {
	c := newCity(t)
	wantStatus(t, c.ask(http.MethodPut, "admin", "/v1/reports/"+id(1), `{`+atSea+`}`), http.StatusCreated)
	c.wantSeen("top", true)
	c.wantSeen("east", false)
	queue := decode[page](t, c.ask(http.MethodGet, "top", "/v1/reports?state=reported", "").Body.Bytes())
	if len(queue.Reports) != 1 {
		t.Errorf("%d reports in the queue", len(queue.Reports))
	}
	wantProblem(t, c.act("east", 1, `{"action":"route","area":"`+micro1+`"}`), http.StatusNotFound, "not-found", "", "no report")
	wantStatus(t, c.act("top", 1, `{"action":"route","area":"`+micro1+`"}`), http.StatusOK)
	c.wantSeen("east", true)
}
