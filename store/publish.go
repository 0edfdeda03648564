package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"jingwei/grid"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Change is the next edition, whole.
type Change struct {
	Base  int64            // the edition it was made from; 0 when there was none
	Areas []grid.CodedArea // all of the edition, in any order
	Note  string
	// KeepsTerritory says that the new cells cover what the old ones did. The
	// database then refuses anything else.
	KeepsTerritory bool
}

// CurrentAreas returns all areas of the current edition by id and its number,
// which is 0 with no areas when nothing has been published yet.
func (db *DB) CurrentAreas(ctx context.Context) (areas []grid.CodedArea, number int64, err error) {
	var e edition
	var versions []version
	err = pgx.BeginTxFunc(ctx, db.pool, snapshotTx, func(tx pgx.Tx) error {
		e, versions, err = readEdition(ctx, tx, 0)
		return err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("read the current areas: %w", err)
	}
	codes := make(map[grid.AreaID]string, len(versions))
	for _, v := range versions {
		codes[v.ID] = v.Code
	}
	for _, v := range versions {
		areas = append(areas, grid.CodedArea{
			Code: v.Code, Name: v.Name, Level: v.Level, Kind: v.Kind, Parent: codes[v.Parent],
			Households: v.Households, Shape: v.shape, Placeholder: v.placeholder,
		})
	}
	return areas, e.id, nil
}

// PublishAreas publishes the edition that consists of exactly these areas. See
// [DB.Publish].
func (db *DB) PublishAreas(ctx context.Context, base int64, areas []grid.CodedArea, note string) (int64, error) {
	return db.Publish(ctx, Change{Base: base, Areas: areas, Note: note})
}

// Publish publishes an edition and returns its number. An area whose code was
// seen before keeps its id; new ones get the next ids in the order of their
// codes. When nothing differs from the base, no edition is published and the
// number is that of the base.
//
// It fails and changes nothing when the base is no longer the current edition or
// somebody else is publishing (ErrConflict), or when a law is broken. What a
// killed process leaves behind nobody sees, and the next Publish clears it away.
func (db *DB) Publish(ctx context.Context, c Change) (number int64, err error) {
	if number, err = db.publish(ctx, c); err != nil {
		return 0, fmt.Errorf("publish an edition: %w", plain(err))
	}
	return number, nil
}

func (db *DB) publish(ctx context.Context, c Change) (int64, error) {
	conn, err := db.pool.Acquire(ctx)
	if err != nil {
		return 0, err
	}
	defer conn.Release()
	unlock, err := lockPublishing(ctx, conn)
	if err != nil {
		return 0, err
	}
	defer unlock()
	if err := discardStaged(ctx, conn); err != nil {
		return 0, err
	}
	d, err := compare(ctx, conn, c)
	if err != nil || d.empty() {
		return c.Base, err
	}
	p := publication{Change: c, difference: d, conn: conn, at: db.now(), by: db.by}
	if err := p.run(ctx); err != nil {
		if clear := discardStaged(context.WithoutCancel(ctx), conn); clear != nil {
			db.Log.WarnContext(ctx, "publish: what was staged is left for the next to clear away", "error", clear)
		}
		return 0, err
	}
	return p.number, nil
}

// lockPublishing lets one publish at a time. The lock is that of the connection,
// so that it ends with it, and takes no transaction that would hold back the feed.
func lockPublishing(ctx context.Context, conn *pgxpool.Conn) (unlock func(), err error) {
	var got bool
	if err := conn.QueryRow(ctx, `SELECT pg_try_advisory_lock(hashtext('jingwei publish'))`).Scan(&got); err != nil {
		return nil, err
	}
	if !got {
		return nil, fmt.Errorf("%w: another edition is being published", ErrConflict)
	}
	return func() {
		_, err := conn.Exec(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock(hashtext('jingwei publish'))`)
		if err != nil {
			_ = conn.Conn().Close(context.WithoutCancel(ctx)) // which unlocks as well
		}
	}, nil
}

// discardStaged takes away an edition that was staged and not published.
func discardStaged(ctx context.Context, conn *pgxpool.Conn) error {
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		var number int64
		err := tx.QueryRow(ctx, `SELECT coalesce(min(id), 0) FROM edition WHERE published IS NULL`).Scan(&number)
		if err != nil || number == 0 {
			return err
		}
		for _, sql := range []string{
			`DELETE FROM area WHERE since = $1`,
			`UPDATE area SET until = NULL WHERE until = $1`,
			`DELETE FROM edition WHERE id = $1`,
		} {
			if _, err := tx.Exec(ctx, sql, number); err != nil {
				return fmt.Errorf("clear away edition %d, which was staged: %w", number, err)
			}
		}
		_, err = tx.Exec(ctx, `DELETE FROM area_code c WHERE NOT EXISTS (SELECT 1 FROM area a WHERE a.code = c.code)`)
		return err
	})
}

// publication is an edition on its way.
type publication struct {
	Change
	difference
	conn   *pgxpool.Conn
	at     time.Time
	by     string
	number int64
}

// stageChunk is how many areas are staged in a transaction, so as not to hold
// back the feed.
const stageChunk = 5000

func (p *publication) run(ctx context.Context) error {
	if err := p.stage(ctx); err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, p.conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE edition SET published = $2 WHERE id = $1`, p.number, p.at); err != nil {
			return err
		}
		return feed(ctx, tx, grid.EventEdition, strconv.FormatInt(p.number, 10))
	})
}

