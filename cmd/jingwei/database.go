package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"jingwei/store"
	"jingwei/store/localpg"
)

// database says which database a command works on.
type database struct {
	DB   string `name:"db" env:"JINGWEI_DATABASE_URL" placeholder:"URL" help:"PostgreSQL ≥ 15 with PostGIS ≥ 3.3. Without it, a private one under --data."`
	Data string `type:"path" default:".jingwei" help:"Folder of the private database."`
}

// privateDatabase is the database of a private cluster that is used: the one that
// every cluster has.
const privateDatabase = "postgres"

// open connects to the database, starting the private one if it is not running
// and bringing its schema up to date. What done gives back is the connection, and
// the private server if it was started here.
func (d *database) open(ctx context.Context) (db *store.DB, done func(), err error) {
	return d.connect(ctx, true)
}

// own is open for a service, which does not share a private database with one
// that is running already.
func (d *database) own(ctx context.Context) (db *store.DB, done func(), err error) {
	return d.connect(ctx, false)
}

func (d *database) connect(ctx context.Context, share bool) (*store.DB, func(), error) {
	if d.DB != "" {
		db, err := openChecked(ctx, d.DB)
		if err != nil {
			return nil, nil, err
		}
		return db, db.Close, nil
	}
	for end := time.Now().Add(patience); ; {
		c, err := localpg.Start(ctx, d.Data, localpg.Options{})
		if err == nil {
			return private(ctx, c)
		}
		if !share || !errors.Is(err, localpg.ErrInUse) {
			return nil, nil, err
		}
		db, done, err := d.attach(ctx)
		if !errors.Is(err, localpg.ErrNotReady) || time.Now().After(end) || ctx.Err() != nil {
			return db, done, err
		}
		time.Sleep(pollEvery) // the owner starts its server just now, or is on its way out
	}
}

// How long the server of another process may take to accept connections, and how
// often it is asked.
const (
	patience  = 30 * time.Second
	pollEvery = 50 * time.Millisecond
)

// private opens the database of a cluster that was started here.
func private(ctx context.Context, c *localpg.Cluster) (*store.DB, func(), error) {
	stop := func() {
		if err := c.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, "jingwei:", err)
		}
	}
	db, err := openPrivate(ctx, c)
	if err != nil {
		stop()
		return nil, nil, err
	}
	return db, func() { db.Close(); stop() }, nil
}

// attach connects to the private database of another process.
func (d *database) attach(ctx context.Context) (*store.DB, func(), error) {
	c, err := localpg.Attach(d.Data)
	if err != nil {
		return nil, nil, err
	}
	db, err := openChecked(ctx, c.URL(privateDatabase))
	if err != nil {
		return nil, nil, err
	}
	return db, db.Close, nil
}

// openPrivate opens the database of a private cluster. There is nobody else to
// bring its schema up to date.
func openPrivate(ctx context.Context, c *localpg.Cluster) (*store.DB, error) {
	db, err := store.Open(ctx, c.URL(privateDatabase))
	if err != nil {
		return nil, err
	}
	if err := db.Migrate(ctx); err != nil {
		db.Close()
		return nil, err
	}
	return db, nil
}

// openChecked opens a database whose schema is this program's.
func openChecked(ctx context.Context, url string) (*store.DB, error) {
	db, err := store.Open(ctx, url)
	if err != nil {
		return nil, err
	}
	if err := db.CheckSchema(ctx); err != nil {
		db.Close()
		return nil, err
	}
	return db, nil
}

type migrateCommand struct{}

func (migrateCommand) Run(ctx context.Context, s streams, d *database) error {
	if d.DB == "" { // opening the private one brings it up to date
		_, done, err := d.open(ctx)
		if err != nil {
			return err
		}
		done()
	} else if err := migrate(ctx, d.DB); err != nil {
		return err
	}
	fmt.Fprintln(s.err, "the schema is up to date")
	return nil
}

func migrate(ctx context.Context, url string) error {
	db, err := store.Open(ctx, url)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := db.Migrate(ctx); err != nil {
		return err
	}
	return db.CheckSchema(ctx) // it may be newer than this program
}
