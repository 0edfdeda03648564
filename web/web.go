// Package web holds the pages and the Go side that embeds their build. The
// console is built from src/ by Vite into dist/, which is not kept in the
// repository: a binary made without that build serves everything but the pages.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Page is the name in [FS] of the console's page; its assets are named below
// /console/ in the addresses, at the same path in FS.
const Page = "index.html"

// FS returns the build: [Page] and, in assets/, files whose names change with
// their content and may therefore be cached for ever. It is empty but for
// .gitkeep when nothing was built.
func FS() fs.FS {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // dist is a constant, valid path
	}
	return sub
}

// Built reports whether the pages were built before the binary was.
func Built() bool {
	_, err := fs.Stat(FS(), Page)
	return err == nil
}
