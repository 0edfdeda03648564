package importer

import (
	"cmp"
	"context"
	"fmt"
	"strconv"

	"jingwei/grid"
)

// Columns of a table of limits.
const (
	limitMatter = iota
	limitUrgency
	limitStage
	limitHours
	limitClock
	limitNote
)

var limitColumns = []column{
	{names: []string{"matter", "事项", "事项编号", "事项代码"}},
	{names: []string{"urgency", "紧急程度"}},
	{names: []string{"stage", "环节"}, required: true},
	{names: []string{"limit_hours", "时限", "时限(小时)", "时限（小时）"}, required: true},
	{names: []string{"clock", "计时", "计时方式"}},
	{names: []string{"note", "备注", "说明"}},
}

// Limits reads a table of how long each stage may take and hands all of it over, if
// no row is wrong. What is wrong is a *[Refused].
func Limits(ctx context.Context, to Roster, path string, o TableOptions) (*TableResult, error) {
	known, err := ruleCodes(ctx, to)
	if err != nil {
		return nil, err
	}
	var limits []grid.Limit
	lines := map[string]int{}
	ignored, err := eachRow(ctx, path, o, limitColumns, func(t *table) error {
		l, err := limit(t, known)
		if err != nil {
			return t.problem("%v", err)
		}
		if at, twice := lines[l.Key()]; twice {
			return t.problem("the limit %s is already that of line %d", l.Key(), at)
		}
		lines[l.Key()] = t.line
		limits = append(limits, l)
		return nil
	})
	if err != nil {
		return nil, err
	}
	there, err := to.Limits(ctx)
	if err != nil {
		return nil, fmt.Errorf("read limits: %w", err)
	}
	r := newResult(len(limits), limitSide.compare(there, limits), ignored)
	gone := r.leave(o, "limit")
	if o.DryRun {
		return r, nil
	}
	if err := to.PutLimits(ctx, limits, gone); err != nil {
		return nil, fmt.Errorf("write limits: %w", err)
	}
	return r, nil
}

var limitSide = side[grid.Limit]{
	key: grid.Limit.Key,
	cells: func(l grid.Limit) []cell {
		return []cell{{"limit_hours", strconv.FormatFloat(l.Time.Hours(), 'g', 6, 64)}, {"clock", clockName(l)}, {"note", l.Note}}
	},
}

// clockName says when a limit runs.
func clockName(l grid.Limit) string {
	if l.AroundTheClock {
		return "continuous"
	}
	return "working"
}

// limit reads a row.
func limit(t *table, known ruleNames) (l grid.Limit, err error) {
	l = grid.Limit{Matter: t.get(limitMatter), Note: t.get(limitNote)}
	var errs [4]error
	l.Urgency, errs[0] = parseUrgency(t.get(limitUrgency))
	l.Stage, errs[1] = grid.ParseStage(t.get(limitStage))
	l.Time, errs[2] = hours(t.get(limitHours))
	switch s := t.get(limitClock); s {
	case "", "working", "工作时间":
	case "continuous", "全天", "连续":
		l.AroundTheClock = true
	default:
		errs[3] = fmt.Errorf("unknown clock %q: working 工作时间 or continuous 连续", s)
	}
	return l, cmp.Or(cmp.Or(errs[:]...), checkPrefix(l.Matter, known), checkText("note", l.Note, maxName))
}
