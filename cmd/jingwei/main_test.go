package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"jingwei/store/storetest"
)

// TestMain lets the test binary stand for the program: with runAsProgram set, it
// is the program.
func TestMain(m *testing.M) {
	if os.Getenv(runAsProgram) != "" {
		main()
	}
	storetest.Main(m)
}

const runAsProgram = "JINGWEI_TEST_RUN"

// answer is what a command wrote, and its exit status.
type answer struct {
	status   int
	out, err string
}

// jingwei runs a command line in this process.
func jingwei(t *testing.T, args ...string) answer {
	t.Helper()
	return feed(t, "", args...)
}

// feed is jingwei with text on stdin.
func feed(t *testing.T, in string, args ...string) answer {
	t.Helper()
	var out, messages bytes.Buffer
	status := run(t.Context(), args, streams{strings.NewReader(in), &out, &messages})
	return answer{status, out.String(), messages.String()}
}

// dataFolder returns a new folder for a private database. As root, the database
// itself may lie elsewhere, with a link to it; it goes with the test too.
func dataFolder(t *testing.T) string {
	t.Helper()
	data := t.TempDir()
	t.Cleanup(func() {
		home, err := filepath.EvalSymlinks(filepath.Join(data, "cluster"))
		if err != nil {
			return // there is none
		}
		// The database of a service that was killed writes on until it is down.
		for end := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
			if err = os.RemoveAll(home); err == nil || time.Now().After(end) {
				break
			}
		}
		if err != nil {
			t.Error(err)
		}
	})
	return data
}

// succeed is jingwei for a command that must succeed.
func succeed(t *testing.T, args ...string) answer {
	t.Helper()
	a := jingwei(t, args...)
	if a.status != exitDone {
		t.Fatalf("jingwei %s: status %d\n%s", strings.Join(args, " "), a.status, a.err)
	}
	return a
}

// shared returns files of the shared data, or skips the test.
func shared(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("../../../shared/data", pattern))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skipf("left out: there is no ../shared/data/%s beside the project", pattern)
	}
	return files
}

// site is a service running over a data folder.
type site struct {
	url, token string
}

// serve runs the service over a data folder until the test ends.
func serve(t *testing.T, data string) site {
	t.Helper()
	return serveOn(t, "--data", data)
}

// serveOn runs the service on the database that a flag names until the test ends.
func serveOn(t *testing.T, flag, database string, more ...string) site {
	t.Helper()
	token := strings.TrimSpace(succeed(t, flag, database, "token", "create", "--role", "admin").out)
	addr := freeAddr(t)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan answer)
	go func() {
		var out, messages bytes.Buffer
		status := run(ctx, append([]string{flag, database, "serve", "--addr", addr}, more...), streams{strings.NewReader(""), &out, &messages})
		done <- answer{status, out.String(), messages.String()}
	}()
	t.Cleanup(func() {
		stop()
		if a := <-done; a.status != exitDone {
			t.Errorf("serve: status %d\n%s", a.status, a.err)
		}
	})
	s := site{"http://" + addr, token}
	s.awaitReady(t)
	return s
}

func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func (s site) awaitReady(t *testing.T) {
	t.Helper()
	for range 600 {
		if resp, err := http.Get(s.url + "/readyz"); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatal("the service is not ready after a minute")
}

// call makes a request and returns the status and the body of the answer.
func (s site) call(t *testing.T, method, path, contentType string, body io.Reader) (int, []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.url+path, body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+s.token)
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, b
}

// getJSON decodes the answer to a GET, which must succeed.
func (s site) getJSON(t *testing.T, path string, v any) {
	t.Helper()
	status, b := s.call(t, http.MethodGet, path, "", nil)
	if status != http.StatusOK {
		t.Fatalf("GET %s: %d\n%s", path, status, b)
	}
	if err := json.Unmarshal(b, v); err != nil {
		t.Fatalf("GET %s: %v", path, err)
	}
}

