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

// stepColumns are those that scanStep reads.
const stepColumns = `h.report, h.step, h.at, h.actor, coalesce(h.who, ''), h.as_whom, h.action, coalesce(h.from_state, ''), h.to_state,
	coalesce(h.holder_level, ''), coalesce(h.holder_area, 0), coalesce(h.holder_worker, 0),
	coalesce(h.sender_level, ''), coalesce(h.sender_area, 0), coalesce(h.sender_worker, 0),
	h.due, h.stage_due, h.stopped, h.alarm, h.stage_alarm, h.task_alarm, h.reason, h.edition,
	h.lead, h.resume_at, coalesce(h.department, ''), h.task_due, h.evidence`

func scanStep(row pgx.CollectableRow) (s grid.Step, err error) {
	var from, to, holder, sender string
	var lead *[16]byte
	var clocks [6]*time.Time
	var resumeAt, taskDue *time.Time
	err = row.Scan((*[16]byte)(&s.Report), &s.Step, &s.At, &s.Actor, &s.Who, &s.AsWhom, &s.Action, &from, &to,
		&holder, &s.Holder.Area, &s.Holder.Worker, &sender, &s.Sender.Area, &s.Sender.Worker,
		&clocks[0], &clocks[1], &clocks[2], &clocks[3], &clocks[4], &clocks[5], &s.Reason, &s.Edition,
		&lead, &resumeAt, &s.Department, &taskDue, &s.Evidence)
	if err != nil {
		return s, err
	}
	s.At = s.At.UTC()
	s.Clocks = clocksOf(clocks)
	s.Lead, s.ResumeAt, s.TaskDue = orNil(lead), orZero(resumeAt), orZero(taskDue)
	var errs [4]error
	if from != "" {
		s.From, errs[0] = grid.ParseState(from)
	}
	s.To, errs[1] = grid.ParseState(to)
	s.Holder.Level, errs[2] = parseLevel(holder)
	s.Sender.Level, errs[3] = parseLevel(sender)
	return s, errors.Join(errs[:]...)
}

// History returns the steps of a report in order; it fails with grid.ErrNotFound
// when there is no such report.
func (db *DB) History(ctx context.Context, id uuid.UUID) (steps []grid.Step, err error) {
	err = pgx.BeginTxFunc(ctx, db.pool, snapshotTx, func(tx pgx.Tx) error {
		steps, err = history(ctx, tx, id)
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

// history reads the steps of a report. The first is part of the report, or of its
// batch, until [DB.Act] writes it down before the second.
func history(ctx context.Context, tx pgx.Tx, id uuid.UUID) ([]grid.Step, error) {
	steps, err := collect(ctx, tx, scanStep, `SELECT `+stepColumns+` FROM report_history h WHERE h.report = $1 ORDER BY h.step`, [16]byte(id))
	if err != nil || len(steps) > 0 {
		return steps, err
	}
	return collect(ctx, tx, scanStep, `SELECT `+stepColumns+` FROM report_first_step h WHERE h.report = $1`, [16]byte(id))
}
