package api

import (
	_ "embed"
	"net/http"
)

// live answers that the process runs.
func (a *API) live(c *call) error {
	return c.json(http.StatusOK, map[string]string{"status": "live"})
}

// ready answers whether requests can be served: an edition is loaded and the
// database answers.
func (a *API) ready(c *call) error {
	if c.s == nil {
		return problem(http.StatusServiceUnavailable, "not-ready", "", "no edition is loaded yet")
	}
	if a.Picture.Load() == nil {
		return notCounted()
	}
	if err := a.Ready(c.r.Context()); err != nil {
		a.Log.WarnContext(c.r.Context(), "not ready", "error", err)
		return problem(http.StatusServiceUnavailable, "not-ready", "", "the database does not answer")
	}
	return c.json(http.StatusOK, map[string]any{"status": "ready", "edition": c.s.Edition})
}

//go:embed openapi.json
var openAPI []byte

// document answers the description of all addresses.
func (a *API) document(c *call) error {
	return c.bytes(http.StatusOK, typeOpenAPI, openAPI)
}
