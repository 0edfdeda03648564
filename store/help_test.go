package store_test

import (
	"errors"
	"testing"

	"jingwei/store/storetest"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// connect opens a connection beside the store.
func connect(t testing.TB, db *storetest.Database) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), db.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(t.Context()) })
	return conn
}

// exec runs a statement that must work.
func exec(t testing.TB, db *storetest.Database, sql string, args ...any) {
	t.Helper()
	if _, err := connect(t, db).Exec(t.Context(), sql, args...); err != nil {
		t.Fatalf("%v\n%s", err, sql)
	}
}

// refused runs a statement that must break the rule of that name.
func refused(t testing.TB, db *storetest.Database, rule, sql string, args ...any) {
	t.Helper()
	_, err := connect(t, db).Exec(t.Context(), sql, args...)
	breaks(t, err, rule)
}

// breaks checks that err says that the rule of that name is broken.
func breaks(t testing.TB, err error, rule string) {
	t.Helper()
	var pg *pgconn.PgError
	if !errors.As(err, &pg) || pg.ConstraintName != rule {
		t.Errorf("got %v, want the rule %s to refuse it", err, rule)
	}
}

// query returns the one value of a query.
func query[T any](t testing.TB, db *storetest.Database, sql string, args ...any) (v T) {
	t.Helper()
	if err := connect(t, db).QueryRow(t.Context(), sql, args...).Scan(&v); err != nil {
		t.Fatalf("%v\n%s", err, sql)
	}
	return v
}
