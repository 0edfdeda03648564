package importer

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"jingwei/grid"
)

// Columns of a calendar.
const (
	dayDate = iota
	dayKind
	dayName
	dayHours
)

var dayColumns = []column{
	{names: []string{"date", "日期"}, required: true},
	{names: []string{"kind", "类型", "类别"}, required: true},
	{names: []string{"name", "名称", "节日"}},
	{names: []string{"hours", "时段", "工作时间"}},
}

// Calendar reads a table of days, holidays and those on which work makes up for them,
// and the hours of ordinary ones, and hands all of them over, if no row is wrong. What
// is wrong is a *[Refused].
func Calendar(ctx context.Context, to Roster, path string, o TableOptions) (*TableResult, error) {
	var days []grid.CalendarDay
	lines := map[string]int{}
	ignored, err := eachRow(ctx, path, o, dayColumns, func(t *table) error {
		d, err := calendarDay(t)
		if err != nil {
			return t.problem("%v", err)
		}
		if at, twice := lines[d.Key()]; twice {
			return t.problem("%s is already that of line %d", d.Key(), at)
		}
		lines[d.Key()] = t.line
		days = append(days, d)
		return nil
	})
	if err != nil {
		return nil, err
	}
	there, err := to.CalendarDays(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the calendar: %w", err)
	}
	r := newResult(len(days), daySide.compare(there, days), ignored)
	gone := r.leave(o, "day")
	if o.DryRun {
		return r, nil
	}
	if err := to.PutCalendarDays(ctx, days, gone); err != nil {
		return nil, fmt.Errorf("write the calendar: %w", err)
	}
	return r, nil
}

var daySide = side[grid.CalendarDay]{
	key: grid.CalendarDay.Key,
	cells: func(d grid.CalendarDay) []cell {
		return []cell{{"kind", string(d.Kind)}, {"name", d.Name}, {"hours", d.Hours.String()}}
	},
}

// calendarDay reads a row.
func calendarDay(t *table) (d grid.CalendarDay, err error) {
	d.Name = t.get(dayName)
	var errs [3]error
	d.Kind, errs[0] = grid.ParseDayKind(t.get(dayKind))
	d.Hours, errs[1] = grid.ParseWeek(t.get(dayHours))
	if s := t.get(dayDate); s != "" || d.Kind != grid.Ordinary {
		d.Date, errs[2] = t.date("date", s)
	}
	return d, cmp.Or(cmp.Or(errs[:]...), d.Check(), checkText("name", d.Name, maxName))
}

// date reads a day; of a time with an hour, the day on which it is.
func (t *table) date(what, s string) (time.Time, error) {
	at, err := t.moment(what, s)
	if err != nil {
		return at, err
	}
	year, month, day := at.In(grid.Beijing).Date()
	return time.Date(year, month, day, 0, 0, 0, 0, grid.Beijing), nil
}
