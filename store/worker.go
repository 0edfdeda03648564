package store

import (
	"context"
	"fmt"
	"strconv"

	"jingwei/grid"

	"github.com/jackc/pgx/v5"
)

// FindWorkers returns the workers that q selects.
func (db *DB) FindWorkers(ctx context.Context, q grid.WorkerQuery) ([]grid.Worker, error) {
	if q.Limit < 1 {
		return nil, fmt.Errorf("workers: a limit of %d", q.Limit)
	}
	var s selection
	from := `worker`
	if !q.Known.IsZero() {
		s.args, from = append(s.args, q.Known), `(SELECT DISTINCT ON (h.worker) h.worker AS id, h.code, h.name, h.role, h.phone, h.department
			FROM worker_history h WHERE h.at <= $1 ORDER BY h.worker, h.seq DESC) w`
	}
	if q.IDs != nil {
		s.and("id = ANY(%s)", q.IDs)
	}
	if q.Code != "" {
		s.and("code = %s", q.Code)
	}
	if q.Role != "" {
		s.and("role = %s", string(q.Role))
	}
	if q.Text != "" {
		s.and("(starts_with(code, %s) OR strpos(name, %s) > 0)", q.Text, q.Text)
	}
	if q.Areas != nil {
		s.and("id IN (SELECT p.worker FROM post p WHERE p.area = ANY(%s))", q.Areas)
	}
	if q.After != 0 {
		s.and("id > %s", q.After)
	}
	workers, err := collect(ctx, db.pool, scanWorker, `SELECT id, code, name, role, phone, department FROM `+from+s.clause()+
		` ORDER BY id LIMIT `+strconv.Itoa(q.Limit), s.args...)
	if err != nil {
		return nil, fmt.Errorf("workers: %w", plain(err))
	}
	return workers, nil
}

// AddWorker takes a worker in. It fails with a *[grid.Clash] when another has the
// code.
func (db *DB) AddWorker(ctx context.Context, w grid.Worker, why string) (grid.Worker, error) {
	err := db.amend(ctx, why, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `INSERT INTO worker (code, name, role, phone, department) VALUES ($1, $2, $3, $4, $5) RETURNING id`,
			w.Code, w.Name, string(w.Role), w.Phone, w.Department).Scan(&w.ID)
	})
	if broken(err) == "worker_code_unique" {
		return w, db.codeTaken(ctx, w.Code)
	}
	if err != nil {
		return w, fmt.Errorf("worker %s: %w", w.Code, plain(err))
	}
	return w, nil
}

func (db *DB) codeTaken(ctx context.Context, code string) error {
	others, err := db.FindWorkers(ctx, grid.WorkerQuery{Code: code, Limit: 1})
	if err != nil || len(others) == 0 {
		return fmt.Errorf("worker %s: the code is taken (%w)", code, err)
	}
	return &grid.Clash{Rule: "code-taken", With: fmt.Sprintf("the code %s is that of %s %s", code, others[0].Role, others[0].Name)}
}

// ChangeWorker corrects what is known of the worker with a code, which stays; it
// fails with grid.ErrNotFound when there is none, and with a *[grid.Clash] when a
// department that rules name would have no officer any more.
func (db *DB) ChangeWorker(ctx context.Context, code string, become func(*grid.Worker) error, why string) (w grid.Worker, err error) {
	err = db.amend(ctx, why, func(tx pgx.Tx) error {
		there, err := collect(ctx, tx, scanWorker, `SELECT id, code, name, role, phone, department FROM worker WHERE code = $1 FOR UPDATE`, code)
		if err == nil && len(there) == 0 {
			err = grid.ErrNotFound
		}
		if err != nil {
			return err
		}
		w = there[0]
		if err := become(&w); err != nil || w == there[0] {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE worker SET name = $2, role = $3, phone = $4, department = $5 WHERE id = $1`,
			w.ID, w.Name, string(w.Role), w.Phone, w.Department)
		return err
	})
	if err != nil {
		return w, fmt.Errorf("worker %s: %w", code, plain(err))
	}
	return w, nil
}

// WorkerHistory returns what was known of a worker, from the first; it fails with
// grid.ErrNotFound when there is no such worker.
func (db *DB) WorkerHistory(ctx context.Context, code string) ([]grid.WorkerStep, error) {
	steps, err := collect(ctx, db.pool, scanWorkerStep, `
		SELECT h.worker, h.code, h.name, h.role, h.phone, h.department, h.at, h.by, h.why
		FROM worker w JOIN worker_history h ON h.worker = w.id WHERE w.code = $1 ORDER BY h.seq`, code)
	if err == nil && len(steps) == 0 {
		err = grid.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("worker %s: %w", code, plain(err))
	}
	return steps, nil
}

func scanWorkerStep(row pgx.CollectableRow) (t grid.WorkerStep, err error) {
	w := &t.Worker
	err = row.Scan(&w.ID, &w.Code, &w.Name, &w.Role, &w.Phone, &w.Department, &t.At, &t.By, &t.Why)
	t.At = t.At.UTC()
	return t, err
}
