package api

import (
	"context"
	"crypto/sha256"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"jingwei/grid"
)

// need is what an endpoint asks of its caller.
type need uint8

// Nothing: no token. Look: any token. Own: to read reports, if only one's own.
// Read: to read everything in sight. File: to report, wherever it is. Act: to take a
// step on a report, as far as the loop allows it. Staff: to change who answers for
// what within the root area.
const (
	needNothing need = iota
	needLook
	needOwn
	needRead
	needFile
	needAct
	needStaff
)

// grants says who may do what. Look and Own are for everybody with a token.
var grants = map[grid.Access]map[need]bool{
	grid.AccessAdmin:      {needRead: true, needFile: true, needAct: true, needStaff: true},
	grid.AccessDispatcher: {needRead: true, needFile: true, needAct: true, needStaff: true},
	grid.AccessOfficer:    {needRead: true, needFile: true, needAct: true},
	grid.AccessLeader:     {needRead: true, needFile: true, needAct: true},
	grid.AccessLiaison:    {needRead: true, needFile: true, needAct: true},
	grid.AccessReporter:   {needFile: true, needAct: true},
	grid.AccessViewer:     {needRead: true},
}

func may(a grid.Access, n need) bool {
	g, ok := grants[a]
	return ok && (n == needLook || n == needOwn || g[n])
}

// admit finds out who calls, whether the role suffices and where its root area
// is in the snapshot.
func (a *API) admit(c *call, n need) error {
	secret := secretOf(c.r)
	if secret == "" {
		return problem(http.StatusUnauthorized, "token", "", "a token is needed: Authorization: Bearer SECRET")
	}
	caller, err := a.callers.find(c.r.Context(), secret)
	if errors.Is(err, grid.ErrNotFound) {
		return problem(http.StatusUnauthorized, "token", "", "the token is not known or has been revoked")
	}
	if err != nil {
		return err
	}
	if c.caller = caller; !may(caller.Access, n) {
		return problem(http.StatusForbidden, "role", "", "the role %s may not do this", caller.Access)
	}
	if c.s == nil {
		return problem(http.StatusServiceUnavailable, "not-ready", "", "no edition is loaded yet")
	}
	return c.bound()
}

// bound finds the caller's root area in the snapshot.
func (c *call) bound() error {
	if c.caller.Area == 0 {
		return nil
	}
	root, ok := c.s.ByID(c.caller.Area)
	if !ok {
		return problem(http.StatusForbidden, "root-area", "", "the area of this token is not in edition %d", c.s.Edition)
	}
	c.root = root
	return nil
}

// sees reports whether area i, or -1 for no area, is within the caller's root.
func (c *call) sees(i int32) bool { return c.s.Within(i, c.root) }

// within fails when a caller asks about an area it does not see.
func (c *call) within(i int32) error {
	if c.sees(i) {
		return nil
	}
	return problem(http.StatusForbidden, "root-area", "", "this is outside %s (%s), the area of this token", c.s.Area(c.root).Name, c.s.Area(c.root).Code)
}

// cookie carries the secret for EventSource and tiles, which cannot send headers.
const cookie = "jingwei_token"

// secretOf returns the bearer token or, where nothing is changed, the cookie.
func secretOf(r *http.Request) string {
	if scheme, secret, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok && strings.EqualFold(scheme, "Bearer") {
		return strings.TrimSpace(secret)
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return ""
	}
	if c, err := r.Cookie(cookie); err == nil {
		return c.Value
	}
	return ""
}

// callers remembers who a secret belongs to, so that not every request asks the
// database: for a second, within which a revoked token ends too.
type callers struct {
	tokens Tokens
	now    func() time.Time
	mu     sync.Mutex
	known  map[[sha256.Size]byte]knownCaller
}

type knownCaller struct {
	caller grid.Caller
	until  time.Time
}

const (
	callerLife = time.Second
	maxCallers = 10_000
)

func newCallers(t Tokens, now func() time.Time) *callers {
	return &callers{tokens: t, now: now, known: map[[sha256.Size]byte]knownCaller{}}
}

func (k *callers) find(ctx context.Context, secret string) (grid.Caller, error) {
	key := sha256.Sum256([]byte(secret))
	if c, ok := k.recall(key); ok {
		return c, nil
	}
	c, err := k.tokens.Caller(ctx, secret)
	if err == nil {
		k.remember(key, c)
	}
	return c, err
}

func (k *callers) recall(key [sha256.Size]byte) (grid.Caller, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	e, ok := k.known[key]
	return e.caller, ok && k.now().Before(e.until)
}

func (k *callers) remember(key [sha256.Size]byte, c grid.Caller) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.known) >= maxCallers {
		clear(k.known)
	}
	k.known[key] = knownCaller{c, k.now().Add(callerLife)}
}
