package store

import (
	"context"
	"fmt"
	"time"

	"jingwei/grid"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// nextAlarm is when the system acts on a report r; an index serves for it.
const nextAlarm = `next_alarm(r.state, r.stopped, r.resume_at, r.alarm, r.stage_alarm, r.task_alarm)`

// ringAtOnce is how many reports are locked, and written, in one transaction.
const ringAtOnce = 100

// Ring has decide take a step on every report whose alarm has come, and returns how
// many it took. Each is locked, decided and written in one transaction, and one that
// another node has locked is left to that: an alarm neither rings twice nor gets
// lost, whoever dies. A report that cannot be decided or written is logged, stays
// due, and does not stop the others.
func (db *DB) Ring(ctx context.Context, decide func(grid.Report, time.Time) (grid.Report, grid.Step, error)) (rung int, err error) {
	round := ringing{db: db, now: db.now(), size: ringAtOnce, decide: decide}
	for !round.done {
		n, err := round.next(ctx)
		switch {
		case err == nil:
			rung += n
		case isRefused(err) && round.size > 1:
			round.size = 1 // to find out which it is
		case isRefused(err):
			round.pass(ctx, round.last, err)
			round.from = round.last
		default:
			return rung, fmt.Errorf("ring: %w", plain(err))
		}
	}
	return rung, nil
}

// ringing is one round over what is due, in the order in which it came to be.
type ringing struct {
	db     *DB
	now    time.Time
	size   int
	decide func(grid.Report, time.Time) (grid.Report, grid.Step, error)

	from, last  alarmKey // behind what was done; the last that was read
	fewer, done bool     // there was no more to read; and that is done
}

type alarmKey struct {
	at time.Time
	id uuid.UUID
}

// next rings some alarms in one transaction.
func (g *ringing) next(ctx context.Context) (rung int, err error) {
	err = pgx.BeginFunc(ctx, g.db.pool, func(tx pgx.Tx) error {
		due, err := g.lock(ctx, tx)
		if err != nil {
			return err
		}
		var b pgx.Batch
		for _, r := range due {
			after, step, err := g.decide(r, g.now)
			if err != nil {
				g.pass(ctx, alarmKey{id: r.ID}, err)
				continue
			}
			queueStep(&b, r, asKept(after), step)
			rung++
		}
		return tx.SendBatch(ctx, &b).Close()
	})
	if err == nil {
		g.from, g.done = g.last, g.fewer
	}
	return rung, err
}

// lock reads what is due, with the tasks that are owed, and keeps it from changing.
func (g *ringing) lock(ctx context.Context, tx pgx.Tx) ([]grid.Report, error) {
	if err := lockTable(ctx, tx); err != nil {
		return nil, err
	}
	due, err := collect(ctx, tx, scanReport, `
		SELECT `+reportColumns+` FROM report r
		WHERE `+nextAlarm+` <= $1 AND (`+nextAlarm+`, r.id) > ($2, $3)
		ORDER BY `+nextAlarm+`, r.id LIMIT $4 FOR UPDATE SKIP LOCKED`, g.now, g.from.at, [16]byte(g.from.id), g.size)
	if err != nil {
		return nil, err
	}
	g.fewer = len(due) < g.size
	if len(due) == 0 {
		return nil, nil
	}
	ids := make([]uuid.UUID, len(due))
	for i, r := range due {
		ids[i], g.last = r.ID, alarmKey{r.NextAlarm(), r.ID}
	}
	tasks, err := openTasks(ctx, tx, ids)
	for i, id := range ids {
		due[i].Tasks = tasks[id]
	}
	return due, err
}

func (g *ringing) pass(ctx context.Context, k alarmKey, err error) {
	g.db.Log.ErrorContext(ctx, "an alarm could not ring", "report", k.id, "error", err)
}

// Alarms tells how many reports have an alarm to come, and how many of those have
// come already and for how long the first has been waiting.
func (db *DB) Alarms(ctx context.Context) (waiting, late int64, longest time.Duration, err error) {
	var first *time.Time
	now := db.now()
	err = db.pool.QueryRow(ctx, `SELECT count(*), count(*) FILTER (WHERE at <= $1), min(at)
		FROM (SELECT `+nextAlarm+` AS at FROM report r WHERE `+nextAlarm+` IS NOT NULL) a`, now).Scan(&waiting, &late, &first)
	if err != nil {
		return 0, 0, 0, fmt.Errorf("count alarms: %w", plain(err))
	}
	if first != nil {
		longest = max(0, now.Sub(*first))
	}
	return waiting, late, longest, nil
}
