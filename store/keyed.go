package store

import (
	"context"
	"fmt"

	"jingwei/grid"

	"github.com/jackc/pgx/v5"
)

// Of a ledger with a key, this names one value among those that are known.

// records returns what is known under a key, or all that ever was.
func (l *ledger[T]) records(ctx context.Context, db querier, key string, history bool) ([]grid.Recorded[T], error) {
	const most = 1000
	return l.find(ctx, db, grid.RecordQuery{Code: key, History: history, Limit: most})
}

// put makes v, or makes what has its key what v says; it reports whether there was
// nothing, and gives v its number.
func (l *ledger[T]) put(ctx context.Context, tx pgx.Tx, v *T) (created bool, err error) {
	// One at a time, so that two do not make the same key.
	if _, err := tx.Exec(ctx, `LOCK TABLE `+l.noun+` IN SHARE ROW EXCLUSIVE MODE`); err != nil {
		return false, err
	}
	key, id := l.name(v)
	there, err := l.records(ctx, tx, key, false)
	if err != nil {
		return false, err
	}
	if len(there) == 0 {
		*id, err = l.open(ctx, tx, *v, nil)
		return true, err
	}
	_, old := l.name(&there[0].Value)
	*id = *old
	_, err = l.correct(ctx, tx, *id, func(known *T) error {
		*known = *v
		return nil
	})
	return false, err
}

// withdraw ends what is known under a key; it fails with grid.ErrNotFound when
// nothing is.
func (l *ledger[T]) withdraw(ctx context.Context, tx pgx.Tx, key string) error {
	there, err := l.records(ctx, tx, key, false)
	if err == nil && len(there) == 0 {
		err = grid.ErrNotFound
	}
	if err != nil {
		return err
	}
	_, id := l.name(&there[0].Value)
	_, err = l.close(ctx, tx, *id)
	return err
}

// putOne puts a value on the record; see put.
func putOne[T any](ctx context.Context, db *DB, l *ledger[T], v T, why string) (r grid.Recorded[T], created bool, err error) {
	err = db.amend(ctx, why, func(tx pgx.Tx) (err error) {
		created, err = l.put(ctx, tx, &v)
		return err
	})
	key, id := l.name(&v)
	if err != nil {
		return r, false, fmt.Errorf("%s %s: %w", l.noun, key, plain(err))
	}
	r, err = l.one(ctx, db.pool, *id)
	return r, created, err
}

// putAll puts values on the record, over those of the same keys, and withdraws
// others.
func putAll[T any](ctx context.Context, db *DB, l *ledger[T], values []T, withdraw []string) error {
	err := db.amend(ctx, "import", func(tx pgx.Tx) error {
		for _, v := range values {
			if _, err := l.put(ctx, tx, &v); err != nil {
				key, _ := l.name(&v)
				return fmt.Errorf("%s: %w", key, err)
			}
		}
		for _, key := range withdraw {
			if err := l.withdraw(ctx, tx, key); err != nil {
				return fmt.Errorf("%s: %w", key, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("%ss: %w", l.noun, plain(err))
	}
	return nil
}
