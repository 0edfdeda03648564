package grid

import (
	"slices"
	"strings"
)

// Interest says of which reports somebody wants to hear: of those that are as each
// of its fields says. The zero value wants all. Two that are equal want the same.
type Interest struct {
	Sight            // what whoever wants it may see
	Area   AreaID    // the cell lies within this one; 0: anywhere, also outside
	Matter MatterSet // the matter has one of these prefixes; zero: any or none
	States StateSet  // the state is one of these; zero: any
	Holder WorkerID  // who has the ball; 0: anybody or nobody
}

// In returns what tells the reports that are wanted, as the areas lie in a
// snapshot. Of an area that is not in it, nothing is wanted.
func (in Interest) In(s *Snapshot) func(*Report) bool {
	prefixes, seen := in.Matter.Prefixes(), in.Sight.In(s)
	area, ok := s.reach(in.Area)
	if !ok {
		return func(*Report) bool { return false }
	}
	return func(r *Report) bool {
		return (in.Holder == 0 || in.Holder == r.Holder.Worker) &&
			(in.States == 0 || in.States.Has(r.State)) &&
			(len(prefixes) == 0 || hasPrefix(r.Matter, prefixes)) &&
			(area < 0 || s.holds(r.Cell, area)) && seen(r)
	}
}

// reach finds an area by id; -1 for 0, which is everywhere.
func (s *Snapshot) reach(id AreaID) (i int32, ok bool) {
	if id == 0 {
		return -1, true
	}
	return s.ByID(id)
}

// holds reports whether an area of the edition lies within area root.
func (s *Snapshot) holds(id AreaID, root int32) bool {
	i, ok := s.ByID(id)
	return ok && s.Within(i, root)
}

func hasPrefix(code string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(code, p) })
}

// MatterSet is a set of prefixes of matter codes: in order, none twice, joined by
// commas. Two that are equal hold the same.
type MatterSet string

// MatterSetOf returns the set of prefixes.
func MatterSetOf(prefixes ...string) MatterSet {
	sorted := slices.Compact(slices.Sorted(slices.Values(prefixes)))
	return MatterSet(strings.Join(sorted, ","))
}

// Prefixes lists the set; nil when it is empty.
func (m MatterSet) Prefixes() []string {
	if m == "" {
		return nil
	}
	return strings.Split(string(m), ",")
}

// StateSet is a set of states.
type StateSet uint16

// StateSetOf returns the set of states.
func StateSetOf(states ...State) (set StateSet) {
	for _, s := range states {
		set |= 1 << s
	}
	return set
}

// Has reports whether a state is in the set.
func (set StateSet) Has(s State) bool { return set>>s&1 == 1 }

// States lists the set in the order of the loop.
func (set StateSet) States() []State {
	return slices.DeleteFunc(States(), func(s State) bool { return !set.Has(s) })
}
