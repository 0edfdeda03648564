package api

import (
	"net/http"
	"slices"
	"time"

	"jingwei/grid"
)

// A worker is at home where they have primary posts, now or to come, and without any
// where they have posts at all. A caller with a root area manages the workers who are
// at home in it: a deputy post elsewhere gives nobody a say in who they are and when
// they are away, and takes nobody's. Who has no post is managed from everywhere only.

// manage fails when the caller does not manage a worker.
func (a *API) manage(c *call, w grid.Worker) error {
	if c.root < 0 {
		return nil
	}
	homes, err := a.homes(c, w.ID)
	if err != nil {
		return err
	}
	return c.manage(w, homes)
}

// engage fails when the caller may not give a worker a post: one that they do not
// manage and that has posts, or is an officer, who answers for a department without one.
func (a *API) engage(c *call, w grid.Worker) error {
	if c.root < 0 {
		return nil
	}
	homes, err := a.homes(c, w.ID)
	if err != nil || len(homes) == 0 && w.Role != grid.Officer {
		return err
	}
	return c.manage(w, homes)
}

// commission fails when a caller with a root area would make somebody an officer, or one
// of another department: that one would answer for it everywhere.
func (c *call) commission(was, is grid.Worker) error {
	if c.root < 0 || is.Role != grid.Officer || is.Role == was.Role && is.Department == was.Department {
		return nil
	}
	root := c.s.Area(c.root)
	return problem(http.StatusForbidden, "root-area", "role", "an officer answers for a department everywhere: this is not for a token of %s (%s)", root.Name, root.Code)
}

func (c *call) manage(w grid.Worker, homes []int32) error {
	if slices.ContainsFunc(homes, c.sees) {
		return nil
	}
	root := c.s.Area(c.root)
	if len(homes) == 0 {
		return problem(http.StatusForbidden, "root-area", "worker", "%s (%s) has no post: this is not for a token of %s (%s)", w.Name, w.Code, root.Name, root.Code)
	}
	return problem(http.StatusForbidden, "root-area", "worker", "%s (%s) has posts outside %s (%s), the area of this token, and none in it that makes them its own", w.Name, w.Code, root.Name, root.Code)
}

// homes returns the areas where a worker is at home; -1 for one that the edition has
// no more.
func (a *API) homes(c *call, w grid.WorkerID) ([]int32, error) {
	records, err := a.people(c).PostRecords(c.r.Context(), grid.RecordQuery{Worker: w, Limit: maxPage})
	var primary, all []int32
	for _, r := range records {
		if over(r.Value, c.now) {
			continue
		}
		i := areaOf(c.s, r.Value.Area)
		if all = append(all, i); r.Value.Rank == grid.Primary {
			primary = append(primary, i)
		}
	}
	if len(primary) > 0 {
		return primary, err
	}
	return all, err
}

// over reports whether a post has ended.
func over(p grid.Post, now time.Time) bool { return !p.Until.IsZero() && !now.Before(p.Until) }

// narrows reports whether a change of a post leaves the worker no more than they had,
// from now on: no more time, and no higher rank.
func narrows(was, is grid.Post, now time.Time) bool {
	longer := is.From.Before(was.From) || !was.Until.IsZero() && (is.Until.IsZero() || is.Until.After(was.Until))
	return over(is, now) || !longer && (is.Rank == was.Rank || is.Rank == grid.Deputy)
}
