package storetest

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// prefix begins the names of the folders of clusters; the process id follows.
const prefix = "jingwei-storetest-"

// sweep takes away what test processes left behind that were killed. Their
// servers went down with them.
func sweep() {
	found, _ := filepath.Glob(filepath.Join(os.TempDir(), prefix+"*")) // the pattern is good
	for _, dir := range found {
		id, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(dir), prefix), "-")
		pid, err := strconv.Atoi(id)
		if err != nil || !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			continue
		}
		if elsewhere, err := os.Readlink(filepath.Join(dir, "cluster")); err == nil {
			_ = os.RemoveAll(elsewhere)
		}
		_ = os.RemoveAll(dir) // if not now, then by the next
	}
}
