package localpg

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// extensions is a folder of control files as an installation has it.
func extensions(t *testing.T, postgis string) string {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "btree_gist.control"), "")
	if postgis != "" {
		write(t, filepath.Join(dir, "postgis.control"), "# postgis\ndefault_version = '"+postgis+"'\n")
	}
	return dir
}

func TestSuits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		n, major int
		postgis  string
		says     string // part of the error, "" if it suits
	}{
		{15, 0, "3.3.2", ""},
		{17, 0, "3.10.0dev", ""},
		{16, 16, "4.0.0", ""},
		{14, 0, "3.5.0", "PostgreSQL 14 is older than 15"},
		{17, 15, "3.5.0", "cannot open a cluster of PostgreSQL 15"},
		{15, 0, "", "apt-get install postgresql-15-postgis-3"},
		{15, 0, "3.2.9", "PostGIS 3.2 is older than 3.3"},
		{15, 0, "2.5.0", "PostGIS 2.5 is older than 3.3"},
		{15, 0, "new", "tells no default_version"},
	} {
		err := suits(c.n, c.major, extensions(t, c.postgis))
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("PostgreSQL %d with PostGIS %q for %d: %v, want %q", c.n, c.postgis, c.major, err, c.says)
		}
	}
}

func TestSuitsNeedsContrib(t *testing.T) {
	t.Parallel()
	if err := suits(15, 0, t.TempDir()); err == nil || !strings.Contains(err.Error(), "contrib") {
		t.Errorf("without btree_gist: %v", err)
	}
}

func TestFindSaysWhatToInstall(t *testing.T) {
	t.Parallel()
	as, err := accountFor("")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := find(t.Context(), as, 999); err == nil || !strings.Contains(err.Error(), "apt-get install") {
		t.Errorf("for PostgreSQL 999: %v", err)
	}
}

func TestPutDownSparesAStranger(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	write(t, pidPath(data), strconv.Itoa(os.Getppid())+"\n"+data+"\n1700000000\n")
	if err := putDown(data); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(pidPath(data))
	if want := "1073741824\n" + data + "\n1700000000\n"; err != nil || string(text) != want {
		t.Errorf("postmaster.pid is %q, %v; want %q", text, err, want)
	}
}

func TestPutDownRemovesAHalfWrittenPIDFile(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	write(t, pidPath(data), "")
	if err := putDown(data); err != nil {
		t.Fatal(err)
	}
	if exists(pidPath(data)) {
		t.Error("it is still there")
	}
}

func TestForeignSocketFolderIsRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "socket")
	if err := os.Mkdir(path, 0o755); err != nil { // open to others
		t.Fatal(err)
	}
	if err := makeFolder(path, self(), 0o700); err == nil {
		t.Error("a folder open to others is taken for the socket")
	}
}

func TestHomeThatIsGoneIsNotMadeAnew(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Symlink(filepath.Join(dir, "gone"), filepath.Join(dir, "cluster")); err != nil {
		t.Fatal(err)
	}
	if _, _, err := place(dir); err == nil || !strings.Contains(err.Error(), "its data is gone") {
		t.Errorf("place: %v", err)
	}
}
