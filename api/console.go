package api

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"

	"github.com/gorilla/mux"
)

// console is the page and its assets. Assets have names that change with their
// content, the page has not.
type console struct {
	files fs.FS
	page  []byte // nil when it was not built
	tag   string
}

const pageName = "index.html"

// policy lets the page load only what is served here, and lets MapLibre draw:
// its worker comes from a blob, its images are made on the spot, and it styles
// elements.
const policy = "default-src 'none'; script-src 'self'; worker-src 'self' blob:; child-src blob:; connect-src 'self'; " +
	"img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; font-src 'self'; manifest-src 'self'; " +
	"base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

func newConsole(files fs.FS) console {
	if files == nil {
		return console{}
	}
	page, err := fs.ReadFile(files, pageName)
	if err != nil {
		return console{}
	}
	sum := sha256.Sum256(page)
	return console{files, page, `"` + hex.EncodeToString(sum[:8]) + `"`}
}

// console answers the page.
func (a *API) console(c *call) error {
	if a.page.page == nil {
		return problem(http.StatusNotFound, "not-built", "", "this program was built without its pages")
	}
	h := c.w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-cache")
	h.Set("ETag", a.page.tag)
	if matches(c.r, a.page.tag) {
		c.w.WriteHeader(http.StatusNotModified)
		return nil
	}
	return c.bytes(http.StatusOK, "text/html; charset=utf-8", a.page.page)
}

// consoleFile answers an asset; the page itself where none is named.
func (a *API) consoleFile(c *call) error {
	name := mux.Vars(c.r)["file"]
	if name == "" {
		return a.console(c)
	}
	if a.page.files == nil || !fs.ValidPath(name) {
		return missing("file", name)
	}
	b, err := fs.ReadFile(a.page.files, name)
	if err != nil {
		return missing("file", name)
	}
	h := c.w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("Cache-Control", "no-cache")
	if strings.HasPrefix(name, "assets/") {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	return c.bytes(http.StatusOK, contentType(name), b)
}

func contentType(name string) string {
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return "application/octet-stream"
}

// matches reports whether the caller has the version with this tag already.
func matches(r *http.Request, tag string) bool {
	for t := range strings.SplitSeq(r.Header.Get("If-None-Match"), ",") {
		if t = strings.TrimPrefix(strings.TrimSpace(t), "W/"); t == tag || t == "*" {
			return true
		}
	}
	return false
}
