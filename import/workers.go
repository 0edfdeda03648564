package importer

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"jingwei/grid"
)

// Columns of a table of workers.
const (
	workerCode = iota
	workerName
	workerRole
	workerPhone
	workerDepartment
)

var workerColumns = []column{
	{names: []string{"code", "编号", "工号", "人员编号"}, required: true},
	{names: []string{"name", "姓名"}, required: true},
	{names: []string{"role", "角色"}, required: true},
	{names: []string{"phone", "电话", "手机", "联系电话"}},
	{names: []string{"department", "部门"}},
}

// Workers reads a table of workers and hands all of them over, if no row is
// wrong. What is wrong is a *[Refused].
func Workers(ctx context.Context, to Roster, path string, o TableOptions) (*TableResult, error) {
	there, err := to.Workers(ctx)
	if err != nil {
		return nil, fmt.Errorf("read workers: %w", err)
	}
	old := make(map[string]grid.Worker, len(there))
	for _, w := range there {
		old[w.Code] = w
	}
	var workers []grid.Worker
	lines, idle := map[string]int{}, 0
	ignored, err := eachRow(ctx, path, o, workerColumns, func(t *table) error {
		w, err := worker(t)
		if err != nil {
			return t.problem("%v", err)
		}
		if at, twice := lines[w.Code]; twice {
			return t.problem("code %s is already that of line %d", w.Code, at)
		}
		lines[w.Code] = t.line
		if !t.has(workerPhone) {
			w.Phone = old[w.Code].Phone
		}
		if w.Role != grid.Officer && w.Department != "" {
			w.Department = ""
			idle++
		}
		workers = append(workers, w)
		return nil
	})
	if err != nil {
		return nil, err
	}
	rules, err := to.Rules(ctx)
	if err != nil {
		return nil, fmt.Errorf("read rules: %w", err)
	}
	if bad := needed(path, old, workers, lines, rules, o.now()); len(bad) > 0 {
		return nil, refuse(bad)
	}
	r := newResult(len(workers), workerSide.compare(there, workers), ignored)
	if idle > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("the departments of %s who are no officers were not taken", count(idle, "worker")))
	}
	o.Replace = false // who was there stays on the record
	r.leave(o, "worker")
	if o.DryRun {
		return r, nil
	}
	if r.Tally, err = to.UpsertWorkers(ctx, workers); err != nil {
		return nil, fmt.Errorf("write workers: %w", err)
	}
	return r, nil
}

// needed returns what is wrong with the rows of officers who leave a department: if it
// has none then, and rules name it that hold or will.
func needed(path string, old map[string]grid.Worker, workers []grid.Worker, lines map[string]int, rules []grid.CodedRule, now time.Time) (bad []*Problem) {
	then := maps.Clone(old)
	for _, w := range workers {
		then[w.Code] = w
	}
	named := map[string][]string{}
	for _, r := range rules {
		if r.Department != "" && (r.Until.IsZero() || now.Before(r.Until)) {
			named[r.Department] = append(named[r.Department], r.Code)
		}
	}
	for _, w := range then {
		delete(named, w.Department) // only officers have one
	}
	for _, w := range workers {
		if codes := named[old[w.Code].Department]; len(codes) > 0 {
			bad = append(bad, &Problem{File: path, Line: lines[w.Code], Text: fmt.Sprintf(
				"department %q would have no officer any more, and is named by the rules %s", old[w.Code].Department, strings.Join(slices.Sorted(slices.Values(codes)), ", "))})
		}
	}
	return bad
}

var workerSide = side[grid.Worker]{
	key: func(w grid.Worker) string { return w.Code },
	cells: func(w grid.Worker) []cell {
		return []cell{{"name", w.Name}, {"role", string(w.Role)}, {"phone", w.Phone}, {"department", w.Department}}
	},
}

// worker reads a row.
func worker(t *table) (w grid.Worker, err error) {
	w = grid.Worker{Code: t.get(workerCode), Name: t.get(workerName), Phone: t.get(workerPhone), Department: t.get(workerDepartment)}
	if w.Role, err = grid.ParseRole(t.get(workerRole)); err != nil {
		return w, err
	}
	for _, check := range []error{
		filled("code", w.Code), checkCode("code", w.Code),
		filled("name", w.Name), checkText("name", w.Name, maxName),
		checkPhone(w.Phone), checkText("department", w.Department, maxName),
	} {
		if check != nil {
			return w, check
		}
	}
	if w.Role == grid.Officer {
		return w, filled("department of an officer", w.Department)
	}
	return w, nil
}

func filled(what, s string) error {
	if s == "" {
		return fmt.Errorf("the %s is missing", what)
	}
	return nil
}

// checkPhone refuses what cannot be dialled.
func checkPhone(s string) error {
	const longest = 32
	if len(s) > longest || strings.Trim(s, "0123456789+-()*# ") != "" {
		return fmt.Errorf("phone %q: digits, spaces and + - ( ) * # only, at most %d", s, longest)
	}
	return nil
}
