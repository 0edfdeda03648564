package localpg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

const (
	minMajor = 15 // of PostgreSQL

	// PostGIS from minPostGIS[0].minPostGIS[1] on.
	minPostGISMajor, minPostGISMinor = 3, 3

	advice = "install PostgreSQL 15 or newer with PostGIS 3.3 or newer: " +
		"apt-get install postgresql-postgis (Debian, Ubuntu), " +
		"dnf install postgresql-server postgresql-contrib postgis (Fedora), " +
		"brew install postgresql postgis (macOS)"
)

// programs is an installation of PostgreSQL with PostGIS.
type programs struct {
	bin   string // folder of initdb and postgres
	major int
}

// Where systems put several versions side by side.
var places = []string{
	"/usr/lib/postgresql/*/bin",
	"/usr/pgsql-*/bin",
	"/usr/libexec/postgresql*",
	"/usr/local/pgsql/bin",
	"/opt/homebrew/opt/postgresql*/bin",
	"/usr/local/opt/postgresql*/bin",
	"/Applications/Postgres.app/Contents/Versions/*/bin",
}

// find picks the newest installation that serves, only of a given major version
// unless that is 0. Its error tells why each one found does not serve.
func find(ctx context.Context, as account, major int) (programs, error) {
	var best programs
	var unfit []error
	for _, bin := range candidates(ctx) {
		p, err := inspect(ctx, as, bin, major)
		if err != nil {
			unfit = append(unfit, err)
		} else if p.major > best.major {
			best = p
		}
	}
	if best.major == 0 {
		unfit = append(unfit, errors.New(advice))
		return best, fmt.Errorf("no PostgreSQL that serves: %w", errors.Join(unfit...))
	}
	return best, nil
}

// candidates lists the folders that have a PostgreSQL, without repeats.
func candidates(ctx context.Context) []string {
	var found []string
	if path, err := exec.LookPath("postgres"); err == nil {
		found = append(found, filepath.Dir(path))
	}
	if out, err := exec.CommandContext(ctx, "pg_config", "--bindir").Output(); err == nil {
		found = append(found, strings.TrimSpace(string(out)))
	}
	for _, pattern := range places {
		dirs, _ := filepath.Glob(pattern) // the patterns are well-formed
		found = append(found, dirs...)
	}
	return installations(found)
}

func installations(dirs []string) []string {
	seen := map[string]bool{}
	var bins []string
	for _, dir := range dirs {
		server, err := filepath.EvalSymlinks(filepath.Join(dir, "postgres"))
		bin := filepath.Dir(server)
		if err != nil || seen[bin] || !exists(filepath.Join(bin, "initdb")) {
			continue
		}
		seen[bin] = true
		bins = append(bins, bin)
	}
	return bins
}

var (
	versionLine = regexp.MustCompile(`(?m)^VERSION=(\d+)`)
	shareLine   = regexp.MustCompile(`(?m)^share_path=(.+)$`)
	postgisLine = regexp.MustCompile(`(?m)^default_version = '(\d+)\.(\d+)`)
)

// inspect asks an installation for its version and folders, and looks for the
// extensions.
func inspect(ctx context.Context, as account, bin string, major int) (programs, error) {
	cmd := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), "--show", "-D", "unused")
	cmd.Dir = "/"
	as.adopt(cmd)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return programs{}, fmt.Errorf("%s/initdb: %w: %s", bin, err, strings.TrimSpace(string(out)))
	}
	version, share := versionLine.FindSubmatch(out), shareLine.FindSubmatch(out)
	if version == nil || share == nil {
		return programs{}, fmt.Errorf("%s/initdb --show tells no version or no share_path", bin)
	}
	n, err := strconv.Atoi(string(version[1]))
	if err != nil {
		return programs{}, err
	}
	return programs{bin, n}, suits(n, major, filepath.Join(string(share[1]), "extension"))
}

func suits(n, major int, extensions string) error {
	if n < minMajor {
		return fmt.Errorf("PostgreSQL %d is older than %d", n, minMajor)
	}
	if major != 0 && n != major {
		return fmt.Errorf("PostgreSQL %d cannot open a cluster of PostgreSQL %d", n, major)
	}
	if !exists(filepath.Join(extensions, "btree_gist.control")) {
		return fmt.Errorf("PostgreSQL %d has no btree_gist: its contrib package is missing", n)
	}
	control, err := os.ReadFile(filepath.Join(extensions, "postgis.control"))
	if err != nil {
		return fmt.Errorf("PostgreSQL %d has no PostGIS (apt-get install postgresql-%[1]d-postgis-3): %w", n, err)
	}
	return suitsPostGIS(control)
}

func suitsPostGIS(control []byte) error {
	v := postgisLine.FindSubmatch(control)
	if v == nil {
		return errors.New("postgis.control tells no default_version")
	}
	major, _ := strconv.Atoi(string(v[1]))
	minor, _ := strconv.Atoi(string(v[2]))
	if major < minPostGISMajor || major == minPostGISMajor && minor < minPostGISMinor {
		return fmt.Errorf("PostGIS %d.%d is older than %d.%d", major, minor, minPostGISMajor, minPostGISMinor)
	}
	return nil
}
