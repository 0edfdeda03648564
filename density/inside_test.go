package density

import (
	"maps"
	"testing"

	"jingwei/geo"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

const insideFaces = 3

// anyItems are of few places, faces and times, so that many are the same report.
func anyItems() *rapid.Generator[[]item] {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) item {
		it := item{row: row{
			face: rapid.Int32Range(0, insideFaces).Draw(t, "face"),
			at:   uint32(anyTime().Draw(t, "at")),
			pos: geo.Pos{
				X: rapid.Int32Range(-1, 1).Draw(t, "x") * 50_000,
				Y: rapid.SampledFrom([]int32{-40_000, 0, 40_000, 860_000_000, 890_000_000}).Draw(t, "y"),
			},
			matter: rapid.SampledFrom([]uint32{0, 1, 10_102, 10_103, 20_304, 999_999, 1_000_000}).Draw(t, "matter"),
			tag:    rapid.Uint32Range(0, 2).Draw(t, "tag") << 24,
		}, state: rapid.Uint32Range(0, 2).Draw(t, "state")}
		it.place = placeOf(it.pos)
		return it
	}), 0, 30)
}

// anyTime is at the begin or the end of a period of any length, or near to it.
func anyTime() *rapid.Generator[uint64] {
	return rapid.Custom(func(t *rapid.T) uint64 {
		at := rapid.Uint64Range(0, 3).Draw(t, "time") << rapid.SampledFrom([]int{0, 1, slotBits, periodBits, 24, 30}).Draw(t, "later")
		return max(at, 1) - rapid.Uint64Range(0, 1).Draw(t, "before")
	})
}

func inOrder(items []item) []item {
	return latest(sortItems(append([]item(nil), items...), insideFaces))
}

// states tells the reports and their states.
func (p *places) states() map[row]uint32 {
	out := map[row]uint32{}
	for i := range uint32(p.len()) {
		out[p.row(i)] = 0
	}
	for _, o := range p.open {
		out[p.row(o.number)] = o.state
	}
	return out
}

// Rows that are merged again and again are all there, once, in the last of their
// states, and are found.
func TestMerge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, want := noPlaces(insideFaces), map[row]uint32{}
		for range rapid.IntRange(1, 5).Draw(t, "batches") {
			items := anyItems().Draw(t, "items")
			for _, it := range items {
				want[it.row] = it.state
			}
			p = p.merge(inOrder(items), p.open)
		}
		if d := cmp.Diff(want, p.states(), cmp.AllowUnexported(row{})); d != "" || p.len() != len(want) {
			t.Fatalf("%d rows, want %d (-want +got): %s", p.len(), len(want), d)
		}
		for k := range p.runs[:len(p.runs)-1] {
			if k > 0 && p.runs[k-1].compare(p.runs[k]) >= 0 {
				t.Fatalf("run %+v after %+v", p.runs[k], p.runs[k-1])
			}
		}
		for r := range want {
			if i, ok := p.find(r); !ok || p.row(i) != r {
				t.Fatalf("%+v is not found", r)
			}
			r.tag += 1 << 28
			if i, ok := p.find(r); ok {
				t.Fatalf("%+v is found at %d", r, i)
			}
		}
	})
}

// The more matters there are, the less is kept of tags. What differs further up is
// told apart all the same.
func TestManyMatters(t *testing.T) {
	p := noPlaces(insideFaces)
	var all []item
	for _, more := range []int{1, 1, 300, 70_000} {
		for range 3 * more {
			n := uint32(len(all))
			all = append(all, item{row: row{matter: n / 3, tag: n%3<<30 | 1}, place: placeOf(geo.Pos{})})
		}
		for state := range uint32(2) { // when some are new, and when all are known
			for i := range all {
				all[i].state = (uint32(i) + state) % 3
			}
			p = p.merge(inOrder(all), p.open)
			if p.len() != len(all) {
				t.Fatalf("%d rows, want %d", p.len(), len(all))
			}
			states := p.states()
			for _, it := range all {
				it.tag &^= p.mask
				if i, ok := p.find(it.row); !ok || p.row(i) != it.row || states[it.row] != it.state {
					t.Fatalf("%+v is found (%v) as %+v in state %d", it, ok, p.row(i), states[it.row])
				}
			}
		}
	}
}

// Two rows that were told apart stay two when no longer so much is kept of their tags.
func TestTwinsStay(t *testing.T) {
	twins := []item{{row: row{tag: 1}}, {row: row{tag: 2}}}
	for i := range twins {
		twins[i].place = placeOf(twins[i].pos)
	}
	p := noPlaces(insideFaces).merge(twins, nil)
	others := make([]item, 300)
	for i := range others {
		others[i] = twins[0]
		others[i].matter = uint32(i + 1)
	}
	for _, items := range [][]item{others, twins, others} {
		if p = p.merge(items, nil); p.len() != len(others)+len(twins) {
			t.Fatalf("%d rows, want %d", p.len(), len(others)+len(twins))
		}
	}
}

