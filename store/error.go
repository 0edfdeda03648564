package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"jingwei/grid"

	"github.com/jackc/pgx/v5/pgconn"
)

// ErrConflict says that somebody else has changed what a change was based on;
// nothing was done.
var ErrConflict = errors.New("conflict")

// Codes that PostgreSQL gives its errors (Appendix A of its manual). The first
// two characters are the class.
const (
	undefinedObject = "42704"
	undefinedTable  = "42P01"
	uniqueViolation = "23505"
	adminShutdown   = "57P01"
	crashShutdown   = "57P02"
	cannotConnect   = "57P03"

	classConnection   = "08"
	classData         = "22"
	classIntegrity    = "23"
	classIntervention = "57" // the server is told to go down, or to end the session
)

// isPostgres reports whether PostgreSQL itself said it.
func isPostgres(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg)
}

// isCode reports whether err is an error of PostgreSQL with that code.
func isCode(err error, code string) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == code
}

// isClass reports whether err is an error of PostgreSQL of one of the classes.
func isClass(err error, classes ...string) bool {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return false
	}
	for _, c := range classes {
		if strings.HasPrefix(pg.Code, c) {
			return true
		}
	}
	return false
}

// isRefused reports whether PostgreSQL refuses the data itself, so that there is
// no use in trying again.
func isRefused(err error) bool { return isClass(err, classData, classIntegrity) }

// isUnreachable reports whether err says that the server is not there, goes down
// or is not up yet, and not that it refused something or that the caller gave up.
func isUnreachable(err error) bool {
	if errors.Is(err, context.Canceled) {
		return false
	}
	var connect *pgconn.ConnectError
	var network *net.OpError // refused, reset, broken pipe
	return errors.As(err, &connect) || errors.As(err, &network) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, pgconn.ErrConnClosed) ||
		isClass(err, classConnection, adminShutdown, crashShutdown, cannotConnect)
}

// plain says an error of PostgreSQL in its own words: the message, and what it
// names in detail. When the server cannot be reached, it is grid.ErrUnavailable.
func plain(err error) error {
	if isUnreachable(err) {
		return fmt.Errorf("%w: %w", grid.ErrUnavailable, err)
	}
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return err
	}
	if pg.Detail == "" {
		return fmt.Errorf("%s (%w)", pg.Message, err)
	}
	return fmt.Errorf("%s: %s (%w)", pg.Message, pg.Detail, err)
}
