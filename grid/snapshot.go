package grid

import (
	"cmp"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"jingwei/geo/coverage"
)

// Snapshot is one edition with its people: immutable, shared by all requests
// that began while it was current. Areas, cells and faces are addressed by index:
// area i is the i-th by ascending id, and face f of the coverage is the f-th
// area that is a cell, so that the face numbers follow the ids.
type Snapshot struct {
	Edition   int64
	Published time.Time

	areas    []Area
	byCode   map[string]int32
	parent   []int32
	children [][]int32
	tops     []int32 // areas without a parent
	cells    []int32 // area of each face
	face     []int32 // face of each area, coverage.None if it is no cell
	cover    *coverage.Coverage
	levels   []Level

	roster *Roster
}

// NewSnapshot builds a snapshot. cover holds a face for each area with Cell set,
// in the order of ascending ids. It fails on a duplicate id or code, a parent
// that is missing or not of a higher level, or a coverage of another size.
func NewSnapshot(edition int64, published time.Time, areas []Area, cover *coverage.Coverage, roster *Roster) (*Snapshot, error) {
	s := &Snapshot{
		Edition: edition, Published: published,
		areas: slices.SortedFunc(slices.Values(areas), func(a, b Area) int { return cmp.Compare(a.ID, b.ID) }),
		cover: cover, roster: roster,
	}
	if roster == nil {
		s.roster = NewRoster(nil, nil, nil)
	}
	if err := s.link(); err != nil {
		return nil, err
	}
	if cover.Len() != len(s.cells) {
		return nil, fmt.Errorf("edition %d: %d cells but %d faces", edition, len(s.cells), cover.Len())
	}
	return s, nil
}

func (s *Snapshot) link() error {
	n := len(s.areas)
	s.byCode = make(map[string]int32, n)
	s.parent, s.face, s.children = make([]int32, n), make([]int32, n), make([][]int32, n)
	present := [Microgrid + 1]bool{}
	for i, a := range s.areas {
		if i > 0 && s.areas[i-1].ID == a.ID {
			return fmt.Errorf("edition %d: area id %d twice", s.Edition, a.ID)
		}
		if j, ok := s.byCode[a.Code]; ok {
			return fmt.Errorf("edition %d: code %s of both area %d and area %d", s.Edition, a.Code, s.areas[j].ID, a.ID)
		}
		s.byCode[a.Code] = int32(i)
		present[a.Level] = true
		s.face[i] = coverage.None
		if a.Cell {
			s.face[i] = int32(len(s.cells))
			s.cells = append(s.cells, int32(i))
		}
	}
	for i, a := range s.areas {
		s.parent[i] = -1
		if a.Parent == 0 {
			s.tops = append(s.tops, int32(i))
			continue
		}
		p, ok := s.ByID(a.Parent)
		if !ok {
			return fmt.Errorf("edition %d: area %s has no parent: id %d is not in the edition", s.Edition, a.Code, a.Parent)
		}
		if s.areas[p].Level >= a.Level {
			return fmt.Errorf("edition %d: area %s (%v) has the parent %s (%v), which is not of a higher level", s.Edition, a.Code, a.Level, s.areas[p].Code, s.areas[p].Level)
		}
		s.parent[i] = p
		s.children[p] = append(s.children[p], int32(i))
	}
	for _, l := range Levels() {
		if present[l] {
			s.levels = append(s.levels, l)
		}
	}
	return nil
}

// WithRoster returns a snapshot of the same edition with other people.
func (s *Snapshot) WithRoster(r *Roster) *Snapshot {
	t := *s
	t.roster = r
	return &t
}

// Len returns the number of areas.
func (s *Snapshot) Len() int { return len(s.areas) }

// Area returns area i.
func (s *Snapshot) Area(i int32) Area { return s.areas[i] }

// ByID returns the index of the area with that id.
func (s *Snapshot) ByID(id AreaID) (int32, bool) {
	if len(s.areas) > 0 {
		// Where it is if no id is missing before it, as in an edition that was drawn at once.
		if i := id - s.areas[0].ID; 0 <= i && i < AreaID(len(s.areas)) && s.areas[i].ID == id {
			return int32(i), true
		}
	}
	i, ok := slices.BinarySearchFunc(s.areas, id, func(a Area, id AreaID) int { return cmp.Compare(a.ID, id) })
	return int32(i), ok
}

// ByCode returns the index of the area with that code.
func (s *Snapshot) ByCode(code string) (int32, bool) {
	i, ok := s.byCode[code]
	return i, ok
}

// Parent returns the index of the parent of area i, or -1 at the top.
func (s *Snapshot) Parent(i int32) int32 { return s.parent[i] }

// Children returns the areas right below area i by ascending id, to be read only.
func (s *Snapshot) Children(i int32) []int32 { return s.children[i] }

// Chain 责任链 returns the areas over and including area i, from the top down.
func (s *Snapshot) Chain(i int32) []int32 {
	var chain []int32
	for ; i >= 0; i = s.parent[i] {
		chain = append(chain, i)
	}
	slices.Reverse(chain)
	return chain
}

// Within reports whether area i is area root or below it. Everything is within
// the root -1.
func (s *Snapshot) Within(i, root int32) bool {
	for root >= 0 && i >= 0 && i != root {
		i = s.parent[i]
	}
	return root < 0 || i == root
}

// Under reports whether area i is within area root. What is in no area, i = -1, is
// under every top area.
func (s *Snapshot) Under(i, root int32) bool {
	if i < 0 && root >= 0 {
		return s.parent[root] < 0
	}
	return s.Within(i, root)
}

// Tops returns the areas without a parent by ascending id, to be read only.
func (s *Snapshot) Tops() []int32 { return s.tops }

// Levels returns the levels that have areas, from the highest down, to be read
// only.
func (s *Snapshot) Levels() []Level { return s.levels }

// At returns the area that stands for area i on a map of level l: the lowest of
// its chain that is not below l; the top of the chain if all of it is.
func (s *Snapshot) At(i int32, l Level) int32 {
	for s.areas[i].Level > l && s.parent[i] >= 0 {
		i = s.parent[i]
	}
	return i
}

// Coverage returns the cells as one topology. Face f is area Cell(f).
func (s *Snapshot) Coverage() *coverage.Coverage { return s.cover }

// Cell returns the index of the area whose polygon is face f.
func (s *Snapshot) Cell(f int32) int32 { return s.cells[f] }

// Face returns the face of area i, or coverage.None if it is no cell.
func (s *Snapshot) Face(i int32) int32 { return s.face[i] }

// Roster returns the people.
func (s *Snapshot) Roster() *Roster { return s.roster }

// Current is the atomic pointer to the current snapshot. It is nil until the
// first is stored.
type Current struct{ atomic.Pointer[Snapshot] }
