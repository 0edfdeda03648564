package store

import (
	"context"
	"errors"
	"fmt"

	"jingwei/migrations"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// What the database must be, at least.
const (
	leastPostgreSQL   = 15
	leastPostGISMajor = 3
	leastPostGISMinor = 3
)

// ErrSchema says that the schema is not the one this program is made for.
var ErrSchema = errors.New("wrong schema")

// Migrate brings the schema up to date. Several processes may call it at once.
func (db *DB) Migrate(ctx context.Context) error {
	if err := db.checkServer(ctx); err != nil {
		return err
	}
	return db.migrate(ctx, func(p *goose.Provider) error {
		_, err := p.Up(ctx)
		return err
	})
}

// MigrateTo brings the schema to a version, up or down; 0 takes everything away.
func (db *DB) MigrateTo(ctx context.Context, version int64) error {
	return db.migrate(ctx, func(p *goose.Provider) error {
		now, err := p.GetDBVersion(ctx)
		if err != nil {
			return err
		}
		if version < now {
			_, err = p.DownTo(ctx, version)
		} else {
			_, err = p.UpTo(ctx, version)
		}
		return err
	})
}

func (db *DB) migrate(ctx context.Context, run func(*goose.Provider) error) (err error) {
	const every, tries = 1, 600 // seconds between tries for the lock, and how many
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(every, tries))
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	p, err := goose.NewProvider(goose.DialectPostgres, stdlib.OpenDBFromPool(db.pool), migrations.FS, goose.WithSessionLocker(locker))
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	if err := run(p); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	db.pool.Reset() // connections from before do not know PostGIS
	return nil
}

// CheckSchema fails, saying what to do, unless the schema is exactly the one this
// program is made for.
func (db *DB) CheckSchema(ctx context.Context) error {
	if err := db.checkServer(ctx); err != nil {
		return err
	}
	have, err := db.schemaVersion(ctx)
	if err != nil {
		return err
	}
	want, err := latestVersion()
	switch {
	case err != nil:
		return err
	case have == 0:
		return fmt.Errorf("%w: the database has none yet: run `jingwei migrate`", ErrSchema)
	case have < want:
		return fmt.Errorf("%w: the database has version %d, this program needs %d: run `jingwei migrate`", ErrSchema, have, want)
	case have > want:
		return fmt.Errorf("%w: the database has version %d, newer than %d, the newest this program knows: use a newer program", ErrSchema, have, want)
	}
	return nil
}

// schemaVersion returns the number of the last migration; 0 when there was none.
func (db *DB) schemaVersion(ctx context.Context) (version int64, err error) {
	var there bool
	err = db.pool.QueryRow(ctx, `SELECT to_regclass($1) IS NOT NULL`, goose.DefaultTablename).Scan(&there)
	if err == nil && there {
		err = db.pool.QueryRow(ctx, `SELECT coalesce(max(version_id), 0) FROM `+goose.DefaultTablename+` WHERE is_applied`).Scan(&version)
	}
	if err != nil {
		return 0, fmt.Errorf("version of the schema: %w", err)
	}
	return version, nil
}

// latestVersion returns the number of the last migration that is embedded.
func latestVersion() (int64, error) {
	files, err := migrations.FS.ReadDir(".")
	if err != nil || len(files) == 0 {
		return 0, fmt.Errorf("embedded migrations: %w", err)
	}
	v, err := goose.NumericComponent(files[len(files)-1].Name())
	if err != nil {
		return 0, fmt.Errorf("embedded migrations: %w", err)
	}
	return v, nil
}

// checkServer fails unless PostgreSQL and PostGIS are new enough.
func (db *DB) checkServer(ctx context.Context) error {
	var server int
	if err := db.pool.QueryRow(ctx, `SELECT current_setting('server_version_num')::int / 10000`).Scan(&server); err != nil {
		return fmt.Errorf("version of the database: %w", err)
	}
	if server < leastPostgreSQL {
		return fmt.Errorf("the database is PostgreSQL %d; %d or newer is needed", server, leastPostgreSQL)
	}
	var postgis string
	err := db.pool.QueryRow(ctx, `SELECT coalesce(installed_version, default_version) FROM pg_available_extensions WHERE name = 'postgis'`).Scan(&postgis)
	if errors.Is(err, pgx.ErrNoRows) {
		return fmt.Errorf("the database server has no PostGIS; %d.%d or newer is needed", leastPostGISMajor, leastPostGISMinor)
	}
	if err != nil {
		return fmt.Errorf("version of PostGIS: %w", err)
	}
	return checkPostGIS(postgis)
}

// checkPostGIS fails unless a version like 3.3.2 is new enough.
func checkPostGIS(version string) error {
	var major, minor int
	if _, err := fmt.Sscanf(version, "%d.%d", &major, &minor); err != nil {
		return fmt.Errorf("version of PostGIS %q: %w", version, err)
	}
	if major < leastPostGISMajor || major == leastPostGISMajor && minor < leastPostGISMinor {
		return fmt.Errorf("the database has PostGIS %s; %d.%d or newer is needed", version, leastPostGISMajor, leastPostGISMinor)
	}
	return nil
}