func TestWrongUse(t *testing.T) {
	for _, args := range [][]string{
		{},
		{"frobnicate"},
		{"import", "boundaries"},
		{"import", "boundaries", "main.go", "--level", "hamlet"},
		{"import", "boundaries", "main.go", "--level", "grid", "--datum", "mars"},
		{"token", "create", "--role", "king"},
		{"token", "revoke", "x"},
		{"import", "boundaries", "main.go", "--level", "grid", "--crs", "4549"},
		{"check", "--edition", "0"},
		{"check", "--edition=-1"},
		{"synth", "--out", t.TempDir(), "--scale", "-1"},
		{"synth", "--out", t.TempDir(), "--scale", "0"},
		{"export", "tiles", "--layer", "roads", "--out", "a.mbtiles"},
		{"export", "tiles", "--layer", "areas"},
		{"export", "tiles", "--layer", "areas", "--out", "a.zip"},
		{"export", "tiles", "--layer", "areas", "--out", "a.mbtiles", "--format", "zip"},
		{"export", "tiles", "--layer", "bins", "--out", "a.mbtiles", "--level", "county"},
		{"export", "tiles", "--layer", "bins", "--out", "a.mbtiles", "--max-zoom", "23"},
		{"export", "tiles", "--layer", "bins", "--out", "a.mbtiles", "--min-zoom", "9", "--max-zoom", "8"},
		{"export", "tiles", "--layer", "bins", "--out", "a.mbtiles", "--from", "soon"},
		{"export", "tiles", "--layer", "bins", "--out", "a.mbtiles", "--matter", "1"},
		{"export", "tiles", "--layer", "bins", "--out", "a.mbtiles", "--state", "done"},
		{"import", "workers", "main.go", "--encoding", "big5"},
		{"token", "create", "--role", "viewer", "--name", "a\tb"},
		{"token", "create", "--role", "viewer", "--name", "a\nb"},
		{"import", "boundaries", "main.go", "--level", "grid", "--repair", "--repair-width=-1"},
		{"import", "boundaries", "main.go", "--level", "grid", "--repair", "--repair-width=NaN"},
	} {
		if a := jingwei(t, args...); a.status != exitUsage || a.err == "" || a.out != "" {
			t.Errorf("jingwei %v: status %d, stdout %q, stderr %q, want status 2 and a message", args, a.status, a.out, a.err)
		}
	}
	if a := jingwei(t, "--help"); a.status != exitDone || !strings.Contains(a.out, "import") {
		t.Errorf("jingwei --help: %+v", a)
	}
}

// A command that comes while another starts the private database waits for it.
func TestCommandsWaitForThePrivateDatabase(t *testing.T) {
	data := dataFolder(t)
	succeed(t, "--data", data, "token", "list")
	lock, err := os.OpenFile(filepath.Join(data, "lock"), os.O_RDWR, 0)
	if err == nil {
		err = syscall.Flock(int(lock.Fd()), syscall.LOCK_EX)
	}
	if err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(time.Second, func() { lock.Close() }) // the owner is gone
	succeed(t, "--data", data, "token", "list")
}

func TestSynthIsTheSameTwice(t *testing.T) {
	a, b := t.TempDir(), t.TempDir()
	for _, dir := range []string{a, b} {
		succeed(t, "synth", "--out", dir, "--scale", "0.01", "--seed", "7", "--reports", "500")
	}
	names, err := filepath.Glob(filepath.Join(a, "*"))
	if err != nil || len(names) != 10 {
		t.Fatalf("files %v, %v, want ten", names, err)
	}
	for _, name := range names {
		one, err1 := os.ReadFile(name)
		two, err2 := os.ReadFile(filepath.Join(b, filepath.Base(name)))
		if err1 != nil || err2 != nil || !bytes.Equal(one, two) {
			t.Errorf("%s differs: %v, %v", filepath.Base(name), err1, err2)
		}
	}
}

// TestSynthComesBackIn imports the generated city from its files, top down, and
// proves the laws on it.
func TestSynthComesBackIn(t *testing.T) {
	files, data := t.TempDir(), dataFolder(t)
	succeed(t, "synth", "--out", files, "--scale", "0.02", "--reports", "2000")
	for _, l := range []struct{ file, level string }{
		{"cities", "city"}, {"counties", "county"}, {"towns", "town"}, {"villages", "village"}, {"grids", "grid"}, {"microgrids", "microgrid"},
	} {
		succeed(t, "--data", data, "import", "boundaries", filepath.Join(files, l.file+".geojson"), "--level", l.level, "--parent", "parent")
	}
	for _, table := range []string{"workers", "posts", "matters", "reports"} {
		succeed(t, "--data", data, "import", table, filepath.Join(files, table+".csv"))
	}
	again := succeed(t, "--data", data, "import", "reports", filepath.Join(files, "reports.csv"))
	if want := "2000 rows: 0 new, 2000 known already"; !strings.Contains(again.err, want) {
		t.Errorf("the same reports again: %q, want %q", again.err, want)
	}
	takeRules(t, data)
	check := succeed(t, "--data", data, "check")
	for _, want := range []string{"1257 cells tile the territory", "county", "microgrid 1240 areas", "no violations"} {
		if !strings.Contains(check.out+check.err, want) {
			t.Errorf("check says nothing of %q:\n%s%s", want, check.out, check.err)
		}
	}
	s := serve(t, data)
	var city struct {
		Cells  int
		AreaKM float64 `json:"area_km2"`
		Counts struct{ Reports, Open int }
	}
	s.getJSON(t, "/v1/areas/3206", &city)
	if city.Cells != 1257 || city.AreaKM < 7921 || city.AreaKM > 8081 || city.Counts.Reports != 2000 {
		t.Errorf("the city: %+v", city)
	}
	if _, err := fmt.Sscanf(check.out, "edition 6:"); err != nil {
		t.Errorf("six imports made not edition 6: %q", check.out)
	}
	reportAgain(t, s, filepath.Join(files, "reports.csv"), 60)
	exportAgain(t, s, data)
	lookAtMaps(t, s)
}

