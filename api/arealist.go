package api

import (
	"net/http"
	"strings"

	"jingwei/grid"
)

type areasView struct {
	Areas []areaView `json:"areas"`
	Next  string     `json:"next,omitempty"`
}

// listAreas answers the areas a caller asks for, in the order of their ids.
func (a *API) listAreas(c *call) error {
	p := newParams(c.r.URL)
	want := areaFilter{level: p.level(), q: p.text("q"), parent: -1}
	limit, from := p.limit(), cursor(p, func(code string) (int32, error) {
		i, ok := c.s.ByCode(code)
		if !ok {
			return 0, grid.ErrNotFound
		}
		return i + 1, nil
	})
	if code := p.text("parent"); code != "" {
		var ok bool
		if want.parent, ok = c.s.ByCode(code); !ok {
			p.fail(missing("area", code))
		}
	}
	if err := p.end(); err != nil {
		return err
	}
	v := areasView{Areas: make([]areaView, 0, limit)}
	for i := from; i < int32(c.s.Len()); i++ {
		if !c.sees(i) || !want.holds(c.s, i) {
			continue
		}
		if len(v.Areas) == limit {
			v.Next = nextPage(c.r.URL, v.Areas[limit-1].Code)
			break
		}
		v.Areas = append(v.Areas, viewArea(c.s.Area(i)))
	}
	return c.json(http.StatusOK, v)
}

// areaFilter selects areas of a level, right below a parent, and with a text in
// the name or at the beginning of the code; each only when set.
type areaFilter struct {
	level  grid.Level
	parent int32
	q      string
}

func (f areaFilter) holds(s *grid.Snapshot, i int32) bool {
	a := s.Area(i)
	return (f.level == 0 || a.Level == f.level) &&
		(f.parent < 0 || s.Parent(i) == f.parent) &&
		(f.q == "" || strings.Contains(a.Name, f.q) || strings.HasPrefix(a.Code, f.q))
}
