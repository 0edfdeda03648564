package api

import (
	"net/http"

	"jingwei/density"
	"jingwei/grid"
)

type levelStatsView struct {
	Level   grid.Level `json:"level"`
	Areas   int        `json:"areas"`
	People  int        `json:"people"` // posts held now
	Reports int64      `json:"reports"`
	Open    int64      `json:"open"`
}

type matterStatsView struct {
	Matter  string `json:"matter"` // code: 2, 4 or 6 digits
	Name    string `json:"name"`
	Reports int64  `json:"reports"`
	Open    int64  `json:"open"`
}

type statsView struct {
	Area    *areaView         `json:"area"` // null: everything
	Reports int64             `json:"reports"`
	Open    int64             `json:"open"`
	Levels  []levelStatsView  `json:"levels,omitempty"`
	Matters []matterStatsView `json:"matters,omitempty"`
}

// stats answers the figures of an area: by level, or by the matters one step
// below a prefix.
func (a *API) stats(c *call) error {
	picture, err := a.picture(c)
	if err != nil {
		return err
	}
	p := newParams(c.r.URL)
	by, root, f := p.text("by"), p.area(c), p.filter()
	if by != "" && by != "level" && by != "matter" {
		p.fail(bad("parameter", "by", "%q is not level or matter", by))
	}
	if err := p.end(); err != nil {
		return err
	}
	v := statsView{}
	if root >= 0 {
		area := viewArea(c.s.Area(root))
		v.Area = &area
	}
	n := picture.Columns.Counts(f)
	v.Reports, v.Open = sum(c.s, n, root)
	if by == "level" {
		v.Levels = a.levelStats(c.s, n, root)
	}
	if by == "matter" {
		v.Matters = matterStats(c.s, picture.Columns, f, root)
	}
	return c.json(http.StatusOK, v)
}

// sum returns the counts of an area, or of all tops for the root -1.
func sum(s *grid.Snapshot, n *density.Counts, root int32) (reports, open int64) {
	if root >= 0 {
		return n.Count(root), n.Open(root)
	}
	for i := range int32(s.Len()) {
		if s.Parent(i) < 0 {
			reports, open = reports+n.Count(i), open+n.Open(i)
		}
	}
	return reports, open
}

// levelStats counts areas, people and reports at each level within root. A
// report counts at each level that its chain has.
func (a *API) levelStats(s *grid.Snapshot, n *density.Counts, root int32) []levelStatsView {
	var byLevel [grid.Microgrid + 1]levelStatsView
	now := a.Now()
	for i := range int32(s.Len()) {
		if !s.Within(i, root) {
			continue
		}
		v := &byLevel[s.Area(i).Level]
		v.Areas++
		v.People += len(s.Roster().On(s.Area(i).ID, now))
		v.Reports += n.Count(i)
		v.Open += n.Open(i)
	}
	var out []levelStatsView
	for _, l := range s.Levels() {
		if v := byLevel[l]; v.Areas > 0 {
			v.Level = l
			out = append(out, v)
		}
	}
	return out
}

// matterStats counts the matters two digits longer than the filter's prefixes.
func matterStats(s *grid.Snapshot, columns *density.Columns, f density.Filter, root int32) []matterStatsView {
	out := []matterStatsView{}
	prefixes := f.Canonical().Matters
	if len(prefixes) == 0 {
		prefixes = []string{""}
	}
	for _, prefix := range prefixes {
		for _, m := range steps(s.Roster().Matters(), prefix) {
			f.Matters = []string{m.Matter}
			m.Reports, m.Open = sum(s, columns.Counts(f), root)
			out = append(out, m)
		}
	}
	return out
}

// steps returns the categories, items or matters right below a prefix; what has
// six digits is below itself.
func steps(catalogue []grid.Matter, prefix string) []matterStatsView {
	var out []matterStatsView
	n := min(len(prefix)+2, 6)
	for _, m := range catalogue {
		if len(m.Code) != 6 || m.Code[:len(prefix)] != prefix {
			continue
		}
		code := m.Code[:n]
		if len(out) == 0 || out[len(out)-1].Matter != code {
			out = append(out, matterStatsView{Matter: code, Name: nameOf(m, n)})
		}
	}
	return out
}

// nameOf returns the name of the first n digits of a matter's code.
func nameOf(m grid.Matter, n int) string {
	switch n {
	case 2:
		return m.Category
	case 4:
		return m.Item
	}
	return m.Name
}
