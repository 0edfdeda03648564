package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestKillUnderLoad kills the service, and its database server, while people report
// and act. Whoever gets no answer asks again until there is one. In the end every
// report and every step that was acknowledged is there, exactly once.
func TestKillUnderLoad(t *testing.T) {
	data, tokens := oneGrid(t)
	admin := strings.TrimSpace(succeed(t, "--data", data, "token", "create", "--role", "admin").out)
	p := &program{t: t, data: data, addr: freeAddr(t)}
	s := site{"http://" + p.addr, admin}
	p.start()
	defer p.stop()
	s.awaitReady(t)

	ctx, finish := context.WithCancel(t.Context())
	done := make([]map[string]int, 4) // acknowledged version of each report
	var wg sync.WaitGroup
	for i := range done {
		done[i] = map[string]int{}
		wg.Go(func() { s.work(ctx, tokens[i%2], i, done[i]) })
	}
	for _, kill := range []func(){p.kill, p.killDatabase, p.kill} {
		time.Sleep(2 * time.Second)
		kill()
		s.awaitReady(t)
	}
	time.Sleep(time.Second)
	finish()
	wg.Wait()
	p.kill()
	s.awaitReady(t)

	reports, steps := 0, 0
	for _, acknowledged := range done {
		for id, version := range acknowledged {
			s.wantSteps(t, id, version)
			reports++
			steps += version
		}
	}
	if reports < 20 {
		t.Errorf("only %d reports", reports)
	}
	t.Logf("%d reports and %d steps acknowledged", reports, steps)
}

// wantSteps checks that a report has all its acknowledged steps, each once, at most
// one more that nobody was told of, and stands where they lead.
func (s site) wantSteps(t *testing.T, id string, version int) {
	t.Helper()
	var v struct {
		State   string
		Version int
		History []struct {
			Step int
			To   string
		}
	}
	s.getJSON(t, "/v1/reports/"+id, &v)
	s.getJSON(t, "/v1/reports/"+id+"/history", &v)
	if n := len(v.History); n < version || n > version+1 || v.Version != n || v.History[n-1].To != v.State {
		t.Errorf("report %s: %d acknowledged, and there is %+v", id, version, v)
	}
	for i, step := range v.History {
		if step.Step != i+1 {
			t.Errorf("report %s: step %d comes at place %d", id, step.Step, i+1)
		}
	}
}

// work reports something and brings it as far as one person can, again and again.
func (s site) work(ctx context.Context, token string, who int, done map[string]int) {
	for n := 0; ctx.Err() == nil; n++ {
		id := fmt.Sprintf("019de300-0000-7000-8%03d-%012d", who, n)
		if !s.insist(ctx, http.MethodPut, token, "/v1/reports/"+id, `{"lon":120.85,"lat":32.05,"at":"2026-05-01T12:00:00Z"}`, 0) {
			return
		}
		done[id] = 1
		for i, body := range []string{`{"action":"accept"}`, `{"action":"verify"}`, `{"action":"finish","evidence":["照片"]}`} {
			if !s.insist(ctx, http.MethodPost, token, "/v1/reports/"+id+"/actions", body, i+1) {
				return
			}
			done[id] = i + 2
		}
	}
}

// insist sends a request until it is answered with success. It gives up when ctx
// ends, and on an answer that asking again does not change.
func (s site) insist(ctx context.Context, method, token, path, body string, version int) bool {
	for ctx.Err() == nil {
		req, err := http.NewRequestWithContext(ctx, method, s.url+path, strings.NewReader(body))
		if err != nil {
			return false
		}
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("If-Match", strconv.Quote(strconv.Itoa(version)))
		resp, err := http.DefaultClient.Do(req)
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode < 500 {
				return resp.StatusCode < 300
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
	return false
}

// program is the service in a process of its own, started again whenever it ends.
type program struct {
	t    *testing.T
	data string
	addr string
	args []string // of serve, beside the address

	cmd  *exec.Cmd
	done chan struct{} // closed when the process has ended
}

func (p *program) start() {
	p.t.Helper()
	var messages bytes.Buffer
	p.cmd = exec.Command(os.Args[0], append([]string{"--data", p.data, "serve", "--addr", p.addr}, p.args...)...)
	p.cmd.Env = append(os.Environ(), runAsProgram+"=1")
	p.cmd.Stderr = &messages
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.done = make(chan struct{})
	go func() {
		_ = p.cmd.Wait() // it is killed
		close(p.done)
	}()
}

// kill ends the service at once and starts it again.
func (p *program) kill() {
	p.stop()
	p.start()
}

func (p *program) stop() {
	_ = p.cmd.Process.Kill() // it may have ended already
	<-p.done
}

// killDatabase ends the database server at once. A service that ends with it is
// started again.
func (p *program) killDatabase() {
	p.t.Helper()
	text, err := os.ReadFile(filepath.Join(p.data, "cluster", "data", "postmaster.pid"))
	if err != nil {
		p.t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil || pid <= 1 {
		p.t.Fatalf("process id %q: %v", first, err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		p.t.Fatal(err)
	}
	select {
	case <-p.done:
		p.start()
	case <-time.After(3 * time.Second):
		p.kill()
	}
}
