package localpg

import "syscall"

// tieToParent has the kernel ask the server for a fast shutdown when we die.
func tieToParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGINT }
