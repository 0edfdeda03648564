package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"jingwei/grid"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// AppendAll keeps entries and answers each, in order, after it is committed. What
// is refused does not stop the others. An entry under an id that is taken changes
// nothing.
func (db *DB) AppendAll(ctx context.Context, entries []grid.Entry) []grid.Answer {
	answers := make([]grid.Answer, len(entries))
	for _, round := range rounds(entries) {
		b := batch{db: db, entries: make([]grid.Entry, len(round))}
		for i, k := range round {
			b.entries[i] = entries[k]
			b.entries[i].Report = asKept(entries[k].Report)
		}
		for i, a := range b.append(ctx) {
			answers[round[i]] = a
		}
	}
	return answers
}

// rounds splits entries, given by index, so that no id comes twice in a round and
// the first of an id comes first. Within a round they go by id: transactions that
// insert in the same order do not wait for each other in a circle.
func rounds(entries []grid.Entry) [][]int {
	byID := make([]int, len(entries))
	for i := range byID {
		byID[i] = i
	}
	id := func(i int) uuid.UUID { return entries[i].Report.ID }
	slices.SortStableFunc(byID, func(i, j int) int { a, b := id(i), id(j); return bytes.Compare(a[:], b[:]) })
	var out [][]int
	for again, k := 0, 0; k < len(byID); k++ {
		if again++; k == 0 || id(byID[k]) != id(byID[k-1]) {
			again = 0
		}
		if again == len(out) {
			out = append(out, nil)
		}
		out[again] = append(out[again], byID[k])
	}
	return out
}

// batch is entries of different ids on their way into one transaction.
type batch struct {
	db      *DB
	entries []grid.Entry
	again   bool // an attempt has failed, and may still have been committed
}

// lateReport is how old, at most, the id of a new report is to have a partition
// made for its month.
const lateReport = 366 * 24 * time.Hour

// append commits the batch; when the data of some entry is refused, in halves.
func (b *batch) append(ctx context.Context) []grid.Answer {
	b.db.makeMonths(ctx, b.db.now().Add(-lateReport), b.reports)
	created, err := b.insertWithPatience(ctx)
	if isRefused(err) && len(b.entries) > 1 {
		half := len(b.entries) / 2
		first := batch{b.db, b.entries[:half], b.again}
		second := batch{b.db, b.entries[half:], b.again}
		return append(first.append(ctx), second.append(ctx)...)
	}
	if err != nil {
		return b.fail(err)
	}
	return b.answer(ctx, created)
}

// reports yields the reports of the batch.
func (b *batch) reports(yield func(grid.Report) bool) {
	for _, e := range b.entries {
		if !yield(e.Report) {
			return
		}
	}
}

func (b *batch) fail(err error) []grid.Answer {
	answers := make([]grid.Answer, len(b.entries))
	for i, e := range b.entries {
		answers[i].Err = fmt.Errorf("report %v: %w", e.Report.ID, plain(err))
	}
	return answers
}

// answer tells the created, nil for all, from those that were there already.
func (b *batch) answer(ctx context.Context, created lines) []grid.Answer {
	var taken []uuid.UUID
	for i := range b.entries {
		if id := b.entries[i].Report.ID; !created.tell(id) {
			taken = append(taken, id)
		}
	}
	var there map[string]grid.Report
	if len(taken) > 0 {
		var err error
		if there, err = reportsByID(ctx, b.db.pool, taken); err != nil {
			return b.fail(err)
		}
	}
	answers := make([]grid.Answer, len(b.entries))
	for i := range b.entries {
		r := &b.entries[i].Report
		if created.tell(r.ID) {
			answers[i].Report, answers[i].Outcome = *r, grid.Created
		} else {
			answers[i].Receipt = b.compare(*r, there[r.ID.String()])
		}
	}
	return answers
}

// lines are the lines of the feed, by their seq, that tell of the reports that were
// created; nil when all were.
type lines map[uuid.UUID]int64

// tell reports whether a report was created.
func (l lines) tell(id uuid.UUID) bool {
	_, told := l[id]
	return l == nil || told
}

// compare judges a report by the one kept under its id. After a failed attempt
// that one may be itself: it is, if it arrived at the same microsecond.
func (b *batch) compare(r, kept grid.Report) grid.Receipt {
	switch {
	case !r.Retells(kept):
		return grid.Receipt{Report: kept, Outcome: grid.Conflict}
	case b.again && r.Received.Equal(kept.Received):
		return grid.Receipt{Report: kept, Outcome: grid.Created}
	}
	return grid.Receipt{Report: kept, Outcome: grid.Same}
}

// Times of trying again while the database cannot be reached.
const (
	appendPatience = 10 * time.Second
	appendRetry    = 50 * time.Millisecond
)

// insertWithPatience inserts, if need be again on another connection: what was
// committed though its answer got lost is found to be there.
func (b *batch) insertWithPatience(ctx context.Context) (created lines, err error) {
	for start := time.Now(); ; b.again = true {
		created, err = b.insert(ctx)
		if err == nil || isRefused(err) || ctx.Err() != nil || !passes(err) || time.Since(start) > appendPatience {
			return created, err
		}
		b.db.Log.WarnContext(ctx, "append: trying again", "reports", len(b.entries), "error", err)
		sleep(ctx, appendRetry)
	}
}

// passes reports whether an error may be gone at the next attempt.
func passes(err error) bool {
	const classRollback, classResources = "40", "53"
	return !isPostgres(err) || isClass(err, classConnection, classIntervention, classRollback, classResources)
}

// manyEntries is from how many on entries are copied into the tables: that takes
// more statements and less time for each entry.
const manyEntries = 200

// insert returns which reports were created.
func (b *batch) insert(ctx context.Context) (created lines, err error) {
	var xid uint64
	careful := len(b.entries) < manyEntries || b.again
	if !careful {
		xid, err = b.copy(ctx)
		careful = isCode(err, uniqueViolation)
	}
	if careful {
		created, xid, err = b.insertNew(ctx)
	}
	if err != nil {
		return nil, err
	}
	if xid != 0 { // something was created
		b.db.recent.add(xid, b.written(created))
	}
	return created, nil
}

// written is what the batch has committed.
func (b *batch) written(created lines) written {
	if created == nil {
		w := written{b.entries, make([]int64, len(b.entries))}
		for i := range w.seqs {
			w.seqs[i] = copiedSeq(i)
		}
		return w
	}
	var w written
	for _, e := range b.entries {
		if seq, told := created[e.Report.ID]; told {
			w.entries, w.seqs = append(w.entries, e), append(w.seqs, seq)
		}
	}
	return w
}

// copiedSeq numbers the lines of the feed that a transaction copies: they need be told
// apart only within it.
func copiedSeq(i int) int64 { return int64(i) + 1 }

// copy creates all reports, or none if one is there already. Those of one month go
// straight into its partition: through the table of all, each row would be inserted by
// itself.
func (b *batch) copy(ctx context.Context) (xid uint64, err error) {
	n := len(b.entries)
	reports := newCopy(n, func(c *copyBuffer, i int) { c.filed(&b.entries[i]) })
	news := newCopy(n, func(c *copyBuffer, i int) { c.news(copiedSeq(i), grid.EventReport, b.entries[i].Report.ID.String()) })
	table, month := b.db.months.partitionOf(b.entries)
	xid, err = b.copyInto(ctx, table, reports, news)
	if !month.IsZero() && (isCode(err, undefinedTable) || errors.Is(err, errNoPartition)) {
		b.db.months.tell(month, false)
		xid, err = b.copyInto(ctx, "report", reports, news)
	}
	if err == nil {
		reports.free()
		news.free()
	}
	return xid, err
}

// errNoPartition says that a table is none of report.
var errNoPartition = errors.New("no partition of report")

// copyInto copies reports into a table, which stays a partition of report once it is
// locked by that, and their lines into the feed.
func (b *batch) copyInto(ctx context.Context, table string, reports, news *copyBuffer) (xid uint64, err error) {
	err = pgx.BeginFunc(ctx, b.db.pool, func(tx pgx.Tx) error {
		if _, err := copyInto(ctx, tx, table+` (`+copiedColumns+`)`, reports); err != nil {
			return err
		}
		if _, err := copyInto(ctx, tx, `feed (seq, what, id)`, news); err != nil {
			return err
		}
		var kept bool
		err := tx.QueryRow(ctx, `
			SELECT pg_current_xact_id(), $1::text::regclass = 'report'::regclass OR EXISTS (
				SELECT FROM pg_inherits WHERE inhrelid = $1::text::regclass AND inhparent = 'report'::regclass)`, table).Scan(&xid, &kept)
		if err == nil && !kept {
			return errNoPartition
		}
		return err
	})
	return xid, err
}

// insertNew creates the reports that are not there.
func (b *batch) insertNew(ctx context.Context) (created lines, xid uint64, err error) {
	rows, err := b.db.pool.Query(ctx, insertEntries, b.arguments()...)
	if err != nil {
		return nil, 0, err
	}
	created = make(lines, len(b.entries))
	var id [16]byte
	var seq int64
	_, err = pgx.ForEachRow(rows, []any{&id, &seq, &xid}, func() error {
		created[id] = seq
		return nil
	})
	return created, xid, err
}

