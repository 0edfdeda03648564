package api

import (
	"slices"
	"testing"
	"time"

	"jingwei/geo"
	"jingwei/geo/coverage"
	"jingwei/grid"

	"pgregory.net/rapid"
)

// twoCells is a town with two grids.
func twoCells(t *testing.T) *grid.Snapshot {
	t.Helper()
	square := func(x int32) geo.MultiPolygon {
		return geo.MultiPolygon{{{{X: x, Y: 0}, {X: x + 100, Y: 0}, {X: x + 100, Y: 100}, {X: x, Y: 100}}}}
	}
	cover, err := coverage.Build([]coverage.Face{{Name: "2", Shape: square(0)}, {Name: "3", Shape: square(100)}})
	if err != nil {
		t.Fatal(err)
	}
	s, err := grid.NewSnapshot(1, time.Time{}, []grid.Area{
		{ID: 1, Code: "1", Level: grid.Town},
		{ID: 2, Code: "2", Level: grid.Grid, Parent: 1, Cell: true},
		{ID: 3, Code: "3", Level: grid.Grid, Parent: 1, Cell: true},
	}, cover, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// reader is a model of a stream: what it should have been sent, and was.
type reader struct {
	view       *view
	after      grid.Cursor
	want, sent []sent
}

// sent is an event under a name.
type sent struct {
	at   grid.Cursor
	name string
}

// Whoever joins whenever and reads however slowly is sent all that it wants from
// then on, and what it wants no longer, once and in order, or told that it is too
// slow. Nobody is told so who is no farther behind than what is at hand.
func TestHub(t *testing.T) {
	s := twoCells(t)
	interests := []grid.Interest{{}, {Area: 1}, {Area: 2}, {Sight: grid.Sight{Root: 1}, Area: 3}, {Sight: grid.Sight{Root: 2}}, {Sight: grid.Sight{Root: 3, Worker: 7}}, {Sight: grid.Sight{Root: 2, Department: "城管"}}, {Holder: 7}, {States: grid.StateSetOf(grid.Closed)}, {Area: 9}}
	owing := [][]string{nil, {"消防"}, {"消防", "城管"}}
	const most = 1000
	slow, left := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		h, all := newHub(most), []grid.Event{}
		upto := grid.Cursor{XID: 10}
		h.publish(s, upto, nil)
		var readers []*reader
		read := func(r *reader) bool {
			behind := slices.IndexFunc(all, func(e grid.Event) bool { return e.Cursor.Compare(r.after) > 0 })
			events, at, _, ok := h.next(r.view, r.after)
			if !ok {
				if len(all)-behind <= most {
					t.Fatalf("too slow though %d behind", len(all)-behind)
				}
				slow++
				return false
			}
			r.after = at
			for _, e := range events {
				r.sent = append(r.sent, sent{e.Cursor, e.name})
			}
			if !slices.Equal(r.sent, r.want) {
				t.Fatalf("%+v: sent %v, want %v", r.view.interest, r.sent, r.want)
			}
			return true
		}
		t.Repeat(map[string]func(*rapid.T){
			"publish": func(t *rapid.T) {
				var events []*event
				n, mix := rapid.SampledFrom([]int{0, 1, 2, 5, most / 2, most}).Draw(t, "events"), rapid.Uint32().Draw(t, "mix")
				for range n {
					mix = mix*1664525 + 1013904223 // a linear congruential generator
					upto.XID, upto.Seq = upto.XID+uint64(mix>>31), upto.Seq+1
					r := grid.Report{
						Cell:   []grid.AreaID{0, 2, 3}[mix>>16%3],
						State:  []grid.State{grid.Assigned, grid.Closed}[mix>>20%2],
						Holder: grid.Holder{Worker: []grid.WorkerID{0, 7}[mix>>24%2], Area: []grid.AreaID{0, 2, 3}[mix>>26%3]},
						Sender: grid.Holder{Worker: []grid.WorkerID{0, 7}[mix>>29%2]},
						Tasks:  owed(owing[mix>>14%3]),
					}
					e := grid.Event{
						Cursor: upto, What: grid.EventReport, Report: &r,
						From: []grid.State{0, grid.Assigned, grid.Closed}[mix>>12%3], Had: []grid.WorkerID{0, 7}[mix>>28%2], HadIn: []grid.AreaID{0, 2, 3}[mix>>22%3],
						SentBy: []grid.WorkerID{0, 7}[mix>>30%2], Owed: owing[mix>>18%3],
					}
					was := grid.Report{Cell: r.Cell, State: e.From, Holder: grid.Holder{Worker: e.Had, Area: e.HadIn}, Sender: grid.Holder{Worker: e.SentBy}, Tasks: owed(e.Owed)}
					all, events = append(all, e), append(events, newEvent(e))
					for _, l := range readers {
						switch {
						case wants(l.view.interest, r):
							l.want = append(l.want, sent{upto, "report"})
						case e.From != 0 && wants(l.view.interest, was):
							l.want = append(l.want, sent{upto, "gone"})
							left++
						}
					}
				}
				h.publish(s, upto, events)
				h.publish(s, upto, events) // twice is once
			},
			"join": func(t *rapid.T) {
				r := &reader{}
				r.view, r.after = h.join(rapid.SampledFrom(interests).Draw(t, "interest"), s)
				readers = append(readers, r)
			},
			"read": func(t *rapid.T) {
				if len(readers) == 0 {
					t.Skip("nobody listens")
				}
				i := rapid.IntRange(0, len(readers)-1).Draw(t, "reader")
				if !read(readers[i]) || rapid.Bool().Draw(t, "leave") {
					h.leave(readers[i].view)
					readers = slices.Delete(readers, i, i+1)
				}
			},
			"": func(t *rapid.T) {
				if len(h.events) > most {
					t.Fatalf("%d events at hand", len(h.events))
				}
			},
		})
		h.close() // all is still read
		for _, r := range readers {
			if read(r) {
				if _, _, more, _ := h.next(r.view, r.after); more != nil {
					t.Fatal("more to come though the hub has ended")
				}
			}
			h.leave(r.view)
		}
		if len(h.views) > 0 {
			t.Fatalf("%d views without readers", len(h.views))
		}
	})
	if slow == 0 || left == 0 {
		t.Errorf("%d were too slow, %d wanted a report no longer", slow, left)
	}
}

// wants is Interest.In for twoCells, in other words.
func wants(in grid.Interest, r grid.Report) bool {
	if a := in.Area; a == 1 && r.Cell == 0 || a == 9 || (a == 2 || a == 3) && r.Cell != a {
		return false
	}
	if a := in.Root; a > 1 && r.Cell != a && r.Holder.Area != a &&
		(in.Worker == 0 || in.Worker != r.Holder.Worker && in.Worker != r.Sender.Worker) && (in.Department == "" || !slices.Contains(r.Owing(), in.Department)) {
		return false
	}
	return (in.Holder == 0 || r.Holder.Worker == in.Holder) && (in.States == 0 || r.State == grid.Closed)
}

// owed are tasks of departments, one of them done.
func owed(departments []string) []grid.Task {
	tasks := []grid.Task{{Department: "城管", State: grid.Done}}
	for _, d := range departments {
		tasks = append(tasks, grid.Task{Department: d, State: grid.Arrived})
	}
	return tasks
}
