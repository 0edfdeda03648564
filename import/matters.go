package importer

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"jingwei/grid"
)

// Columns of a table of matters.
const (
	matterCode = iota
	matterCategory
	matterItem
	matterName
	matterLevel
	matterLimit
)

var matterColumns = []column{
	{names: []string{"code", "编号", "事项编号", "事项代码"}, required: true},
	{names: []string{"category", "大类"}, required: true},
	{names: []string{"item", "项", "小项"}, required: true},
	{names: []string{"name", "事项", "事项名称", "名称"}, required: true},
	{names: []string{"level", "层级"}, required: true},
	{names: []string{"limit_hours", "时限", "办结时限", "时限(小时)", "时限（小时）"}, required: true},
}

// levels are the Chinese names of the levels.
var levels = map[string]grid.Level{
	"市": grid.City, "县": grid.County, "区县": grid.County, "县(市、区)": grid.County,
	"镇": grid.Town, "乡镇": grid.Town, "乡镇(街道)": grid.Town,
	"村": grid.Village, "村社区": grid.Village, "村(社区)": grid.Village,
	"网格": grid.Grid, "微网格": grid.Microgrid,
}

func parseLevel(s string) (grid.Level, error) {
	if l, ok := levels[s]; ok {
		return l, nil
	}
	l, err := grid.ParseLevel(s)
	if err != nil {
		err = fmt.Errorf("%w, or 市, 县, 乡镇, 村, 网格, 微网格", err)
	}
	return l, err
}

// Matters reads the catalogue of matters and hands all of it over, if no row is
// wrong. What is wrong is a *[Refused].
func Matters(ctx context.Context, to Roster, path string, o TableOptions) (*TableResult, error) {
	there, err := to.Matters(ctx)
	if err != nil {
		return nil, fmt.Errorf("read matters: %w", err)
	}
	var matters []grid.Matter
	seen := catalogue{}
	ignored, err := eachRow(ctx, path, o, matterColumns, func(t *table) error {
		m, err := matter(t)
		if err == nil {
			err = seen.add(m, t.line)
		}
		if err != nil {
			return t.problem("%v", err)
		}
		matters = append(matters, m)
		return nil
	})
	if err != nil {
		return nil, err
	}
	r := newResult(len(matters), matterSide.compare(there, matters), ignored)
	if err := r.keepUsed(ctx, to); err != nil {
		return nil, err
	}
	gone := r.leave(o, "matter")
	if o.DryRun {
		return r, nil
	}
	if r.Tally, err = to.UpsertMatters(ctx, matters); err != nil {
		return nil, fmt.Errorf("write matters: %w", err)
	}
	if len(gone) > 0 {
		if err := to.RemoveMatters(ctx, gone); err != nil {
			return nil, fmt.Errorf("take out matters: %w", err)
		}
	}
	return r, nil
}

var matterSide = side[grid.Matter]{
	key: func(m grid.Matter) string { return m.Code },
	cells: func(m grid.Matter) []cell {
		return []cell{{"category", m.Category}, {"item", m.Item}, {"name", m.Name}, {"level", m.Level.String()}, {"limit_hours", strconv.FormatFloat(m.Limit.Hours(), 'g', 6, 64)}}
	},
}

// keepUsed marks what is gone and used by reports: it stays.
func (r *TableResult) keepUsed(ctx context.Context, to Roster) error {
	gone := goneKeys(r.Changes)
	if len(gone) == 0 {
		return nil
	}
	list, err := to.UsedMatters(ctx, gone)
	if err != nil {
		return fmt.Errorf("read which matters are used: %w", err)
	}
	used := set(list)
	for i, c := range r.Changes {
		if c.Kind == Gone && used[c.Key] {
			r.Changes[i].Kind = Kept
		}
	}
	return nil
}

// matter reads a row.
func matter(t *table) (m grid.Matter, err error) {
	m = grid.Matter{Code: t.get(matterCode), Category: t.get(matterCategory), Item: t.get(matterItem), Name: t.get(matterName)}
	if digits([]byte(m.Code)) != 6 || len(m.Code) != 6 {
		return m, fmt.Errorf("code %q: six digits, two each for category, item and matter", m.Code)
	}
	for _, text := range []struct{ what, s string }{{"category", m.Category}, {"item", m.Item}, {"name", m.Name}} {
		if err := filled(text.what, text.s); err != nil {
			return m, err
		}
		if err := checkText(text.what, text.s, maxName); err != nil {
			return m, err
		}
	}
	if m.Level, err = parseLevel(t.get(matterLevel)); err != nil {
		return m, err
	}
	m.Limit, err = hours(t.get(matterLimit))
	return m, err
}

// hours reads a limit in hours, to the minute.
func hours(s string) (time.Duration, error) {
	const most = 10 * 366 * 24 // hours
	v, err := Number(s)
	limit := time.Duration(v * float64(time.Hour)).Round(time.Minute)
	if err != nil || !(v <= most) || limit < time.Minute {
		return 0, fmt.Errorf("limit_hours %q: a number of hours above 0, at most %d", s, most)
	}
	return limit, nil
}

// named is what a line calls something.
type named struct {
	name string
	line int
}

// catalogue holds what each code and prefix of a code is called.
type catalogue map[string]named

// add refuses a code that comes twice and a category or item that has another
// name on an earlier line.
func (c catalogue) add(m grid.Matter, line int) error {
	if at, twice := c[m.Code]; twice {
		return fmt.Errorf("code %s is already that of line %d", m.Code, at.line)
	}
	for _, level := range []struct{ what, prefix, name string }{
		{"category", m.Code[:2], m.Category}, {"item", m.Code[:4], m.Item},
	} {
		if at, known := c[level.prefix]; known && at.name != level.name {
			return fmt.Errorf("%s %s is %q, but %q on line %d", level.what, level.prefix, level.name, at.name, at.line)
		} else if !known {
			c[level.prefix] = named{level.name, line}
		}
	}
	c[m.Code] = named{m.Name, line}
	return nil
}