// TestImportSaysWhatItDid imports cells, first to look, then indeed, then again.
func TestImportSaysWhatItDid(t *testing.T) {
	data, file := dataFolder(t), filepath.Join(t.TempDir(), "cells.geojson")
	cells := `{"type":"FeatureCollection","features":[` + square("a", 0) + `,` + square("b", 1) + `]}`
	if err := os.WriteFile(file, []byte(cells), 0o644); err != nil {
		t.Fatal(err)
	}
	if a := jingwei(t, "--data", data, "check"); a.status != exitFailed || a.out != "" || !strings.Contains(a.err, "there is no edition yet") {
		t.Errorf("check of nothing: %+v", a)
	}
	args := []string{"--data", data, "import", "boundaries", file, "--level", "grid"}
	for _, c := range []struct {
		flag, want string
	}{
		{"--dry-run", "2 new, 0 changed, 0 unchanged, 0 removed; 2 cells, 0.021 km²\nnothing was written\n"},
		{"--replace", "2 new, 0 changed, 0 unchanged, 0 removed; 2 cells, 0.021 km²\npublished as edition 1\n"},
		{"--replace", "nothing has changed, so no edition was published\n0 new, 0 changed, 2 unchanged, 0 removed; 2 cells, 0.021 km²\n"},
	} {
		if a := succeed(t, append(args, c.flag)...); a.out != "" || !strings.HasSuffix(a.err, c.want) {
			t.Errorf("%s: %q, want %q", c.flag, a.err, c.want)
		}
	}
	if a := succeed(t, "--data", data, "check", "--edition", "1"); !strings.Contains(a.out, "edition 1: 2 cells tile") {
		t.Errorf("check --edition 1: %+v", a)
	}
}

// takeRules looks at a table of rules, takes it in, and looks again.
func takeRules(t *testing.T, data string) {
	t.Helper()
	rules := filepath.Join(t.TempDir(), "rules.csv")
	if err := os.WriteFile(rules, []byte("code,matter,level,week\nR1,01,town,mon-fri 08:00-18:00\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, want := range [][2]string{
		{"new\tR1\tmatter 01, urgency normal, week mon-fri 08:00-18:00, level town\n", "1 rows: 1 new, 0 changed, 0 as they were, 0 gone\nnothing was written\n"},
		{"", "1 rows: 0 new, 0 changed, 1 as they were, 0 gone\nnothing was written\n"},
	} {
		if a := succeed(t, "--data", data, "import", "rules", rules, "--dry-run"); a.out != want[0] || !strings.HasSuffix(a.err, want[1]) {
			t.Errorf("a dry run: %q, %q; want %q", a.out, a.err, want)
		}
		succeed(t, "--data", data, "import", "rules", rules)
	}
}

// reportAgain reports at the places of the first n rows of a table, as of now.
func reportAgain(t *testing.T, s site, file string, n int) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var lines strings.Builder
	for _, row := range rows[1 : n+1] {
		fmt.Fprintf(&lines, `{"position": [%s, %s], "matter": %q, "text": %q}`+"\n", row[3], row[4], row[6], row[7])
	}
	status, body := s.call(t, http.MethodPost, "/v1/reports", "application/x-ndjson", strings.NewReader(lines.String()))
	if created := bytes.Count(body, []byte(`"status":201`)); status != http.StatusOK || created != n {
		t.Fatalf("POST /v1/reports: %d, %d of %d created\n%s", status, created, n, body)
	}
}
