package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"jingwei/grid"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Act takes a step on the report with an id, if it is at a version: nobody else
// takes one meanwhile, and the answer comes after the commit. It returns the report
// after the step. It fails with grid.ErrNotFound when there is no such report, with
// grid.ErrVersion and the report as it stands when that is at another version, and
// with the error of decide.
func (db *DB) Act(ctx context.Context, id uuid.UUID, version int64, lead uuid.UUID, decide grid.Decide) (r grid.Report, err error) {
	err = pgx.BeginFunc(ctx, db.pool, func(tx pgx.Tx) error {
		var follow grid.Report
		if r, follow, err = lockReports(ctx, tx, id, lead); err != nil {
			return err
		}
		if r.Version != version {
			return grid.ErrVersion
		}
		after, step, err := decide(r, follow)
		if err != nil {
			return decided{err}
		}
		was := r
		r = asKept(after)
		return writeStep(ctx, tx, was, r, step)
	})
	var own decided
	switch {
	case errors.As(err, &own):
		return grid.Report{}, own.error
	case errors.Is(err, grid.ErrVersion):
		return r, fmt.Errorf("report %v is at version %d, not %d: %w", id, r.Version, version, grid.ErrVersion)
	case err != nil:
		return grid.Report{}, fmt.Errorf("report %v: %w", id, plain(err))
	}
	return r, nil
}

// decided is an error of the decision, not of the database.
type decided struct{ error }

// lockReports reads a report, with its tasks, and the one that it is to follow, and
// keeps both from changing. They are locked in the order of their ids, so that two
// who merge crosswise do not wait for each other; the table comes first, as where a
// month is made.
func lockReports(ctx context.Context, tx pgx.Tx, id, lead uuid.UUID) (r, follow grid.Report, err error) {
	if err := lockTable(ctx, tx); err != nil {
		return r, follow, err
	}
	ids := []uuid.UUID{id}
	if lead != uuid.Nil {
		ids = append(ids, lead)
	}
	reports, err := collect(ctx, tx, scanReport, `SELECT `+reportColumns+` FROM report r WHERE r.id = ANY($1) ORDER BY r.id FOR UPDATE`, rawIDs(ids))
	if err != nil {
		return r, follow, err
	}
	for _, got := range reports {
		switch got.ID {
		case id:
			r = got
		case lead:
			follow = got
		}
	}
	switch {
	case r.ID != id:
		return r, follow, grid.ErrNotFound
	case lead == id:
		follow = r
	case follow.ID != lead:
		return r, follow, fmt.Errorf("lead %v: %w", lead, grid.ErrNotFound)
	}
	r.Tasks, err = tasksOf(ctx, tx, id)
	return r, follow, err
}

// lockTable keeps a month from being made meanwhile.
func lockTable(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, `LOCK TABLE ONLY report IN ROW EXCLUSIVE MODE`)
	return err
}

// writeStep writes a report as it stands after a step, the step, and the feed, which is
// told how the report was.
func writeStep(ctx context.Context, tx pgx.Tx, was, r grid.Report, s grid.Step) error {
	var b pgx.Batch
	queueStep(&b, was, r, s)
	return tx.SendBatch(ctx, &b).Close()
}

