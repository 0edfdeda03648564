package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"jingwei/grid"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// reportColumns are those that scanReport reads.
const reportColumns = `r.id, r.at, r.received, r.x, r.y, r.accuracy, coalesce(r.matter, ''), r.text, r.reporter,
	coalesce(r.cell, 0), r.method, r.distance_m, r.edition,
	r.state, coalesce(r.holder_level, ''), coalesce(r.holder_area, 0), coalesce(r.holder_worker, 0), r.version`

func scanReport(row pgx.CollectableRow) (r grid.Report, err error) {
	var state, level string
	var accuracy, distance float32
	err = row.Scan((*[16]byte)(&r.ID), &r.At, &r.Received, &r.Pos.X, &r.Pos.Y, &accuracy, &r.Matter, &r.Text, &r.Reporter,
		&r.Cell, &r.Method, &distance, &r.Edition,
		&state, &level, &r.Holder.Area, &r.Holder.Worker, &r.Version)
	if err != nil {
		return r, err
	}
	r.At, r.Received = r.At.UTC(), r.Received.UTC()
	r.Accuracy, r.DistanceM = shortest(accuracy), shortest(distance)
	if r.State, err = grid.ParseState(state); err != nil {
		return r, err
	}
	r.Holder.Level, err = parseLevel(level)
	return r, err
}

// shortest returns the number with the fewest digits that a float32 stands for:
// 12.3 and not 12.300000190734863.
func shortest(v float32) float64 {
	f, err := strconv.ParseFloat(strconv.FormatFloat(float64(v), 'g', -1, 32), 64)
	if err != nil {
		return float64(v)
	}
	return f
}

// parseLevel reads a level; the empty one is none.
func parseLevel(s string) (grid.Level, error) {
	if s == "" {
		return 0, nil
	}
	return grid.ParseLevel(s)
}

// Report returns the report with an id; it fails with grid.ErrNotFound when
// there is none.
func (db *DB) Report(ctx context.Context, id uuid.UUID) (grid.Report, error) {
	reports, err := reportsByID(ctx, db.pool, []uuid.UUID{id})
	if err != nil {
		return grid.Report{}, fmt.Errorf("report %v: %w", id, plain(err))
	}
	r, ok := reports[id.String()]
	if !ok {
		return r, fmt.Errorf("report %v: %w", id, grid.ErrNotFound)
	}
	return r, nil
}

// reportsByID returns the reports that there are, by their ids as text.
func reportsByID(ctx context.Context, q querier, ids []uuid.UUID) (map[string]grid.Report, error) {
	reports, err := collect(ctx, q, scanReport, `SELECT `+reportColumns+` FROM report r WHERE r.id = ANY($1)`, rawIDs(ids))
	if err != nil {
		return nil, err
	}
	byID := make(map[string]grid.Report, len(reports))
	for _, r := range reports {
		byID[r.ID.String()] = r
	}
	return byID, nil
}

// rawIDs gives ids in the form that pgx encodes without reflection.
func rawIDs(ids []uuid.UUID) [][16]byte {
	raw := make([][16]byte, len(ids))
	for i, id := range ids {
		raw[i] = id
	}
	return raw
}

// History returns the steps of a report in order; it fails with grid.ErrNotFound
// when there is no such report. A report that came with a batch of old ones has
// the batch as its first step.
func (db *DB) History(ctx context.Context, id uuid.UUID) (steps []grid.Step, err error) {
	err = pgx.BeginTxFunc(ctx, db.pool, snapshotTx, func(tx pgx.Tx) error {
		if steps, err = importStep(ctx, tx, id); err != nil {
			return err
		}
		more, err := collect(ctx, tx, scanStep, `
			SELECT report, step, at, actor, as_whom, action, coalesce(from_state, ''), to_state,
				coalesce(holder_level, ''), coalesce(holder_area, 0), coalesce(holder_worker, 0), reason, edition
			FROM report_history WHERE report = $1 ORDER BY step`, [16]byte(id))
		steps = append(steps, more...)
		return err
	})
	if err == nil && len(steps) == 0 {
		err = grid.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("history of report %v: %w", id, plain(err))
	}
	return steps, nil
}

// importStep is the step that brought an imported report; none for others. What
// became of it at once is not on the record, so it is told as it now stands.
func importStep(ctx context.Context, tx pgx.Tx, id uuid.UUID) ([]grid.Step, error) {
	s := grid.Step{Report: id, Step: 1, Action: grid.ActionImport}
	var state, level string
	err := tx.QueryRow(ctx, `
		SELECT b.at, b.by, b.reason, r.state, coalesce(r.holder_level, ''), coalesce(r.holder_area, 0), coalesce(r.holder_worker, 0), r.edition
		FROM report r JOIN import_batch b ON b.id = r.batch WHERE r.id = $1`, [16]byte(id)).
		Scan(&s.At, &s.Actor, &s.Reason, &state, &level, &s.Holder.Area, &s.Holder.Worker, &s.Edition)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	s.At = s.At.UTC()
	if s.To, err = grid.ParseState(state); err != nil {
		return nil, err
	}
	s.Holder.Level, err = parseLevel(level)
	return []grid.Step{s}, err
}

func scanStep(row pgx.CollectableRow) (s grid.Step, err error) {
	var from, to, level string
	err = row.Scan((*[16]byte)(&s.Report), &s.Step, &s.At, &s.Actor, &s.AsWhom, &s.Action, &from, &to,
		&level, &s.Holder.Area, &s.Holder.Worker, &s.Reason, &s.Edition)
	if err != nil {
		return s, err
	}
	s.At = s.At.UTC()
	if from != "" {
		if s.From, err = grid.ParseState(from); err != nil {
			return s, err
		}
	}
	if s.To, err = grid.ParseState(to); err != nil {
		return s, err
	}
	s.Holder.Level, err = parseLevel(level)
	return s, err
}

// asKept is a report with its times and measures as PostgreSQL keeps them.
func asKept(r grid.Report) grid.Report {
	r.At, r.Received = moment(r.At), moment(r.Received)
	r.Accuracy, r.DistanceM = shortest(float32(r.Accuracy)), shortest(float32(r.DistanceM))
	return r
}

// monthOf returns the month (UTC) of a UUIDv7, and false for other ids.
func monthOf(id uuid.UUID) (time.Time, bool) {
	if id.Version() != 7 || id.Variant() != uuid.RFC4122 {
		return time.Time{}, false
	}
	var ms int64
	for _, b := range id[:6] {
		ms = ms<<8 | int64(b)
	}
	t := time.UnixMilli(ms).UTC()
	return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC), true
}
