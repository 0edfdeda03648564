package importer

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"jingwei/grid"
)

// Columns of a table of rules.
const (
	ruleCode = iota
	ruleMatter
	ruleArea
	ruleUrgency
	ruleWeek
	ruleFrom
	ruleUntil
	ruleLevel
	ruleRole
	ruleDepartment
	ruleNote
)

var ruleColumns = []column{
	{names: []string{"code", "编号", "规则编号"}, required: true},
	{names: []string{"matter", "事项", "事项编号", "事项代码"}},
	{names: []string{"area", "区域", "区域编号", "网格编号"}},
	{names: []string{"urgency", "紧急程度"}},
	{names: []string{"week", "时段", "值班时段"}},
	{names: []string{"from", "开始", "开始时间", "开始日期"}},
	{names: []string{"until", "结束", "结束时间", "结束日期"}},
	{names: []string{"level", "层级"}},
	{names: []string{"role", "角色"}},
	{names: []string{"department", "部门"}},
	{names: []string{"note", "备注", "说明"}},
}

// urgencies are the Chinese names.
var urgencies = map[string]grid.Urgency{"一般": grid.Normal, "紧急": grid.Urgent, "特急": grid.Critical}

func parseUrgency(s string) (grid.Urgency, error) {
	if u, ok := urgencies[s]; ok {
		return u, nil
	}
	u, err := grid.ParseUrgency(s)
	if err != nil {
		err = fmt.Errorf("%w, or 一般, 紧急, 特急", err)
	}
	return u, err
}

// Rules reads a table of rules and hands all of them over, if no row is wrong.
// What is wrong is a *[Refused].
func Rules(ctx context.Context, to Roster, path string, o TableOptions) (*TableResult, error) {
	known, err := ruleCodes(ctx, to)
	if err != nil {
		return nil, err
	}
	var rules []grid.CodedRule
	lines := map[string]int{}
	ignored, err := eachRow(ctx, path, o, ruleColumns, func(t *table) error {
		r, err := rule(t, known)
		if err != nil {
			return t.problem("%v", err)
		}
		if at, twice := lines[r.Code]; twice {
			return t.problem("code %s is already that of line %d", r.Code, at)
		}
		lines[r.Code] = t.line
		rules = append(rules, r)
		return nil
	})
	if err != nil {
		return nil, err
	}
	there, err := to.Rules(ctx)
	if err != nil {
		return nil, fmt.Errorf("read rules: %w", err)
	}
	r := newResult(len(rules), ruleSide.compare(there, rules), ignored)
	gone := r.leave(o, "rule")
	if o.DryRun {
		return r, nil
	}
	if err := to.PutRules(ctx, rules, gone); err != nil {
		return nil, fmt.Errorf("write rules: %w", err)
	}
	return r, nil
}

var ruleSide = side[grid.CodedRule]{
	key: func(r grid.CodedRule) string { return r.Code },
	cells: func(r grid.CodedRule) []cell {
		level := ""
		if r.Level != 0 {
			level = r.Level.String()
		}
		return []cell{
			{"matter", r.Matter},
			{"area", r.Area},
			{"urgency", r.Urgency.String()},
			{"week", r.Week.String()},
			{"from", stamp(r.From)},
			{"until", stamp(r.Until)},
			{"level", level},
			{"role", string(r.Role)},
			{"department", r.Department},
			{"note", r.Note},
		}
	},
}

// ruleNames are what rules may name.
type ruleNames struct{ areas, prefixes, departments map[string]bool }

func ruleCodes(ctx context.Context, to Roster) (ruleNames, error) {
	areas, err := to.AreaCodes(ctx)
	if err != nil {
		return ruleNames{}, fmt.Errorf("read areas: %w", err)
	}
	matters, err := to.Matters(ctx)
	if err != nil {
		return ruleNames{}, fmt.Errorf("read matters: %w", err)
	}
	prefixes := map[string]bool{"": true}
	for _, m := range matters {
		for _, n := range []int{2, 4, 6} {
			prefixes[m.Code[:n]] = true
		}
	}
	workers, err := to.Workers(ctx)
	if err != nil {
		return ruleNames{}, fmt.Errorf("read workers: %w", err)
	}
	departments := map[string]bool{"": true}
	for _, w := range workers {
		departments[w.Department] = true // only officers have one
	}
	areas = append(areas, "")
	return ruleNames{set(areas), prefixes, departments}, nil
}

// rule reads a row.
func rule(t *table, known ruleNames) (r grid.CodedRule, err error) {
	r = grid.CodedRule{
		Area: t.get(ruleArea),
		Rule: grid.Rule{Code: t.get(ruleCode), Matter: t.get(ruleMatter), Department: t.get(ruleDepartment), Note: t.get(ruleNote)},
	}
	var errs [6]error
	r.Urgency, errs[0] = parseUrgency(t.get(ruleUrgency))
	r.Week, errs[1] = grid.ParseWeek(t.get(ruleWeek))
	r.From, errs[2] = t.optional("from", t.get(ruleFrom))
	r.Until, errs[3] = t.optional("until", t.get(ruleUntil))
	if s := t.get(ruleLevel); s != "" {
		r.Level, errs[4] = parseLevel(s)
	}
	if s := t.get(ruleRole); s != "" {
		r.Role, errs[5] = grid.ParseRole(s)
	}
	return r, cmp.Or(cmp.Or(errs[:]...), filled("code", r.Code), checkCode("code", r.Code), checkRule(r, known),
		checkText("department", r.Department, maxName), checkText("note", r.Note, maxName))
}

func checkRule(r grid.CodedRule, known ruleNames) error {
	if err := checkPrefix(r.Matter, known); err != nil {
		return err
	}
	switch {
	case !known.areas[r.Area]:
		return fmt.Errorf("area %q is not in the current edition", r.Area)
	case !known.departments[r.Department]:
		return fmt.Errorf("department %q has no officer in the roster", r.Department)
	case r.Level == 0 && r.Role == "" && r.Department == "":
		return fmt.Errorf("the rule asks for nobody: a level, a role or a department")
	case !r.Until.IsZero() && !r.From.Before(r.Until):
		return fmt.Errorf("until %s is not after from %s", stamp(r.Until), stamp(r.From))
	}
	return nil
}

// checkPrefix refuses what no code of the catalogue begins with.
func checkPrefix(prefix string, known ruleNames) error {
	switch {
	case strings.Trim(prefix, "0123456789") != "" || len(prefix)%2 != 0 || len(prefix) > 6:
		return fmt.Errorf("matter %q: two, four or six digits", prefix)
	case !known.prefixes[prefix]:
		return fmt.Errorf("matter %q: no matter of the catalogue begins so", prefix)
	}
	return nil
}
