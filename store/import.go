package store

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"sync/atomic"

	"jingwei/grid"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"
)

// Import is a batch of old reports on its way in. They carry no history but the
// batch. It commits as it goes, so as not to hold back the feed; the same batch
// again adds what is missing.
type Import struct {
	*DB
	id int64
}

// ReportSink begins a batch; who brings it, and why, is for the record.
func (db *DB) ReportSink(ctx context.Context, by, reason string) (*Import, error) {
	im := &Import{DB: db}
	err := db.pool.QueryRow(ctx, `INSERT INTO import_batch (at, by, reason) VALUES ($1, $2, $3) RETURNING id`,
		db.now(), by, reason).Scan(&im.id)
	if err != nil {
		return nil, fmt.Errorf("begin an import: %w", plain(err))
	}
	return im, nil
}

// ID returns the number of the batch.
func (im *Import) ID() int64 { return im.id }

// AppendReports commits reports and returns how many were new: one whose id is
// known already is left as it is. Of an entry the reason is kept, behind that of the
// batch; the rest is the same for all of it. It keeps nothing of the slice.
func (im *Import) AppendReports(ctx context.Context, entries []grid.Entry) (added int, err error) {
	im.makeMonths(ctx, earliestImport, func(yield func(grid.Report) bool) {
		for _, e := range entries {
			if !yield(e.Report) {
				return
			}
		}
	})
	data := newCopy(len(entries), func(b *copyBuffer, i int) { b.imported(&entries[i], im.id) })
	added, err = im.commit(ctx, "report", data, nil)
	if isCode(err, uniqueViolation) {
		added, err = im.commit(ctx, "incoming", data, mergeIncoming)
	}
	if err != nil {
		return 0, fmt.Errorf("import reports: %w", plain(err))
	}
	data.free()
	return added, nil
}

// merge brings rows from the temporary table "incoming" to where they belong.
type merge struct{ make, merge string }

// mergeIncoming leaves out the reports whose ids are known.
var mergeIncoming = &merge{
	make: `CREATE TEMP TABLE incoming (LIKE report INCLUDING DEFAULTS) ON COMMIT DROP`,
	merge: `INSERT INTO report (` + copiedColumns + `) SELECT ` + copiedColumns + ` FROM incoming
		ON CONFLICT (id) DO NOTHING`,
}

func (im *Import) commit(ctx context.Context, table string, data *copyBuffer, m *merge) (added int, err error) {
	err = pgx.BeginTxFunc(ctx, im.pool, pgx.TxOptions{}, func(tx pgx.Tx) error {
		if m != nil {
			if _, err := tx.Exec(ctx, m.make); err != nil {
				return err
			}
		}
		tag, err := copyInto(ctx, tx, table+` (`+copiedColumns+`)`, data)
		if err == nil && m != nil {
			tag, err = tx.Exec(ctx, m.merge)
		}
		if err != nil {
			return err
		}
		added = int(tag.RowsAffected())
		return feed(ctx, tx, grid.EventBatch, strconv.FormatInt(im.id, 10))
	})
	return added, err
}

// Sizes of an import.
const (
	importConns = 2
	importChunk = 20_000 // reports in a transaction
)

// ImportReports takes in a batch of reports as fast as it goes and returns how
// many were new. What was committed before an error stays.
func (db *DB) ImportReports(ctx context.Context, by, reason string, entries iter.Seq2[grid.Entry, error]) (added int64, err error) {
	im, err := db.ReportSink(ctx, by, reason)
	if err != nil {
		return 0, err
	}
	var count atomic.Int64
	g, ctx := errgroup.WithContext(ctx)
	chunks := make(chan []grid.Entry)
	for range importConns {
		g.Go(func() error {
			for chunk := range chunks {
				n, err := im.AppendReports(ctx, chunk)
				if err != nil {
					return err
				}
				count.Add(int64(n))
			}
			return nil
		})
	}
	err = deal(ctx, entries, chunks)
	err = errors.Join(err, g.Wait())
	return count.Load(), err
}

// deal hands out entries in chunks, in order, and closes the channel.
func deal(ctx context.Context, entries iter.Seq2[grid.Entry, error], chunks chan<- []grid.Entry) error {
	defer close(chunks)
	var chunk []grid.Entry
	send := func() bool {
		select {
		case chunks <- chunk:
			chunk = make([]grid.Entry, 0, importChunk)
			return true
		case <-ctx.Done():
			return false
		}
	}
	for e, err := range entries {
		if err != nil {
			return err
		}
		if chunk = append(chunk, e); len(chunk) == importChunk && !send() {
			return nil // the reason is that of the group
		}
	}
	if len(chunk) > 0 {
		send()
	}
	return nil
}

// Analyze takes statistics, so that queries after an import are planned well.
func (db *DB) Analyze(ctx context.Context) error {
	if _, err := db.pool.Exec(ctx, `ANALYZE report`); err != nil {
		return fmt.Errorf("take statistics: %w", err)
	}
	return nil
}
