package api

type Tiles interface{}

func (a *API) tile(c *call) error     { return nil }
func (a *API) tileJSON(c *call) error { return nil }
func (a *API) style(c *call) error    { return nil }
