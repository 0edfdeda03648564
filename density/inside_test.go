package density

import (
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
			at:   rapid.Uint32Range(0, 2).Draw(t, "at") << rapid.IntRange(0, 30).Draw(t, "later"),
			pos: geo.Pos{
				X: rapid.Int32Range(-1, 1).Draw(t, "x") * 50_000,
				Y: rapid.SampledFrom([]int32{-40_000, 0, 40_000, 860_000_000, 890_000_000}).Draw(t, "y"),
			},
			matter: rapid.SampledFrom([]uint32{0, 1, 10_102, 10_103, 20_304, 999_999, 1_000_000}).Draw(t, "matter"),
		}, state: rapid.Uint32Range(0, 2).Draw(t, "state")}
		it.place = placeOf(it.pos)
		it.tag = it.matter // a report has one matter
		return it
	}), 0, 30)
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
			r.tag += 1 << 24
			if i, ok := p.find(r); ok {
				t.Fatalf("%+v is found at %d", r, i)
			}
		}
	})
}

// Rows in the order of time count as one by one does, wherever the window ends.
func TestTimes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := noPlaces(insideFaces)
		p = p.merge(inOrder(anyItems().Draw(t, "items")), nil)
		block := rapid.IntRange(1, 9).Draw(t, "block")
		times := newTimes(p, block)
		bound := rapid.Custom(func(t *rapid.T) uint64 {
			return rapid.Uint64Range(0, 3).Draw(t, "bound") << rapid.IntRange(0, 30).Draw(t, "later")
		})
		q := query{window: window{from: bound.Draw(t, "from"), to: always}}
		if rapid.Bool().Draw(t, "ends") {
			q.to = max(q.from, bound.Draw(t, "to"))
		}
		for _, prefix := range lead(rapid.SliceOfN(rapid.SampledFrom([]string{"00", "01", "0101", "99", "02"}), 0, 3).Draw(t, "prefixes")) {
			q.matters = append(q.matters, codesOf(prefix))
		}
		want, got := make([]uint32, insideFaces), make([]uint32, insideFaces)
		for r := range p.states() {
			if r.face < insideFaces && q.holds(r.at, r.matter) {
				want[r.face]++
			}
		}
		times.count(&q, got)
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("%+v with totals every %d rows (-want +got): %s", q, block, d)
		}
	})
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
