package density

import (
	"iter"
	"runtime"
	"slices"
	"sync"

	"jingwei/geo"
	"jingwei/geo/coverage"
	"jingwei/grid"
)

// item is a row with its state. Its face is not known before it is located.
type item struct {
	row
	state uint32
}

// load lays out reports in batches, so that they are not all there twice at once.
func load(s *grid.Snapshot, reports iter.Seq2[Report, error]) (*base, error) {
	return layOut(s, func(yield func(item, error) bool) {
		for r, err := range reports {
			if !yield(item{rowOf(r), r.state()}, err) {
				return
			}
		}
	})
}

func layOut(s *grid.Snapshot, items iter.Seq2[item, error]) (*base, error) {
	const least = 1 << 20
	b := emptyBase(s.Coverage().Len())
	var batch []item
	for it, err := range items {
		if err != nil {
			return nil, err
		}
		if batch = append(batch, it); len(batch) >= max(least, b.len()/4) {
			b = b.merge(arrange(s, batch), b.open)
			batch = batch[:0]
		}
	}
	return b.merge(arrange(s, batch), b.open), nil
}

// arrange locates items, in place, and returns them sorted, each report once, the
// last of its states taken.
func arrange(s *grid.Snapshot, items []item) []item {
	var wg sync.WaitGroup
	size := len(items)/runtime.GOMAXPROCS(0) + 1
	for part := range slices.Chunk(items, size) {
		wg.Go(func() { locateAll(s, part) })
	}
	wg.Wait()
	return latest(sortItems(items, s.Coverage().Len()))
}

func locateAll(s *grid.Snapshot, items []item) {
	const block = 4096
	var pos [block]geo.Pos
	var face [block]int32
	for part := range slices.Chunk(items, block) {
		for i := range part {
			pos[i] = part[i].pos
		}
		s.Coverage().LocateAll(face[:len(part)], pos[:len(part)])
		for i := range part {
			part[i].face = near(s, pos[i], face[i])
		}
	}
}

// near returns the face that Snapshot.Locate would give for p, of which face is
// the one that holds it; the number of faces when there is none.
func near(s *grid.Snapshot, p geo.Pos, face int32) int32 {
	c := s.Coverage()
	if face == coverage.None {
		face, _ = c.Nearest(p, grid.DefaultTolerance)
	}
	if face == coverage.None {
		face = int32(c.Len())
	}
	return face
}

// sortItems returns items sorted: into faces by counting, for there are many and
// they are small, and each of these by comparing, for it mostly comes sorted.
func sortItems(items []item, faces int) []item {
	start := make([]uint32, faces+2)
	for i := range items {
		start[items[i].face+1]++
	}
	for f := range faces + 1 {
		start[f+1] += start[f]
	}
	out := make([]item, len(items))
	next := slices.Clone(start)
	for i := range items {
		f := items[i].face
		out[next[f]] = items[i]
		next[f]++
	}
	for f := range faces + 1 {
		slices.SortStableFunc(out[start[f]:start[f+1]], func(a, b item) int { return a.compare(b.row) })
	}
	return out
}

// latest drops all but the last of items that compare equal, in place.
func latest(items []item) []item {
	kept := items[:0]
	for i := range items {
		if i+1 == len(items) || items[i].compare(items[i+1].row) != 0 {
			kept = append(kept, items[i])
		}
	}
	return kept
}
