package localpg

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// nobody is a process id beyond every system's limit.
const nobody = 1 << 30

// postmaster is what a running server writes about itself into its data.
type postmaster struct {
	pid    int
	socket string // folder of the socket
	ready  bool   // accepts connections
}

func pidPath(data string) string { return filepath.Join(data, "postmaster.pid") }

// readPostmaster reads lines 1, 5 and 8 of its file; the later ones are written
// when there is something to say.
func readPostmaster(data string) (postmaster, bool) {
	text, err := os.ReadFile(pidPath(data))
	if err != nil {
		return postmaster{}, false
	}
	var line [8]string
	copy(line[:], strings.Split(string(text), "\n"))
	pid, err := strconv.Atoi(strings.TrimSpace(line[0]))
	if err != nil || pid <= 0 {
		return postmaster{}, false
	}
	return postmaster{pid: pid, socket: line[4], ready: strings.TrimSpace(line[7]) == "ready"}, true
}

// putDown clears the way for a start: the owner of the folder is dead, but its
// server may live on, or its process id may be another process's by now, which
// the server would take for itself.
func putDown(data string) error {
	p, ok := readPostmaster(data)
	switch {
	case !ok:
		return removeIfThere(pidPath(data)) // cut off while it was written
	case runs(p.pid, data):
		return bringDown(p.pid, func(patience time.Duration) bool { return waitGone(p.pid, data, patience) })
	default:
		return disown(data)
	}
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// runs tells whether a process is a postmaster over data.
func runs(pid int, data string) bool {
	command, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil {
		command, _ = exec.Command("ps", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	}
	return bytes.Contains(command, []byte(data))
}

func waitGone(pid int, data string, patience time.Duration) bool {
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(pollEvery) {
		if !runs(pid, data) || !exists(pidPath(data)) {
			return true
		}
	}
	return false
}

// disown takes the process id out of postmaster.pid. The rest stays: by it the
// server makes sure that no backend of the dead one is still at the data.
func disown(data string) error {
	text, err := os.ReadFile(pidPath(data))
	if err != nil {
		return err
	}
	_, rest, _ := bytes.Cut(text, []byte("\n"))
	f, err := os.OpenFile(pidPath(data), os.O_WRONLY|os.O_TRUNC|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(f, "%d\n%s", nobody, rest)
	return errors.Join(err, f.Close())
}
