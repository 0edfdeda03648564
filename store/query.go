package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"jingwei/grid"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// fewCells is up to how many cells reports are looked up cell by cell. With more
// of them it takes less to go through all reports from the newest.
const fewCells = 1000

// Reports returns the reports that q selects, newest id first.
func (db *DB) Reports(ctx context.Context, q grid.ReportQuery) ([]grid.Report, error) {
	if q.Limit < 1 {
		return nil, fmt.Errorf("reports: a limit of %d", q.Limit)
	}
	if q.Cells != nil && len(q.Cells) == 0 {
		return nil, nil
	}
	var s selection
	s.filter(q)
	reports, err := collect(ctx, db.pool, scanReport, s.sql(q), s.args...)
	if err != nil {
		return nil, fmt.Errorf("reports: %w", plain(err))
	}
	return reports, nil
}

// selection gathers conditions and their arguments.
type selection struct {
	where []string
	args  []any
}

// and adds a condition; each %s in it stands for one of the arguments.
func (s *selection) and(condition string, args ...any) {
	places := make([]any, len(args))
	for i, a := range args {
		places[i] = s.arg(a)
	}
	s.where = append(s.where, fmt.Sprintf(condition, places...))
}

func (s *selection) arg(a any) string {
	s.args = append(s.args, a)
	return fmt.Sprintf("$%d", len(s.args))
}

func (s *selection) filter(q grid.ReportQuery) {
	if len(q.States) > 0 {
		s.where = append(s.where, "r.state IN ("+stateList(q.States)+")")
	}
	if q.Holder != 0 {
		s.and("r.holder_worker = %s", q.Holder)
	}
	if q.Owes != "" {
		s.where = append(s.where, owedBy(s.arg(q.Owes)))
	}
	if q.Lead != uuid.Nil {
		s.and("r.lead = %s", [16]byte(q.Lead))
	}
	if q.Matter != "" {
		s.and("starts_with(r.matter, %s)", q.Matter)
	}
	if !q.From.IsZero() {
		s.and("r.at >= %s", q.From)
	}
	if !q.Until.IsZero() {
		s.and("r.at < %s", q.Until)
	}
	if q.Box != nil {
		s.and("r.x BETWEEN %s AND %s", q.Box.Min.X, q.Box.Max.X)
		s.and("r.y BETWEEN %s AND %s", q.Box.Min.Y, q.Box.Max.Y)
	}
	if q.Sample {
		s.where = append(s.where, sampled)
	}
	if q.Before != uuid.Nil {
		s.and("r.id < %s", [16]byte(q.Before))
	}
}

// sampled is grid.Report.Sampled of what is closed, as its index has it.
const sampled = "r.state = 'closed' AND get_byte(uuid_send(r.id), 15) < 13"

func owedBy(department string) string {
	return "r.id IN (SELECT t.report FROM task t WHERE t.department = " + department + " AND t.state IN ('called', 'arrived'))"
}

// stateList writes states as literals, so that the planner sees that the index of
// open reports serves for them.
func stateList(states []grid.State) string {
	names := make([]string, len(states))
	for i, st := range states {
		names[i] = "'" + st.String() + "'"
	}
	return strings.Join(names, ", ")
}

func (s *selection) sql(q grid.ReportQuery) string {
	page := fmt.Sprintf(" ORDER BY r.id DESC LIMIT %d", q.Limit)
	switch {
	case q.Seen != nil && (q.Seen.Others != nil || len(q.Seen.Areas) > fewCells):
		s.where = append(s.where, "("+strings.Join(s.seen(*q.Seen), " OR ")+")")
	case q.Seen != nil:
		return s.seenFew(*q.Seen, page)
	case len(q.Cells) > fewCells:
		s.and("r.cell = ANY(%s)", q.Cells)
	case q.Cells != nil:
		return `SELECT ` + reportColumns + ` FROM ` + s.each("cell", s.arg(q.Cells), page) + ` r` + page
	}
	return `SELECT ` + reportColumns + ` FROM report r` + s.clause() + page
}

// each selects a page of the reports of each of some areas, by an index that begins
// with the column, on further conditions.
func (s *selection) each(column, areas, page string, and ...string) string {
	own := selection{where: slices.Concat(s.where, and, []string{"r." + column + " = a.id"})}
	return `(SELECT r.* FROM unnest(` + areas + `::bigint[]) AS a (id) CROSS JOIN LATERAL (SELECT r.* FROM report r` + own.clause() + page + `) r` + page + `)`
}

// moved is what the indexes of holders and senders by area hold: a report on which
// nobody has taken a step is with somebody over its cell, unless its place is
// ambiguous.
const moved = "(r.version > 1 OR r.method = 'ambiguous')"

// seen are the conditions of which one holds of a report that may be seen.
func (s *selection) seen(v grid.Seen) []string {
	areas, lies, cells := s.arg(v.Areas), "r.cell = ANY(%s)", v.Cells
	if v.Others != nil {
		lies, cells = "(r.cell = ANY(%s)) IS NOT TRUE", v.Others
	}
	return append(s.person(v), fmt.Sprintf(lies, s.arg(cells)), "r.holder_area = ANY("+areas+") AND "+moved, "r.sender_area = ANY("+areas+")")
}

// person are the conditions that a worker sees a report for, wherever it is.
func (s *selection) person(v grid.Seen) (any []string) {
	if v.Worker != 0 {
		worker := s.arg(v.Worker)
		any = append(any, "r.holder_worker = "+worker, "r.sender_worker = "+worker)
	}
	if v.Department != "" {
		any = append(any, owedBy(s.arg(v.Department)))
	}
	return any
}

// seenFew selects by each of the reasons to see a report on its own, each of which
// has an index.
func (s *selection) seenFew(v grid.Seen, page string) string {
	areas := s.arg(v.Areas)
	parts := []string{s.each("cell", s.arg(v.Cells), page), s.each("holder_area", areas, page, moved), s.each("sender_area", areas, page)}
	for _, one := range s.person(v) {
		own := selection{where: append(slices.Clip(s.where), one)}
		parts = append(parts, `(SELECT r.* FROM report r`+own.clause()+page+`)`)
	}
	return `SELECT ` + reportColumns + ` FROM (` + strings.Join(parts, ` UNION `) + `) r` + page
}

func (s *selection) clause() string {
	if len(s.where) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(s.where, " AND ")
}

// ImportedCount counts the reports that came in batches.
func (db *DB) ImportedCount(ctx context.Context) (int64, error) {
	counts, err := collect(ctx, db.pool, pgx.RowTo[int64], `SELECT count(*) FROM report WHERE batch IS NOT NULL`)
	if err != nil {
		return 0, fmt.Errorf("count reports: %w", plain(err))
	}
	return counts[0], nil
}
