package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// Times of leading.
const (
	leadRetry   = time.Second     // between tries to lead, and looks whether we still do
	leadTimeout = 5 * time.Second // of such a look
)

// leadLock is the advisory lock of the node that leads.
const leadLock = `hashtextextended('jingwei webhooks', 0)`

// Lead runs a function while this node and no other leads, again and again until ctx
// ends; it returns the error of ctx. The function's context ends when the connection
// that holds the lease breaks, with which the lease ends.
func (db *DB) Lead(ctx context.Context, run func(context.Context)) error {
	for ctx.Err() == nil {
		if err := db.lead(ctx, run); err != nil && ctx.Err() == nil {
			db.Log.WarnContext(ctx, "lead: connection lost, trying again", "error", err)
		}
		sleep(ctx, leadRetry)
	}
	return ctx.Err()
}

// lead waits on one connection until the lease is free, and leads until that breaks.
func (db *DB) lead(ctx context.Context, run func(context.Context)) error {
	conn, err := db.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	own := conn.Hijack() // it holds the lease, so it does not go back to the pool
	defer func() { _ = own.Close(context.WithoutCancel(ctx)) }()
	for leads := false; !leads; {
		// A look and not a wait: a statement that waits keeps old rows from being removed.
		if err := own.QueryRow(ctx, `SELECT pg_try_advisory_lock(`+leadLock+`)`).Scan(&leads); err != nil {
			return err
		}
		if !leads && !sleep(ctx, leadRetry) {
			return ctx.Err()
		}
	}
	ctx, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() { defer close(done); run(ctx) }()
	defer func() { stop(); <-done }()
	return keep(ctx, own)
}

// keep looks now and then whether a connection still stands, and returns when it
// does not.
func keep(ctx context.Context, conn *pgx.Conn) error {
	for sleep(ctx, leadRetry) {
		look, cancel := context.WithTimeout(ctx, leadTimeout)
		_, err := conn.Exec(look, `SELECT 1`)
		cancel()
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}
