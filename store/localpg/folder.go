package localpg

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
)

const (
	port       = "5432" // only part of the socket's name
	socketName = "/.s.PGSQL." + port + ".lock"

	// maxSocketPath is the longest path of a socket in bytes: sun_path is 104
	// bytes on macOS and 108 on Linux, with a zero at the end.
	maxSocketPath = 103

	systemBase = "/var/lib/jingwei"
)

// folder tells where the parts of a cluster are; its paths have no links in them.
type folder struct {
	dir    string // what the caller named
	home   string // of data: dir/cluster, or what that links to
	socket string // of the socket: home/socket, or a short path
}

func (f folder) data() string { return filepath.Join(f.home, "data") }
func (f folder) log() string  { return filepath.Join(f.dir, "postgres.log") }

// major is the version of PostgreSQL that made the data, 0 if there is none.
func (f folder) major() int {
	text, err := os.ReadFile(filepath.Join(f.data(), "PG_VERSION"))
	if err != nil {
		return 0
	}
	n, _ := strconv.Atoi(strings.TrimSpace(string(text)))
	return n
}

// resolve makes the folder if need be and gives it its one true name.
func resolve(dir string) (string, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(dir)
}

// place finds or makes the cluster's folders and the account it runs as.
func place(dir string) (folder, account, error) {
	home, err := oldHome(dir)
	if errors.Is(err, fs.ErrNotExist) {
		home, err = newHome(dir)
	}
	if err != nil {
		return folder{}, account{}, err
	}
	f := folder{dir: dir, home: home}
	as, err := accountFor(f.data())
	if err != nil {
		return f, as, err
	}
	if f.socket, err = socketPath(home, as); err != nil {
		return f, as, err
	}
	return f, as, makeFolder(f.socket, as, 0o700)
}

func homeLink(dir string) string { return filepath.Join(dir, "cluster") }

// oldHome is where the home of a folder is, fs.ErrNotExist if it has none yet.
func oldHome(dir string) (string, error) {
	home, err := filepath.EvalSymlinks(homeLink(dir))
	if to, linkErr := os.Readlink(homeLink(dir)); err != nil && linkErr == nil {
		return "", fmt.Errorf("its data is gone: %s links to %s, which is not there", homeLink(dir), to)
	}
	return home, err
}

// newHome makes the folder of the data, beside the lock where the server's
// account can reach it, else elsewhere with a link to it.
func newHome(dir string) (string, error) {
	as, err := accountFor("")
	if err != nil {
		return "", err
	}
	if as.reaches(dir) {
		return homeLink(dir), makeFolder(homeLink(dir), self(), as.homeMode())
	}
	home, err := homeElsewhere(dir, as)
	if err != nil {
		return "", err
	}
	return home, os.Symlink(home, homeLink(dir))
}

func homeElsewhere(dir string, as account) (string, error) {
	base := systemBase
	if within(dir, os.TempDir()) {
		base = os.TempDir()
	} else if err := openBase(base); err != nil {
		return "", err
	}
	if !as.reaches(base) {
		return "", fmt.Errorf("the user %s can enter neither it nor %s; name a folder whose parents all may be entered", as.name, base)
	}
	home, err := os.MkdirTemp(base, "jingwei-")
	if err != nil {
		return "", err
	}
	if err := os.Chmod(home, as.homeMode()); err != nil {
		return "", err
	}
	return home, os.WriteFile(filepath.Join(home, "belongs-to"), []byte(dir+"\n"), 0o644)
}

// openBase makes the folder of all homes, for everybody to enter whatever the umask.
func openBase(base string) error {
	if err := os.MkdirAll(base, 0o755); err != nil {
		return err
	}
	return os.Chmod(base, 0o755)
}

func within(path, parent string) bool {
	parent, err := filepath.EvalSymlinks(parent)
	if err != nil {
		return false
	}
	rel, err := filepath.Rel(parent, path)
	return err == nil && filepath.IsLocal(rel)
}

// plain is a path that stands in a URL as it is, for every client.
var plain = regexp.MustCompile(`^[A-Za-z0-9/._-]+$`)

// socketPath is the folder of the socket: in home, unless that makes the path of
// the socket too long for the system or too odd for a URL.
func socketPath(home string, as account) (string, error) {
	short := fmt.Sprintf("jingwei-%.6x", sha256.Sum256([]byte(home)))
	for _, path := range []string{
		filepath.Join(home, "socket"),
		filepath.Join(os.TempDir(), short),
		filepath.Join("/tmp", short),
	} {
		if len(path)+len(socketName) <= maxSocketPath && plain.MatchString(path) && as.reaches(filepath.Dir(path)) {
			return path, nil
		}
	}
	return "", errors.New("no folder with a path short and plain enough for a socket; set TMPDIR to one")
}

// makeFolder makes a folder for an account. One that is already there must be
// the account's own and closed to others: a socket's may lie in a folder where
// everybody can write.
func makeFolder(path string, as account, mode fs.FileMode) error {
	err := os.Mkdir(path, mode)
	if errors.Is(err, fs.ErrExist) {
		return verifyFolder(path, as, mode)
	}
	if err != nil {
		return err
	}
	if err := os.Lchown(path, as.uid, as.gid); err != nil {
		return err
	}
	return os.Chmod(path, mode)
}

func verifyFolder(path string, as account, mode fs.FileMode) error {
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	owner := int(info.Sys().(*syscall.Stat_t).Uid)
	if !info.IsDir() || owner != as.uid || info.Mode().Perm() != mode {
		return fmt.Errorf("%s is not a folder of user %d with mode %o: remove it", path, as.uid, mode)
	}
	return nil
}

// sweep clears a socket's folder of what a killed server left.
func sweep(socket string) error {
	left, err := entries(socket, ".s.PGSQL.")
	for _, path := range left {
		err = errors.Join(err, os.Remove(path))
	}
	return err
}

// entries lists the paths in a folder whose names begin with prefix.
func entries(dir, prefix string) ([]string, error) {
	all, err := os.ReadDir(dir)
	var paths []string
	for _, e := range all {
		if strings.HasPrefix(e.Name(), prefix) {
			paths = append(paths, filepath.Join(dir, e.Name()))
		}
	}
	return paths, err
}

// tidy removes the socket's folder if it is not in the home.
func (f folder) tidy() error {
	if within(f.socket, f.home) {
		return nil
	}
	return removeIfThere(f.socket)
}

func (f folder) remove() error {
	var err error
	for _, path := range []string{f.home, homeLink(f.dir), f.log(), f.log() + ".1", lockPath(f.dir)} {
		err = errors.Join(err, os.RemoveAll(path))
	}
	return err
}
