// Package migrations holds the database schema as numbered goose files, up and
// down, embedded in the binary.
package migrations

import "embed"

// FS holds the SQL files at its root.
//
//go:embed *.sql
var FS embed.FS
