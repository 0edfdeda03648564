package localpg

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path/filepath"
)

// Address is where a cluster is reached.
type Address struct {
	socket string // folder of the socket
}

// URL is the address of a database of the cluster, for pgx, psql or ogr2ogr. The
// user is the superuser postgres; a database of that name is always there.
func (a Address) URL(database string) string {
	return "postgres://postgres@/" + url.PathEscape(database) + "?host=" + a.socket + "&port=" + port
}

// ErrNotReady is returned by Attach while no server accepts connections.
var ErrNotReady = errors.New("no server is ready there")

// Attach finds the cluster in dir that another live process owns, to work beside
// it for as long as it runs. It fails with ErrNotReady while that process has none
// that accepts connections.
func Attach(dir string) (Address, error) {
	a, err := attach(dir)
	if err != nil {
		return a, fmt.Errorf("private PostgreSQL in %s: %w", dir, err)
	}
	return a, nil
}

func attach(dir string) (a Address, err error) {
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return a, err
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return a, err
	}
	home, err := oldHome(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return a, ErrNotReady
	}
	if err != nil {
		return a, err
	}
	data := folder{dir: dir, home: home}.data()
	p, ok := readPostmaster(data)
	if !ok || !p.ready || !runs(p.pid, data) {
		return a, ErrNotReady
	}
	return Address{p.socket}, nil
}
