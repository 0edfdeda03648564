package api

import "net/http"

// listMatters answers the whole catalogue by code.
func (a *API) listMatters(c *call) error {
	if err := newParams(c.r.URL).end(); err != nil {
		return err
	}
	views := []matterView{}
	for _, m := range c.s.Roster().Matters() {
		views = append(views, viewMatter(m))
	}
	return c.json(http.StatusOK, map[string]any{"matters": views})
}
