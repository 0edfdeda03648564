//go:build !linux

package localpg

import "syscall"

// tieToParent does nothing: the next Start stops a server that outlived its owner.
func tieToParent(*syscall.SysProcAttr) {}