// stage writes the edition where nobody sees it.
func (p *publication) stage(ctx context.Context) error {
	err := p.conn.QueryRow(ctx, `
		INSERT INTO edition (id, base, note, by, keeps_territory)
		SELECT coalesce(max(id), 0) + 1, $1, $2, $3, $4 FROM edition RETURNING id`,
		orNull(p.Base), p.Note, p.by, p.KeepsTerritory).Scan(&p.number)
	if err != nil {
		return err
	}
	if err := p.copyIn(ctx, "area_code", []string{"code", "area"}, len(p.fresh), func(i int) ([]any, error) {
		return []any{p.fresh[i].Code, p.fresh[i].ID}, nil
	}); err != nil {
		return err
	}
	if err := p.end(ctx); err != nil {
		return err
	}
	if err := p.begin(ctx); err != nil {
		return err
	}
	// The proof at publication is planned by these.
	_, err = p.conn.Exec(ctx, `ANALYZE area, area_code`)
	return err
}

// end gives the versions that are replaced or dropped their end.
func (p *publication) end(ctx context.Context) error {
	for i := 0; i < len(p.ended); i += stageChunk {
		ids := p.ended[i:min(i+stageChunk, len(p.ended))]
		_, err := p.conn.Exec(ctx, `UPDATE area SET until = $1 WHERE until IS NULL AND id = ANY($2)`, p.number, ids)
		if err != nil {
			return err
		}
	}
	return nil
}

// begin writes the versions that are new.
func (p *publication) begin(ctx context.Context) error {
	columns := []string{"id", "since", "code", "name", "level", "kind", "parent", "households", "placeholder", "geom"}
	return p.copyIn(ctx, "area", columns, len(p.begun), func(i int) ([]any, error) {
		v := &p.begun[i]
		var g any
		if v.Cell {
			g = shape(v.shape)
		}
		return []any{v.ID, int32(p.number), v.Code, v.Name, v.Level.String(), string(v.Kind), orNull(v.Parent), v.Households, v.placeholder, g}, nil
	})
}

// copyIn copies n rows into a table, a transaction for each chunk.
func (p *publication) copyIn(ctx context.Context, table string, columns []string, n int, row func(i int) ([]any, error)) error {
	for from := 0; from < n; from += stageChunk {
		size := min(stageChunk, n-from)
		chunk := pgx.CopyFromSlice(size, func(i int) ([]any, error) { return row(from + i) })
		if _, err := p.conn.CopyFrom(ctx, pgx.Identifier{table}, columns, chunk); err != nil {
			return err
		}
	}
	return nil
}
