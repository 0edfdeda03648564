package grid

import "slices"

// Sight 可见范围 is which reports somebody may see. The zero value is all. Within a
// root area they are those that
//
//   - lie in it: whose cell does. What is in no cell lies in every top area, and a
//     top area that is the only one holds all.
//   - are held in it, or were sent from it: so who has the ball sees it, wherever the
//     place is, and so does who may take it back;
//   - the worker holds or sent on in person, or the department owes something (吹哨),
//     wherever.
type Sight struct {
	Root       AreaID   // 0: everything
	Worker     WorkerID // 0: nobody in particular
	Department string   // of an officer
}

// Sight returns what the caller may see, as the roster knows the worker. It says
// nothing of what the caller has filed, which everybody sees.
func (c Caller) Sight(r *Roster) Sight {
	if c.Area == 0 {
		return Sight{}
	}
	v := Sight{Root: c.Area, Worker: c.Worker}
	if w, ok := r.Worker(c.Worker); ok && w.Role == Officer {
		v.Department = w.Department
	}
	return v
}

// In returns what tells the reports that may be seen, as the areas lie in a snapshot:
// of a root that is not in it, none. It looks at the tasks of a report, if a
// department does.
func (v Sight) In(s *Snapshot) func(*Report) bool {
	root, ok := s.reach(v.Root)
	switch {
	case !ok:
		return func(*Report) bool { return false }
	case s.all(root):
		return func(*Report) bool { return true }
	}
	return func(r *Report) bool {
		return s.lies(r.Cell, root) || s.holds(r.Holder.Area, root) || s.holds(r.Sender.Area, root) ||
			v.Worker != 0 && (r.Holder.Worker == v.Worker || r.Sender.Worker == v.Worker) || v.owed(r)
	}
}

func (v Sight) owed(r *Report) bool {
	_, open := r.OpenTask(v.Department)
	return v.Department != "" && open
}

// Seen is a Sight as the areas lie in a snapshot: the reports whose cell is one of
// Cells or, of a top area, none of Others; whose holder's or sender's area is one of
// Areas; which the worker holds or sent on, or the department has an open task in.
type Seen struct {
	Cells      []AreaID
	Others     []AreaID // nil: the root is no top area, and Cells tells
	Areas      []AreaID
	Worker     WorkerID
	Department string
}

// Seen returns the same as [Sight.In] in lists; nil for everything.
func (v Sight) Seen(s *Snapshot) *Seen {
	root, ok := s.reach(v.Root)
	switch {
	case !ok:
		return &Seen{}
	case s.all(root):
		return nil
	}
	seen := &Seen{Worker: v.Worker, Department: v.Department}
	seen.Areas, seen.Cells = s.below(root)
	if s.parent[root] >= 0 {
		return seen
	}
	seen.Cells, seen.Others = nil, []AreaID{}
	for _, top := range s.tops {
		if _, cells := s.below(top); top != root {
			seen.Others = append(seen.Others, cells...)
		}
	}
	return seen
}

// below returns area i and all below it, and which of them are cells.
func (s *Snapshot) below(i int32) (areas, cells []AreaID) {
	for queue := []int32{i}; len(queue) > 0; queue = queue[1:] {
		a := s.areas[queue[0]]
		if areas = append(areas, a.ID); a.Cell {
			cells = append(cells, a.ID)
		}
		queue = append(queue, s.children[queue[0]]...)
	}
	return areas, cells
}

// all reports whether everything is within area root, or -1.
func (s *Snapshot) all(root int32) bool {
	return root < 0 || slices.Equal(s.tops, []int32{root})
}

// lies reports whether what is in a cell, or in none, lies within area root.
func (s *Snapshot) lies(cell AreaID, root int32) bool {
	i, ok := s.ByID(cell)
	if !ok {
		i = -1
	}
	return s.Under(i, root)
}