func queueStep(b *pgx.Batch, was, r grid.Report, s grid.Step) {
	if s.Step == 2 { // the first is still part of the report; before migration 12 it was not
		b.Queue(`INSERT INTO report_history (`+historyColumns+`) SELECT `+historyColumns+` FROM report_first_step WHERE report = $1
			ON CONFLICT (report, step) DO NOTHING`, [16]byte(r.ID))
	}
	b.Queue(`INSERT INTO feed (what, id, from_state, from_worker, from_area, from_sent_by, from_sender, from_owed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		grid.EventReport, r.ID.String(), was.State.String(), orNull(was.Holder.Worker), orNull(was.Holder.Area), orNull(was.Sender.Worker), orNull(was.Sender.Area), was.Owing())
	b.Queue(`
		UPDATE report SET state = $2, holder_level = $3, holder_area = $4, holder_worker = $5, version = $6,
			sender_level = $7, sender_area = $8, sender_worker = $9, handler = $10, returns = $11, asked = $12, asked_by = $13,
			lead = $14, due = $15, stage_due = $16, stopped = $17, resume_at = $18, urged = $19, supervised = $20,
			alarm = $21, stage_alarm = $22, task_alarm = $23
		WHERE id = $1`,
		[16]byte(r.ID), r.State.String(), orNull(levelName(r.Holder.Level)), orNull(r.Holder.Area), orNull(r.Holder.Worker), r.Version,
		orNull(levelName(r.Sender.Level)), orNull(r.Sender.Area), orNull(r.Sender.Worker), orNull(r.Handler), r.Returns, orNull(string(r.Asked)), orNull(r.AskedBy),
		orNull([16]byte(r.Lead)), orNull(r.Due), orNull(r.StageDue), orNull(r.Stopped), orNull(r.ResumeAt), r.Urged, r.Supervised,
		orNull(r.Alarm), orNull(r.StageAlarm), orNull(r.TaskAlarm))
	b.Queue(`INSERT INTO report_history (`+historyColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28)`,
		[16]byte(s.Report), s.Step, moment(s.At), s.Actor, orNull(s.Who), s.AsWhom, string(s.Action), orNull(stateName(s.From)), s.To.String(),
		orNull(levelName(s.Holder.Level)), orNull(s.Holder.Area), orNull(s.Holder.Worker),
		orNull(levelName(s.Sender.Level)), orNull(s.Sender.Area), orNull(s.Sender.Worker),
		orNull(s.Due), orNull(s.StageDue), orNull(s.Stopped), orNull(s.Alarm), orNull(s.StageAlarm), orNull(s.TaskAlarm), s.Reason, s.Edition,
		orNull([16]byte(s.Lead)), orNull(s.ResumeAt), orNull(s.Department), orNull(s.TaskDue), s.Evidence)
	queueTask(b, r, s)
}

// historyColumns are those of a step, in the order of queueStep.
const historyColumns = `report, step, at, actor, who, as_whom, action, from_state, to_state, holder_level, holder_area, holder_worker,
	sender_level, sender_area, sender_worker, ` + clockColumns + `, reason, edition, lead, resume_at, department, task_due, evidence`

// queueTask writes the task that a step is about, if it is about one.
func queueTask(b *pgx.Batch, r grid.Report, s grid.Step) {
	for _, t := range r.Tasks {
		if t.Department == s.Department && t.At.Equal(s.At) {
			b.Queue(`INSERT INTO task (report, step, department, state, called, due, by, at, note) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
				ON CONFLICT (report, step) DO UPDATE SET state = excluded.state, by = excluded.by, at = excluded.at, note = excluded.note`,
				[16]byte(r.ID), t.Step, t.Department, string(t.State), t.Called, t.Due, t.By, t.At, t.Note)
		}
	}
}

// taskColumns are those that scanTask reads.
const taskColumns = `t.step, t.department, t.state, t.called, t.due, t.by, t.at, t.note`

// tasksOf reads what departments owe a report, or owed it.
func tasksOf(ctx context.Context, q querier, id uuid.UUID) ([]grid.Task, error) {
	tasks, err := collect(ctx, q, func(row pgx.CollectableRow) (grid.Task, error) { return scanTask(row) }, `SELECT `+taskColumns+` FROM task t WHERE t.report = $1 ORDER BY t.step`, [16]byte(id))
	if len(tasks) == 0 {
		return nil, err
	}
	return tasks, err
}

// openTasks reads what departments owe reports, by the ids of those.
func openTasks(ctx context.Context, q querier, ids []uuid.UUID) (map[uuid.UUID][]grid.Task, error) {
	tasks := map[uuid.UUID][]grid.Task{}
	_, err := collect(ctx, q, func(row pgx.CollectableRow) (t grid.Task, err error) {
		var of uuid.UUID
		if t, err = scanTask(row, (*[16]byte)(&of)); err == nil {
			tasks[of] = append(tasks[of], t)
		}
		return t, err
	}, `SELECT `+taskColumns+`, t.report FROM task t WHERE t.report = ANY($1) AND t.state IN ('called', 'arrived') ORDER BY t.report, t.step`, rawIDs(ids))
	return tasks, err
}

// scanTask reads the columns of a task, and what comes behind them.
func scanTask(row pgx.CollectableRow, more ...any) (t grid.Task, err error) {
	err = row.Scan(append([]any{&t.Step, &t.Department, &t.State, &t.Called, &t.Due, &t.By, &t.At, &t.Note}, more...)...)
	for _, at := range []*time.Time{&t.Called, &t.Due, &t.At} {
		*at = at.UTC()
	}
	return t, err
}
