package localpg_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"jingwei/store/localpg"
)

// ownEnv names the folder that a child process of the test is to own.
const ownEnv = "JINGWEI_LOCALPG_OWN"

func TestMain(m *testing.M) {
	if dir := os.Getenv(ownEnv); dir != "" {
		own(dir)
	}
	os.Exit(m.Run())
}

// own starts a cluster, says so, and keeps it until it is killed or its input ends.
func own(dir string) {
	c, err := localpg.Start(context.Background(), dir, localpg.Options{Throwaway: true})
	if err != nil {
		_, _ = io.WriteString(os.Stdout, err.Error()+"\n")
		os.Exit(1)
	}
	_, _ = io.WriteString(os.Stdout, "ready\n")
	_, _ = io.Copy(io.Discard, os.Stdin)
	if c.Stop() != nil {
		os.Exit(1)
	}
	os.Exit(0)
}

// folder is a temporary one that the server's user can enter.
func folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func start(t *testing.T, dir string) *localpg.Cluster {
	t.Helper()
	c, err := localpg.Start(t.Context(), dir, localpg.Options{Throwaway: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Remove(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func stop(t *testing.T, c *localpg.Cluster) {
	t.Helper()
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
}

// query returns the first column of the first row.
func query(t *testing.T, c *localpg.Cluster, database, sql string) string {
	t.Helper()
	text, err := tryQuery(t.Context(), c.URL(database), sql)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func tryQuery(ctx context.Context, url, sql string) (string, error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close(ctx) }()
	rows, err := conn.Query(ctx, sql, pgx.QueryExecModeSimpleProtocol)
	if err != nil {
		return "", err
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(found) == 0 {
		return "", err
	}
	return found[0], nil
}

// eventually waits for something that another process brings about.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for range 600 {
		if holds() {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("never: " + what)
}

func postmasterPID(t *testing.T, dir string) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "cluster", "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

func kill(t *testing.T, pid int) {
	t.Helper()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
}

func TestClusterHasPostGISAndKeepsItsDataOverARestart(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	c := start(t, dir)
	query(t, c, "postgres", "CREATE DATABASE city")
	query(t, c, "city", "CREATE EXTENSION postgis; CREATE EXTENSION btree_gist; CREATE TABLE t AS SELECT '南通' AS name")
	if got := query(t, c, "city", "SELECT ST_AsText(ST_Point(120.9, 32))"); got != "POINT(120.9 32)" {
		t.Errorf("PostGIS answers %q", got)
	}
	stop(t, c)
	if _, err := tryQuery(t.Context(), c.URL("city"), "SELECT name FROM t"); err == nil {
		t.Error("a stopped cluster answers")
	}
	if got := query(t, start(t, dir), "city", "SELECT name FROM t"); got != "南通" {
		t.Errorf("after a restart: %q", got)
	}
}

func TestClusterIsInUTF8AndKnowsLetters(t *testing.T) {
	t.Parallel()
	c := start(t, folder(t))
	for sql, want := range map[string]string{
		"SHOW server_encoding":  "UTF8",
		"SHOW listen_addresses": "",
		"SHOW timezone":         "UTC",
		"SHOW lc_collate":       "C",
		"SELECT upper('ä')":     "Ä",
	} {
		if got := query(t, c, "postgres", sql); got != want {
			t.Errorf("%s = %q, want %q", sql, got, want)
		}
	}
}

func TestDurableUnlessThrowaway(t *testing.T) {
	t.Parallel()
	c, err := localpg.Start(t.Context(), folder(t), localpg.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Remove() })
	for _, name := range []string{"fsync", "full_page_writes", "synchronous_commit"} {
		if got := query(t, c, "postgres", "SHOW "+name); got != "on" {
			t.Errorf("%s = %s", name, got)
		}
	}
}

func TestKilledServerComesBackWithItsData(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	c := start(t, dir)
	query(t, c, "postgres", "CREATE TABLE t AS SELECT 'kept' AS x")
	kill(t, postmasterPID(t, dir))
	eventually(t, "the server is back", func() bool {
		got, err := tryQuery(t.Context(), c.URL("postgres"), "SELECT x FROM t")
		return err == nil && got == "kept"
	})
}

// child starts a process that owns a cluster in dir, and returns it with what it
// says first and its input.
func child(t *testing.T, dir string) (cmd *exec.Cmd, said string, in io.Closer) {
	t.Helper()
	cmd = exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), ownEnv+"="+dir)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	said, err = bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return cmd, strings.TrimSpace(said), in
}

func TestKilledOwnerLeavesAClusterThatStarts(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	c := start(t, dir)
	query(t, c, "postgres", "CREATE TABLE t AS SELECT 'kept' AS x")
	stop(t, c)

	cmd, said, _ := child(t, dir)
	if said != "ready" {
		t.Fatal(said)
	}
	orphan := postmasterPID(t, dir)
	kill(t, cmd.Process.Pid)
	_ = cmd.Wait()
	if got := query(t, start(t, dir), "postgres", "SELECT x FROM t"); got != "kept" {
		t.Errorf("after the owner was killed: %q", got)
	}
	if orphan == postmasterPID(t, dir) {
		t.Error("the old server still runs the cluster")
	}
}

func TestKilledOwnerAndServerLeaveAClusterThatStarts(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	cmd, said, _ := child(t, dir)
	if said != "ready" {
		t.Fatal(said)
	}
	orphan := postmasterPID(t, dir)
	kill(t, cmd.Process.Pid)
	_ = syscall.Kill(orphan, syscall.SIGKILL) // it may be gone already
	_ = cmd.Wait()
	query(t, start(t, dir), "postgres", "SELECT 'alive'")
}

func TestFolderInUseIsRefused(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	cmd, said, in := child(t, dir)
	if said != "ready" {
		t.Fatal(said)
	}
	_, err := localpg.Start(t.Context(), dir, localpg.Options{Throwaway: true})
	if !errors.Is(err, localpg.ErrInUse) || !strings.Contains(err.Error(), strconv.Itoa(cmd.Process.Pid)) {
		t.Errorf("the second owner gets %v", err)
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	start(t, dir)
}

func TestLinkToAFolderInUseIsRefused(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	start(t, dir)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(dir, link); err != nil {
		t.Fatal(err)
	}
	if _, err := localpg.Start(t.Context(), link, localpg.Options{}); !errors.Is(err, localpg.ErrInUse) {
		t.Errorf("the second owner gets %v", err)
	}
}

func TestLongAndOddPaths(t *testing.T) {
	t.Parallel()
	for _, name := range []string{strings.Repeat("long/", 40), `with space, comma "and" 引号`} {
		c := start(t, filepath.Join(folder(t), name))
		query(t, c, "postgres", "SELECT 'reached'")
	}
}

func TestClosedFolder(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(folder(t), "closed")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	c := start(t, dir)
	query(t, c, "postgres", "CREATE TABLE t AS SELECT 'kept' AS x")
	stop(t, c)
	if got := query(t, start(t, dir), "postgres", "SELECT x FROM t"); got != "kept" {
		t.Errorf("after a restart: %q", got)
	}
}

func TestSeveralAtOnce(t *testing.T) {
	t.Parallel()
	dirs := []string{folder(t), folder(t), folder(t)}
	var wg sync.WaitGroup
	for _, dir := range dirs {
		wg.Go(func() {
			c := start(t, dir)
			if got := query(t, c, "postgres", "SELECT current_setting('data_directory')"); got != filepath.Join(dir, "cluster", "data") {
				t.Errorf("%s is served by %s", dir, got)
			}
		})
	}
	wg.Wait()
}

func TestRemoveLeavesNothing(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	if err := start(t, dir).Remove(); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

func TestStartEndsWithItsContext(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := localpg.Start(ctx, dir, localpg.Options{Throwaway: true}); !errors.Is(err, context.Canceled) {
		t.Errorf("Start returns %v", err)
	}
	start(t, dir)
}

func TestAttachReachesAClusterOfAnother(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	if _, err := localpg.Attach(dir); !errors.Is(err, localpg.ErrNotReady) {
		t.Errorf("attached to an empty folder: %v", err)
	}
	c := start(t, dir)
	a, err := localpg.Attach(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := a.URL("postgres"), c.URL("postgres"); got != want {
		t.Errorf("attached to %s, want %s", got, want)
	}
	stop(t, c)
	if _, err := localpg.Attach(dir); !errors.Is(err, localpg.ErrNotReady) {
		t.Errorf("attached to a stopped cluster: %v", err)
	}
}
