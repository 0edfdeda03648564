// Package localpg keeps a private PostgreSQL + PostGIS cluster in a folder, so
// that there is no database server to administer.
//
// # Laws
//
//   - One owner. A folder belongs to at most one live process; a second Start is
//     refused with ErrInUse. The claim is a file lock, which the kernel takes back
//     however the owner dies.
//   - Nothing committed is lost by a kill of the owner, of the server or of both,
//     nor by a crash of the machine unless the cluster is Throwaway.
//   - Private. There is no TCP port. The only way in is a unix socket in a folder
//     that no other user can enter, and whoever can enter it is trusted.
//   - The owner rules. The server is in a session of its own, so it sees no
//     Ctrl-C; it is started again when it dies, and asked to stop when its owner
//     dies (on Linux at once, elsewhere by the next Start).
//
// # In the folder
//
//	lock          locked by the owner, holds its process id
//	postgres.log  what the server says
//	cluster/data  the database cluster (PGDATA)
//	cluster/socket
//
// PostgreSQL refuses to run as root, so for root it runs as the user postgres, or
// as the user that owns the data already there. That user often may not enter the
// folder (/root is closed to it); then cluster is a symbolic link to a new folder
// in /var/lib/jingwei, or in the temporary folder if the folder itself lies there.
// The file belongs-to in it names the folder, for whoever finds it left over after
// the folder was deleted; Remove deletes both.
package localpg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
)

// ErrInUse is returned by Start for a folder that another live process owns.
var ErrInUse = errors.New("in use by another process")

// Options of a cluster. The zero value is a durable one.
type Options struct {
	// Throwaway trades safety for speed: what is committed survives the kill of
	// any process, but not a crash of the machine. For tests.
	Throwaway bool
}

// Cluster is a running private cluster. Its methods may be called at any time
// from any goroutine.
type Cluster struct {
	Address
	folder  folder
	server  launcher
	release func()        // has the supervisor stop the server
	stopped chan struct{} // closed when the supervisor is done
	result  error         // of the shutdown; set before stopped is closed
	unlock  func() error  // gives the folder back
	once    sync.Once     // guards unlock
}

// Start starts the cluster in dir, making it first if there is none, and returns
// when it accepts connections. The end of ctx breaks off the start; it means
// nothing to a cluster that has started.
func Start(ctx context.Context, dir string, o Options) (*Cluster, error) {
	c, err := start(ctx, dir, o)
	if err != nil {
		return nil, fmt.Errorf("private PostgreSQL in %s: %w", dir, err)
	}
	return c, nil
}

func start(ctx context.Context, dir string, o Options) (_ *Cluster, err error) {
	dir, err = resolve(dir)
	if err != nil {
		return nil, err
	}
	unlock, err := claim(dir)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, unlock())
		}
	}()
	c := &Cluster{unlock: unlock, stopped: make(chan struct{})}
	if err := c.prepare(ctx, dir, o); err != nil {
		return nil, err
	}
	s, err := c.server.start(ctx)
	if err != nil {
		return nil, err
	}
	c.superviseInBackground(ctx, s)
	return c, nil
}

// prepare finds the place, the account and the programs, puts down what an
// earlier owner left running, and makes the cluster if there is none.
func (c *Cluster) prepare(ctx context.Context, dir string, o Options) error {
	f, as, err := place(dir)
	if err != nil {
		return err
	}
	programs, err := find(ctx, as, f.major())
	if err != nil {
		return err
	}
	c.folder, c.Address = f, Address{f.socket}
	c.server = launcher{folder: f, as: as, programs: programs, settings: settings(f, o)}
	if err := putDown(f.data()); err != nil {
		return err
	}
	if err := sweep(f.socket); err != nil {
		return err
	}
	return c.server.initialise(ctx, o)
}

// Stop shuts the server down cleanly, breaking its connections, waits for it and
// gives the folder back. Only the first call does something; all return alike.
func (c *Cluster) Stop() error {
	c.release()
	<-c.stopped
	c.once.Do(func() { c.result = errors.Join(c.result, c.folder.tidy(), c.unlock()) })
	return c.result
}

// Remove stops the cluster and deletes it from the disk, also what of it lies
// outside the folder.
func (c *Cluster) Remove() error {
	if err := c.Stop(); err != nil {
		return err
	}
	return c.folder.remove()
}

func (c *Cluster) superviseInBackground(ctx context.Context, s *server) {
	ctx, c.release = context.WithCancel(context.WithoutCancel(ctx))
	go func() {
		defer close(c.stopped)
		c.result = c.server.supervise(ctx, s)
	}()
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
