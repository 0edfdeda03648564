package api

import (
	"slices"
	"strings"
)

// Addresses lists the methods and addresses in the router, sorted, in the spelling
// of OpenAPI.
func (a *API) Addresses() []string {
	var out []string
	for _, r := range a.routes() {
		for method := range r.methods {
			out = append(out, method+" "+strings.ReplaceAll(r.path, ":.*}", "}"))
		}
	}
	slices.Sort(out)
	return out
}

// AtHand is atHand.
const AtHand = atHand
