package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"jingwei/grid"

	"github.com/jackc/pgx/v5"
)

// secretBytes is the length of a token's secret before it is written as text:
// 256 bits cannot be guessed, so a plain hash of it is as good as a slow one.
const secretBytes = 32

// CreateToken makes a token and returns its secret, which is kept nowhere. With the
// code of a worker, its bearer is that worker; it fails with grid.ErrNotFound when
// there is none of that code.
func (db *DB) CreateToken(ctx context.Context, name string, access grid.Access, area grid.AreaID, worker string) (t grid.Token, secret string, err error) {
	var raw [secretBytes]byte
	_, _ = rand.Read(raw[:]) // never fails
	secret = base64.RawURLEncoding.EncodeToString(raw[:])
	t = grid.Token{Name: name, Access: access, Area: area, Worker: worker, Created: db.now()}
	err = db.pool.QueryRow(ctx, `
		INSERT INTO token (hash, name, role, area, created, worker)
		SELECT $1, $2, $3, $4, $5, w.id FROM (SELECT) one LEFT JOIN worker w ON w.code = $6 WHERE $6 = '' OR w.id IS NOT NULL
		RETURNING id, coalesce((SELECT code FROM current_area a WHERE a.id = token.area), '')`,
		hash(secret), t.Name, string(t.Access), orNull(t.Area), t.Created, worker).Scan(&t.ID, &t.Root)
	if errors.Is(err, pgx.ErrNoRows) {
		err = fmt.Errorf("worker %s: %w", worker, grid.ErrNotFound)
	}
	if err != nil {
		return t, "", fmt.Errorf("create a token: %w", plain(err))
	}
	return t, secret, nil
}

func hash(secret string) []byte {
	h := sha256.Sum256([]byte(secret))
	return h[:]
}

// Tokens returns all tokens by id, revoked ones too.
func (db *DB) Tokens(ctx context.Context) ([]grid.Token, error) {
	tokens, err := collect(ctx, db.pool, scanToken, `
		SELECT t.id, t.name, t.role, coalesce(t.area, 0), coalesce(a.code, ''), coalesce(w.code, ''), t.created, t.revoked
		FROM token t LEFT JOIN current_area a ON a.id = t.area LEFT JOIN worker w ON w.id = t.worker ORDER BY t.id`)
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", plain(err))
	}
	return tokens, nil
}

func scanToken(row pgx.CollectableRow) (t grid.Token, err error) {
	var revoked *time.Time
	err = row.Scan(&t.ID, &t.Name, &t.Access, &t.Area, &t.Root, &t.Worker, &t.Created, &revoked)
	t.Created, t.Revoked = t.Created.UTC(), orZero(revoked)
	return t, err
}

// RevokeToken ends a token, and disables the webhooks that are told in its name; one
// that is revoked stays so. It fails with grid.ErrNotFound when there is none.
func (db *DB) RevokeToken(ctx context.Context, id int64) error {
	now := db.now()
	err := pgx.BeginFunc(ctx, db.pool, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `UPDATE token SET revoked = coalesce(revoked, greatest($2, created)) WHERE id = $1`, id, now)
		if err == nil && tag.RowsAffected() == 0 {
			err = grid.ErrNotFound
		}
		if err == nil {
			_, err = tx.Exec(ctx, `UPDATE webhook SET disabled = $2, disabled_why = 'its token was revoked' WHERE token = $1 AND disabled IS NULL`, id, now)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("revoke token %d: %w", id, plain(err))
	}
	return nil
}

// Caller returns who a secret belongs to; it fails with grid.ErrNotFound when
// there is no such token or it is revoked.
func (db *DB) Caller(ctx context.Context, secret string) (c grid.Caller, err error) {
	err = db.pool.QueryRow(ctx, `
		SELECT id, name, role, coalesce(area, 0), coalesce(worker, 0) FROM token WHERE hash = $1 AND revoked IS NULL`,
		hash(secret)).Scan(&c.Token, &c.Name, &c.Access, &c.Area, &c.Worker)
	if errors.Is(err, pgx.ErrNoRows) {
		err = grid.ErrNotFound
	}
	if err != nil {
		return grid.Caller{}, fmt.Errorf("token: %w", plain(err))
	}
	return c, nil
}
