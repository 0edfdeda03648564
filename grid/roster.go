package grid

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// WorkerID identifies a worker for ever. 0 is none.
type WorkerID int64

// Role is what a worker is.
type Role string

// The roles 网格长, 微网格联络员, 指挥中心 and 部门.
const (
	Leader     Role = "leader"
	Liaison    Role = "liaison"
	Dispatcher Role = "dispatcher"
	Officer    Role = "officer"
)

// ParseRole reads a worker's role; the Chinese names are understood.
func ParseRole(s string) (Role, error) {
	switch s {
	case "leader", "网格长":
		return Leader, nil
	case "liaison", "联络员", "微网格联络员":
		return Liaison, nil
	case "dispatcher", "指挥中心":
		return Dispatcher, nil
	case "officer", "部门":
		return Officer, nil
	}
	return "", unknown("role", s, "leader 网格长", "liaison 联络员", "dispatcher 指挥中心", "officer 部门")
}

// Worker is a person who answers for something.
type Worker struct {
	ID         WorkerID
	Code       string // staff number, unique
	Name       string
	Role       Role
	Phone      string
	Department string // of an officer; empty otherwise
}

// Rank tells who answers first for an area.
type Rank string

// A primary answers; a deputy answers when no primary has the post.
const (
	Primary Rank = "primary"
	Deputy  Rank = "deputy"
)

// ParseRank reads a rank; empty means primary.
func ParseRank(s string) (Rank, error) {
	switch s {
	case "", "primary", "主责":
		return Primary, nil
	case "deputy", "副职", "协助":
		return Deputy, nil
	}
	return "", unknown("rank", s, "primary 主责", "deputy 副职")
}

// Post is a worker's duty in an area from From (inclusive) to Until (exclusive);
// a zero Until means that no end is known.
type Post struct {
	ID     int64
	Worker WorkerID
	Area   AreaID
	Rank   Rank
	From   time.Time
	Until  time.Time
	Duty   Week // hours on duty 值班; always when it has none
}

// Holds reports whether the post is held at t.
func (p Post) Holds(t time.Time) bool {
	return !t.Before(p.From) && (p.Until.IsZero() || t.Before(p.Until))
}

// Absence is when a worker is not there, in whatever post, from From (inclusive)
// to Until (exclusive; zero when no end is known).
type Absence struct {
	ID     int64
	Worker WorkerID
	From   time.Time
	Until  time.Time
	Reason string
}

// Roster is who is there, who has which post, what the rules are and how time is
// counted, with the catalogue of matters: immutable.
type Roster struct {
	workers  map[WorkerID]Worker
	codes    map[string]WorkerID
	officers map[string][]Worker // of each department, by code
	posted   map[WorkerID][]Post // of officers
	posts    map[AreaID][]Post   // primaries first, then by From, then by id
	matters  []Matter            // by code
	coded    map[string]Matter   // the same
	absences map[WorkerID][]Absence
	rules    ruleBook
	calendar *Calendar
	limits   []Limit // the most specific first
}

// NewRoster builds a roster.
func NewRoster(workers []Worker, posts []Post, matters []Matter) *Roster {
	r := &Roster{
		workers: make(map[WorkerID]Worker, len(workers)), codes: make(map[string]WorkerID, len(workers)), officers: map[string][]Worker{},
		posts: make(map[AreaID][]Post), posted: map[WorkerID][]Post{},
		calendar: officeCalendar,
		matters:  slices.SortedFunc(slices.Values(matters), func(a, b Matter) int { return cmp.Compare(a.Code, b.Code) }),
	}
	r.coded = make(map[string]Matter, len(matters))
	for _, m := range matters {
		r.coded[m.Code] = m
	}
	for _, w := range workers {
		r.workers[w.ID], r.codes[w.Code] = w, w.ID
		if w.Role == Officer {
			r.officers[w.Department] = append(r.officers[w.Department], w)
		}
	}
	for _, officers := range r.officers {
		slices.SortFunc(officers, func(a, b Worker) int { return cmp.Compare(a.Code, b.Code) })
	}
	for _, p := range posts {
		r.posts[p.Area] = append(r.posts[p.Area], p)
		if r.workers[p.Worker].Role == Officer {
			r.posted[p.Worker] = append(r.posted[p.Worker], p)
		}
	}
	for _, ps := range r.posts {
		slices.SortFunc(ps, func(a, b Post) int {
			return cmp.Or(cmp.Compare(b.Rank, a.Rank), a.From.Compare(b.From), cmp.Compare(a.ID, b.ID))
		})
	}
	return r
}

// With returns a roster of the same people with these absences and rules.
func (r *Roster) With(absences []Absence, rules []Rule) *Roster {
	with := *r
	with.absences, with.rules = make(map[WorkerID][]Absence, len(absences)), newRuleBook(rules)
	for _, a := range absences {
		with.absences[a.Worker] = append(with.absences[a.Worker], a)
	}
	return &with
}

// Absent returns the absence of a worker at t, if there is one: of several the one
// that ends last.
func (r *Roster) Absent(w WorkerID, t time.Time) (last Absence, absent bool) {
	for _, a := range r.absences[w] {
		if t.Before(a.From) || !a.Until.IsZero() && !t.Before(a.Until) {
			continue
		}
		if !absent || !last.Until.IsZero() && (a.Until.IsZero() || a.Until.After(last.Until)) {
			last, absent = a, true
		}
	}
	return last, absent
}

// Worker returns the worker with that id.
func (r *Roster) Worker(id WorkerID) (Worker, bool) {
	w, ok := r.workers[id]
	return w, ok
}

// WorkerByCode returns the worker with that code.
func (r *Roster) WorkerByCode(code string) (Worker, bool) {
	id, ok := r.codes[code]
	return r.workers[id], ok
}

// Departments lists those that have officers.
func (r *Roster) Departments() []string { return slices.Sorted(maps.Keys(r.officers)) }

// Officers returns the officers of a department by code, to be read only.
func (r *Roster) Officers(department string) []Worker { return r.officers[department] }

// Posted reports whether an officer holds a post at t, wherever.
func (r *Roster) Posted(officer WorkerID, t time.Time) bool {
	return slices.ContainsFunc(r.posted[officer], func(p Post) bool { return p.Holds(t) })
}

// Posts returns all posts in an area, primaries first, to be read only.
func (r *Roster) Posts(a AreaID) []Post { return r.posts[a] }

// On returns the posts of an area that are held at t, primaries first.
func (r *Roster) On(a AreaID, t time.Time) []Post {
	var on []Post
	for _, p := range r.posts[a] {
		if p.Holds(t) {
			on = append(on, p)
		}
	}
	return on
}

// Matters returns the catalogue by code, to be read only.
func (r *Roster) Matters() []Matter { return r.matters }

// Matter returns the matter with that code.
func (r *Roster) Matter(code string) (Matter, bool) {
	m, ok := r.coded[code]
	return m, ok
}