// insertEntries is one statement and so one transaction: reports and the feed.
const insertEntries = `
	WITH created AS (
		INSERT INTO report (id, at, received, x, y, accuracy, matter, text, reporter, cell, method, distance_m, edition,
			state, holder_level, holder_area, holder_worker, version, urgency, due, stage_due, alarm, stage_alarm,
			filed_by, filed_who, filed_as, filed_with)
		SELECT id, at, received, x, y, accuracy, nullif(matter, ''), text, reporter, nullif(cell, 0), method, distance_m, edition,
			state, nullif(holder_level, ''), nullif(holder_area, 0), nullif(holder_worker, 0), version, nullif(urgency, 'normal'), due, stage_due, alarm, stage_alarm,
			filed_by, nullif(filed_who, ''), filed_as, filed_with
		FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[], $4::int[], $5::int[], $6::real[], $7::text[], $8::text[], $9::text[],
			$10::bigint[], $11::text[], $12::real[], $13::int[],
			$14::text[], $15::text[], $16::bigint[], $17::bigint[], $18::bigint[], $19::text[], $20::timestamptz[], $21::timestamptz[], $22::timestamptz[], $23::timestamptz[],
			$24::text[], $25::text[], $26::text[], $27::text[])
		AS entry (id, at, received, x, y, accuracy, matter, text, reporter, cell, method, distance_m, edition,
			state, holder_level, holder_area, holder_worker, version, urgency, due, stage_due, alarm, stage_alarm,
			filed_by, filed_who, filed_as, filed_with)
		ON CONFLICT (id) DO NOTHING
		RETURNING id
	), told AS (
		INSERT INTO feed (what, id) SELECT 'report', id::text FROM created
		RETURNING id, seq, xid
	)
	SELECT id::uuid, seq, xid FROM told`

// arguments lays the entries out in columns.
func (b *batch) arguments() []any {
	return []any{
		column(b, func(e *grid.Entry) [16]byte { return e.Report.ID }),
		column(b, func(e *grid.Entry) time.Time { return e.Report.At }),
		column(b, func(e *grid.Entry) time.Time { return e.Report.Received }),
		column(b, func(e *grid.Entry) int32 { return e.Report.Pos.X }),
		column(b, func(e *grid.Entry) int32 { return e.Report.Pos.Y }),
		column(b, func(e *grid.Entry) float32 { return float32(e.Report.Accuracy) }),
		column(b, func(e *grid.Entry) string { return e.Report.Matter }),
		column(b, func(e *grid.Entry) string { return e.Report.Text }),
		column(b, func(e *grid.Entry) string { return e.Report.Reporter }),
		column(b, func(e *grid.Entry) int64 { return int64(e.Report.Cell) }),
		column(b, func(e *grid.Entry) string { return string(e.Report.Method) }),
		column(b, func(e *grid.Entry) float32 { return float32(e.Report.DistanceM) }),
		column(b, func(e *grid.Entry) int64 { return e.Report.Edition }),
		column(b, func(e *grid.Entry) string { return e.Report.State.String() }),
		column(b, func(e *grid.Entry) string { return levelName(e.Report.Holder.Level) }),
		column(b, func(e *grid.Entry) int64 { return int64(e.Report.Holder.Area) }),
		column(b, func(e *grid.Entry) int64 { return int64(e.Report.Holder.Worker) }),
		column(b, func(e *grid.Entry) int64 { return e.Report.Version }),
		column(b, func(e *grid.Entry) string { return e.Report.Urgency.String() }),
		column(b, func(e *grid.Entry) *time.Time { return orNull(e.Report.Due) }),
		column(b, func(e *grid.Entry) *time.Time { return orNull(e.Report.StageDue) }),
		column(b, func(e *grid.Entry) *time.Time { return orNull(e.Report.Alarm) }),
		column(b, func(e *grid.Entry) *time.Time { return orNull(e.Report.StageAlarm) }),
		column(b, func(e *grid.Entry) string { return e.Actor }),
		column(b, func(e *grid.Entry) string { return e.Who }),
		column(b, func(e *grid.Entry) string { return e.AsWhom }),
		column(b, func(e *grid.Entry) string { return e.Reason }),
	}
}

// column takes one value of each entry.
func column[T any](b *batch, value func(*grid.Entry) T) []T {
	out := make([]T, len(b.entries))
	for i := range b.entries {
		out[i] = value(&b.entries[i])
	}
	return out
}

// levelName writes a level; none is empty.
func levelName(l grid.Level) string {
	if l == 0 {
		return ""
	}
	return l.String()
}

// stateName writes a state; none is empty.
func stateName(s grid.State) string {
	if s == 0 {
		return ""
	}
	return s.String()
}

// errClosed says that an appender takes no more.
var errClosed = errors.New("the appender is closed")
