package store

import (
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// ErrConflict says that somebody else has changed what a change was based on;
// nothing was done.
var ErrConflict = errors.New("conflict")

// Codes that PostgreSQL gives its errors (Appendix A of its manual). The first
// two characters are the class.
const (
	undefinedObject = "42704"
	uniqueViolation = "23505"

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

// plain says an error of PostgreSQL in its own words: the message, and what it
// names in detail.
func plain(err error) error {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return err
	}
	if pg.Detail == "" {
		return fmt.Errorf("%s (%w)", pg.Message, err)
	}
	return fmt.Errorf("%s: %s (%w)", pg.Message, pg.Detail, err)
}
