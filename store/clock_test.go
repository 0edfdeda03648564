package store_test

import (
	"testing"
	"time"

	"jingwei/grid"

	gocmp "github.com/google/go-cmp/cmp"
)

// What is put comes with the next roster, tells the feed, and stays on the record.
func TestClockOnTheRecord(t *testing.T) {
	db := seeded(t, 5)
	ctx := t.Context()
	date := func(day int) time.Time { return time.Date(2026, 10, day, 0, 0, 0, 0, grid.Beijing) }
	noonOnly := grid.Week{{Days: 0b0011111, Start: 9 * 60, Stop: 12 * 60}}
	days := []grid.CalendarDay{
		{Kind: grid.Ordinary, Hours: noonOnly},
		{Date: date(1), Kind: grid.Holiday, Name: "国庆节"},
		{Date: date(10), Kind: grid.Workday, Hours: grid.Week{{Days: 127, Start: 600, Stop: 660}}},
	}
	limits := []grid.Limit{
		{Matter: "0101", Urgency: grid.Urgent, Stage: grid.StageAccept, Time: 30 * time.Minute, AroundTheClock: true, Note: "急"},
		{Stage: grid.StageAccept, Time: time.Hour},
	}
	before := query[int](t, db, `SELECT count(*) FROM feed WHERE what = 'post'`)
	if err := db.PutCalendarDays(ctx, days, nil); err != nil {
		t.Fatal(err)
	}
	if err := db.PutLimits(ctx, limits, nil); err != nil {
		t.Fatal(err)
	}
	r, err := db.Roster(ctx)
	if err != nil {
		t.Fatal(err)
	}
	bare := func(days []grid.CalendarDay) []grid.CalendarDay {
		for i := range days {
			days[i].ID = 0
		}
		return days
	}
	if d := gocmp.Diff(days[1:], bare(r.Calendar().Days())); d != "" || gocmp.Diff(noonOnly, r.Calendar().Hours()) != "" {
		t.Errorf("%v %s", r.Calendar().Hours(), d)
	}
	if l, ok := r.Limit("010101", grid.Critical, grid.StageAccept); !ok || l.Time != 30*time.Minute || !l.AroundTheClock || l.Note != "急" {
		t.Errorf("%+v", l)
	}
	days[1].Name = "国庆"
	if err := db.PutCalendarDays(ctx, days[1:2], []string{"2026-10-10", "ordinary"}); err != nil {
		t.Fatal(err)
	}
	if err := db.PutLimits(ctx, limits[1:], []string{limits[0].Key()}); err != nil {
		t.Fatal(err)
	}
	if r, err = db.Roster(ctx); err != nil {
		t.Fatal(err)
	}
	if d := gocmp.Diff(days[1:2], bare(r.Calendar().Days())); d != "" || len(r.Limits()) != 1 || gocmp.Diff(grid.OfficeHours, r.Calendar().Hours()) != "" {
		t.Error(d)
	}
	if n := query[int](t, db, `SELECT count(*) FROM feed WHERE what = 'post'`) - before; n != 4 {
		t.Errorf("%d lines in the feed", n)
	}
	if n, m := query[int](t, db, `SELECT count(*) FROM calendar_day`), query[int](t, db, `SELECT count(*) FROM clock_limit`); n != 4 || m != 2 {
		t.Errorf("%d days and %d limits are on the record, want 4 and 2", n, m)
	}
	refused(t, db, "calendar_day_guard", `DELETE FROM calendar_day`)
	refused(t, db, "clock_limit_above_zero", `INSERT INTO clock_limit (stage, minutes) VALUES ('check', 0)`)
	refused(t, db, "calendar_day_has_date", `INSERT INTO calendar_day (kind) VALUES ('holiday')`)
	refused(t, db, "calendar_day_known_once", `INSERT INTO calendar_day (date, kind) VALUES ('2026-10-01', 'holiday')`)
}
