package localpg

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"time"
)

const (
	pollEvery   = 10 * time.Millisecond
	retryEvery  = 200 * time.Millisecond
	maxLogBytes = 16 << 20 // of the log; then a new one is begun
	maxTail     = 2000     // bytes of the log in an error
)

// launcher is all it takes to start the server.
type launcher struct {
	folder   folder
	as       account
	programs programs
	settings []string // name=value
}

// server is one run of the postmaster.
type server struct {
	pid    int
	exited chan struct{} // closed when it has ended
	err    error         // how it ended; set before exited is closed
}

// start starts the server and waits until it accepts connections, however long
// its recovery takes.
func (l launcher) start(ctx context.Context) (*server, error) {
	for {
		s, said, err := l.tryStart(ctx)
		if err == nil || !bytes.Contains(said, []byte("pre-existing shared memory block")) {
			return s, err
		}
		// Backends of a killed postmaster are still on their way out.
		if !sleep(ctx, retryEvery) {
			return nil, errors.Join(ctx.Err(), err)
		}
	}
}

// tryStart is one attempt; if it fails, said is what the server said.
func (l launcher) tryStart(ctx context.Context) (_ *server, said []byte, err error) {
	log, err := l.openLog()
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	from, err := log.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, nil, err
	}
	s, err := l.launch(log)
	if err != nil {
		return nil, nil, err
	}
	if err := s.waitReady(ctx, l.folder.data()); err != nil {
		said = tail(l.folder.log(), from)
		return nil, said, fmt.Errorf("%w; %s says:\n%s", err, l.folder.log(), said)
	}
	return s, nil, nil
}

func (l launcher) openLog() (*os.File, error) {
	if info, err := os.Stat(l.folder.log()); err == nil && info.Size() > maxLogBytes {
		if err := os.Rename(l.folder.log(), l.folder.log()+".1"); err != nil {
			return nil, err
		}
	}
	return os.OpenFile(l.folder.log(), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o640)
}

func tail(path string, from int64) []byte {
	text, err := os.ReadFile(path)
	if err != nil || from > int64(len(text)) {
		return nil
	}
	text = bytes.TrimSpace(text[from:])
	return text[max(0, len(text)-maxTail):]
}

// launch starts the postmaster. It asks the kernel to tell it of our death, and
// the kernel takes the end of the thread that started it for that; so the thread
// is kept for it alone.
func (l launcher) launch(log *os.File) (*server, error) {
	cmd := l.command(log)
	s := &server{exited: make(chan struct{})}
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			s.err = cmd.Wait()
			close(s.exited)
		}
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	s.pid = cmd.Process.Pid
	return s, nil
}

func (l launcher) command(log *os.File) *exec.Cmd {
	cmd := exec.Command(filepath.Join(l.programs.bin, "postgres"), "-D", l.folder.data())
	for _, s := range l.settings {
		cmd.Args = append(cmd.Args, "-c", s)
	}
	cmd.Dir = l.folder.home
	cmd.Stdout, cmd.Stderr = log, log
	l.as.adopt(cmd)
	tieToParent(cmd.SysProcAttr)
	return cmd
}

func (s *server) waitReady(ctx context.Context, data string) error {
	for {
		if p, ok := readPostmaster(data); ok && p.pid == s.pid && p.ready {
			return nil
		}
		select {
		case <-s.exited:
			return fmt.Errorf("the server ended while starting: %w", orClean(s.err))
		case <-ctx.Done():
			return errors.Join(ctx.Err(), s.shutdown())
		case <-time.After(pollEvery):
		}
	}
}

func orClean(err error) error {
	if err == nil {
		return errors.New("exit status 0")
	}
	return err
}

// shutdown stops the server and waits for it.
func (s *server) shutdown() error {
	return bringDown(s.pid, func(patience time.Duration) bool {
		select {
		case <-s.exited:
			return true
		case <-time.After(patience):
			return false
		}
	})
}

// supervise starts the server again whenever it ends, until ctx does; then it
// shuts it down.
func (l launcher) supervise(ctx context.Context, s *server) error {
	for {
		select {
		case <-ctx.Done():
			return s.shutdown()
		case <-s.exited:
		}
		var ok bool
		if s, ok = l.restart(ctx); !ok {
			return nil
		}
	}
}

func (l launcher) restart(ctx context.Context) (*server, bool) {
	for {
		s, err := l.start(ctx)
		if err == nil {
			return s, true
		}
		if !sleep(ctx, retryEvery) {
			return nil, false
		}
	}
}

// sleep tells whether it slept its fill.
func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// The ways to stop a postmaster, from a fast shutdown with a checkpoint to none
// at all, and how long each may take.
var ways = []struct {
	signal   syscall.Signal
	patience time.Duration
}{
	{syscall.SIGINT, 2 * time.Minute},
	{syscall.SIGQUIT, 10 * time.Second},
	{syscall.SIGKILL, 10 * time.Second},
}

// bringDown stops a postmaster; gone waits for it and tells whether it is.
func bringDown(pid int, gone func(patience time.Duration) bool) error {
	for _, way := range ways {
		if err := syscall.Kill(pid, way.signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("stopping the server, process %d: %w", pid, err)
		}
		if gone(way.patience) {
			return nil
		}
	}
	return fmt.Errorf("the server, process %d, does not stop", pid)
}
