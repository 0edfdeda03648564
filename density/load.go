package density

import (
	"iter"
	"slices"

	"jingwei/geo"
	"jingwei/geo/coverage"
	"jingwei/grid"
)

// item is a row with its place and state. Its face is not known before it is
// located.
type item struct {
	row
	place place
	state uint32
}

// run returns the run of an item, which begins nowhere yet.
func (it *item) run() run {
	return run{place: it.place, face: it.face, corner: it.place.corner(it.pos)}
}

// sameRun compares corners only where there are several in a place.
func (it *item) sameRun(o *item) bool {
	return it.place == o.place && it.face == o.face && (!it.place.polar() || it.run() == o.run())
}

// compareInPlace orders items of the same place and face.
func (it item) compareInPlace(o item) int {
	if it.place.polar() {
		if c := it.run().compare(o.run()); c != 0 {
			return c
		}
	}
	return it.compare(o.row)
}

// load lays out reports in batches, so that they are not all there twice at once,
// one while the next is read.
func load(s *grid.Snapshot, reports iter.Seq2[Report, error]) (*places, error) {
	const least = 1 << 20
	faces := s.Coverage().Len()
	laid := make(chan *places, 1)
	laid <- noPlaces(faces)
	read := 0
	batch := make([]item, 0, least)
	merge := func(batch []item) {
		p := <-laid
		go func() { laid <- p.merge(arrange(s, batch), p.open) }()
	}
	for r, err := range reports {
		if err != nil {
			<-laid
			return nil, err
		}
		batch = append(batch, item{row: rowOf(r), state: r.state()})
		if len(batch) >= max(least, read/4) {
			read += len(batch)
			merge(batch)
			batch = make([]item, 0, max(least, read/4))
		}
	}
	merge(batch)
	return <-laid, nil
}

// arrange locates items, in place, and returns them in order, each report once,
// the last of its states taken.
func arrange(s *grid.Snapshot, items []item) []item {
	const some = 1 << 14
	eachInParallel((len(items)+some-1)/some, func(k int) {
		part := items[k*some : min((k+1)*some, len(items))]
		for i := range part {
			part[i].place = placeOf(part[i].pos)
		}
		locateAll(s, part)
	})
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

// sortItems returns items in order, which may take over their memory: into places
// and faces by counting, for there are many and they are small, and each of these
// by comparing, for it mostly comes sorted.
func sortItems(items []item, faces int) []item {
	other := make([]item, len(items))
	countInto(other, items, faces+1, func(it *item) uint32 { return uint32(it.face) })
	countInto(items, other, 1<<16, func(it *item) uint32 { return uint32(it.place & 0xffff) })
	countInto(other, items, 1<<16, func(it *item) uint32 { return uint32(it.place >> 16) })
	for rest := other; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].place == rest[0].place && rest[n].face == rest[0].face {
			n++
		}
		if !slices.IsSortedFunc(rest[:n], item.compareInPlace) {
			slices.SortStableFunc(rest[:n], item.compareInPlace)
		}
		rest = rest[n:]
	}
	return other
}

// countInto sorts items by a key below n, those of the same in the order they had.
func countInto(out, items []item, n int, key func(*item) uint32) {
	next := make([]uint32, n+1)
	for i := range items {
		next[key(&items[i])+1]++
	}
	for k := range n {
		next[k+1] += next[k]
	}
	for i := range items {
		k := key(&items[i])
		out[next[k]] = items[i]
		next[k]++
	}
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
