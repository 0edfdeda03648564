package grid

import (
	"fmt"
	"slices"
	"time"
)

// Access is what a token may do.
type Access string

// The kinds of access, from all to little.
const (
	AccessAdmin      Access = "admin"
	AccessDispatcher Access = "dispatcher"
	AccessOfficer    Access = "officer"
	AccessLeader     Access = "leader"
	AccessLiaison    Access = "liaison"
	AccessReporter   Access = "reporter"
	AccessViewer     Access = "viewer"
)

// Accesses lists all kinds of access, from all to little.
func Accesses() []Access {
	return []Access{AccessAdmin, AccessDispatcher, AccessOfficer, AccessLeader, AccessLiaison, AccessReporter, AccessViewer}
}

// ParseAccess reads a token's role.
func ParseAccess(s string) (Access, error) {
	if a := Access(s); slices.Contains(Accesses(), a) {
		return a, nil
	}
	return "", unknown("role", s, Accesses()...)
}

// Token is a key to the service. Its secret is shown once, when it is made, and
// only the secret's hash is kept.
type Token struct {
	ID      int64
	Name    string
	Access  Access
	Area    AreaID // the root of all it may see; 0: everything
	Root    string // code of that area; empty when the current edition does not have it
	Worker  string // code of the worker who bears it; empty: nobody in particular
	Created time.Time
	Revoked time.Time // zero while it is good
}

// Caller is who a request comes from.
type Caller struct {
	Token  int64
	Name   string
	Access Access
	Area   AreaID   // the root of all the caller may see; 0: everything
	Worker WorkerID // 0: nobody in particular
}

// Actor names the caller on the record; no two tokens share it.
func (c Caller) Actor() string { return fmt.Sprintf("%s#%d", c.Name, c.Token) }

// Who names the person behind the caller: the worker, whichever token is used, or
// else the token.
func (c Caller) Who() string {
	if c.Worker != 0 {
		return fmt.Sprintf("worker:%d", c.Worker)
	}
	return fmt.Sprintf("token:%d", c.Token)
}
