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
	r.state, coalesce(r.holder_level, ''), coalesce(r.holder_area, 0), coalesce(r.holder_worker, 0), r.version,
	coalesce(r.urgency, ''), coalesce(r.sender_level, ''), coalesce(r.sender_area, 0), coalesce(r.sender_worker, 0),
	coalesce(r.handler, ''), r.returns, coalesce(r.asked, ''), coalesce(r.asked_by, ''), r.lead,
	r.due, r.stage_due, r.stopped, r.alarm, r.stage_alarm, r.task_alarm, r.resume_at, r.urged, r.supervised`

func scanReport(row pgx.CollectableRow) (r grid.Report, err error) {
	var state, level, urgency, sender string
	var accuracy, distance float32
	var lead *[16]byte
	var clocks [6]*time.Time
	var resumeAt *time.Time
	err = row.Scan((*[16]byte)(&r.ID), &r.At, &r.Received, &r.Pos.X, &r.Pos.Y, &accuracy, &r.Matter, &r.Text, &r.Reporter,
		&r.Cell, &r.Method, &distance, &r.Edition,
		&state, &level, &r.Holder.Area, &r.Holder.Worker, &r.Version,
		&urgency, &sender, &r.Sender.Area, &r.Sender.Worker, &r.Handler, &r.Returns, &r.Asked, &r.AskedBy, &lead,
		&clocks[0], &clocks[1], &clocks[2], &clocks[3], &clocks[4], &clocks[5], &resumeAt, &r.Urged, &r.Supervised)
	if err != nil {
		return r, err
	}
	r.At, r.Received = r.At.UTC(), r.Received.UTC()
	r.Accuracy, r.DistanceM = shortest(accuracy), shortest(distance)
	r.Clocks = clocksOf(clocks)
	r.Lead, r.ResumeAt = orNil(lead), orZero(resumeAt)
	var errs [4]error
	r.State, errs[0] = grid.ParseState(state)
	r.Urgency, errs[1] = grid.ParseUrgency(urgency)
	r.Holder.Level, errs[2] = parseLevel(level)
	r.Sender.Level, errs[3] = parseLevel(sender)
	return r, errors.Join(errs[:]...)
}

// clockColumns are those that clocksOf takes, in its order.
const clockColumns = `due, stage_due, stopped, alarm, stage_alarm, task_alarm`

func clocksOf(t [6]*time.Time) grid.Clocks {
	return grid.Clocks{
		Due: orZero(t[0]), StageDue: orZero(t[1]), Stopped: orZero(t[2]),
		Alarm: orZero(t[3]), StageAlarm: orZero(t[4]), TaskAlarm: orZero(t[5]),
	}
}

// orNil turns NULL into no id.
func orNil(id *[16]byte) uuid.UUID {
	if id == nil {
		return uuid.Nil
	}
	return *id
}

// shortest returns the number with the fewest digits that a float32 stands for:
// 12.3 and not 12.300000190734863.
func shortest(v float32) float64 {
	if whole := float64(int32(v)); float32(whole) == v {
		return whole
	}
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

// Report returns the report with an id and its tasks; it fails with
// grid.ErrNotFound when there is none.
func (db *DB) Report(ctx context.Context, id uuid.UUID) (r grid.Report, err error) {
	err = pgx.BeginTxFunc(ctx, db.pool, snapshotTx, func(tx pgx.Tx) error {
		reports, err := reportsByID(ctx, tx, []uuid.UUID{id})
		if err != nil {
			return err
		}
		found, ok := reports[id.String()]
		if !ok {
			return grid.ErrNotFound
		}
		r = found
		r.Tasks, err = tasksOf(ctx, tx, id)
		return err
	})
	if err != nil {
		return grid.Report{}, fmt.Errorf("report %v: %w", id, plain(err))
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

// asKept is a report with its times and measures as PostgreSQL keeps them.
func asKept(r grid.Report) grid.Report {
	r.At, r.Received = moment(r.At), moment(r.Received)
	r.Accuracy, r.DistanceM = shortest(float32(r.Accuracy)), shortest(float32(r.DistanceM))
	r.Due, r.StageDue = moment(r.Due), moment(r.StageDue)
	r.Alarm, r.StageAlarm = moment(r.Alarm), moment(r.StageAlarm)
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
