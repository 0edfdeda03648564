package api_test

import (
	"strings"
	"testing"
	"time"

	"jingwei/dispatch"
	"jingwei/grid"
)

// A dispatcher changes a day and a limit; both hold for the clocks that start from
// then on and stay on the record.
func TestClockOnTheRecord(t *testing.T) {
	s := newStaffedCity(t)
	due := func() grid.Clocks {
		r := grid.Report{Matter: "010101"}
		return dispatch.Start(s.snapshot.Load(), r, grid.Assigned, time.Date(2026, 9, 30, 17, 0, 0, 0, grid.Beijing))
	}
	put := func(status int, target, body string) string {
		t.Helper()
		return s.do(status, "dispatcher", "PUT", target, body)
	}
	put(201, "/v1/calendar/2026-10-01", `{"kind":"holiday","name":"国庆","why":"放假通知"}`)
	put(200, "/v1/calendar/2026-10-01", `{"date":"2026-10-01","kind":"holiday","name":"国庆节"}`)
	put(201, "/v1/calendar/2026-10-02", `{"kind":"workday","hours":"fri 10:00-12:00"}`)
	put(201, "/v1/calendar/ordinary", `{"kind":"ordinary","hours":"mon-fri 09:00-18:00"}`)
	put(201, "/v1/limits/0101/normal/accept", `{"limit_hours":1.5,"note":"从快","why":"专项行动"}`)
	put(201, "/v1/limits/*/urgent/route", `{"limit_hours":0.2,"continuous":true}`)
	s.follow()
	if got, want := due().StageDue, time.Date(2026, 10, 2, 10, 30, 0, 0, grid.Beijing); !got.Equal(want) {
		t.Errorf("accepted by %v, want %v", got, want)
	}
	golden(t, "day", s.get("/v1/calendar/2026-10-01"))
	golden(t, "day-history", s.get("/v1/calendar/2026-10-01/history"))
	golden(t, "limit", s.get("/v1/limits/0101/normal/accept"))
	wantDocumented(t, s.city, map[string]string{"DayRecord": "/v1/calendar/ordinary", "LimitRecord": "/v1/limits/*/urgent/route"})
	if got := s.get("/v1/limits").Body.String(); !strings.Contains(got, `{"matter":"","urgency":"urgent","stage":"route","limit_hours":0.2,"continuous":true,"note":""}`) {
		t.Error(got)
	}
	s.do(204, "dispatcher", "DELETE", "/v1/calendar/2026-10-02?why=mistake", "")
	s.do(204, "dispatcher", "DELETE", "/v1/limits/0101/normal/accept?why=over", "")
	s.follow()
	if got, want := due().StageDue, time.Date(2026, 10, 2, 10, 0, 0, 0, grid.Beijing); !got.Equal(want) {
		t.Errorf("accepted by %v, want %v", got, want)
	}
	wantStatus(t, s.get("/v1/calendar/2026-10-02"), 404)
	golden(t, "limit-history", s.get("/v1/limits/0101/normal/accept/history"))
}

func TestClockRefuses(t *testing.T) {
	s := newStaffedCity(t)
	for _, tt := range []struct {
		token, method, target, body string
		status                      int
		rule, at, detail            string
	}{
		{"dispatcher", "PUT", "/v1/calendar/tomorrow", `{"kind":"holiday"}`, 400, "date", "date", "neither a date"},
		{"dispatcher", "PUT", "/v1/calendar/2026-02-30", `{"kind":"holiday"}`, 400, "date", "date", "neither a date"},
		{"dispatcher", "PUT", "/v1/calendar/2026-10-01", `{}`, 400, "kind", "kind", "needed"},
		{"dispatcher", "PUT", "/v1/calendar/2026-10-01", `{"kind":"nap"}`, 400, "kind", "kind", "unknown kind"},
		{"dispatcher", "PUT", "/v1/calendar/2026-10-01", `{"kind":"ordinary","hours":"mon 09:00-10:00"}`, 400, "day", "kind", "have no date"},
		{"dispatcher", "PUT", "/v1/calendar/2026-10-01", `{"kind":"holiday","hours":"mon 09:00-10:00"}`, 400, "day", "kind", "a holiday has no hours"},
		{"dispatcher", "PUT", "/v1/calendar/ordinary", `{"kind":"holiday"}`, 400, "day", "kind", "has a date"},
		{"dispatcher", "PUT", "/v1/calendar/ordinary", `{"kind":"ordinary"}`, 400, "day", "kind", "need hours"},
		{"dispatcher", "PUT", "/v1/calendar/2026-10-01", `{"date":"2026-10-02","kind":"holiday"}`, 400, "date", "date", "differs"},
		{"dispatcher", "DELETE", "/v1/calendar/2026-10-01", "", 404, "not-found", "", "no day 2026-10-01"},
		{"dispatcher", "GET", "/v1/calendar/2026-10-01", "", 404, "not-found", "", "no day 2026-10-01"},
		{"leader", "PUT", "/v1/calendar/2026-10-01", `{"kind":"holiday"}`, 403, "role", "", "leader"},
		{"north", "PUT", "/v1/calendar/2026-10-01", `{"kind":"holiday"}`, 403, "root-area", "", "holds everywhere"},
		{"north", "DELETE", "/v1/limits/*/normal/accept", "", 403, "root-area", "", "holds everywhere"},
		{"dispatcher", "PUT", "/v1/limits/*/normal/nap", `{"limit_hours":1}`, 400, "stage", "stage", "unknown stage"},
		{"dispatcher", "PUT", "/v1/limits/*/very/accept", `{"limit_hours":1}`, 400, "urgency", "urgency", "unknown urgency"},
		{"dispatcher", "PUT", "/v1/limits/1/normal/accept", `{"limit_hours":1}`, 400, "matter", "matter", "want 2, 4 or 6 digits, or * for all"},
		{"dispatcher", "PUT", "/v1/limits/*01/normal/accept", `{"limit_hours":1}`, 400, "matter", "matter", "or * for all"},
		{"dispatcher", "PUT", "/v1/limits/99/normal/accept", `{"limit_hours":1}`, 400, "matter", "matter", "no matter of the catalogue"},
		{"dispatcher", "PUT", "/v1/limits/*/normal/accept", `{}`, 400, "limit", "limit_hours", "above 0"},
		{"dispatcher", "PUT", "/v1/limits/*/normal/accept", `{"limit_hours":1e300}`, 400, "limit", "limit_hours", "at most"},
		{"dispatcher", "PUT", "/v1/limits/*/normal/accept", `{"limit_hours":0.01}`, 400, "limit", "limit_hours", "whole minutes"},
		{"dispatcher", "GET", "/v1/limits/*/normal/accept", "", 404, "not-found", "", "no limit */normal/accept"},
	} {
		w := s.ask(tt.method, tt.token, tt.target, tt.body)
		t.Run(tt.method+" "+tt.target+" "+tt.body, func(t *testing.T) {
			wantProblem(t, w, tt.status, tt.rule, tt.at, tt.detail)
		})
	}
}