// Rows in the order of time count by tract as one by one does, wherever the window
// ends.
func TestTimes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := noPlaces(insideFaces)
		p = p.merge(inOrder(anyItems().Draw(t, "items")), nil)
		block := rapid.IntRange(1, 9).Draw(t, "block")
		tracts, first := newTracts(p, func(face int32) int32 { return face })
		times := newTimes(p, first, tracts.len(), block)
		q := query{window: window{from: anyTime().Draw(t, "from"), to: always}}
		if rapid.Bool().Draw(t, "ends") {
			q.to = max(q.from, anyTime().Draw(t, "to"))
		}
		for _, prefix := range lead(rapid.SliceOfN(rapid.SampledFrom([]string{"00", "01", "0101", "99", "02"}), 0, 3).Draw(t, "prefixes")) {
			q.matters = append(q.matters, codesOf(prefix))
		}
		counts := newLanes(tracts.len())
		times.count(&q, counts)
		if d := cmp.Diff(p.countIn(&q), p.sum(tracts, counts)); d != "" {
			t.Fatalf("%+v with totals every %d rows (-want +got): %s", q, block, d)
		}
	})
}

// ground is where tracts are.
type ground struct {
	Place place
	Face  int32
}

// sum adds up the counts of tracts of the same ground.
func (p *places) sum(t *tracts, counts lanes) map[ground]int {
	out := map[ground]int{}
	for i, run := range t.run {
		if n := counts[i]; n > 0 {
			out[ground{p.runs[run].place, p.runs[run].face}] += int(n)
		}
	}
	return out
}

// countIn counts the rows that pass, one by one.
func (p *places) countIn(q *query) map[ground]int {
	out := map[ground]int{}
	for i := range uint32(p.len()) {
		if r := p.row(i); int(r.face) < p.faces && q.holds(r.at, r.matter) {
			out[ground{placeOf(r.pos), r.face}]++
		}
	}
	return out
}

// However many rows there are in one place, and tracts in all: the count of a tract fits
// into its lane, and times are told apart in as many bytes as that takes.
func TestTimesOfManyTracts(t *testing.T) {
	for _, c := range []struct{ places, rows, size int }{{1, 1, 5}, {1, 400_000, 5}, {300_000, 400_000, 5}, {1<<20 + 1, 1<<20 + 2, 6}} {
		items := make([]item, c.rows)
		for i := range items {
			items[i].row = row{face: int32(i % 7 % insideFaces), at: uint32(i) * 1000, matter: uint32(i % 5 / 3 * 10_000)}
			items[i].place = place(i % c.places)
		}
		p := noPlaces(insideFaces).merge(inOrder(items), nil)
		tracts, first := newTracts(p, func(face int32) int32 { return face })
		times := newTimes(p, first, tracts.len(), max(10_000, tracts.len()))
		if times.rows.size != c.size {
			t.Errorf("%d rows in %d places: %d bytes each, want %d", c.rows, c.places, times.rows.size, c.size)
		}
		for _, q := range []query{
			{window: window{to: always}},
			{window: window{from: 30_001_000, to: 399_999_000}},
			{window: window{from: 300_000_000, to: 320_000_000}},
			{window: window{from: 1, to: 390_000_000}, matters: []codes{{1, 10_001}}},
		} {
			want, counts := map[ground]int{}, newLanes(tracts.len())
			for i := range items {
				if r := &items[i]; q.holds(r.at, r.matter) {
					want[ground{r.place, r.face}]++
				}
			}
			times.count(&q, counts)
			if got := p.sum(tracts, counts); !maps.Equal(want, got) {
				t.Errorf("%+v of %d rows in %d places (-want +got): %s", q, c.rows, c.places, cmp.Diff(want, got))
			}
		}
	}
}

// An estimate is put right.
func TestScale(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		z := uint8(rapid.IntRange(placeZoom, 31).Draw(t, "zoom"))
		first := rapid.Uint32Range(0, 1<<z-1).Draw(t, "first")
		n := rapid.IntRange(1, int(min(130, 1<<z-first))).Draw(t, "cells")
		var west, south []int32
		for i := range uint32(n + 1) {
			west, south = append(west, geo.MercatorWest(z, first+i)), append(south, southward(z, first+i))
		}
		for _, edges := range [][]int32{west, south} {
			cells := span{rapid.IntRange(0, n-1).Draw(t, "lo"), n}
			s := newScale(edges, cells)
			v := edges[rapid.IntRange(0, n).Draw(t, "edge")] + rapid.Int32Range(-1, 1).Draw(t, "beside")
			want := cellOf(edges, v)
			if want < cells.lo || want == n {
				want = -1
			}
			if got := s.find(v); got != want {
				t.Fatalf("%d is in cell %d of %v, want %d", v, got, edges, want)
			}
		}
	})
}
