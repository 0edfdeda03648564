package localpg

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"strings"
	"syscall"
)

// account is the user that the server runs as.
type account struct {
	uid, gid int
	name     string
	other    bool // than ours: we are root
}

func self() account {
	return account{uid: os.Geteuid(), gid: os.Getegid()}
}

// accountFor is who runs the server over data: we; or, since PostgreSQL refuses
// root, the owner of the data or else the user postgres.
func accountFor(data string) (account, error) {
	if os.Geteuid() != 0 {
		return self(), nil
	}
	if info, err := os.Stat(data); err == nil {
		s := info.Sys().(*syscall.Stat_t)
		return account{uid: int(s.Uid), gid: int(s.Gid), name: "#" + strconv.Itoa(int(s.Uid)), other: true}, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return account{}, fmt.Errorf("PostgreSQL does not run as root, and there is no user postgres; %s", advice)
	}
	uid, uidErr := strconv.Atoi(u.Uid)
	gid, gidErr := strconv.Atoi(u.Gid)
	if uidErr != nil || gidErr != nil {
		return account{}, fmt.Errorf("the user postgres has the odd ids %q and %q", u.Uid, u.Gid)
	}
	return account{uid: uid, gid: gid, name: u.Username, other: true}, nil
}

// homeMode lets another account pass through the home, which is ours, to its
// own folders in it.
func (a account) homeMode() fs.FileMode {
	if a.other {
		return 0o711
	}
	return 0o700
}

// reaches tells whether the account can enter a folder, by entering it.
func (a account) reaches(dir string) bool {
	cmd := exec.Command("/bin/sh", "-c", ":")
	cmd.Dir = dir
	a.adopt(cmd)
	return cmd.Run() == nil
}

// adopt makes a command run as the account, alone in a new session: the
// terminal's signals are for us.
func (a account) adopt(cmd *exec.Cmd) {
	cmd.Env = environment()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if a.other {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}
	}
}

// environment is ours without what steers PostgreSQL, and in English.
func environment() []string {
	env := []string{"LC_ALL=C"}
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "PG") && !strings.HasPrefix(v, "LC_ALL=") {
			env = append(env, v)
		}
	}
	return env
}
