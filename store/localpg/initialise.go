package localpg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

const drafts = "data.new-" // begins the names of clusters in the making

// initialise makes the cluster's data if there is none. It is made beside its
// place and moved there when it is whole, so that data is never half made.
func (l launcher) initialise(ctx context.Context, o Options) error {
	if exists(l.folder.data()) {
		return nil
	}
	draft, err := l.newDraft()
	if err != nil {
		return err
	}
	if err := l.initdb(ctx, draft, o); err != nil {
		return err
	}
	if err := os.Rename(draft, l.folder.data()); err != nil {
		return err
	}
	return syncFolder(l.folder.home)
}

// newDraft makes an empty folder of a name of its own: an initdb whose owner was
// killed may still be writing to another.
func (l launcher) newDraft() (string, error) {
	left, err := entries(l.folder.home, drafts)
	if err != nil {
		return "", err
	}
	for _, path := range left {
		_ = os.RemoveAll(path) // fails under that initdb; then a later start does it
	}
	draft, err := os.MkdirTemp(l.folder.home, drafts)
	if err != nil {
		return "", err
	}
	return draft, os.Lchown(draft, l.as.uid, l.as.gid)
}

func (l launcher) initdb(ctx context.Context, data string, o Options) error {
	args := []string{
		"-D", data, "--username=postgres", "--auth-local=trust", "--auth-host=reject",
		"--encoding=UTF8", "--locale=C", "--lc-ctype=" + ctype(), "--no-instructions",
	}
	if o.Throwaway {
		args = append(args, "--no-sync")
	}
	cmd := exec.CommandContext(ctx, filepath.Join(l.programs.bin, "initdb"), args...)
	cmd.Dir = l.folder.home
	l.as.adopt(cmd)
	if out, err := cmd.CombinedOutput(); err != nil {
		return errors.Join(ctx.Err(), fmt.Errorf("initdb: %w: %s", err, strings.TrimSpace(string(out))))
	}
	return nil
}

// ctype is the locale that knows the letters of all scripts. Text is sorted by
// the locale C all the same, which is the order of code points everywhere.
func ctype() string {
	if runtime.GOOS == "darwin" {
		return "en_US.UTF-8"
	}
	return "C.UTF-8"
}

func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
